"""From the commit of an approval to what readers see on another worker, while others go on reading."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from tests.bench.speed import filled, real
from tests.bench.speed.clients import Client, Wish, answers, at
from tests.bench.speed.driving import Load, WrongAnswer, check
from tests.bench.speed.measuring import Goal, Ground, Row, of_pairs
from tests.bench.speed.pages import BARE, PATHS, all_of, same, settled
from tests.bench.speed.publisher import Publisher
from tests.bench.speed.readers import Look, looking
from tests.bench.speed.servers import Server, bare, legalmap

PATIENCE = 60
# Readers look for as long before the first publication as during all of them, at most this long.
CALM_SECONDS = 5
PAUSE = 0.3


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one size of site showed: delays in seconds, and what readers noticed before and during."""

    delays: list[float]
    calm: list[Look]
    busy: list[Look]


def rows(ground: Ground) -> Iterator[Row]:
    """The delay of a publication, what readers notice of it, and the first minute after one."""
    few, many = ground.plan.records
    told = {records: _told(ground, records) for records in (few, many)}
    yield of_pairs(
        f"publish one change, {many:,} records: commit to page and API on another worker",
        [
            (1_000 * ours, 1_000 * beside)
            for ours, beside in zip(told[many].delays, told[few].delays, strict=True)
        ],
        beside_what=f"itself with {few:,}",
        unit="ms",
        goal=Goal("at most", 3),
    )
    yield from (_waits(records, told[records]) for records in (few, many))
    yield _first_minute(ground)


def _waits(records: int, told: Told) -> Row:
    errors = sum(not look.is_served for look in (*told.calm, *told.busy))
    if errors:
        raise WrongAnswer(f"{errors} readers got an error while a change was published")
    busy, calm = (
        1_000 * max((look.seconds for look in looks), default=0) for looks in (told.busy, told.calm)
    )
    return Row(
        name=f"longest wait of a reader during publications, {records:,} records",
        beside_what="the longest without any",
        unit="ms",
        ours=busy,
        beside=calm,
        figures=(busy - calm,),
        goal=Goal("at most", 100, "ms longer"),
        note=f"no error in {len(told.busy):,} requests",
    )


def _told(ground: Ground, records: int) -> Told:
    source = filled.database(ground, records=records, revisions=records)
    with ExitStack() as stack:
        file = stack.enter_context(_copied(ground, source))
        publisher = stack.enter_context(Publisher.of(file))
        workers = [
            stack.enter_context(legalmap(file, ground.folder / f"{name}.log"))
            for name in ("first", "other")
        ]
        # The first of all is not counted: it finds nothing warm.
        _delay(publisher, workers[1])
        looks = stack.enter_context(_warm_readers(ground, workers, publisher.next_code()))
        calm = time.monotonic()
        time.sleep(min(CALM_SECONDS, ground.plan.publications))
        busy = time.monotonic()
        delays = []
        for _ in range(ground.plan.publications):
            delays.append(_delay(publisher, workers[1]))
            time.sleep(PAUSE)
    return Told(
        delays=delays,
        calm=[look for look in looks if calm <= look.at and look.at + look.seconds < busy],
        busy=[look for look in looks if look.at >= busy],
    )


@contextmanager
def _copied(ground: Ground, source: Path) -> Iterator[Path]:
    """A database to publish in; a run that was ended in the middle has left its log behind."""
    file = ground.folder / "publishing.sqlite3"
    _remove(file)
    shutil.copyfile(source, file)
    yield file
    _remove(file)


def _remove(file: Path) -> None:
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()


@contextmanager
def _warm_readers(ground: Ground, workers: list[Server], code: str) -> Iterator[list[Look]]:
    """All clients ask for the map, and for one place as page, in the API and resolved."""
    topic, api = f"/{filled.TOPIC}", f"/api/v1/{filled.TOPIC}"
    paths = (topic, f"{topic}/{code}", f"{api}/records/{code}", f"{api}/resolve?place={code}")

    def wishes(_client: Client, number: int) -> Wish:
        return Wish(paths[number % len(paths)])

    for worker in workers:
        for path in paths:
            check(path, answers(worker, at(path)).values())
    with looking(ground.folder, workers, wishes) as looks:
        time.sleep(1)
        yield looks


def _delay(publisher: Publisher, worker: Server) -> float:
    """Seconds from a commit to the first answers of this worker that have it, as page and in the API."""
    code = publisher.next_code()
    waiting = [f"/{filled.TOPIC}/{code}", f"/api/v1/{filled.TOPIC}/records/{code}"]
    check(code, map(worker.ask, waiting))
    word, committed = publisher.publish(code)
    while waiting:
        if word in worker.ask(waiting[0]).content:
            waiting.pop(0)
        elif time.monotonic() > committed + PATIENCE:
            raise WrongAnswer(f"{waiting[0]} shows nothing new after {PATIENCE} s")
        else:
            time.sleep(0.001)
    return time.monotonic() - committed


def _first_minute(ground: Ground) -> Row:
    minute = ground.plan.minute
    with ExitStack() as stack:
        file = stack.enter_context(_copied(ground, real.database(ground)))
        publisher = stack.enter_context(Publisher.of(file))
        ours = stack.enter_context(legalmap(file, ground.folder / "ours.log"))
        known = settled(ground, ours, PATHS)
        beside = stack.enter_context(bare(all_of(known), ground.folder))
        theirs = {path: same(path, known[path]) for path in PATHS}

        def wish(_client: Client, number: int) -> Wish:
            return Wish(PATHS[number % len(PATHS)])

        def constant(client: Client, number: int) -> Wish:
            return theirs[PATHS[number % len(PATHS)]](client, number)

        load = Load(ground, ours, wish, seconds=minute)
        constants = Load(ground, beside, constant, seconds=minute)
        publisher.publish(publisher.next_code())
        seen = load.turn()
        pair = seen.rate, constants.rate()
    return of_pairs(
        f"all four, 16 connections, the first {minute} seconds after a publication",
        [pair],
        beside_what=BARE,
        unit="/s",
        goal=Goal("at least", 0.7),
        note=f"longest wait {seen.longest / 1_000:,.0f} ms",
    )
