"""What people do: each act knows when it should be refused, how it is done, and what follows from it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import msgspec

from legalmap.domain.desk.discussion import MAX_REMARK
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.payload import Payload
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, verification
from legalmap.services.editing.proposals import Proposal
from legalmap.services.reviewing import claims, remarks, review
from tests.services.workflow.world import PEOPLE, REMITS, Spot, Work, World, too_early

# Of each verdict, what becomes of the proposal.
FATES = {
    Verdict.APPROVE: "published",
    Verdict.REJECT: "rejected",
    Verdict.REQUEST_CHANGES: "changes-requested",
}


class Act(Protocol):
    """One thing somebody tries."""

    by: str

    @property
    def name(self) -> str:
        """What it is called in the count of steps."""

    def why_not(self, world: World) -> str:
        """Why it must be refused, or nothing if it must be done."""

    def do(self, tracker: Tracker, actor: Account) -> Any:
        """Try it."""

    def happen(self, world: World, made: Any) -> None:
        """What is different once it was done."""


@dataclass(frozen=True)
class Propose:
    """Somebody sends an edit that began at a revision."""

    by: str
    spot: Spot
    payload: Payload
    base_number: int
    sound: bool = True
    note: str = "A law."
    kind: str = "edit"
    reworks: Work | None = None
    suggestion: int | None = None

    @property
    def name(self) -> str:
        """In the count of steps."""
        of_what = "a rework" if self.reworks else "a suggestion" if self.suggestion else ""
        return f"{self.kind}{' of ' if of_what else ''}{of_what}"

    def why_not(self, world: World) -> str:
        """Bad content, an old base, nothing new, a stranger's earlier work, or sent twice."""
        number, published = world.stands_at(self.spot)
        if not self.sound or too_early(self.payload, world.now.date()) or not self.note.strip():
            return "something in it breaks a rule"
        if self.base_number != number:
            return "the record moved on"
        if self.payload == published:
            return "it changes nothing"
        if self.reworks and self.reworks.spot != self.spot:
            return "it takes over work of another record"
        if self.suggestion and world.suggestions[self.suggestion].spot != self.spot:
            return "it answers a suggestion for another record"
        why = world.why_not_rework(self.by, self.reworks.id) if self.reworks else ""
        return why or ("it was sent already" if self._is_there(world) else "")

    def _is_there(self, world: World) -> bool:
        sent = (self.by, self.spot, world.current.get(self.spot), self.payload, "waits")
        return any(
            (work.by, work.spot, work.base, work.payload, work.fate) == sent
            for work in world.works.values()
        )

    def do(self, tracker: Tracker, actor: Account) -> Revision:
        """Through the service of the edit form."""
        proposal = Proposal(
            topic=self.spot[0],
            jurisdiction=self.spot[1],
            base_number=self.base_number,
            payload=self.payload,
            note=self.note,
            kind=self.kind,
            reworks_id=self.reworks.id if self.reworks else None,
            suggestion_id=self.suggestion,
        )
        return proposals.submit(tracker, actor, proposal)

    def happen(self, world: World, made: Revision | None) -> None:
        """It waits; a place that had no record has revision 0 now, "not researched"."""
        assert made is not None
        arrive(world, made, self)


def arrive(world: World, made: Revision, sent: Propose) -> None:
    """A proposal waits for review, and has answered the suggestion it began with."""
    spot = sent.spot
    if spot not in world.current:
        assert made.base_id is not None
        world.begin(made.base_id, spot)
    earlier = world.works[sent.reworks.id] if sent.reworks else None
    # What was published is everybody's.
    taken = earlier if earlier and earlier.fate != "published" else None
    world.works[made.id] = Work(
        id=made.id,
        spot=spot,
        number=1 + max(work.number for work in world.works.values() if work.spot == spot),
        base=world.current[spot],
        by=sent.by,
        authors=(taken.authors if taken else frozenset()) | {sent.by},
        payload=sent.payload,
        sha256=made.payload_sha256,
        reworks=taken.id if taken else None,
    )
    if sent.suggestion is not None:
        world.answer(sent.suggestion, "proposed")


@dataclass(frozen=True)
class Verify:
    """Somebody says that the sources still say what the record says."""

    by: str
    spot: Spot
    base_number: int
    opened: frozenset[str]

    @property
    def name(self) -> str:
        """In the count of steps."""
        return "verify"

    def _verified(self, world: World) -> Payload:
        _, payload = world.stands_at(self.spot)
        today = world.now.date()
        periods = tuple(
            msgspec.structs.replace(
                period,
                sources=tuple(
                    msgspec.structs.replace(source, accessed_on=today)
                    if source.url in self.opened
                    else source
                    for source in period.sources
                ),
            )
            for period in payload.periods
        )
        return msgspec.structs.replace(
            payload,
            periods=periods,
            last_verified=PartialDate(today.isoformat()),
            verified_how="checked",
        )

    def _as_proposal(self, world: World) -> Propose:
        payload = self._verified(world)
        return Propose(self.by, self.spot, payload, self.base_number, kind="verify")

    def why_not(self, world: World) -> str:
        """Nothing was opened, or what makes any proposal impossible."""
        number, payload = world.stands_at(self.spot)
        if self.base_number != number:
            return "the record moved on"
        known = {source.url for period in payload.periods for source in period.sources}
        if not known & self.opened:
            return "no source was opened"
        return self._as_proposal(world).why_not(world)

    def do(self, tracker: Tracker, actor: Account) -> Revision:
        """Through the service of the verify page."""
        topic, code = self.spot
        return verification.propose(
            tracker,
            actor,
            topic,
            code,
            base_number=self.base_number,
            opened=set(self.opened),
            note="",
        )

    def happen(self, world: World, made: Revision | None) -> None:
        """A proposal like any other waits."""
        self._as_proposal(world).happen(world, made)


def why_not_review(by: str, work: Work) -> str:
    """Why somebody cannot review a proposal, whatever state it is in."""
    if PEOPLE[by] is Role.CONTRIBUTOR:
        return "only moderators decide"
    if by in work.authors:
        return "nobody reviews their own work"
    if by in REMITS and all(remit.topic != work.spot[0] for remit in REMITS[by]):
        return "they moderate elsewhere"
    return ""


@dataclass(frozen=True)
class Decide:
    """Somebody gives a verdict on a proposal."""

    by: str
    work: Work
    verdict: Verdict
    comment: str = "Seen."
    saw_it: bool = True
    # Whether all of the checklist is ticked, or a reason is chosen.
    complete: bool = True

    @property
    def name(self) -> str:
        """In the count of steps."""
        return self.verdict.value

    def is_repeated(self, world: World) -> bool:
        """Whether this person said just this before: then nothing happens, and it is no error."""
        work = world.works[self.work.id]
        if (self.by, self.verdict) == world.verdicts.get(work.id):
            return True
        is_open = work.id not in world.verdicts
        return is_open and self.verdict is Verdict.APPROVE and self.by in work.approvals

    def why_not(self, world: World) -> str:
        """No moderator, an author, too late, no reason given, or not what was seen."""
        work = world.works[self.work.id]
        refusal = why_not_review(self.by, work)
        if refusal:
            return refusal
        if work.fate != "waits":
            return f"it is {work.fate} already"
        if not self.saw_it:
            return "the reviewer saw another content"
        if self.verdict is Verdict.APPROVE and world.is_stale(work):
            return "the record moved on"
        if self.verdict is not Verdict.APPROVE and not self.comment.strip():
            return "a refusal without words"
        return "" if self.complete else "the list was not gone through"

    def do(self, tracker: Tracker, actor: Account) -> Revision:
        """Through the service of the review page."""
        is_approval = self.verdict is Verdict.APPROVE
        checklist = tracker.topic(self.work.spot[0]).review.checklist
        return review.decide(
            tracker,
            actor,
            self.work.id,
            self.verdict,
            comment=self.comment,
            payload_sha256=self.work.sha256 if self.saw_it else "f" * 64,
            checks=[check.code for check in checklist] if is_approval and self.complete else [],
            reasons=["other"] if self.complete and not is_approval else [],
        )

    def happen(self, world: World, _made: Revision | None) -> None:
        """It is decided; the last approval that is needed publishes in the same moment."""
        if self.is_repeated(world):
            return
        work = world.works[self.work.id]
        approvals = work.approvals | {self.by}
        if self.verdict is Verdict.APPROVE and len(approvals) < world.needed(work):
            world.works[work.id] = replace(work, approvals=approvals)
            world.free(("proposal", work.id))
            return
        world.verdicts[work.id] = (self.by, self.verdict)
        world.settle(work.id, FATES[self.verdict])


@dataclass(frozen=True)
class Take:
    """Somebody takes a proposal for review, for half an hour."""

    by: str
    work: Work
    over: bool = False

    @property
    def name(self) -> str:
        """In the count of steps."""
        return "take over" if self.over else "take"

    def why_not(self, world: World) -> str:
        """Whoever could not decide it, or somebody else is at it."""
        work = world.works[self.work.id]
        refusal = why_not_review(self.by, work)
        if refusal or work.fate != "waits":
            return refusal or f"it is {work.fate} already"
        holder = world.holder(("proposal", work.id))
        return "somebody else is at it" if holder not in ("", self.by) and not self.over else ""

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the queue."""
        claims.take(tracker, actor, self.work.id, over=self.over)

    def happen(self, world: World, _made: Revision | None) -> None:
        """They have it for half an hour, in which only its authors rework it."""
        world.take(("proposal", self.work.id), self.by, timedelta(minutes=30))


@dataclass(frozen=True)
class Remark:
    """Somebody says something about a proposal."""

    by: str
    work: Work
    text: str

    @property
    def name(self) -> str:
        """In the count of steps."""
        return "remark"

    def why_not(self, _world: World) -> str:
        """Only if there is nothing to say, or too much."""
        return "" if 0 < len(self.text.strip()) <= MAX_REMARK else "nothing, or too much, is said"

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the discussion."""
        remarks.say(tracker, actor, self.work.id, self.text)

    def happen(self, _world: World, _made: Revision | None) -> None:
        """No proposal stands elsewhere for it."""


@dataclass(frozen=True)
class Withdraw:
    """Somebody takes a proposal back."""

    by: str
    work: Work

    @property
    def name(self) -> str:
        """In the count of steps."""
        return "withdraw"

    def why_not(self, world: World) -> str:
        """Not theirs, or too late."""
        work = world.works[self.work.id]
        if self.by not in work.authors:
            return "it is the work of others"
        return "" if work.fate == "waits" else f"it is {work.fate} already"

    def do(self, tracker: Tracker, actor: Account) -> Revision:
        """Through the service of the desk."""
        return proposals.withdraw(tracker, actor, self.work.id)

    def happen(self, world: World, _made: Revision | None) -> None:
        """It waits no more."""
        world.settle(self.work.id, "withdrawn")
