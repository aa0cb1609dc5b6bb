"""Two things measured turn by turn, and what is made of it: medians, a ratio, its spread, its goal."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

Measure = Callable[[], float]
SEED = 20_261_123


class Goal(msgspec.Struct, frozen=True):
    """A bound of a ratio, or of a difference where ``unit`` names what it is counted in."""

    bound: Literal["at least", "at most"]
    value: float
    unit: str = ""

    def is_met_by(self, figure: float) -> bool:
        """Whether a figure keeps the bound."""
        return figure >= self.value if self.bound == "at least" else figure <= self.value

    def __str__(self) -> str:
        return f"{self.bound} {self.value:g}{self.unit and ' ' + self.unit}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. ``ours`` and ``beside`` are medians in ``unit``.

    ``figures`` has one ratio (or difference) for each round; the goal judges their median.
    """

    name: str
    beside_what: str
    unit: str
    ours: float
    beside: float
    figures: tuple[float, ...]
    goal: Goal
    note: str = ""

    @property
    def figure(self) -> float:
        """What is held against the goal."""
        return statistics.median(self.figures)

    @property
    def is_met(self) -> bool:
        """Whether it reaches its goal."""
        return self.goal.is_met_by(self.figure)


class Unmeasured(msgspec.Struct, frozen=True, kw_only=True):
    """A line that could not be measured, and why."""

    name: str
    why: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is done. ``seconds`` is how long one turn of the load generator takes."""

    rounds: int
    seconds: int
    connections: tuple[int, ...]
    revisions: tuple[int, int]
    records: tuple[int, int]
    map_records: int
    publications: int
    questions: int
    places: int
    strange: int
    # How long answers have to stay the same to be those that last.
    settled: float
    # What is called the first minute after a publication, and how long an attack goes on.
    minute: int
    attack: float


WHOLE = Plan(
    rounds=5,
    seconds=2,
    connections=(16, 256),
    revisions=(1_000, 1_000_000),
    records=(1_000, 100_000),
    map_records=40_000,
    publications=7,
    questions=20_000,
    places=300,
    strange=20_000,
    settled=8,
    minute=60,
    attack=30,
)
QUICK = Plan(
    rounds=1,
    seconds=1,
    connections=(16,),
    revisions=(500, 2_000),
    records=(200, 800),
    map_records=1_000,
    publications=2,
    questions=2_000,
    places=20,
    strange=500,
    settled=0.5,
    minute=2,
    attack=1,
)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run stands: its plan, and a folder for databases, kept if a person asked for that."""

    plan: Plan
    folder: Path

    def once(self, name: str, make: Callable[[Path], None]) -> Path:
        """The file of that name, made by ``make`` unless an earlier run left it whole."""
        file = self.folder / name
        if not file.exists():
            part = self.folder / f"making-{name}"
            for left in self.folder.glob(f"{part.name}*"):
                left.unlink()
            make(part)
            part.replace(file)
        return file


def turns(measures: Sequence[Measure], rounds: int) -> Iterator[tuple[float, ...]]:
    """What each measured in each round, one after the other: A B C A B C …

    What else the machine does then falls on all. More than one round has one before, not counted.
    """
    if rounds > 1:
        for measure in measures:
            measure()
    for _ in range(rounds):
        yield tuple(measure() for measure in measures)


def side_by_side(
    name: str,
    ours: Measure,
    beside: Measure,
    *,
    beside_what: str,
    unit: str,
    goal: Goal,
    rounds: int,
    note: str = "",
) -> Row:
    """A row whose figure is ours divided by what is beside it, round by round."""
    pairs = list(turns((ours, beside), rounds))
    return of_pairs(name, pairs, beside_what=beside_what, unit=unit, goal=goal, note=note)


def of_pairs(
    name: str,
    pairs: Sequence[tuple[float, ...]],
    *,
    beside_what: str,
    unit: str,
    goal: Goal,
    note: str = "",
) -> Row:
    """The row of what was measured already, (ours, beside) for each round."""
    return Row(
        name=name,
        beside_what=beside_what,
        unit=unit,
        ours=statistics.median(ours for ours, _ in pairs),
        beside=statistics.median(beside for _, beside in pairs),
        figures=tuple(ours / beside for ours, beside in pairs),
        goal=goal,
        note=note,
    )


def seconds_of(work: Callable[[], object]) -> float:
    """How long a piece of work takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
