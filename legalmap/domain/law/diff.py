"""Differences between two payloads by field path, and the three-way comparison of edits.

A path is a tuple: ``("periods", "2016-05", "sources", "https://…", "title")``. Periods are named by
the date they take effect, sources by their link, pending bills by number and link, so that inserting
one does not make all the later ones look changed. If sources or bills were also put in another order
(more than removing some and adding others at the end), one more change says so: ``(…, "sources", "order")``.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from operator import eq
from typing import Any

import msgspec

from legalmap.domain.errors import Invalid
from legalmap.domain.law.payload import Payload, from_builtins, to_builtins

Path = tuple[str, ...]
# The lists of a payload, and the fields that name an item of each.
_KEYS = {"periods": ("effective_from",), "sources": ("url",), "pending": ("ref", "url")}
# Names a period that begins at an unknown date.
UNDATED = "start"
ORDER = "order"
# Lists whose order is a choice. Periods are not among them: their dates order them.
_ORDERED = ("sources", "pending")


class Change(msgspec.Struct, frozen=True):
    """One field that differs. ``before`` or ``after`` is None on the side that lacks it."""

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
        """The path joined by dots, for JSON and for people."""
        return ".".join(self.path)


class Comparison(msgspec.Struct, frozen=True):
    """A three-way comparison: what each side changed, and the pairs (theirs, yours) that conflict."""

    theirs: tuple[Change, ...]
    yours: tuple[Change, ...]
    conflicts: tuple[tuple[Change, Change], ...]


def tree_of(payload: Payload) -> dict[str, Any]:
    """The content as nested dicts, its lists turned into dicts keyed as the module says."""
    # The form a payload is stored in is no content.
    plain = to_builtins(payload)
    return {key: _keyed(key, value) for key, value in plain.items() if key != "schema"}


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
        # A payload that breaks the rules may name two items alike: neither may get lost here.
        while key in keyed:
            key += "+"
        keyed[key] = {inner: _keyed(inner, value) for inner, value in item.items()}
    return keyed


def diff(before: Payload, after: Payload) -> list[Change]:
    """The fields in which ``after`` differs from ``before``, in the order of the record.

    A period or source on one side only is one change, not one for each of its fields.
    """
    return list(_diff((), tree_of(before), tree_of(after)))


def shown(before: Payload, after: Payload) -> list[Change]:
    """``diff`` for people: a period whose start was moved shows as a changed date (and whatever
    else differs in it), not as one period removed and another added.
    """
    changes = diff(before, after)
    moved = _moved(changes)
    result: list[Change] = []
    for change in changes:
        earlier = moved.get(change.path)
        if earlier is not None:
            result += _diff(change.path, earlier.before, change.after)
        elif change not in moved.values():
            result.append(change)
    return result


def _moved(changes: list[Change]) -> dict[Path, Change]:
    """Periods that only got another start: the removal, by the path of the addition it belongs to."""
    # Whole periods, such as ("periods", "2016-05"), and not fields of one.
    periods = [change for change in changes if change.path[:-1] == ("periods",)]
    removed = [change for change in periods if change.after is None]
    moved: dict[Path, Change] = {}
    for added in periods:
        earlier = next((candidate for candidate in removed if _is_moved(candidate, added)), None)
        if earlier is not None:
            removed.remove(earlier)
            moved[added.path] = earlier
    return moved


def _is_moved(removed: Change, added: Change) -> bool:
    """Whether an added period is a removed one under another date: same status, and a shared text or source."""
    if added.before is not None or added.after is None:
        return False
    old, new = removed.before, added.after
    if old["status"] != new["status"]:
        return False
    return old["summary"] == new["summary"] or bool({*old["sources"]} & {*new["sources"]})


def _diff(path: Path, before: Any, after: Any) -> Iterable[Change]:
    # An answer is compared whole, whatever its type.
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
    """Compare two edits of ``base``. The same change on both sides is no conflict, but an item that
    both removed is one if they put different items in its place.
    """
    theirs_changes, yours_changes = diff(base, theirs), diff(base, yours)
    conflicts = [
        (their_change, your_change)
        for their_change in theirs_changes
        for your_change in yours_changes
        # One path leads to the other, or to something inside it.
        if all(map(eq, their_change.path, your_change.path)) and their_change != your_change
    ]
    rivals = [*_rivals(theirs_changes, yours_changes)]
    for their_change, your_change in [*conflicts]:
        rivals += [(moved, your_change) for moved in _moved_to(their_change, theirs_changes)]
        rivals += [(their_change, moved) for moved in _moved_to(your_change, yours_changes)]
    conflicts += [pair for pair in rivals if pair not in conflicts]
    return Comparison(tuple(theirs_changes), tuple(yours_changes), tuple(conflicts))


def _rivals(theirs: list[Change], yours: list[Change]) -> Iterable[tuple[Change, Change]]:
    """Items that both sides renamed (such as a period's start) differently: the pairs of what they became."""
    for removed in theirs:
        if not (isinstance(removed.before, dict) and removed.after is None and removed in yours):
            continue
        their_new, your_new = _put_beside(removed, theirs), _put_beside(removed, yours)
        if not any(change in your_new for change in their_new):
            pairs = product(their_new or [removed], your_new or [removed])
            yield from (pair for pair in pairs if pair != (removed, removed))


def _moved_to(removed: Change, changes: list[Change]) -> list[Change]:
    """The same item under another name: its addition stays or goes with its removal."""
    if not (isinstance(removed.before, dict) and removed.after is None):
        return []
    keys = dict.fromkeys(_KEYS[removed.path[-2]])
    beside = _put_beside(removed, changes)
    return [change for change in beside if change.after | keys == removed.before | keys]


def _put_beside(removed: Change, changes: list[Change]) -> list[Change]:
    """The items added to the list that this one was removed from."""
    beside = (change for change in changes if change.path[:-1] == removed.path[:-1])
    return [change for change in beside if change.before is None and isinstance(change.after, dict)]


def apply(base: Payload, changes: Iterable[Change]) -> Payload:
    """``base`` with ``changes`` applied; raise Invalid if one of them does not fit it."""
    tree = tree_of(base)
    for change in changes:
        _set(tree, change)
    return from_builtins(_unkeyed("", tree))


class Clash(msgspec.Struct, frozen=True):
    """Conflicts that depend on each other: one side has to win all of them."""

    theirs: tuple[Change, ...]
    yours: tuple[Change, ...]


def clashes(comparison: Comparison) -> tuple[Clash, ...]:
    """The conflicts as choices to be made. If one side removed a period in which the other changed
    two fields, that is one choice, not two.
    """
    groups: list[tuple[list[Change], list[Change]]] = []
    for theirs, yours in comparison.conflicts:
        joined = [group for group in groups if theirs in group[0] or yours in group[1]]
        apart = [group for group in groups if group not in joined]
        merged: tuple[list[Change], list[Change]] = ([], [])
        for group in (*joined, ([theirs], [yours])):
            for side, changes in zip(merged, group, strict=True):
                side += [change for change in changes if change not in side]
        groups = [*apart, merged]
    return tuple(Clash(tuple(theirs), tuple(yours)) for theirs, yours in groups)


def settle(base: Payload, comparison: Comparison, yours_wins: set[int]) -> Payload:
    """Merge both edits; of each clash take theirs, or yours if its index is in ``yours_wins``.

    Additions to a list come out in the same order whichever edit is called theirs.
    """
    lost: list[Change] = []
    for index, clash in enumerate(clashes(comparison)):
        lost += clash.theirs if index in yours_wins else clash.yours
    # Any fixed order will do; their JSON gives one.
    earlier, later = sorted((comparison.theirs, comparison.yours), key=msgspec.json.encode)
    # What both sides did holds, even as a part of a clash that one of them lost.
    agreed = [change for change in comparison.theirs if change in comparison.yours]
    merged = (*earlier, *later)
    return apply(base, [change for change in merged if change not in lost or change in agreed])


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
    ordered = {key: items[key] for key in keys if key in items}
    rest = {key: item for key, item in items.items() if key not in ordered}
    items.clear()
    items.update(ordered | rest)


def _unkeyed(name: str, value: Any) -> Any:
    if name == "answers":
        return value
    if name in _KEYS:
        items = [_unkeyed("", item) for item in value.values()]
        return (
            sorted(items, key=lambda period: period["effective_from"] or "")
            if name == "periods"
            else items
        )
    if isinstance(value, dict):
        return {key: _unkeyed(key, inner) for key, inner in value.items()}
    return value
