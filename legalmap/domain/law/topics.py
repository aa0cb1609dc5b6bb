"""A topic and its codebook: the scale of statuses and the variables, as a topic file holds them."""

import math
import reprlib
from typing import Any, Literal

import msgspec

from legalmap.domain.errors import Missing
from legalmap.domain.law.roles import Meaning, Roles, problem_of
from legalmap.domain.law.statuses import Status

Rule = Literal["largest", "smallest", "strictest", "union", "nearest"]
# Within these a number has one spelling, in whatever language it is written (RFC 8785): no exponent.
MOST_DECIMALS = 4
LARGEST = 10**15


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One value a variable may take."""

    code: str
    label: str


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One question every period answers. ``resolve`` says how the levels' answers are combined.

    The choices of a ``strictest`` variable are listed mildest first. ``unit``, ``minimum`` and ``maximum``
    (both inclusive) are for numbers. A ``union`` of texts is every level's own, the nearest first.
    """

    code: str
    label: str
    help: str
    type: Literal["integer", "number", "choice", "choices", "text"]
    resolve: Rule
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()

    def problem(self, value: Any) -> str | None:
        """What is wrong with ``value``, in a sentence, or None if the codebook allows it."""
        if self.type in ("choice", "choices"):
            return self._problem_of_choice(value)
        if self.type == "text":
            return None if isinstance(value, str) else "Enter text."
        return self._problem_of_number(value)

    def _problem_of_choice(self, value: Any) -> str | None:
        codes = [choice.code for choice in self.choices]
        is_list = self.type == "choices"
        if is_list and not isinstance(value, (list, tuple)):
            return f"Give a list of: {', '.join(codes)}."
        chosen = list(value) if is_list else [value]
        unknown = [reprlib.repr(code) for code in chosen if code not in codes]
        if unknown:
            return f"{', '.join(unknown)} is not in the codebook. Choose from: {', '.join(codes)}."
        return "Name each value once." if len(set(chosen)) < len(chosen) else None

    def _problem_of_number(self, value: Any) -> str | None:
        is_integer = self.type == "integer"
        # True and False are integers to Python, but no answers.
        kinds = int if is_integer else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return "Enter a whole number." if is_integer else "Enter a number."
        if isinstance(value, float) and not math.isfinite(value):
            return "Enter a number."
        if not _has_one_spelling(value):
            return f"Enter a number of at most 15 digits, with at most {MOST_DECIMALS} decimals."
        return self._problem_of_bounds(value)

    def _problem_of_bounds(self, value: float) -> str | None:
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        if low <= value <= high:
            return None
        if math.isinf(high):
            return f"Enter a number of at least {low:g}."
        if math.isinf(low):
            return f"Enter a number of at most {high:g}."
        return f"Enter a number from {low:g} to {high:g}."

    def label_of(self, code: str) -> str:
        """The label of a choice, or the code itself if the codebook no longer has it."""
        return next((choice.label for choice in self.choices if choice.code == code), code)


def _has_one_spelling(value: float) -> bool:
    return abs(value) <= LARGEST and round(value, MOST_DECIMALS) == value


class Check(Choice, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the list a reviewer goes through."""


class Grave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer whose beginning or end weighs heaviest, such as possession being prohibited."""

    variable: str
    value: str


class ReviewRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How proposals of a topic are reviewed. ``two_approvals``: a grave change needs two reviewers."""

    checklist: tuple[Check, ...] = ()
    grave: Grave | None = None
    two_approvals: bool = False


class AskedToo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which purchases under another topic are checked under this one as well.

    Those of one of ``products``, and those with more than ``above_percent`` of 7-OH in their alkaloids.
    """

    products: tuple[str, ...] = ()
    above_percent: float | None = None


class Products(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which kinds of product the rules of a topic bar, by codes of choices of the variable in the role ``rules``.

    ``barred`` by one rule altogether; ``perhaps_barred`` by any of several. ``limited``: the rule that sets a limit.
    ``covered``: the kinds the topic is about alone; empty means all. ``beyond``: kinds it says too little of.
    ``limit_note`` stands beside a limit: which side of it the other answers are about.
    """

    barred: dict[str, str] = {}
    perhaps_barred: dict[str, tuple[str, ...]] = {}
    limited: str | None = None
    covered: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    limit_note: str = ""


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is regulated. ``age_limit_days``: how old the evidence may get, see ``evidence.freshness``.

    ``name`` is a title; ``sentence_name`` is the name inside a sentence.
    ``words``: what people call it beside its code and name, so that a search for a place understands them.
    ``home``: whether its map is the front page.
    ``meanings``: what the choices of a variable come to, by its code; ``status`` holds those of the scale.
    Raises ValueError where roles or meanings name what the codebook lacks.
    """

    code: str
    name: str
    sentence_name: str
    about: str
    scope: str
    age_limit_days: int
    statuses: tuple[Status, ...]
    variables: tuple[Variable, ...]
    review: ReviewRules = ReviewRules()
    asked_too: AskedToo = AskedToo()
    words: tuple[str, ...] = ()
    roles: Roles = Roles()
    meanings: dict[str, dict[str, Meaning]]
    products: Products = Products()
    home: bool = False

    def __post_init__(self) -> None:
        problem = problem_of(self.roles, self.meanings, self.variables, self.statuses)
        if problem:
            raise ValueError(problem)

    def __hash__(self) -> int:
        # Equal topics have equal codes; the meanings, as a dict, have no hash.
        return hash(self.code)

    @property
    def called(self) -> tuple[str, ...]:
        """Everything it is called."""
        return (self.code, self.name, self.sentence_name, *self.words)

    def status(self, code: str) -> Status:
        """The status of that code; raise Missing if the scale has none."""
        for status in self.statuses:
            if status.code == code:
                return status
        raise Missing("status", code, [status.code for status in self.statuses])

    def variable(self, code: str) -> Variable:
        """The variable of that code; raise Missing if the codebook has none."""
        for variable in self.variables:
            if variable.code == code:
                return variable
        raise Missing("variable", code, [variable.code for variable in self.variables])

    def meaning(self, variable: str | None, value: Any) -> Meaning | None:
        """What a value of a variable comes to, or of the scale for ``status``; None where nothing is stated."""
        meant = self.meanings.get(variable or "")
        return meant.get(value) if meant else None

    @property
    def headline(self) -> list[Variable]:
        """The variables that tables and cards show first."""
        return [self.variable(code) for code in self.roles.headline]

    @property
    def worst(self) -> int:
        """The severity of the strictest status."""
        return max(status.severity for status in self.statuses)
