"""Random people do random things in a random order; after every step the promises of the design hold.

A model (``workflow/world.py``) knows which acts must be done and which must be refused: those of the
edit form and of review, here, and those by which all else comes in (``workflow/intake.py``). The bare
rows of the database are examined after each (``workflow/promises.py``); the product is only asked
to agree. What somebody does in raw SQL (``workflow/attacks.py``) is refused by the database itself.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from legalmap.domain.desk.moderation import Verdict
from legalmap.services.editing import drafts
from legalmap.services.people import admins as people_services
from legalmap.store.engine import Store
from tests.depth import examples
from tests.services.workflow import attacks
from tests.services.workflow.acts import Decide, Propose, Remark, Take, Verify, Withdraw
from tests.services.workflow.intake import Intake
from tests.services.workflow.world import CONTENTS, PEOPLE, SPOTS, UNSOUND, Spot
from tests.store.build import NOW

# At least 1,000 steps on each database.
EXAMPLES, STEPS = examples(12), 100
LINKS = ("https://law.example/act", "https://news.example/act", "https://elsewhere.example/")
EARLIEST, LATEST = NOW - timedelta(days=14), NOW + timedelta(days=60)
people = st.sampled_from(sorted(PEOPLE))
moderators = st.sampled_from(["ben", "cleo", "otto", "dana"])
spots = st.sampled_from(SPOTS)
verdicts = st.sampled_from(list(Verdict))
sound = st.sampled_from(sorted(CONTENTS.keys() - UNSOUND))
# How far back from the newest proposal.
backs = st.integers(0, 9)


def has_proposals(machine: Intake) -> bool:
    """Whether there is anything to decide, withdraw or take over."""
    return bool(machine.world.proposals())


class Workflow(Intake):
    """What can happen besides the intake. Each rule is one step."""

    @rule(
        by=people,
        spot=spots,
        content=st.sampled_from(sorted(CONTENTS)),
        behind=st.sampled_from([0, 0, 0, 0, 1, 2, -1]),
        note=st.sampled_from(["A law."] * 6 + [" "]),
    )
    def propose(self, by: str, spot: Spot, content: str, behind: int, note: str) -> None:
        """On the current base mostly, sometimes on an old one, or on one that is not there yet."""
        base = self.world.stands_at(spot)[0] - behind
        good = content not in UNSOUND
        self.attempt(Propose(by, spot, CONTENTS[content], base, sound=good, note=note))

    @precondition(has_proposals)
    @rule(by=people, back=backs, content=sound)
    def rework(self, by: str, back: int, content: str) -> None:
        """Their own proposal or that of somebody else, in whatever state it is."""
        earlier = self.proposal(back)
        number, _ = self.world.stands_at(earlier.spot)
        self.attempt(Propose(by, earlier.spot, CONTENTS[content], number, reworks=earlier))

    @precondition(has_proposals)
    @rule(by=people, spot=spots, back=backs)
    def rework_across_records(self, by: str, spot: Spot, back: int) -> None:
        """Work of one record cannot be taken over into another."""
        number, _ = self.world.stands_at(spot)
        earlier = self.proposal(back)
        self.attempt(Propose(by, spot, CONTENTS["noted"], number, reworks=earlier))

    @precondition(has_proposals)
    @rule(by=people, moderator=st.sampled_from(["ben", "cleo", "dana"]), back=backs, content=sound)
    def rework_while_reviewed(self, by: str, moderator: str, back: int, content: str) -> None:
        """Somebody takes a proposal for review, and then somebody sends a version of it."""
        work = self.waiting(back)
        self.attempt(Take(moderator, work, over=True))
        number, _ = self.world.stands_at(work.spot)
        self.attempt(Propose(by, work.spot, CONTENTS[content], number, reworks=work))

    @precondition(has_proposals)
    @rule(moderator=st.sampled_from(["ben", "cleo", "dana"]), back=backs, content=sound)
    def bar_a_reviewer(self, moderator: str, back: int, content: str) -> None:
        """An author whose work is being reviewed takes up something that its reviewer began."""
        work = self.waiting(back)
        spot, (number, _) = work.spot, self.world.stands_at(work.spot)
        self.attempt(Take(moderator, work, over=True))
        began = [one for one in self.world.proposals() if one.spot == spot]
        theirs = [one for one in began if moderator in one.authors]
        earlier = theirs[-1] if theirs else work
        self.attempt(Propose(work.by, spot, CONTENTS[content], number, reworks=earlier))

    @rule(by=people, spot=spots, opened=st.frozensets(st.sampled_from(LINKS)))
    def verify(self, by: str, spot: Spot, opened: frozenset[str]) -> None:
        """Checked, nothing changed."""
        self.attempt(Verify(by, spot, self.world.stands_at(spot)[0], opened))

    @rule(by=people, back=backs)
    def revert(self, by: str, back: int) -> None:
        """Back to what was published once: a proposal like any other."""
        feed = self.world.feed
        earlier = self.world.works[feed[-1 - back % len(feed)]]
        number, _ = self.world.stands_at(earlier.spot)
        self.attempt(Propose(by, earlier.spot, earlier.payload, number, kind="revert"))

    @precondition(has_proposals)
    @rule(by=people, back=backs)
    def approve(self, by: str, back: int) -> None:
        """As most reviews go."""
        self.attempt(Decide(by, self.proposal(back), Verdict.APPROVE))

    @precondition(has_proposals)
    @rule(
        moderator=st.sampled_from(["ben", "cleo", "dana"]),
        back=backs,
        verdict=st.sampled_from([Verdict.APPROVE] * 4 + list(Verdict)),
    )
    def review(self, moderator: str, back: int, verdict: Verdict) -> None:
        """By a moderator who may, of something that waits: mostly it can be done."""
        work = self.waiting(back)
        others = [handle for handle in ("cleo", "dana", "ben") if handle not in work.authors]
        by = moderator if moderator not in work.authors else (others or [moderator])[0]
        self.attempt(Decide(by, work, verdict))

    @precondition(has_proposals)
    @rule(
        by=people,
        back=backs,
        verdict=verdicts,
        comment=st.sampled_from(["Seen.", ""]),
        saw_it=st.booleans(),
        complete=st.booleans(),
    )
    def decide(
        self, by: str, back: int, verdict: Verdict, comment: str, saw_it: bool, complete: bool
    ) -> None:
        """With or without a reason, of what was seen or of something else."""
        self.attempt(Decide(by, self.proposal(back), verdict, comment, saw_it, complete))

    @precondition(has_proposals)
    @rule(by=people, back=backs, over=st.booleans())
    def take(self, by: str, back: int, over: bool) -> None:
        """A courtesy that expires: it neither lets anybody decide nor keeps anybody from it.

        Only who wants to rework it waits.
        """
        self.attempt(Take(by, self.proposal(back), over))

    @precondition(has_proposals)
    @rule(by=people, back=backs, text=st.sampled_from(["Since when?", "See page 3.", " "]))
    def remark(self, by: str, back: int, text: str) -> None:
        """Anybody with an account, about anything that was ever sent."""
        self.attempt(Remark(by, self.proposal(back), text))

    @precondition(has_proposals)
    @rule(by=people, back=backs)
    def withdraw(self, by: str, back: int) -> None:
        """Their own, or somebody else's."""
        self.attempt(Withdraw(by, self.proposal(back)))

    @rule(by=people, spot=spots, kept=st.booleans())
    def draft(self, by: str, spot: Spot, kept: bool) -> None:
        """A draft makes the record it is for, and nothing else that lasts; or it is thrown away."""
        actor = self.signed_in(by)
        number, _ = self.world.stands_at(spot)
        if actor is not None and kept:
            drafts.save(self.tracker, actor, *spot, base_number=number, form="{}")
            if spot not in self.world.current:
                self.world.begin(self.genesis_of(spot), spot)
        elif actor is not None:
            drafts.discard(self.tracker, actor, *spot)
        self.look("draft", changed=True)

    @rule(
        handle=st.sampled_from(sorted(PEOPLE.keys() - {"dana"})),
        hours=st.sampled_from([0, 0, 0, 1, 1, 13, 30, -2, -30]),
    )
    def meanwhile(self, handle: str, hours: int) -> None:
        """The clock of the machine goes on, or back; an account is closed, or opened again."""
        then = self.world.now + timedelta(hours=hours)
        self.world.now = min(max(then, EARLIEST), LATEST)
        if not hours and not self.world.away:
            self._send_away(handle)
        elif self.world.away:
            people_services.enable(self.tracker, self.admin(), self.world.away.pop())
        self.look("clock" if hours else "come or go", changed=True)

    def _send_away(self, handle: str) -> None:
        """In the middle of whatever they are doing: mostly somebody who is at something."""
        busy = sorted({who for who, _ in self.world.claims.values()} - {"dana"})
        gone = next(iter(busy), handle)
        people_services.disable(self.tracker, self.admin(), gone)
        self.world.send_away(gone)

    @rule(attack=st.sampled_from(attacks.ATTACKS))
    def raw_sql(self, attack: tuple[str, str]) -> None:
        """Past all services."""
        says, statement = attack
        aimed = attacks.aimed(statement, self.rows)
        if aimed is not None:
            self.attack(aimed)
        self.look(f"attack: {says if aimed else 'nothing to aim at'}", changed=False)

    @precondition(has_proposals)
    @rule(one=st.tuples(moderators, backs, verdicts), other=st.tuples(moderators, backs, verdicts))
    def decide_at_once(
        self, one: tuple[str, int, Verdict], other: tuple[str, int, Verdict]
    ) -> None:
        """Two verdicts on one proposal, or on two of one base."""
        acts = [Decide(by, self.proposal(back), verdict) for by, back, verdict in (one, other)]
        self.race(*acts)

    @precondition(has_proposals)
    @rule(by=moderators, back=backs)
    def withdraw_and_approve_at_once(self, by: str, back: int) -> None:
        """The author thinks again while the reviewer decides."""
        work = self.proposal(back)
        self.race(Withdraw(work.by, work), Decide(by, work, Verdict.APPROVE))

    @precondition(has_proposals)
    @rule(by=moderators, author=people, back=backs)
    def edit_and_approve_at_once(self, by: str, author: str, back: int) -> None:
        """An edit arrives while its base moves away."""
        work = self.proposal(back)
        number, _ = self.world.stands_at(work.spot)
        edit = Propose(author, work.spot, CONTENTS["noted"], number)
        self.race(edit, Decide(by, work, Verdict.APPROVE))

    @rule(one=people, other=people, spot=spots)
    def propose_at_once(self, one: str, other: str, spot: Spot) -> None:
        """Two first proposals for a place must not make two records of it."""
        number, _ = self.world.stands_at(spot)
        edits = [Propose(by, spot, CONTENTS["banned"], number) for by in (one, other)]
        self.race(*edits)


@pytest.fixture
def fresh(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Gives a database with places and people, another one each time."""
    if dialect == "postgresql":
        copy = request.getfixturevalue("postgres_copy")
        return lambda: Store(copy.refilled())
    template = request.getfixturevalue("sqlite_template")

    def copied() -> Store:
        for file in tmp_path.glob("workflow.sqlite*"):
            file.unlink()
        return Store(f"sqlite:///{shutil.copyfile(template, tmp_path / 'workflow.sqlite')}")

    return copied


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.both_databases
def test_the_promises_hold_whatever_people_do(fresh: Callable[[], Store]) -> None:
    machine = type("Workflow", (Workflow,), {"fresh": staticmethod(fresh), "seen": Counter()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            # Shrinking takes minutes, each try being a database of its own. Add it to look closer.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    for what, times in sorted(machine.seen.items()):
        print(f"{times:5} {what}")
    assert machine.seen.total() >= 1_000
