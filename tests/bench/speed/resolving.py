"""What holds at a place, at a point, and at a thousand points at once."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec

from legalmap.services.locating import region_at
from tests.bench.speed import real
from tests.bench.speed.driving import Asked, Walk, WrongAnswer
from tests.bench.speed.measuring import Goal, Ground, Row, seconds_of, side_by_side
from tests.bench.speed.servers import Answer, Server, bare, legalmap

RESOLVE = "/api/v1/kratom/resolve"
BATCH = 1_000
SAMPLE = 200
# What the bare application runs on: a server written in Rust, and the one ours runs on.
SERVERS = {"granian": "on granian", "own": "on the server of “legalmap run”"}
# A server takes 30 batches a minute from one address.
MOST_BATCHES = 20


def rows(ground: Ground) -> Iterator[Row]:
    """A random place, a random point, and a batch of points."""
    file = real.database(ground)
    many = ground.plan.questions
    points = real.points(many)
    places = [f"{RESOLVE}?place={code}" for code in real.places(file, many)]
    at_points = [f"{RESOLVE}?lat={lat}&lon={lon}" for lat, lon in points]
    with ExitStack() as stack:
        ours = stack.enter_context(legalmap(file, ground.folder / "ours.log"))
        for on in SERVERS:
            yield _beside_bare(ground, ours, on, "resolve a random place", places, 0.5)
            yield _beside_bare(ground, ours, on, "resolve a random point", at_points, 0.4)
        yield _batch(ground, ours, points[:BATCH])


def _beside_bare(
    ground: Ground, ours: Server, on: str, name: str, paths: list[str], least: float
) -> Row:
    sizes = [_size(ours, path) for path in paths[:SAMPLE]]
    content = b"x" * int(statistics.median(sizes))
    with bare(content, ground.folder, on) as beside:
        walks = [
            Walk(
                Asked(server=server, path="/", seconds=ground.plan.seconds),
                ground.folder / f"{which}.paths",
                paths,
            )
            for which, server in (("ours", ours), ("bare", beside))
        ]
        return side_by_side(
            name,
            walks[0].rate,
            walks[1].rate,
            beside_what=f"bare WSGI application {SERVERS[on]}, a constant of the same size",
            unit="/s",
            goal=Goal("at least", least),
            rounds=ground.plan.rounds,
            note=f"median of {len(content):,} bytes",
        )


def _size(server: Server, path: str) -> int:
    answer = server.ask(path)
    if answer.status != 200:
        raise WrongAnswer(f"{path}: {answer.status}")
    return len(answer.content)


def _batch(ground: Ground, ours: Server, points: list[real.Point]) -> Row:
    items = [{"lat": lat, "lon": lon} for lat, lon in points]
    body = msgspec.json.encode({"items": items})

    def through_us() -> float:
        answers: list[Answer] = []
        json = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        took = seconds_of(lambda: answers.append(ours.ask(RESOLVE, json, body)))
        _check_batch(answers[0], len(points))
        return len(points) / took

    def in_a_loop() -> float:
        return len(points) / seconds_of(lambda: [region_at(lat, lon) for lat, lon in points])

    return side_by_side(
        f"resolve a batch of {len(points):,} points",
        through_us,
        in_a_loop,
        beside_what="the bare look-up of the same points in a loop",
        unit="points/s",
        goal=Goal("at least", 0.5),
        rounds=min(ground.plan.rounds, MOST_BATCHES),
    )


def _check_batch(answer: Answer, count: int) -> None:
    if answer.status != 200 or msgspec.json.decode(answer.content)["answered"] != count:
        raise WrongAnswer(f"batch: {answer.status} {answer.content[:200]!r}")
