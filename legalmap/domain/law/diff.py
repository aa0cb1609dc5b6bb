"""Differences between two payloads by field path, and the three-way comparison of edits.

A path is a tuple: ``("periods", "2016-05", "sources", "https://…", "title")``. Periods are named by
the date they take effect, sources by their link, pending bills by number and link, so that inserting
one does not make all the later ones look changed. Where sources or bills stand in another order than
leaving out and adding at the end explains, one more change, ``(…, "sources", "order")``, tells it.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

import msgspec

from legalmap.domain.errors import Invalid
from legalmap.domain.law.payload import Payload, from_builtins, to_builtins

Path = tuple[str, ...]
_KEYS = {"periods": ("effective_from",), "sources": ("url",), "pending": ("ref", "url")}
UNDATED = "start"
_OF_A_PERIOD = 2
ORDER = "order"
# Periods are not among them: their dates order them.
_ORDERED = ("sources", "pending")


class Change(msgspec.Struct, frozen=True):
    """One field that differs. ``before`` or ``after`` is None where the thing is not there."""

    path: Path
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def field(self) -> str:
        """The path as one dotted word for JSON and for people."""
        return ".".join(self.path)


class Comparison(msgspec.Struct, frozen=True):
    """Base, theirs and yours: what each side changed and where both changed the same field."""

    theirs: tuple[Change, ...]
    yours: tuple[Change, ...]
    conflicts: tuple[tuple[Change, Change], ...]


def tree_of(payload: Payload) -> dict[str, Any]:
    """The payload as nested dicts, its lists keyed by what names their items."""
    return {key: _keyed(key, value) for key, value in to_builtins(payload).items()}


def _keyed(name: str, value: Any) -> Any:
    if name == "answers":
        return value
    if name in _KEYS and isinstance(value, (list, tuple)):
        return _by_key(name, value)
    if isinstance(value, dict):
        return {key: _keyed(key, inner) for key, inner in value.items()}
    return value


def _by_key(name: str, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    keyed: dict[str, Any] = {}
    for item in items:
        key = " ".join(str(item[part] or "") for part in _KEYS[name]).strip() or UNDATED
        while key in keyed:
            key += "+"
        keyed[key] = {inner: _keyed(inner, value) for inner, value in item.items()}
    return keyed


def diff(before: Payload, after: Payload) -> list[Change]:
    """The fields in which ``after`` differs from ``before``, in the order of the record.

    A period or source that is only on one side is one change, not one for each of its fields.
    """
    return list(_diff((), tree_of(before), tree_of(after)))


def shown(before: Payload, after: Payload) -> list[Change]:
    """The same for people: a period that begins on another day is told as just that, with whatever
    else differs in it, and not as one period taken out and another put in.
    """
    found = diff(before, after)
    moved = _moved(found)
    told: list[Change] = []
    for change in found:
        earlier = moved.get(change.path)
        if earlier is not None:
            told += _diff(change.path, earlier.before, change.after)
        elif change not in moved.values():
            told.append(change)
    return told


def _moved(found: list[Change]) -> dict[Path, Change]:
    """By the path of a period that was put in: the one taken out that it was."""
    periods = [change for change in found if _is_period(change)]
    gone = [change for change in periods if change.after is None]
    moved: dict[Path, Change] = {}
    for come in periods:
        earlier = next((each for each in gone if _is_moved(each, come)), None)
        if earlier is not None:
            gone.remove(earlier)
            moved[come.path] = earlier
    return moved


def _is_period(change: Change) -> bool:
    """A whole one: ``("periods", "2016-05")``."""
    return change.path[0] == "periods" and len(change.path) == _OF_A_PERIOD


def _is_moved(gone: Change, come: Change) -> bool:
    """Whether a period that was put in is one that was taken out, under another date."""
    if come.before is not None or come.after is None:
        return False
    one, other = gone.before, come.after
    if one["status"] != other["status"]:
        return False
    return one["summary"] == other["summary"] or bool({*one["sources"]} & {*other["sources"]})


def _diff(path: Path, before: Any, after: Any) -> Iterable[Change]:
    is_answer = path[-2:-1] == ("answers",)
    if isinstance(before, dict) and isinstance(after, dict) and not is_answer:
        keys = [*before, *(key for key in after if key not in before)]
        for key in keys:
            yield from _diff((*path, key), before.get(key), after.get(key))
        if path and path[-1] in _ORDERED and [key for key in keys if key in after] != [*after]:
            yield Change((*path, ORDER), [*before], [*after])
    elif before != after:
        yield Change(path, before, after)


def compare(base: Payload, theirs: Payload, yours: Payload) -> Comparison:
    """Set both edits of ``base`` beside each other. The same change on both sides is no conflict,
    but an item both took out is one if they put different things in its place.
    """
    theirs_changes, yours_changes = diff(base, theirs), diff(base, yours)
    conflicts = [
        (one, other)
        for one in theirs_changes
        for other in yours_changes
        if _overlap(one.path, other.path) and one != other
    ]
    rivals = [*_rivals(theirs_changes, yours_changes)]
    for one, other in [*conflicts]:
        rivals += [(moved, other) for moved in _moved_to(one, theirs_changes)]
        rivals += [(one, moved) for moved in _moved_to(other, yours_changes)]
    conflicts += [pair for pair in rivals if pair not in conflicts]
    return Comparison(tuple(theirs_changes), tuple(yours_changes), tuple(conflicts))


def _rivals(theirs: list[Change], yours: list[Change]) -> Iterable[tuple[Change, Change]]:
    """Both gave the same item another name (a period another date): what each made of it."""
    for gone in theirs:
        if not (_is_item(gone.before) and gone.after is None and gone in yours):
            continue
        mine, other = _put_beside(gone, theirs), _put_beside(gone, yours)
        if not any(change in other for change in mine):
            pairs = product(mine or [gone], other or [gone])
            yield from (pair for pair in pairs if pair != (gone, gone))


def _moved_to(gone: Change, changes: list[Change]) -> list[Change]:
    """The same item under another name: it stays or goes with the removal it belongs to."""
    if not (_is_item(gone.before) and gone.after is None):
        return []
    keys = dict.fromkeys(_KEYS[gone.path[-2]])
    beside = _put_beside(gone, changes)
    return [change for change in beside if change.after | keys == gone.before | keys]


def _put_beside(gone: Change, changes: list[Change]) -> list[Change]:
    beside = (change for change in changes if change.path[:-1] == gone.path[:-1])
    return [change for change in beside if change.before is None and _is_item(change.after)]


def _is_item(value: Any) -> bool:
    return isinstance(value, dict)


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def apply(base: Payload, changes: Iterable[Change]) -> Payload:
    """``base`` with ``changes`` made; raise Invalid where a change does not fit."""
    tree = tree_of(base)
    for change in changes:
        _set(tree, change)
    return from_builtins(_unkeyed("", tree))


class Clash(msgspec.Struct, frozen=True):
    """Conflicts that hang together: one side has to win all of it."""

    theirs: tuple[Change, ...]
    yours: tuple[Change, ...]


def clashes(comparison: Comparison) -> tuple[Clash, ...]:
    """The conflicts as choices. If one side removed a period in which the other changed two fields,
    that is one choice, not two.
    """
    groups: list[tuple[list[Change], list[Change]]] = []
    for theirs, yours in comparison.conflicts:
        joined = [group for group in groups if theirs in group[0] or yours in group[1]]
        rest = [group for group in groups if group not in joined]
        merged: tuple[list[Change], list[Change]] = ([], [])
        for group in (*joined, ([theirs], [yours])):
            for side, found in zip(merged, group, strict=True):
                side += [change for change in found if change not in side]
        groups = [*rest, merged]
    return tuple(Clash(tuple(theirs), tuple(yours)) for theirs, yours in groups)


def settle(base: Payload, comparison: Comparison, yours_wins: set[int]) -> Payload:
    """Both edits together; of each clash theirs, or yours where its index is in ``yours_wins``.

    What both added to a list stands in one order, whichever edit is called theirs.
    """
    lost: list[Change] = []
    for index, clash in enumerate(clashes(comparison)):
        lost += clash.theirs if index in yours_wins else clash.yours
    earlier, later = sorted((comparison.theirs, comparison.yours), key=msgspec.json.encode)
    return apply(
        base,
        [
            change
            for change in (*earlier, *later)
            if change not in lost or (change in comparison.theirs and change in comparison.yours)
        ],
    )


def _set(tree: dict[str, Any], change: Change) -> None:
    node = tree
    for key in change.path[:-1]:
        if not isinstance(node.get(key), dict):
            raise Invalid.at(change.field, "This part of the record is not there any more.")
        node = node[key]
    if change.path[-1] == ORDER and change.path[-2] in _ORDERED and isinstance(change.after, list):
        _reorder(node, change.after)
    elif change.after is None and isinstance(change.before, Mapping):
        node.pop(change.path[-1], None)
    else:
        node[change.path[-1]] = change.after


def _reorder(items: dict[str, Any], keys: list[str]) -> None:
    first = {key: items[key] for key in keys if key in items}
    rest = {key: item for key, item in items.items() if key not in first}
    items.clear()
    items.update(first | rest)


def _unkeyed(name: str, value: Any) -> Any:
    if name == "answers":
        return value
    if name in _KEYS:
        items = [_unkeyed("", item) for item in value.values()]
        return sorted(items, key=_begins) if name == "periods" else items
    if isinstance(value, dict):
        return {key: _unkeyed(key, inner) for key, inner in value.items()}
    return value


def _begins(period: dict[str, Any]) -> str:
    return period["effective_from"] or ""
