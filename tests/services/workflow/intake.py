"""What comes in besides the edit form, as rules of the machine: suggestions, files, rounds, invitations."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from legalmap.domain.desk.suggestions import Outcome
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from tests.services.workflow.acts import Act, Propose
from tests.services.workflow.batches import Import
from tests.services.workflow.invitations import Invite, Join, Revoke
from tests.services.workflow.machine import Machine
from tests.services.workflow.rounds import GiveBack, Skip, TakeTen
from tests.services.workflow.suggestions import ADDRESS, Close, LeaveToOthers, Suggest, TakeUp
from tests.services.workflow.world import CONTENTS, LONELY, PEOPLE, SPOTS, UNSOUND, Spot

people = st.sampled_from(sorted(PEOPLE))
spots = st.sampled_from(SPOTS)
round_spots = st.sampled_from([LONELY, LONELY, *SPOTS])
# How far back from the newest.
backs = st.integers(0, 4)
# What somebody does with a suggestion. The proposal starts from what is published then.
HANDLING: dict[str, Callable[[Machine, str, int], Act]] = {
    "take up": lambda _, by, number: TakeUp(by, number),
    "take over": lambda _, by, number: TakeUp(by, number, over=True),
    "leave": lambda _, by, number: LeaveToOthers(by, number),
    "decline": lambda _, by, number: Close(by, number, Outcome.DECLINED),
    "decline in silence": lambda _, by, number: Close(by, number, Outcome.DECLINED, " "),
    "say that it was proposed": lambda _, by, number: Close(by, number, Outcome.PROPOSED),
    "propose": lambda machine, by, number: machine.answering(by, number),
}
handling = st.sampled_from(sorted(HANDLING))
# What somebody does about the round.
ROUND: dict[str, Callable[[str, Spot], Act]] = {
    "take ten": lambda by, spot: TakeTen(by, spot[0]),
    "give back": lambda by, _: GiveBack(by),
    "skip": Skip,
    "skip in silence": lambda by, spot: Skip(by, spot, " "),
}
ROLES = ((Role.CONTRIBUTOR, ()), (Role.MODERATOR, (Remit(topic="7-oh"),)), (Role.ADMIN, ()))


class Intake(Machine):
    """Each rule is one step."""

    def __init__(self) -> None:
        """A suggestion waits, and a link is open."""
        super().__init__()
        self.attempt(Suggest(SPOTS[0], "Reason 0."))
        self.attempt(Invite("dana", *ROLES[1]))

    def suggestion(self, back: int) -> int:
        """One of the suggestions, counted back from the newest that waits; those that are closed come last."""
        suggestions = self.world.suggestions
        numbers = sorted(suggestions, key=lambda number: (suggestions[number].is_open, number))
        return numbers[-1 - back % len(numbers)]

    def answering(self, by: str, number: int, content: str = "noted") -> Propose:
        """An edit that answers a suggestion."""
        spot = self.world.suggestions[number].spot
        base, _ = self.world.stands_at(spot)
        return Propose(by, spot, CONTENTS[content], base, suggestion=number)

    @rule(
        spot=spots,
        text=st.sampled_from([*(f"Reason {number}." for number in range(8)), "<b>Wrong</b>", " "]),
        email=st.sampled_from(["", ADDRESS]),
    )
    def suggest(self, spot: Spot, text: str, email: str) -> None:
        """By a reader, who has no account."""
        self.attempt(Suggest(spot, text, email))

    @rule(by=people, back=backs, how=handling)
    def handle_a_suggestion(self, by: str, back: int, how: str) -> None:
        """Whether it waits or not, and whoever is at it."""
        self.attempt(HANDLING[how](self, by, self.suggestion(back)))

    @rule(by=people, back=backs, spot=spots)
    def answer_for_another_record(self, by: str, back: int, spot: Spot) -> None:
        """A proposal answers what was suggested for its own record."""
        number, _ = self.world.stands_at(spot)
        suggestion = self.suggestion(back)
        self.attempt(Propose(by, spot, CONTENTS["noted"], number, suggestion=suggestion))

    @rule(one=st.tuples(people, handling), other=st.tuples(people, handling), back=backs)
    def handle_at_once(self, one: tuple[str, str], other: tuple[str, str], back: int) -> None:
        """It is answered once, and two are never both at it."""
        number = self.suggestion(back)
        self.race(*(HANDLING[how](self, by, number) for by, how in (one, other)))

    @rule(
        by=people,
        lines=st.dictionaries(spots, st.sampled_from(sorted(CONTENTS)), min_size=1, max_size=3),
        behind=st.sampled_from([0] * 6 + [1, -1]),
    )
    def send_a_file(self, by: str, lines: dict[Spot, str], behind: int) -> None:
        """All of it or nothing; one line may be bad, or be published already."""
        self.attempt(Import(by, tuple(self._line(by, *line, behind) for line in lines.items())))

    def _line(self, by: str, spot: Spot, content: str, behind: int) -> Propose:
        base = self.world.stands_at(spot)[0] - behind
        return Propose(by, spot, CONTENTS[content], base, sound=content not in UNSOUND)

    @rule(by=people, spot=round_spots, how=st.sampled_from(sorted(ROUND)))
    def work_on_the_round(self, by: str, spot: Spot, how: str) -> None:
        """Ten for one person, of which the records here are few."""
        self.attempt(ROUND[how](by, spot))

    @rule(by=people, spot=round_spots)
    def skip_and_ask_for_more(self, by: str, spot: Spot) -> None:
        """By whoever has it: they are not offered it again."""
        holder = self.world.holder(("record", spot)) or by
        self.attempt(Skip(holder, spot))
        self.attempt(TakeTen(holder, spot[0]))

    @rule(one=people, other=people)
    def take_ten_at_once(self, one: str, other: str) -> None:
        """Two who press at the same moment are given different ones."""
        self.race(TakeTen(one, "7-oh"), TakeTen(other, "7-oh"))

    @rule(by=st.one_of(st.just("dana"), people), invited=st.sampled_from(ROLES))
    def invite(self, by: str, invited: tuple[Role, tuple[Remit, ...]]) -> None:
        """By an admin, or by somebody who is none."""
        self.attempt(Invite(by, *invited))

    @rule(
        by=st.one_of(st.just("dana"), people),
        back=backs,
        joins=st.booleans(),
        name=st.integers(1, 9),
    )
    def use_an_invitation(self, by: str, back: int, joins: bool, name: int) -> None:
        """Follow the link, or take it back."""
        tokens = list(self.world.invitations)
        token = tokens[-1 - back % len(tokens)]
        number = self.world.invitations[token].number
        self.attempt(Join(token, f"guest-{name}") if joins else Revoke(by, token, number))
