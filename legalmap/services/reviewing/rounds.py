"""The verification round: what is due, taking ten of it, working through them, and the month so far."""

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

# Of the list so many are shown, and looked at in one step.
MOST_SHOWN = STEP = 100


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the list with what people do about it just now."""

    due: Due
    claim: Claim | None = None
    # A proposal for it that waits for a verdict.
    proposal: int | None = None
    skips: tuple[Skip, ...] = ()

    def is_open_for(self, actor_id: int) -> bool:
        """Whether this person has it and has not sent anything for it."""
        return self.claim is not None and self.claim.account_id == actor_id and not self.proposal

    def is_free_for(self, actor_id: int) -> bool:
        """Whether somebody may take it: nobody is at it, nothing waits, they did not skip it."""
        skipped = any(skip.account_id == actor_id for skip in self.skips)
        return self.claim is None and self.proposal is None and not skipped


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did this month, told to nobody else."""

    sent: int
    published: int
    skipped: int


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """The first of the list in its order, the ones this person has, and how the month stands.

    ``total``: how many are due.
    """

    standings: list[Standing]
    total: int
    mine: list[Standing]
    progress: Progress
    me: Mine


def overview(
    reader: Reader, actor: Account, *, topic: str | None = None, place: str | None = None
) -> Round:
    """What is due now of a topic and below a place; the same number of queries whatever there is."""
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
    """Every record that is due, overdue or was never verified, in the order of the round."""
    return DueList(
        [
            (aged, aged.codes if inside is None else [c for c in aged.codes if c in inside])
            for aged, inside in _asked(reader, topic, place)
        ]
    )


def _asked(
    reader: Reader, topic: str | None, place: str | None
) -> Iterator[tuple[Aged, set[str] | None]]:
    """What is due of each topic asked about, and the places it is asked for; None: for all."""
    code = search.place(reader.tracker, place).code if place else None
    for name in [topic] if topic else list(reader.tracker.topics):
        aged = _aged(reader, name)
        yield aged, {code, *aged.edition.codes_below(code)} if code else None


def _aged(reader: Reader, topic: str) -> Aged:
    return reader.ageing.of(reader.edition(topic), clock.today())


def _all_aged(reader: Reader) -> dict[str, Aged]:
    """Of each topic. Asked for before a transaction: who holds one waits for no second connection."""
    return {topic: _aged(reader, topic) for topic in reader.tracker.topics}


class _Now(msgspec.Struct, frozen=True):
    """Who is at which records, and who skipped which, by the ids of the records."""

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
        """Some records of the list with what people do about them."""
        some = list(records_due)
        waiting = rounds.waiting_of(connection, [item.record_id for item in some])
        return [
            Standing(
                due=item,
                claim=self.held.get(item.record_id),
                proposal=waiting.get(item.record_id),
                skips=tuple(self.skipped.get(item.record_id, ())),
            )
            for item in some
        ]


def mine(reader: Reader, actor: Account) -> list[Standing]:
    """The records somebody has that are due still, in the order of the round."""
    require(actor.role, Permission.PROPOSE)
    aged = _all_aged(reader)
    with reader.tracker.store.reading() as connection:
        return _own(connection, actor, _Now.of(connection), aged)


def _own(
    connection: Connection, actor: Account, now: _Now, aged: dict[str, Aged]
) -> list[Standing]:
    ids = [key for key, claim in now.held.items() if claim.account_id == actor.id]
    where = rounds.records_of(connection, ids).values()
    due_records = [aged[topic].due(code) for topic, code in where if topic in aged]
    return now.standings(connection, sorted(filter(None, due_records), key=rules.rank))


def progress(reader: Reader, *, topic: str | None = None, place: str | None = None) -> Progress:
    """What was due when the month began, and what of it is fresh now.

    Before anything was edited the month began with what ships.
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
    """Have ten records for a week, the first that are free; gives how many came to those one has."""
    require(actor.role, Permission.PROPOSE)
    wanted, aged = iter(due(reader, topic=topic, place=place)), _all_aged(reader)
    at = clock.now()
    with reader.tracker.store.writing() as connection:
        # Two who press at once are given different ones.
        records.lock_making(connection)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        now = _Now.of(connection)
        own = _own(connection, actor, now, aged)
        room = TEN - sum(item.is_open_for(actor.id) for item in own)
        if room <= 0:
            raise NotNow(f"You have {TEN} already: work through them first, or give them back.")
        taken = list(islice(_free(connection, actor, now, wanted), room))
        if not taken:
            raise NotNow("Nothing is free here: others are at it, or it waits for review.")
        for item in taken:
            _take(connection, actor, item, at)
    return len(taken)


def _free(
    connection: Connection, actor: Account, now: _Now, wanted: Iterator[Due]
) -> Iterator[Due]:
    """What somebody may take, looked for in steps from the top."""
    while some := list(islice(wanted, STEP)):
        yield from (
            item.due for item in now.standings(connection, some) if item.is_free_for(actor.id)
        )


def _take(connection: Connection, actor: Account, due: Due, at: datetime) -> None:
    made = claimed(actor, due.record_id, at, CLAIM_LIFE)
    claims.put(connection, "record", made)
    data = {"held_by": made.handle, "until": f"{made.expires_at:%Y-%m-%d}"}
    _log(connection, actor, "claim", (due.record_id, due.topic, due.place.code), at, **data)


def give_back(reader: Reader, actor: Account) -> int:
    """Leave everything one has to others; gives how many that were."""
    require(actor.role, Permission.PROPOSE)
    at = clock.now()
    with reader.tracker.store.writing() as connection:
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        held = claims.all_live(connection, "record", at)
        own = [key for key, claim in held.items() if claim.account_id == actor.id]
        for key, (topic, code) in rounds.records_of(connection, own).items():
            claims.drop(connection, "record", key, actor.id)
            _log(connection, actor, "unclaim", (key, topic, code), at)
    return len(own)


def skip(tracker: Tracker, actor: Account, topic: str, code: str, why: str) -> None:
    """Leave one record to others and say why one could not verify it."""
    require(actor.role, Permission.PROPOSE)
    needed = "Say why: a dead link, a language you do not read, a law you cannot find."
    problems = problems_of_text("why", why, MAX_WHY, needed=needed)
    place = search.place(tracker, code)
    at = clock.now()
    with tracker.store.writing() as connection:
        record = records.find(connection, topic, place.code, lock=True)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        held = claims.live(connection, "record", [record.id], at) if record else {}
        if record is None or not _is_own(held.get(record.id), actor):
            raise NotNow("You do not have this record any more: somebody else can take it.")
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
    """``subject``: the id of the record, its topic and place."""
    record_id, topic, code = subject
    data |= {"topic": topic, "jurisdiction": code}
    log.append(connection, actor, action, ("record", record_id, f"{topic}/{code}"), at, **data)
