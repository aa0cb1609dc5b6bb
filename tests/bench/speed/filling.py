"""Filling a database with a synthetic tracker of any size, through the same path as real data.

Contents are varied from real records: other statuses, days and bills from revision to revision.
Everything follows from the seed.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import first_load
from legalmap.store import places, schema
from legalmap.store.engine import Connection, Store
from legalmap.store.people import accounts
from tests.bench import appending
from tests.bench.appending import Entry, Reviewed

BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
# All revisions lie between the beginning and this many days later, in the order of the feed.
SPAN_DAYS = 3_600
MOST_SOURCES = 2
# So that a transaction of SQLite does not hold gigabytes beside the database.
AT_ONCE = 100_000
STATUSES = ("legal", "regulated", "unclear", "restricted", "banned")


def fill(
    store: Store, *, records: int, revisions: int, topic: str = "kratom", seed: int = 0
) -> None:
    """Make an empty database hold so many records and so many published revisions in total.

    Revision 0 of each by the system, later ones by "author", reviewed by "reviewer". Places beyond
    the shipped tree are towns in counties of the United States.
    """
    if revisions < records:
        raise ValueError("Each record has at least its revision 0.")
    schema.migrate(store)
    tree = list(first_load.shipped_places())
    with store.writing() as connection:
        places.fill(connection, tree)
        places.fill_zips(connection, first_load.shipped_zips())
        missing = records - len(tree)
        if missing > 0:
            places.fill(connection, _towns(tree, missing))
        people = _people(connection)
    codes = [row["code"] for row in tree][:records]
    codes += [row["code"] for row in _towns(tree, records - len(codes))]
    tracker = Tracker(store)
    entries = _entries(codes, revisions, topic, people, random.Random(seed))
    written = AT_ONCE
    while written == AT_ONCE:
        with store.writing() as connection:
            written = appending.append(connection, tracker, islice(entries, AT_ONCE))


def _people(connection: Connection) -> tuple[Account, Account, Account]:
    """The system, an author and a reviewer."""
    wanted = (
        (SYSTEM_HANDLE, Role.ADMIN),
        ("author", Role.CONTRIBUTOR),
        ("reviewer", Role.MODERATOR),
    )
    ids = [accounts.insert(connection, handle, role, None, BEGAN) for handle, role in wanted]
    made = [accounts.by_id(connection, account_id) for account_id in ids]
    system, author, reviewer = (found for found in made if found is not None)
    return system, author, reviewer


def _towns(tree: list[dict[str, Any]], how_many: int) -> Iterator[dict[str, Any]]:
    """Towns that do not exist, spread over the counties of the United States."""
    counties = [row for row in tree if row["kind"] == "county"]
    for number in range(max(how_many, 0)):
        county = counties[number % len(counties)]
        yield {
            **county,
            "code": f"{county['parent']}-speedville-{number}",
            "kind": "town",
            "name": f"Speedville {number}",
            "parent": county["parent"],
            "county": county["code"],
            "fips": None,
            "aliases": [],
        }


def _entries(
    codes: list[str],
    revisions: int,
    topic: str,
    people: tuple[Account, Account, Account],
    chance: random.Random,
) -> Iterator[Entry]:
    system, author, reviewer = people
    models = [_short(item.payload) for item in first_load.shipped_records() if item.topic == topic]
    pause = timedelta(days=SPAN_DAYS) / revisions
    at = BEGAN
    for code in codes:
        at += pause
        content = _varied(chance.choice(models), 0, at.date(), chance)
        yield Entry(topic=topic, jurisdiction=code, payload=content, author=system, at=at)
    stands = dict.fromkeys(codes, 0)
    for _ in range(revisions - len(codes)):
        at += pause
        code = chance.choice(codes)
        base = stands[code]
        stands[code] = base + 1
        yield Entry(
            topic=topic,
            jurisdiction=code,
            payload=_varied(chance.choice(models), base + 1, at.date(), chance),
            author=author,
            at=at,
            kind="edit",
            note=f"Change {base + 1} of this record.",
            base_number=base,
            reviewed=Reviewed(reviewer=reviewer, verdict=Verdict.APPROVE, comment="", at=at),
        )


def _short(payload: Payload) -> Payload:
    """At most two sources, all of them seen before the first day, nothing pending."""
    periods = tuple(
        msgspec.structs.replace(
            period,
            sources=tuple(
                msgspec.structs.replace(source, accessed_on=None)
                for source in period.sources[:MOST_SOURCES]
            ),
        )
        for period in payload.periods
    )
    return msgspec.structs.replace(payload, periods=periods, pending=())


def _varied(model: Payload, number: int, day: date, chance: random.Random) -> Payload:
    """The model with other statuses, verified on ``day``; no two revisions of a record are alike."""
    periods = tuple(_restated(period, chance) for period in model.periods)
    return msgspec.structs.replace(
        model,
        periods=periods,
        last_verified=PartialDate(day.isoformat()),
        verified_how="checked",
        notes=f"Revision {number}. {model.notes}"[:400],
    )


def _restated(period: Period, chance: random.Random) -> Period:
    return msgspec.structs.replace(period, status=chance.choice(STATUSES))
