"""What the variables and statuses of a topic mean: the roles and meanings that its file gives them.

No rule and no sentence knows a variable by its code. It asks for the one in a role, such as that of sale, and
what a value of it comes to.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal, Protocol

import msgspec

# What an answer or a status comes to. For ``preempts`` and ``reach``: whether it does.
Meaning = Literal["yes", "partly", "no", "unknown"]
# Which types of variable can have a role, and whether each choice needs a meaning.
_FITTING: dict[str, tuple[tuple[str, ...], bool]] = {
    "possession": (("choice",), True),
    "sale": (("choice",), True),
    "buyer_age": (("integer",), False),
    "possession_age": (("integer",), False),
    "preempts": (("choice",), True),
    "limit": (("integer", "number"), False),
    "limit_words": (("text",), False),
    "rules": (("choices",), False),
    "reach": (("choice",), True),
}


class Roles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Codes of variables by what they mean; None where a topic asks no such thing.

    ``possession`` and ``sale`` say whether one may have or buy it, ``buyer_age`` and ``possession_age`` from
    what age. ``preempts``: whether a level lets those below make no rules. ``limit`` is a number, ``limit_words``
    a limit as the law words it, ``rules`` what the law demands of products and sellers. ``reach``: whether the
    rule of a county holds in its cities and towns. ``headline``: what tables and cards show first, in order.
    """

    possession: str | None = None
    sale: str | None = None
    buyer_age: str | None = None
    possession_age: str | None = None
    preempts: str | None = None
    limit: str | None = None
    limit_words: str | None = None
    rules: str | None = None
    reach: str | None = None
    headline: tuple[str, ...] = ()

    def by_role(self) -> dict[str, str]:
        """The code of the variable in each role that is given."""
        codes = {role: getattr(self, role) for role in _FITTING}
        return {role: code for role, code in codes.items() if code is not None}

    def subject_of(self, code: str) -> str | None:
        """The variable that an age belongs to: the youngest age to buy says something of a sale alone."""
        subjects = {self.buyer_age: self.sale, self.possession_age: self.possession}
        return subjects.get(code)


class _Variable(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def choices(self) -> Sequence["_Coded"]: ...


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


def problem_of(
    roles: Roles,
    meanings: Mapping[str, Mapping[str, Meaning]],
    variables: Sequence[_Variable],
    statuses: Sequence[_Coded],
) -> str | None:
    """The first thing wrong with the roles and meanings of a topic, naming the key; None if all fit."""
    known = {variable.code: variable for variable in variables}
    # Lazily: meanings can be looked up only where the roles fit.
    problems = chain(
        _problems_of_roles(roles, known), _problems_of_meanings(roles, meanings, known, statuses)
    )
    return next(problems, None)


def _problems_of_roles(roles: Roles, known: Mapping[str, _Variable]) -> Iterator[str]:
    taken: dict[str, str] = {}
    for role, code in roles.by_role().items():
        kinds, _ = _FITTING[role]
        if code not in known:
            yield f"roles.{role}: there is no variable “{code}”; choose from {', '.join(known)}."
        elif known[code].type not in kinds:
            kind = known[code].type
            yield f"roles.{role}: “{code}” is of type {kind}; this role is for {' or '.join(kinds)}."
        elif code in taken:
            yield f"roles.{role}: “{code}” has the role {taken[code]} already."
        taken[code] = role
    for code in roles.headline:
        if code not in known:
            yield f"roles.headline: there is no variable “{code}”; choose from {', '.join(known)}."
    if len(set(roles.headline)) < len(roles.headline):
        yield "roles.headline: name each variable once."


def _problems_of_meanings(
    roles: Roles,
    meanings: Mapping[str, Mapping[str, Meaning]],
    known: Mapping[str, _Variable],
    statuses: Sequence[_Coded],
) -> Iterator[str]:
    needed = {
        code: known[code].choices for role, code in roles.by_role().items() if _FITTING[role][1]
    }
    for name, coded in {"status": statuses, **needed}.items():
        codes, meant = [one.code for one in coded], meanings.get(name, {})
        for code in codes:
            if code not in meant:
                yield f"meanings.{name}: say what “{code}” means: yes, partly, no or unknown."
        for code in meant:
            if code not in codes:
                yield f"meanings.{name}: there is no “{code}”; choose from {', '.join(codes)}."
    for name in meanings:
        if name != "status" and name not in needed:
            yield f"meanings.{name}: no variable of that code has a role that needs a meaning."
