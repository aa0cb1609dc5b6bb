"""The verification round: what is due, taking ten records, giving back, skipping, progress of the month."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

import msgspec

from legalmap import clock
from legalmap.domain.desk import rounds as rules
from legalmap.domain.desk.claims import Claim, claimed
from legalmap.domain.desk.rounds import CLAIM_LIFE, MAX_WHY, SKIP_LIFE, TEN, Due, Progress
from legalmap.domain.errors import Invalid, NotNow
from legalmap.domain.law.payload import problems_of_text
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.due_index import Aged, DueList
from legalmap.services.places import search
from legalmap.services.reading.reader import Reader
from legalmap.store import log
from legalmap.store.desk import claims, rounds
from legalmap.store.desk.rounds import Skip
from legalmap.store.engine import Connection
from legalmap.store.history import feed, records

# How many due records are shown, and how many are examined in one query.
MOST_SHOWN = STEP = 100


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One due record with who is working on it: its claim, its waiting proposal, and recent skips."""

    due: Due
    claim: Claim | None = None
    # Id of a proposal for the record that waits for a verdict.
    proposal: int | None = None
    skips: tuple[Skip, ...] = ()

    def is_open_for(self, actor_id: int) -> bool:
        """Whether this person has claimed it and nothing was sent for it yet."""
        return self.claim is not None and self.claim.account_id == actor_id and not self.proposal

    def is_free_for(self, actor_id: int) -> bool:
        """Whether this person may take it: no claim, no waiting proposal, and not skipped by them."""
        skipped = any(skip.account_id == actor_id for skip in self.skips)
        return self.claim is None and self.proposal is None and not skipped


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did this month; shown to nobody else."""

    sent: int
    published: int
    skipped: int


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """The page of the round. ``standings``: the first MOST_SHOWN of ``total`` due records; ``mine``: those
    this person has claimed.
    """

    standings: list[Standing]
    total: int
    mine: list[Standing]
    progress: Progress
    me: Mine


def overview(
    reader: Reader, actor: Account, *, topic: str | None = None, place: str | None = None
) -> Round:
    """The page of the round for a topic and a place with all below it, None meaning all."""
    require(actor.role, Permission.PROPOSE)
    listed, aged = due(reader, topic=topic, place=place), _all_aged(reader)
    since = _month()
    with reader.tracker.store.reading() as connection:
        now = _Now.of(connection)
        standings = now.standings(connection, islice(listed, MOST_SHOWN))
        own = _own(connection, actor, now, aged)
        sent, published = rounds.verified_by(connection, actor.id, since)
        skipped = rounds.skips(connection, since)
    return Round(
        standings=standings,
        total=len(listed),
        mine=own,
        progress=progress(reader, topic=topic, place=place),
        me=Mine(
            sent=sent,
            published=published,
            skipped=sum(skip.account_id == actor.id for skip in skipped),
        ),
    )


def _month() -> datetime:
    return datetime.combine(clock.today().replace(day=1), datetime.min.time(), UTC)


def due(reader: Reader, *, topic: str | None = None, place: str | None = None) -> DueList:
    """Every record that is due, overdue or never verified, in the order of the round."""
    return DueList(
        [
            (
                aged,
                aged.codes if inside is None else [code for code in aged.codes if code in inside],
            )
            for aged, inside in _asked(reader, topic, place)
        ]
    )


def _asked(
    reader: Reader, topic: str | None, place: str | None
) -> Iterator[tuple[Aged, set[str] | None]]:
    """What is due in each requested topic, with the codes it is limited to; None means no limit."""
    code = search.place(reader.tracker, place).code if place else None
    for name in [topic] if topic else list(reader.tracker.topics):
        aged = _aged(reader, name)
        yield aged, {code, *aged.edition.codes_below(code)} if code else None


def _aged(reader: Reader, topic: str) -> Aged:
    return reader.ageing.of(reader.edition(topic), clock.today())


def _all_aged(reader: Reader) -> dict[str, Aged]:
    """What is due in each topic. To be called before a transaction: never hold two connections."""
    return {topic: _aged(reader, topic) for topic in reader.tracker.topics}


class _Now(msgspec.Struct, frozen=True):
    """Live claims and recent skips, by record id."""

    held: dict[int, Claim]
    skipped: dict[int, list[Skip]]

    @classmethod
    def of(cls, connection: Connection) -> "_Now":
        at = clock.now()
        skipped: dict[int, list[Skip]] = {}
        for skip in rounds.skips(connection, at - SKIP_LIFE):
            skipped.setdefault(skip.record_id, []).append(skip)
        return cls(claims.all_live(connection, "record", at), skipped)

    def standings(self, connection: Connection, records_due: Iterable[Due]) -> list[Standing]:
        """Some due records with who is working on them."""
        items = list(records_due)
        waiting = rounds.waiting_of(connection, [item.record_id for item in items])
        return [
            Standing(
                due=item,
                claim=self.held.get(item.record_id),
                proposal=waiting.get(item.record_id),
                skips=tuple(self.skipped.get(item.record_id, ())),
            )
            for item in items
        ]


def mine(reader: Reader, actor: Account) -> list[Standing]:
    """The records this person has claimed that are still due, in the order of the round."""
    require(actor.role, Permission.PROPOSE)
    aged = _all_aged(reader)
    with reader.tracker.store.reading() as connection:
        return _own(connection, actor, _Now.of(connection), aged)


def _own(
    connection: Connection, actor: Account, now: _Now, aged: dict[str, Aged]
) -> list[Standing]:
    ids = [key for key, claim in now.held.items() if claim.account_id == actor.id]
    own_records = rounds.records_of(connection, ids).values()
    due_records = [aged[topic].due(code) for topic, code in own_records if topic in aged]
    return now.standings(connection, sorted(filter(None, due_records), key=rules.rank))


def progress(reader: Reader, *, topic: str | None = None, place: str | None = None) -> Progress:
    """How many records were due when the month began, and how many of these are fresh now.

    In the month of installation it began with the records as shipped.
    """
    start = _month()
    with reader.tracker.reading() as connection:
        then = max(feed.head_at(connection, start), feed.loaded_until(connection))
    was_due, left = 0, 0
    for aged, inside in _asked(reader, topic, place):
        edition = reader.edition(aged.edition.topic.code, str(then))
        began = reader.ageing.began(edition, start.date())
        began = began if inside is None else began & inside
        was_due += len(began)
        left += len(began.intersection(aged.codes))
    return Progress(since=start.date(), due=was_due, verified=was_due - left)


def take_ten(
    reader: Reader, actor: Account, *, topic: str | None = None, place: str | None = None
) -> int:
    """Claim free records until this person has ten, for a week; gives how many were added.

    Raise NotNow if they have ten already or nothing is free.
    """
    require(actor.role, Permission.PROPOSE)
    candidates, aged = iter(due(reader, topic=topic, place=place)), _all_aged(reader)
    at = clock.now()
    with reader.tracker.store.writing() as connection:
        # Two people who press the button at the same moment get different records.
        records.lock_making(connection)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        now = _Now.of(connection)
        own = _own(connection, actor, now, aged)
        room = TEN - sum(item.is_open_for(actor.id) for item in own)
        if room <= 0:
            raise NotNow(f"You have {TEN} already: work through them first, or give them back.")
        taken = list(islice(_free(connection, actor, now, candidates), room))
        if not taken:
            raise NotNow("Nothing is free here: others are at it, or it waits for review.")
        for item in taken:
            _take(connection, actor, item, at)
    return len(taken)


def _free(
    connection: Connection, actor: Account, now: _Now, candidates: Iterator[Due]
) -> Iterator[Due]:
    """The records this person may take, examined STEP at a time from the top."""
    while step := list(islice(candidates, STEP)):
        yield from (
            item.due for item in now.standings(connection, step) if item.is_free_for(actor.id)
        )


def _take(connection: Connection, actor: Account, due: Due, at: datetime) -> None:
    claim = claimed(actor, due.record_id, at, CLAIM_LIFE)
    claims.put(connection, "record", claim)
    data = {"held_by": claim.handle, "until": f"{claim.expires_at:%Y-%m-%d}"}
    _log(connection, actor, "claim", (due.record_id, due.topic, due.place.code), at, **data)


def give_back(reader: Reader, actor: Account) -> int:
    """Give back all records one has claimed; gives how many."""
    require(actor.role, Permission.PROPOSE)
    at = clock.now()
    with reader.tracker.store.writing() as connection:
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        all_claims = claims.all_live(connection, "record", at)
        own_ids = [
            record_id for record_id, claim in all_claims.items() if claim.account_id == actor.id
        ]
        for record_id, (topic, code) in rounds.records_of(connection, own_ids).items():
            claims.drop(connection, "record", record_id, actor.id)
            _log(connection, actor, "unclaim", (record_id, topic, code), at)
    return len(own_ids)


def skip(tracker: Tracker, actor: Account, topic: str, code: str, why: str) -> None:
    """Give one record back, saying why one could not verify it; raise NotNow if it is not claimed."""
    require(actor.role, Permission.PROPOSE)
    needed = "Say why: a dead link, a language you do not read, a law you cannot find."
    problems = problems_of_text("why", why, MAX_WHY, needed=needed)
    place = search.place(tracker, code)
    at = clock.now()
    with tracker.store.writing() as connection:
        record = records.find(connection, topic, place.code, lock=True)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        claims_by_id = claims.live(connection, "record", [record.id], at) if record else {}
        if record is None or not _is_own(claims_by_id.get(record.id), actor):
            raise NotNow("You do not have this record any more: somebody else can take it.")
        # Only now: somebody who lost the record needs no advice on the reason.
        Invalid.if_any(problems)
        claims.drop(connection, "record", record.id, actor.id)
        _log(connection, actor, "skip", (record.id, topic, place.code), at, why=why.strip())


def _is_own(claim: Claim | None, actor: Account) -> bool:
    return claim is not None and claim.account_id == actor.id


def _log(
    connection: Connection,
    actor: Account,
    action: str,
    subject: tuple[int, str, str],
    at: datetime,
    **data: str,
) -> None:
    """Log an act on a record; ``subject``: its id, topic and place code."""
    record_id, topic, code = subject
    data |= {"topic": topic, "jurisdiction": code}
    log.append(connection, actor, action, ("record", record_id, f"{topic}/{code}"), at, **data)
