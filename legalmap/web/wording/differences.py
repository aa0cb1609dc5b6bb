"""Changes as people read them: values in words, texts word by word, three sides of a conflict."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

from legalmap.domain.law.diff import Change, Clash, Comparison, Path
from legalmap.domain.law.fields import FIELDS, kind_of
from legalmap.domain.law.topics import Topic
from legalmap.web.wording.labels import answer, date_in_words

Mark = Literal["", "ins", "del"]
# Words of one text times words of the other. Beyond that texts are shown whole: comparing takes too
# long, and nobody reads so many marks.
_MOST_COMPARISONS = 400_000


class Piece(msgspec.Struct, frozen=True):
    """A piece of a text, marked if only one side has it."""

    text: str
    mark: Mark = ""


class Cell(msgspec.Struct, frozen=True):
    """One side of a change. ``kind`` says how the page shows ``value``; ``pieces`` are those of a text."""

    kind: Literal["nothing", "text", "link", "status", "source", "period", "bill", "list"]
    value: Any = None
    pieces: tuple[Piece, ...] = ()


class ThreeSides(msgspec.Struct, frozen=True):
    """One field on all three sides. ``clash`` is the index of the clash it belongs to, or None."""

    change: Change
    base: Cell
    theirs: Cell
    yours: Cell
    clash: int | None


def cells(change: Change, topic: Topic) -> tuple[Cell, Cell]:
    """Both sides of a change; in texts, the words that differ are marked."""
    before, after = change.before, change.after
    if (
        kind_of(change.path[-1]) in ("line", "text")
        and isinstance(before, str)
        and isinstance(after, str)
    ):
        return _words_side_by_side(before, after)
    return _cell(change.path, before, topic), _cell(change.path, after, topic)


def _cell(path: Path, value: Any, topic: Topic) -> Cell:
    name = path[-1]
    if value is None or value == "":
        return Cell("nothing")
    if isinstance(value, dict):
        return _item(path, value)
    if path[-2:-1] == ("answers",):
        return _text(_answer(name, value, topic))
    if isinstance(value, list):
        return Cell("list", [str(item) for item in value])
    return _leaf(name, str(value), topic)


def _leaf(name: str, value: str, topic: Topic) -> Cell:
    if kind_of(name) == "link":
        return Cell("link", value)
    if name == "status" and any(status.code == value for status in topic.statuses):
        return Cell("status", value)
    return _text(_word(name, value))


def _item(path: Path, value: dict[str, Any]) -> Cell:
    """A whole source, bill or period that only one side has."""
    parent = path[-2] if len(path) > 1 else ""
    if parent == "sources":
        return Cell("source", value)
    if parent == "pending":
        return Cell("bill", value)
    return Cell("period", {**value, "sources": list(value.get("sources", {}).values())})


def _answer(code: str, value: Any, topic: Topic) -> str:
    for variable in topic.variables:
        if variable.code == code:
            return answer(value, variable)
    return str(value)


def _word(name: str, value: str) -> str:
    if kind_of(name) in ("date", "day"):
        return date_in_words(value)
    return FIELDS[name].choices.get(value, value) if name in FIELDS else value


def _text(text: str) -> Cell:
    return Cell("text", text, (Piece(text),))


def _words_side_by_side(before: str, after: str) -> tuple[Cell, Cell]:
    old, new = re.findall(r"\s*\S+|\s+", before), re.findall(r"\s*\S+|\s+", after)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in _steps(old, new):
        same = tag == "equal"
        left += _marked("".join(old[a:b]), "" if same else "del")
        right += _marked("".join(new[c:d]), "" if same else "ins")
    return _pieced(before, left), _pieced(after, right)


def _marked(text: str, mark: Mark) -> list[Piece]:
    """A stretch of text with its mark, but for the space before it, which is never marked."""
    words = text.lstrip()
    return [Piece(text[: len(text) - len(words)]), Piece(words, mark)]


def _steps(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(old) * len(new) > _MOST_COMPARISONS:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _pieced(text: str, pieces: list[Piece]) -> Cell:
    return (
        Cell("text", text, tuple(piece for piece in pieces if piece.text))
        if text
        else Cell("nothing")
    )


def rows(comparison: Comparison, clashes: tuple[Clash, ...], topic: Topic) -> list[ThreeSides]:
    """Every field that either side changed, on all three sides; clashes come first."""
    theirs = {change.path: change for change in comparison.theirs}
    yours = {change.path: change for change in comparison.yours}
    unsorted = [
        _row(theirs.get(path), yours.get(path), _clash_of(theirs, yours, path, clashes), topic)
        for path in [*theirs, *(path for path in yours if path not in theirs)]
    ]
    return sorted(unsorted, key=lambda row: (row.clash is None, row.clash or 0))


def _clash_of(
    theirs: dict[Path, Change], yours: dict[Path, Change], path: Path, clashes: tuple[Clash, ...]
) -> int | None:
    for index, clash in enumerate(clashes):
        if theirs.get(path) in clash.theirs or yours.get(path) in clash.yours:
            return index
    return None


def _row(
    theirs: Change | None, yours: Change | None, clash: int | None, topic: Topic
) -> ThreeSides:
    changed = theirs or yours
    if changed is None:
        raise ValueError("a row needs a side")
    base = _cell(changed.path, changed.before, topic)
    return ThreeSides(
        change=changed,
        base=base,
        theirs=cells(theirs, topic)[1] if theirs else base,
        yours=cells(yours, topic)[1] if yours else base,
        clash=clash,
    )
