"""What holds at a place, at a point, and at a thousand points at once."""

import statistics
from collections.abc import Iterator, Mapping

import msgspec

from legalmap.services.places.point_index import region_at
from tests.bench.speed import real
from tests.bench.speed.clients import Wish, at
from tests.bench.speed.driving import Load, WrongAnswer, check, compared
from tests.bench.speed.measuring import Goal, Ground, Row, seconds_of, side_by_side
from tests.bench.speed.servers import Answer, Saved, Server, bare, legalmap

RESOLVE = "/api/v1/kratom/resolve"
CONSTANT = "/constant"
BATCH = 1_000
SAMPLE = 200
# A server takes 30 batches a minute from one address.
MOST_BATCHES = 20
PACKED = {"Accept-Encoding": "gzip, deflate, br"}
PLAIN = {"Accept-Encoding": ""}
BESIDE = (
    ("a bare WSGI application, a constant of the same size, compressed the same way", 0.25),
    ("itself, identity", 0.5),
)


def rows(ground: Ground) -> Iterator[Row]:
    """A random place, a random point, and a batch of points."""
    file, many = real.database(ground), ground.plan.questions
    points = real.points(many)
    places = [f"{RESOLVE}?place={code}" for code in real.places(file, many)]
    at_points = [f"{RESOLVE}?lat={lat}&lon={lon}" for lat, lon in points]
    with legalmap(file, ground.folder / "ours.log") as ours:
        yield from _beside_bare(ground, ours, "place", places)
        yield from _beside_bare(ground, ours, "point", at_points)
        yield _batch(ground, ours, points[:BATCH])


def _beside_bare(ground: Ground, ours: Server, what: str, paths: list[str]) -> Iterator[Row]:
    constant = _typical(ours, paths[:SAMPLE])

    def load(headers: Mapping[str, str]) -> Load:
        return Load(
            ground,
            ours,
            lambda _client, number: Wish(paths[number % len(paths)], headers),
            count=len(paths),
        )

    with bare([constant], ground.folder, "wsgi") as beside:
        loads = load(PACKED), Load(ground, beside, at(CONSTANT, PACKED)), load(PLAIN)
        name = f"resolve a random {what}, `gzip, deflate, br` ({len(constant.content):,} bytes)"
        yield from compared(ground, name, loads, BESIDE)


def _typical(ours: Server, paths: list[str]) -> Saved:
    """The answer of median size, never the same again to whoever asks."""
    known = [ours.ask(path) for path in paths]
    check(RESOLVE, known)
    size = statistics.median_low(len(answer.content) for answer in known)
    content = next(answer.content for answer in known if len(answer.content) == size)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Saved(CONSTANT, headers, content)


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
