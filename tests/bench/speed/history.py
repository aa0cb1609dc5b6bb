"""The past: one record at any two times, and the whole map as it was known at a feed number."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.bench.speed import continuum, filled
from tests.bench.speed.clients import Client, Wish
from tests.bench.speed.driving import Load, WrongAnswer
from tests.bench.speed.measuring import SEED, Goal, Ground, Row, of_pairs, side_by_side
from tests.bench.speed.servers import legalmap

FIRST_DAY, DAYS = date(2000, 1, 1), 9_500
CONNECTIONS = 4
Statuses = dict[str, str]


def rows(ground: Ground) -> Iterator[Row]:
    """A record by both times, then whole maps."""
    yield from _records(ground)
    yield from _maps(ground)


def database(ground: Ground, revisions: int) -> Path:
    """A history of that many revisions, each record with its share."""
    records = filled.records_of(ground, revisions)
    return filled.database(ground, records=records, revisions=revisions)


def _records(ground: Ground) -> Iterator[Row]:
    few, many = ground.plan.revisions
    with ExitStack() as stack:
        loads = {revisions: _load(ground, stack, revisions) for revisions in (few, many)}
        # Costs, not rates: how many times as long one question takes.
        yield side_by_side(
            f"a record at a random as_of × known_at, {many:,} revisions",
            lambda: 1_000 / loads[many].rate(),
            lambda: 1_000 / loads[few].rate(),
            beside_what=f"itself at {few:,}",
            unit="ms",
            goal=Goal("at most", 1.5),
            rounds=ground.plan.rounds,
        )


def _load(ground: Ground, stack: ExitStack, revisions: int) -> Load:
    file = database(ground, revisions)
    log = ground.folder / f"{revisions}.log"
    server = stack.enter_context(legalmap(file, log, "/api/v1/topics", behind_proxy=1))
    paths = list(_questions(file, ground.plan.questions))

    def wishes(_client: Client, number: int) -> Wish:
        # One address may ask for few past days: these are many readers.
        return Wish(paths[number], {"X-Forwarded-For": f"10.{number >> 8 & 255}.{number & 255}.1"})

    return Load(ground, server, wishes, connections=CONNECTIONS, count=len(paths))


def _questions(file: Path, count: int) -> Iterator[str]:
    """Records at a random day and a random feed number at which they were published already."""
    chance, head = random.Random(SEED), filled.head(file)
    first = list(filled.first_published(file).items())
    for _ in range(count):
        code, since = chance.choice(first)
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        known_at = chance.randint(since, head)
        yield f"/api/v1/{filled.TOPIC}/records/{code}?as_of={day}&known_at={known_at}"


def statuses(edition: Edition, day: date) -> Statuses:
    """The status in force of every record that has one on a day."""
    return {code: status for code, status in edition.statuses(day).items() if status is not None}


def _maps(ground: Ground) -> Iterator[Row]:
    revisions = ground.plan.revisions[-1]
    file = database(ground, revisions)
    there = ground.once(
        f"continuum-{revisions}.sqlite3", lambda target: continuum.fill(file, target)
    )
    store = Store(f"sqlite:///{file}")
    beside = continuum.Past(there)
    try:
        reader, head = Reader(Tracker(store)), filled.head(file)
        yield _past_map(ground, reader, beside, head, revisions)
    finally:
        store.close()
        beside.close()


def _past_map(
    ground: Ground, reader: Reader, beside: continuum.Past, head: int, revisions: int
) -> Row:
    chance = random.Random(SEED)
    reader.edition(filled.TOPIC)
    pairs = []
    for _ in range(ground.plan.rounds + 1):
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        pairs.append(_asked_both(reader, beside, day, chance.randint(head // 10, head)))
    return of_pairs(
        f"the whole map at a random past feed number, {revisions:,} revisions",
        # The first of all finds nothing warm on either side.
        pairs[1:],
        beside_what="SQLAlchemy-Continuum, the same question, the same answer",
        unit="/s",
        goal=Goal("at least", 10),
    )


def _asked_both(
    reader: Reader, beside: continuum.Past, day: date, known_at: int
) -> tuple[float, float]:
    """How many such maps a second each would make; raises WrongAnswer where they differ."""
    began = time.perf_counter()
    ours = statuses(reader.edition(filled.TOPIC, str(known_at)), day)
    between = time.perf_counter()
    theirs = beside.statuses(day, known_at)
    ended = time.perf_counter()
    if ours != theirs:
        raise WrongAnswer(f"Continuum has another map of {day} as known at {known_at}")
    return 1 / (between - began), 1 / (ended - between)
