"""What should be true: a small model of the workflow in sets and dictionaries, without any SQL.

It is written from the rules of the design, not from the code: where both disagree, one is wrong.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.people.accounts import SYSTEM_HANDLE
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from tests.build import a_payload, a_period, a_source

# Eve is a contributor who tries everything her role does not let her; otto moderates another topic
# only; dana runs the site.
PEOPLE = {
    "ana": Role.CONTRIBUTOR,
    "eve": Role.CONTRIBUTOR,
    "ben": Role.MODERATOR,
    "cleo": Role.MODERATOR,
    "otto": Role.MODERATOR,
    "dana": Role.ADMIN,
}
# Where each may review who does not review everywhere.
REMITS = {"otto": (Remit(topic="7-oh"),)}
# Who needs no account.
READER = "a reader"
BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
Spot = tuple[str, str]
# The topic that asks for two approvals of what is grave.
TWO_APPROVALS = "kratom"
SPOTS: list[Spot] = [("kratom", "us-al"), ("7-oh", "us-fl"), ("kratom", "us-fl"), ("7-oh", "us-al")]
# Nobody edits this one: the round always has something to take.
LONELY: Spot = ("7-oh", "us-wv")
# What ships, with its content. Two were never verified.
SHIPPED: dict[Spot, str] = {SPOTS[0]: "legal", SPOTS[1]: "unverified", LONELY: "unverified"}

_ACT = a_source("https://law.example/act")
_NEWS = a_source("https://news.example/act", kind="news")
_PROHIBITED = {"possession": "prohibited"}
CONTENTS: dict[str, Payload] = {
    "legal": a_payload(),
    "banned": a_payload(a_period(), a_period("2020-05", "banned", sources=(_ACT, _NEWS))),
    "prohibited": a_payload(a_period(), a_period("2020-05", "banned", answers=_PROHIBITED)),
    "unverified": a_payload(last_verified=None, verified_how=None),
    "noted": a_payload(notes="Ask the ministry."),
    "a script for a link": a_payload(a_period(sources=(a_source("javascript:alert(1)"),))),
    "verified tomorrow": a_payload(last_verified=date(2099, 1, 1)),
    "hidden characters": a_payload(notes="reads \u202esdrawkcab"),
}
UNSOUND = frozenset({"a script for a link", "verified tomorrow", "hidden characters"})


@dataclass(frozen=True)
class Work:
    """One revision that somebody proposed, or with which a record began."""

    id: int
    spot: Spot
    number: int
    base: int | None
    by: str
    authors: frozenset[str]
    payload: Payload
    sha256: str
    # waits, withdrawn, rejected, changes-requested or published.
    fate: str = "waits"
    # Who approved it so far, where one approval is not enough.
    approvals: frozenset[str] = frozenset()
    # What it takes over, unless that was published by then.
    reworks: int | None = None


@dataclass(frozen=True)
class Told:
    """What a reader suggested, and how it was answered, if it was."""

    spot: Spot
    text: str
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.outcome


@dataclass(frozen=True)
class Invited:
    """A link that makes one account."""

    number: int
    until: datetime
    # open, used or revoked.
    fate: str = "open"

    def why_closed(self, now: datetime) -> str:
        """Why it opens nothing; nothing if it does."""
        if self.fate != "open":
            return f"the invitation is {self.fate}"
        return "" if now < self.until else "the invitation has expired"


# A proposal or suggestion by its number, or a record by its spot.
Thing = tuple[str, Any]


@dataclass
class World:
    """Everything that has happened, as far as the rules ask for it."""

    works: dict[int, Work] = field(default_factory=dict)
    current: dict[Spot, int] = field(default_factory=dict)
    feed: list[int] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    now: datetime = BEGIN
    # Of each decided proposal: who gave which verdict.
    verdicts: dict[int, tuple[str, str]] = field(default_factory=dict)
    # Of each thing that somebody has taken: who, and until when.
    claims: dict[Thing, tuple[str, datetime]] = field(default_factory=dict)
    suggestions: dict[int, Told] = field(default_factory=dict)
    batches: dict[str, tuple[int, ...]] = field(default_factory=dict)
    # When somebody last skipped a record in the round.
    skips: dict[tuple[str, Spot], datetime] = field(default_factory=dict)
    # By the token of the link.
    invitations: dict[str, Invited] = field(default_factory=dict)
    # The names that are taken by who followed a link.
    guests: set[str] = field(default_factory=set)

    def copy(self) -> "World":
        """Another world with the same past."""
        return World(**{name: copy(value) for name, value in vars(self).items()})

    def holder(self, thing: Thing) -> str:
        """Who is at it; nothing if nobody is."""
        who, until = self.claims.get(thing, ("", self.now))
        return who if until > self.now else ""

    def take(self, thing: Thing, by: str, life: timedelta) -> None:
        """Somebody is at it from now on."""
        self.claims[thing] = (by, self.now + life)

    def free(self, thing: Thing) -> None:
        """Nobody is at it any more."""
        self.claims.pop(thing, None)

    def answer(self, number: int, outcome: str) -> None:
        """A suggestion is answered, unless it was before; nobody is at it any more."""
        if self.suggestions[number].is_open:
            self.suggestions[number] = replace(self.suggestions[number], outcome=outcome)
            self.free(("suggestion", number))

    def send_away(self, handle: str) -> None:
        """Somebody can act no more, and keeps nobody from anything."""
        self.away.add(handle)
        self.claims = {thing: held for thing, held in self.claims.items() if held[0] != handle}

    def begin(self, revision_id: int, spot: Spot, shipped: Payload | None = None) -> None:
        """A record is made at revision 0, which is in the feed if it shipped in data/."""
        self.works[revision_id] = Work(
            id=revision_id,
            spot=spot,
            number=0,
            base=None,
            by=SYSTEM_HANDLE,
            authors=frozenset({SYSTEM_HANDLE}),
            payload=shipped or NOT_RESEARCHED,
            sha256="",
            fate="published" if shipped else "begun",
        )
        self.current[spot] = revision_id
        if shipped:
            self.feed.append(revision_id)

    def base(self, spot: Spot) -> Work | None:
        """What a record stands at."""
        return self.works[self.current[spot]] if spot in self.current else None

    def stands_at(self, spot: Spot) -> tuple[int, Payload]:
        """The number and content of a record; "not researched" has the number 0."""
        base = self.base(spot)
        return (base.number, base.payload) if base else (0, NOT_RESEARCHED)

    def is_stale(self, work: Work) -> bool:
        """Whether the record moved on after a proposal was begun."""
        return work.base != self.current.get(work.spot)

    def proposals(self) -> list[Work]:
        """What people wrote, oldest first."""
        return [self.works[key] for key in sorted(self.works) if self.works[key].number]

    def waiting(self) -> set[int]:
        """What should be in the queue."""
        return {work.id for work in self.works.values() if work.fate == "waits"}

    def state(self, work: Work) -> str:
        """Where a proposal stands, in the words of people."""
        if work.fate == "published":
            return "published" if self.current[work.spot] == work.id else "superseded"
        if work.fate == "waits":
            return (
                "stale" if self.is_stale(work) else "approved-once" if work.approvals else "pending"
            )
        return work.fate

    def why_not_rework(self, by: str, earlier_id: int) -> str:
        """A review that has begun: of that by others, or by its authors of what this person sent."""
        earlier = self.works[earlier_id]
        if earlier.fate == "published":
            return ""
        if earlier.fate == "waits" and by not in earlier.authors:
            # What is stale will not be approved: its first approval keeps nobody waiting.
            approved = set() if self.is_stale(earlier) else earlier.approvals
            if {self.holder(("proposal", earlier.id)), *approved} - {"", by}:
                return "somebody is reviewing it"
        own = [work for work in self.works.values() if (work.by, work.spot) == (by, earlier.spot)]
        busy = {who for work in own for who in self.reviewers(work)}
        return "it would bar a reviewer of theirs" if busy & (earlier.authors - {by}) else ""

    def reviewers(self, work: Work) -> set[str]:
        """Who has begun a review that has not come to its end."""
        taken_up = any(later.reworks == work.id for later in self.works.values())
        if work.fate == "changes-requested" and not taken_up:
            return {self.verdicts[work.id][0]}
        if work.fate != "waits":
            return set()
        return {*work.approvals, self.holder(("proposal", work.id))} - {""}

    def needed(self, work: Work) -> int:
        """Two, where the topic asks for two and possession becomes or ceases to be prohibited."""
        base = self.works[work.base].payload if work.base else NOT_RESEARCHED
        return (
            2 if work.spot[0] == TWO_APPROVALS and prohibits(base) != prohibits(work.payload) else 1
        )

    def settle(self, work_id: int, fate: str) -> None:
        """A proposal is decided or withdrawn; what is published becomes current."""
        self.free(("proposal", work_id))
        work = self.works[work_id]
        self.works[work_id] = replace(work, fate=fate)
        if fate == "published":
            self.current[work.spot] = work_id
            self.feed.append(work_id)


def prohibits(payload: Payload) -> bool:
    """Whether possession is prohibited: of these contents always from the same day on."""
    return any(period.answers == _PROHIBITED for period in payload.periods)


def too_early(payload: Payload, today: date) -> bool:
    """Whether it claims that somebody looked at something after ``today``."""
    looked = {payload.last_verified.first_day if payload.last_verified else None}
    looked |= {source.accessed_on for period in payload.periods for source in period.sources}
    return any(day is not None and day > today for day in looked)
