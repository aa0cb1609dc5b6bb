"""The verification round: ten at a time for one person each, given back, or skipped with a reason."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import rounds
from tests.services.workflow.promises import Rows
from tests.services.workflow.world import Spot, World


def due(world: World) -> set[Spot]:
    """What nobody ever verified, of what readers see: of these contents nothing grows too old."""
    return {
        spot
        for spot, current in world.current.items()
        if world.works[current].fate == "published"
        and world.works[current].payload.last_verified is None
    }


def free(world: World, by: str) -> set[Spot]:
    """What is due, nobody is at, nobody sent a proposal for, and this person did not skip this month."""
    waiting = {world.works[work_id].spot for work_id in world.waiting()}
    since = world.now - timedelta(days=30)
    skipped = {spot for (who, spot), at in world.skips.items() if who == by and at >= since}
    taken = {spot for spot in world.current if world.holder(("record", spot))}
    return due(world) - waiting - skipped - taken


def held(world: World, by: str) -> list[Spot]:
    """What somebody has taken and not given back."""
    return [spot for spot in world.current if world.holder(("record", spot)) == by]


@dataclass(frozen=True)
class TakeTen:
    """Somebody takes what is free of one topic; there are never ten."""

    by: str
    topic: str
    name = "take ten"

    def _free(self, world: World) -> set[Spot]:
        return {spot for spot in free(world, self.by) if spot[0] == self.topic}

    def why_not(self, world: World) -> str:
        """Others are at all of it."""
        return "" if self._free(world) else "nothing is free"

    def do(self, tracker: Tracker, actor: Account) -> int:
        """Through the service of the round."""
        return rounds.take_ten(Reader(tracker), actor, topic=self.topic)

    def happen(self, world: World, made: int) -> None:
        """They have it for a week."""
        taken = self._free(world)
        assert made == len(taken)
        for spot in taken:
            world.take(("record", spot), self.by, timedelta(days=7))


@dataclass(frozen=True)
class GiveBack:
    """Somebody leaves all they have to others."""

    by: str
    name = "give ten back"

    def is_repeated(self, world: World) -> bool:
        """Nothing happens if one has nothing."""
        return not held(world, self.by)

    def why_not(self, _world: World) -> str:
        """Nothing stands in the way."""
        return ""

    def do(self, tracker: Tracker, actor: Account) -> int:
        """Through the service of the round."""
        return rounds.give_back(Reader(tracker), actor)

    def happen(self, world: World, made: int) -> None:
        """Nobody is at it."""
        theirs = held(world, self.by)
        assert made == len(theirs)
        for spot in theirs:
            world.free(("record", spot))


@dataclass(frozen=True)
class Skip:
    """Somebody cannot verify one of theirs."""

    by: str
    spot: Spot
    why: str = "The link is dead."
    name = "skip"

    def why_not(self, world: World) -> str:
        """They do not have it, or they do not say why."""
        if world.holder(("record", self.spot)) != self.by:
            return "they do not have it"
        return "" if self.why.strip() else "a refusal without words"

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the round."""
        rounds.skip(tracker, actor, *self.spot, self.why)

    def happen(self, world: World, _made: None) -> None:
        """Others may take it; this person is not offered it for a month."""
        world.free(("record", self.spot))
        skipped = world.skips.get((self.by, self.spot), world.now)
        world.skips[self.by, self.spot] = max(skipped, world.now)


def broken(rows: Rows) -> Iterator[str]:
    """Nobody skips in silence."""
    for event in rows["event"].values():
        if event.action == "skip" and not json.loads(event.data)["why"].strip():
            yield f"event {event.id} does not say why something was skipped"
