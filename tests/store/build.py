"""Builders of stored things: a small tree of places, four people, records in any state."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher

from legalmap import clock
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.queue import QueueFilter
from legalmap.domain.desk.revisions import Revision, RevisionKind
from legalmap.domain.events import Event, Filter
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import first_load
from legalmap.store import log, places, schema
from legalmap.store.desk import queue
from legalmap.store.engine import Connection, Store
from legalmap.store.history import feed, records, submissions
from legalmap.store.people import accounts, second_factors
from legalmap.store.tables import metadata
from tests.build import a_payload, a_period

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
# Of every moderator here; ``fresh_code`` makes codes of it.
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PEOPLE = {"ana": Role.CONTRIBUTOR, "ben": Role.MODERATOR, "cleo": Role.MODERATOR}
ZIPS = [("34230", ["us-fl-sarasota-county"]), ("36602", ["us-al-mobile-county"])]


def minutes(count: float) -> datetime:
    """The instant ``count`` minutes after NOW."""
    return NOW + timedelta(minutes=count)


def a_row(code: str, kind: str, name: str, parent: str | None = None, **more: Any) -> dict:
    """One jurisdiction as ``places.fill`` takes it."""
    nothing = dict.fromkeys(("county", "iso", "fips", "lat", "lon"))
    words = {"called": "", "law": "", "note": "", "aliases": []}
    plain = {"county_code": "", "counties": (), "part_of": None, "time_zone": None}
    named = {"code": code, "kind": kind, "name": name, "parent": parent}
    return {**named, **nothing, **words, **plain, **more}


PLACES = [
    a_row("us", "country", "United States", iso="US"),
    a_row("th", "country", "Thailand", iso="TH"),
    a_row("cn", "country", "China", iso="CN"),
    a_row("hk", "territory", "Hong Kong", "cn", iso="HK", law="own", aliases=["cn-hk"]),
    a_row("us-pr", "territory", "Puerto Rico", "us", iso="US-PR", fips="72", aliases=["pr"]),
    a_row("us-al", "state", "Alabama", "us", iso="US-AL", fips="01"),
    a_row("us-ca", "state", "California", "us", iso="US-CA", fips="06"),
    a_row("us-fl", "state", "Florida", "us", iso="US-FL", fips="12"),
    a_row("us-wv", "state", "West Virginia", "us", iso="US-WV", fips="54"),
    a_row("us-al-mobile-county", "county", "Mobile County", "us-al", fips="01097"),
    a_row("us-ca-san-diego-county", "county", "San Diego County", "us-ca", fips="06073"),
    a_row("us-fl-sarasota-county", "county", "Sarasota County", "us-fl", fips="12115"),
    a_row("us-al-mobile", "city", "Mobile", "us-al", county="us-al-mobile-county", fips="0150000"),
    a_row(
        "us-ca-san-diego",
        "city",
        "San Diego",
        "us-ca",
        county="us-ca-san-diego-county",
        fips="0666000",
    ),
    a_row(
        "us-fl-sarasota",
        "city",
        "Sarasota",
        "us-fl",
        county="us-fl-sarasota-county",
        fips="1264175",
        lat=27.338,
        lon=-82.544,
    ),
]

BANNED = a_payload(a_period("2016-05", "banned"))
REGULATED = a_payload(a_period("2020", "regulated"))


# argon2 is slow on purpose, which is of use against thieves only.
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def a_password_hash() -> str:
    """The hash of PASSWORD."""
    return CHEAP_HASHER.hash(PASSWORD)


def seed(url: str) -> None:
    """Make the tables and put in the places, the ZIP codes and the people; no record."""
    store = Store(url)
    schema.migrate(store)
    with store.writing() as connection:
        places.fill(connection, PLACES)
        places.fill_zips(connection, ZIPS)
        accounts.insert(connection, SYSTEM_HANDLE, Role.ADMIN, None, NOW)
        add_people(connection)
    store.close()


def fill_shipped(url: str) -> None:
    """Everything data/ holds, and the people; one more contributor, for edits that collide."""
    store = Store(url)
    first_load.initialise(Tracker(store))
    with store.writing() as connection:
        add_people(connection)
        accounts.insert(connection, "dora", Role.CONTRIBUTOR, a_password_hash(), NOW)
    store.close()


def add_people(connection: Connection) -> None:
    """The three people of every test database; all have PASSWORD, moderators TOTP_SECRET too."""
    for handle, role in PEOPLE.items():
        account_id = accounts.insert(connection, handle, role, a_password_hash(), NOW)
        if role is not Role.CONTRIBUTOR:
            second_factors.set_totp(connection, account_id, TOTP_SECRET, None)


def fresh_code(store: Store, handle: str) -> str:
    """The code that the app of a moderator shows now, as if none had been taken before."""
    with store.writing() as connection:
        second_factors.set_totp(connection, person(connection, handle).id, TOTP_SECRET, None)
    return pyotp.TOTP(TOTP_SECRET).at(clock.now())


def person(connection: Connection, handle: str) -> Account:
    """One of the people that every test database has."""
    account = accounts.by_handle(connection, handle)
    assert account is not None, handle
    return account


def refreshed(connection: Connection, revision: Revision) -> Revision:
    """The same revision as the database has it now."""
    return _revision(connection, revision.id)


def _revision(connection: Connection, revision_id: int) -> Revision:
    revision = records.revision_by_id(connection, revision_id)
    assert revision is not None
    return revision


def an_unresearched_record(
    connection: Connection, code: str = "us-al", topic: str = "kratom"
) -> Revision:
    """A record at revision 0, "not researched", which is in no feed."""
    system = person(connection, SYSTEM_HANDLE)
    ids = records.insert_record(connection, topic, code, NOT_RESEARCHED, system.id, NOW)
    records.point_to_genesis(connection, *ids)
    return _revision(connection, ids[1])


def a_record(
    connection: Connection,
    code: str = "us-al",
    payload: Payload | None = None,
    *,
    topic: str = "kratom",
    at: datetime = NOW,
) -> Revision:
    """A record whose revision 0 is published, as what ships in data/ is; gives that revision."""
    system = person(connection, SYSTEM_HANDLE)
    content = a_payload() if payload is None else payload
    ids = records.insert_record(connection, topic, code, content, system.id, at)
    records.point_to_genesis(connection, *ids)
    feed.publish(connection, _revision(connection, ids[1]), None, at)
    return _revision(connection, ids[1])


def a_proposal(
    connection: Connection,
    base: Revision,
    payload: Payload | None = None,
    *,
    by: str = "ana",
    kind: RevisionKind = "edit",
    note: str = "It was banned.",
    reworks: Revision | None = None,
    submitted: bool = True,
    at: datetime = NOW,
) -> Revision:
    """A revision on ``base``, waiting for review unless it is not ``submitted``."""
    author = person(connection, by)
    revision_id = records.insert_revision(
        connection,
        base.record_id,
        a_payload(a_period("2020", "banned")) if payload is None else payload,
        author.id,
        at,
        kind=kind,
        note=note,
        base_id=base.id,
        reworks_id=reworks.id if reworks else None,
    )
    if submitted:
        submissions.submit(connection, revision_id, author.id, at)
    return _revision(connection, revision_id)


def a_review(
    connection: Connection,
    proposal: Revision,
    *,
    by: str = "ben",
    verdict: Verdict = Verdict.APPROVE,
    comment: str = "",
    at: datetime = NOW,
) -> int:
    """A verdict on a proposal, without its consequences; gives the id of the review."""
    reviewer = person(connection, by)
    return submissions.insert_review(connection, proposal, reviewer.id, verdict, comment, at)


def approved(
    connection: Connection, proposal: Revision, *, by: str = "ben", at: datetime = NOW
) -> int:
    """Review a proposal and publish it; gives the feed number."""
    review_id = a_review(connection, proposal, by=by, at=at)
    return feed.publish(connection, proposal, review_id, at)


def a_publication(
    connection: Connection, base: Revision, payload: Payload | None = None, *, at: datetime = NOW
) -> Revision:
    """A proposal by ana that ben approved; gives the published revision."""
    proposal = a_proposal(connection, base, payload, at=at)
    approved(connection, proposal, at=at)
    return refreshed(connection, proposal)


def queued(connection: Connection) -> list[Revision]:
    """What waits for a verdict, the oldest first, as a page of the queue finds it."""
    someone = person(connection, "ana")
    marks = queue.page(connection, QueueFilter(order="age"), someone, NOW, after=None, limit=1_000)
    proposals = records.revisions_by_id(connection, [mark.revision_id for mark in marks])
    return [proposals[mark.revision_id] for mark in marks]


def events_of(connection: Connection, kind: str, number: int) -> list[Event]:
    """What the log says of one thing, the oldest first."""
    return log.newest(connection, 1_000, Filter(kind=kind, subject=str(number)))[::-1]


def numbers(connection: Connection, topic: str | None = None) -> list[int]:
    """The numbers of the whole feed."""
    return [entry.feed_no for entry in feed.entries(connection, 0, 1000, topic=topic)]


def three_records(connection: Connection) -> None:
    """Feed: 1 us-al, 2 us-fl, 3 us-al again, 4 us-fl of another topic, a minute apart."""
    alabama = a_record(connection, "us-al", at=minutes(1))
    a_record(connection, "us-fl", REGULATED, at=minutes(2))
    a_publication(connection, alabama, BANNED, at=minutes(3))
    a_record(connection, "us-fl", topic="7-oh", at=minutes(4))


@contextmanager
def counted_queries(store: Store) -> Iterator[list[str]]:
    """The SQL statements that are sent within the block, without BEGIN and COMMIT."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            sent.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)


def contents(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table: to show that something changed nothing."""
    return {
        table.name: sorted(str(tuple(row)) for row in connection.execute(sa.select(table)))
        for table in metadata.sorted_tables
    }
