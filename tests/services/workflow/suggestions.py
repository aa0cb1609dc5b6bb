"""What readers suggest: taken in without an account, taken up by one person at a time, closed once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from legalmap.domain.desk.suggestions import Outcome
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from tests.services.workflow.promises import Rows
from tests.services.workflow.world import READER, Spot, Told, World

LINK = "https://law.example/2026/5"
ADDRESS = "kim@mail.example"


@dataclass(frozen=True)
class Suggest:
    """A reader says what is wrong."""

    spot: Spot
    text: str
    email: str = ""
    by: str = READER
    name = "suggest"

    def why_not(self, world: World) -> str:
        """It is no plain text, or just this waits already."""
        if not self.text.strip() or "<" in self.text:
            return "something in it breaks a rule"
        waiting = {
            (suggestion.spot, suggestion.text)
            for suggestion in world.suggestions.values()
            if suggestion.is_open
        }
        return "it was suggested already" if (self.spot, self.text) in waiting else ""

    def do(self, tracker: Tracker, _actor: Account | None) -> int:
        """Through the service of the public form."""
        return suggestions.suggest(tracker, *self.spot, text=self.text, url=LINK, email=self.email)

    def happen(self, world: World, made: int) -> None:
        """It waits for somebody to look at it."""
        world.suggestions[made] = Told(self.spot, self.text)


@dataclass(frozen=True)
class TakeUp:
    """Somebody takes a suggestion up, for a day."""

    by: str
    number: int
    over: bool = False

    @property
    def name(self) -> str:
        """In the count of steps."""
        return f"take {'over' if self.over else 'up'} a suggestion"

    def why_not(self, world: World) -> str:
        """It is answered, or somebody else is at it."""
        if not world.suggestions[self.number].is_open:
            return "it is closed already"
        return "" if self.over else _at_it(world, self.by, self.number)

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the desk."""
        suggestions.claim(tracker, actor, self.number, over=self.over)

    def happen(self, world: World, _made: None) -> None:
        """Others leave it alone until tomorrow, unless they take it over."""
        world.take(("suggestion", self.number), self.by, timedelta(days=1))


@dataclass(frozen=True)
class LeaveToOthers:
    """Somebody gives a suggestion back."""

    by: str
    number: int
    name = "leave a suggestion to others"

    def is_repeated(self, world: World) -> bool:
        """Nothing happens if one does not have it."""
        return world.holder(("suggestion", self.number)) != self.by

    def why_not(self, _world: World) -> str:
        """Nothing stands in the way."""
        return ""

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the desk."""
        suggestions.release(tracker, actor, self.number)

    def happen(self, world: World, _made: None) -> None:
        """Nobody is at it."""
        if not self.is_repeated(world):
            world.free(("suggestion", self.number))


@dataclass(frozen=True)
class Close:
    """Somebody answers a suggestion without a proposal."""

    by: str
    number: int
    outcome: Outcome
    answer: str = "It is about Arizona."

    @property
    def name(self) -> str:
        """In the count of steps."""
        return f"close a suggestion as {self.outcome.value}"

    def why_not(self, world: World) -> str:
        """It needs a proposal or a reason, it is answered, or somebody else is at it."""
        if self.outcome is Outcome.PROPOSED:
            return "only a proposal does that"
        if not self.answer.strip():
            return "a refusal without words"
        if not world.suggestions[self.number].is_open:
            return "it is closed already"
        return _at_it(world, self.by, self.number)

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the desk."""
        suggestions.close(tracker, actor, self.number, self.outcome, self.answer)

    def happen(self, world: World, _made: None) -> None:
        """It is answered for good."""
        world.answer(self.number, self.outcome.value)


def _at_it(world: World, by: str, number: int) -> str:
    holder = world.holder(("suggestion", number))
    return "somebody else is at it" if holder and holder != by else ""


def broken(rows: Rows) -> Iterator[str]:
    """What the rows of suggestions and the log must say, whatever happened."""
    for suggestion in rows["suggestion"].values():
        events = [event for event in rows["event"].values() if _is_about(event, suggestion.id)]
        actions = [event.action for event in events]
        if actions.count("suggest") != 1:
            yield f"the log does not tell once that suggestion {suggestion.id} came"
        if actions.count("close") != (suggestion.closed_at is not None):
            yield f"the log does not tell once that suggestion {suggestion.id} was closed"
        if any(ADDRESS in event.data for event in events):
            yield f"the log tells the address left with suggestion {suggestion.id}"
        if suggestion.closed_at is not None:
            yield from _wrongly_closed(rows, suggestion)


def _is_about(event: Any, number: int) -> bool:
    return (event.subject_kind, event.subject_id) == ("suggestion", str(number))


def _wrongly_closed(rows: Rows, suggestion: Any) -> Iterator[str]:
    if suggestion.email is not None:
        yield f"the address of suggestion {suggestion.id} outlived its answer"
    if ("suggestion", suggestion.id) in rows["claim"]:
        yield f"somebody is still at suggestion {suggestion.id}"
    if (suggestion.outcome == Outcome.PROPOSED) != (suggestion.revision_id is not None):
        yield f"suggestion {suggestion.id} is {suggestion.outcome} by proposal {suggestion.revision_id}"
    if suggestion.revision_id is None:
        if not suggestion.answer.strip():
            yield f"suggestion {suggestion.id} was closed without a reason"
        return
    revision = rows["revision"][(suggestion.revision_id,)]
    record = rows["record"][(revision.record_id,)]
    answered = (record.topic, record.jurisdiction_code, revision.author_id)
    if answered != (suggestion.topic, suggestion.jurisdiction_code, suggestion.closed_by_id):
        yield f"suggestion {suggestion.id} was closed by a proposal for something else"
