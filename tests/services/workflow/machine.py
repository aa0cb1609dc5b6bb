"""The machine that tries acts and looks at everything after each; ``test_workflow.py`` has the acts."""

import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from unittest import mock

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis.stateful import RuleBasedStateMachine

from legalmap import clock
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid, LegalmapError, Unusable
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker, shipped_topics
from legalmap.services.editing import batches as import_batches
from legalmap.services.editing import suggestions as suggestion_service
from legalmap.services.exporting import formats
from legalmap.services.maintenance import integrity_check
from legalmap.services.people import authentication, totp
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import rounds as round_service
from legalmap.store.engine import Store
from legalmap.store.history import submissions
from legalmap.store.people import accounts as stored_accounts
from legalmap.store.people import second_factors as stored_factors
from tests.build import TODAY
from tests.services.workflow import batches as batch_rules
from tests.services.workflow import invitations, promises, rounds, suggestions
from tests.services.workflow.acts import Act, why_not_review
from tests.services.workflow.promises import Rows
from tests.services.workflow.world import (
    CONTENTS,
    PEOPLE,
    READER,
    REMITS,
    SHIPPED,
    TWO_APPROVALS,
    Spot,
    Thing,
    Work,
    World,
)
from tests.store.build import (
    NOW,
    PASSWORD,
    TOTP_SECRET,
    a_password_hash,
    a_record,
    fresh_code,
    queued,
)

# Each knows what must hold in the rows, whatever was done.
PARTS = (promises, suggestions, batch_rules, rounds, invitations)
# What the database says where it refuses on purpose; a slip of the statement is told otherwise.
ON_PURPOSE = r"(?i)refused|unique|check constraint|foreign key|duplicate key"
# What an act gave, or why it was refused.
Outcome = Any


class Machine(RuleBasedStateMachine):
    """One tracker, five people, and the model of what should be true."""

    fresh: Callable[[], Store]
    seen: Counter[str]

    def __init__(self) -> None:
        """What ships stands at revision 0; nothing else is researched."""
        super().__init__()
        self.world = World()
        self.clock = mock.patch.object(clock, "now", self.now)
        self.clock.start()
        self.store = type(self).fresh()
        self.tracker = self.started()
        self.reader = Reader(self.tracker)
        self.tokens: dict[str, str] = {}
        self.exports: dict[tuple[str, int], str] = {}
        self.looks = 0
        with self.store.writing() as connection:
            for handle in sorted(PEOPLE.keys() - {"ana", "ben", "cleo"}):
                role, hashed = PEOPLE[handle], a_password_hash()
                account_id = stored_accounts.insert(connection, handle, role, hashed, NOW)
                stored_accounts.replace_remits(connection, account_id, REMITS.get(handle, ()))
                if role is not Role.CONTRIBUTOR:
                    stored_factors.set_totp(connection, account_id, TOTP_SECRET, None)
            for spot, content in SHIPPED.items():
                shipped = a_record(connection, spot[1], CONTENTS[content], topic=spot[0])
                self.world.begin(shipped.id, spot, CONTENTS[content])
        self.rows = self.all_rows()

    def teardown(self) -> None:
        """Let go of the database and the clock."""
        self.store.close()
        self.clock.stop()

    def started(self) -> Tracker:
        """A process that has just started: it knows nothing but the database and the topic files."""
        topics = shipped_topics()
        topic = topics[TWO_APPROVALS]
        rules = msgspec.structs.replace(topic.review, two_approvals=True)
        topics[TWO_APPROVALS] = msgspec.structs.replace(topic, review=rules)
        return Tracker(self.store, topics)

    def now(self) -> datetime:
        """What the clock of the machine says, which need not be right."""
        return self.world.now

    def all_rows(self) -> Rows:
        """The database as it is now."""
        with self.store.reading() as connection:
            return promises.rows_of(connection)

    def proposal(self, back: int) -> Work:
        """One of the proposals, counted back from the newest."""
        proposals = self.world.proposals()
        return proposals[-1 - back % len(proposals)]

    def waiting(self, back: int) -> Work:
        """One of those that wait for a verdict, counted back from the newest; any if none does.

        Whether something waits may hang on who won a race, and so must decide about no rule: what
        hypothesis repeats has to draw the same.
        """
        waiting = sorted(self.world.waiting())
        return (
            self.world.works[waiting[-1 - back % len(waiting)]] if waiting else self.proposal(back)
        )

    def genesis_of(self, spot: Spot) -> int:
        """Revision 0 of a record that was made just now."""
        (record,) = (
            row
            for row in self.all_rows()["record"].values()
            if (row.topic, row.jurisdiction_code) == spot
        )
        return int(record.current_revision_id)

    # Trying

    def signed_in(self, handle: str) -> Account | None:
        """The person, if they can sign in: who is disabled cannot, with an old session neither."""
        if handle == READER:
            return None
        session = authentication.signed_in(self.tracker, self.tokens.get(handle, ""))
        if session is None:
            try:
                token = authentication.sign_in(self.tracker, handle, PASSWORD)
            except Invalid:
                assert handle in self.world.away
                return None
            session = authentication.signed_in(self.tracker, token)
            assert session is not None
            if not session.is_complete:
                code = fresh_code(self.store, handle)
                token = totp.prove(self.tracker, session, token, code).token
            self.tokens[handle] = token
            # Signing in is in the log, and is no part of the act that follows.
            self.rows = self.all_rows()
        assert handle not in self.world.away
        return session.account

    def admin(self) -> Account:
        """Dana, who is never away."""
        session = self.signed_in("dana")
        assert session is not None
        return session

    def attempt(self, act: Act) -> None:
        """Try an act: it must be done or refused as the model says, and what is refused changes nothing."""
        actor = self.signed_in(act.by)
        if actor is None and act.by != READER:
            return self.look(f"{act.name} while disabled", changed=False)
        repeated = _is_repeated(act, self.world)
        why_not = "" if repeated else act.why_not(self.world)
        outcome = self._outcome(act, actor)
        assert isinstance(outcome, LegalmapError) == bool(why_not), (act, why_not, outcome)
        if not why_not:
            act.happen(self.world, outcome)
            assert _agrees(self.world, outcome), (act, outcome)
        label = "again" if repeated else why_not or "done"
        return self.look(f"{act.name}: {label}", changed=not why_not and not repeated)

    def _outcome(self, act: Act, actor: Account | None) -> Outcome:
        try:
            return act.do(self.tracker, actor)
        except Unusable:
            raise
        except LegalmapError as error:
            return error

    def race(self, first: Act, second: Act) -> None:
        """Two acts at the same moment come out as if one had come after the other."""
        actors = [self.signed_in(first.by), self.signed_in(second.by)]
        if None in actors:
            return self.look("race while disabled", changed=False)
        gate = Barrier(2)

        def run(act: Act, actor: Account) -> Outcome:
            gate.wait(timeout=30)
            return self._outcome(act, actor)

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(run, (first, second), actors))
        happened = list(zip((first, second), outcomes, strict=True))
        worlds = [self._after(happened), self._after(happened[::-1])]
        possible = [world for world in worlds if world is not None]
        assert possible, f"no order explains {happened}"
        # Of two who take something over at once, the rows tell who came last.
        held = _claims(self.all_rows())
        self.world = next((world for world in possible if world.claims == held), possible[0])
        winners = sum(not isinstance(outcome, LegalmapError) for outcome in outcomes)
        return self.look(f"race: {winners} won", changed=bool(winners))

    def _after(self, happened: list[tuple[Act, Outcome]]) -> World | None:
        """The world if the acts had come one after the other, or None if they cannot have."""
        world = self.world.copy()
        for act, outcome in happened:
            why_not = "" if _is_repeated(act, world) else act.why_not(world)
            if isinstance(outcome, LegalmapError) != bool(why_not):
                return None
            if not why_not:
                act.happen(world, outcome)
                if not _agrees(world, outcome, settled=False):
                    return None
        return world

    def attack(self, statement: str) -> None:
        """Somebody else's program sends SQL: the database refuses by itself."""
        with self.store.engine.connect() as connection, connection.begin() as transaction:
            with pytest.raises(sa.exc.IntegrityError, match=ON_PURPOSE):
                _ = connection.exec_driver_sql(statement).rowcount
            transaction.rollback()

    # Looking

    def look(self, what: str, *, changed: bool) -> None:
        """After a step: the promises hold, in the rows, and in what the product says."""
        type(self).seen[what] += 1
        self.looks += 1
        before, self.rows = self.rows, self.all_rows()
        assert list(promises.changed_history(before, self.rows)) == []
        if not changed:
            assert promises.lasting(self.rows) == promises.lasting(before)
        assert [fault for part in PARTS for fault in part.broken(self.rows)] == []
        assert integrity_check.check(self.tracker) == []
        self._feed_and_queue()
        assert _claims(self.rows) == self.world.claims
        self._intake()
        self._states()
        self._what_readers_see()
        self._what_readers_saw()

    def _feed_and_queue(self) -> None:
        published = [self.rows["publication"][key] for key in sorted(self.rows["publication"])]
        assert [entry.revision_id for entry in published] == self.world.feed
        assert promises.undecided(self.rows) == self.world.waiting()
        with self.store.reading() as connection:
            queue = queued(connection)
        assert {revision.id for revision in queue} == self.world.waiting()

    def _intake(self) -> None:
        """What the desk shows of suggestions, of the round and of a batch, to somebody else each time."""
        handle = sorted(PEOPLE)[self.looks % len(PEOPLE)]
        with self.store.reading() as connection:
            person = stored_accounts.by_handle(connection, handle)
        assert person is not None
        waiting = {
            number for number, suggestion in self.world.suggestions.items() if suggestion.is_open
        }
        listed = suggestion_service.listed(self.tracker, person)
        assert {suggestion.id for suggestion in listed.suggestions} == waiting
        shown = {(due.topic, due.place.code) for due in round_service.due(self.reader)}
        assert shown == rounds.due(self.world)
        batches = sorted(self.world.batches)
        if batches:
            name = batches[self.looks * 7 % len(batches)]
            opened = import_batches.opened(self.tracker, person, name)
            assert tuple(proposal.id for proposal in opened.proposals) == self.world.batches[name]
            assert set(opened.ready) == {
                proposal_id
                for proposal_id in self.world.batches[name]
                if _may_decide(self.world, handle, proposal_id)
            }

    def _states(self) -> None:
        """Somebody else's desk each time: each of their proposals stands where the model says."""
        handle = sorted(PEOPLE)[self.looks % len(PEOPLE)]
        with self.store.reading() as connection:
            person = stored_accounts.by_handle(connection, handle)
            assert person is not None
            proposals = submissions.proposals_of(connection, person.id)
        states = {proposal.id: proposal.state.value for proposal in proposals}
        mine = [work for work in self.world.proposals() if work.by == handle]
        assert states == {work.id: self.world.state(work) for work in mine}

    def _what_readers_see(self) -> None:
        head = self.tracker.heading.now(exact=True)
        assert head == len(self.world.feed)
        for topic in self.tracker.topics:
            edition = self.reader.edition(topic)
            assert {(topic, code): item.payload for code, item in edition.records.items()} == {
                spot: self.world.works[current].payload
                for spot, current in self.world.current.items()
                if spot[0] == topic and self.world.works[current].fate == "published"
            }
            if (topic, head) not in self.exports:
                self.exports[topic, head] = self._export(self.reader, topic, head)

    def _what_readers_saw(self) -> None:
        """7. An export of the past, made by a process that has just started, has the same bytes."""
        (topic, number), known = sorted(self.exports.items())[self.looks * 7 % len(self.exports)]
        assert self._export(Reader(self.started()), topic, number) == known

    def _export(self, reader: Reader, topic: str, number: int) -> str:
        content = formats.render(reader.edition(topic, str(number)), TODAY, "json")
        return hashlib.sha256(content).hexdigest()


def _claims(rows: Rows) -> dict[Thing, tuple[str, datetime]]:
    """Who is at what, until when, in the words of the model."""
    people = {account.id: account.handle for account in rows["account"].values()}
    spots = {key[0]: (row.topic, row.jurisdiction_code) for key, row in rows["record"].items()}
    return {
        (row.kind, spots[row.subject_id] if row.kind == "record" else row.subject_id): (
            people[row.account_id],
            row.expires_at,
        )
        for row in rows["claim"].values()
    }


def _is_repeated(act: Act, world: World) -> bool:
    is_repeated = getattr(act, "is_repeated", None)
    return is_repeated is not None and is_repeated(world)


def _may_decide(world: World, handle: str, work_id: int) -> bool:
    """Whether a proposal waits for the verdict of this person, who has not approved it before."""
    work = world.works[work_id]
    waits = work.fate == "waits" and handle not in work.approvals
    return waits and not why_not_review(handle, work)


def _agrees(world: World, outcome: Outcome, *, settled: bool = True) -> bool:
    """Whether the revisions that an act gave, if any, stand where they should."""
    outcomes = outcome if isinstance(outcome, list) else [outcome]
    return all(
        _stands(world, revision, settled) for revision in outcomes if isinstance(revision, Revision)
    )


def _stands(world: World, revision: Revision, settled: bool) -> bool:
    """Whether a revision has the number, the place in the feed and the state that it should have.

    Of two acts at once neither knows the state after both: ``settled`` is False then.
    """
    work = world.works[revision.id]
    place = world.feed.index(revision.id) + 1 if revision.id in world.feed else None
    same = (revision.number, revision.feed_no) == (work.number, place)
    return same and (not settled or revision.state.value == world.state(work))
