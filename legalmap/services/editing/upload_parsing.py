"""Parsing an uploaded file: a JSON list, NDJSON, or CSV."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.law import payload

MAX_BYTES = 50_000_000
MAX_CELL = 1_000_000
MOST_COLUMNS = 1_000
# First bytes of other kinds of files that people upload by mistake.
_OTHERS = {
    b"PK\x03\x04": "This is a spreadsheet or a zip file: save the sheet as CSV (UTF-8) first.",
    b"%PDF": "This is a PDF: what we can read is CSV or JSON.",
    b"\xff\xfe": "This is UTF-16: save it as UTF-8.",
    b"\xfe\xff": "This is UTF-16: save it as UTF-8.",
}
_SEPARATORS = (",", ";", "\t")
_OF_PERIOD = re.compile(r"periods\.(\d+)\.(.+)")


class Line(msgspec.Struct, frozen=True):
    """One entry of a file and its line number, from 1; for a CSV also the line of each period."""

    number: int
    raw: Any
    periods: tuple[int, ...] = ()

    def at(self, problem: Problem) -> Problem:
        """The same problem with the line number in its field, and CSV column names for paths."""
        path = _OF_PERIOD.fullmatch(problem.field) if self.periods else None
        if path is None:
            return Problem(f"line {self.number}: {problem.field}", problem.message)
        line, name = self.periods[int(path[1])], path[2].removeprefix("answers.")
        return Problem(f"line {line}: {name}", problem.message)


class Row(msgspec.Struct, frozen=True):
    """One row of a CSV: the line it begins at, and its cells by column name."""

    number: int
    cells: dict[str, str]


class Table(msgspec.Struct, frozen=True):
    """A CSV file: its column names and its rows."""

    header: list[str]
    rows: list[Row]


def opened(content: bytes) -> list[Line] | Table:
    """The entries of a JSON file or the table of a CSV; raise Invalid if it is neither."""
    text = _text(content)
    start = text.lstrip()[:1]
    if start == "[":
        return _list(text)
    return _objects(text) if start == "{" else _table(text)


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Invalid.at("file", f"The file is larger than {MAX_BYTES // 1_000_000} MB: split it.")
    for start, message in _OTHERS.items():
        if content.startswith(start):
            raise Invalid.at("file", message)
    try:
        # Spreadsheets put a byte order mark first.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.at(
            "file", f"The file is not UTF-8 at byte {error.start}: save it as UTF-8."
        ) from None
    if not text.strip():
        raise Invalid.at("file", "The file is empty.")
    return text


def _list(text: str) -> list[Line]:
    try:
        # RecursionError: thousands of nested brackets.
        entries = _loaded(text)
    except (ValueError, RecursionError) as error:
        raise Invalid.at("file", f"This is not JSON: {error}.") from None
    return [Line(number, entry) for number, entry in enumerate(entries, 1)]


def _objects(text: str) -> list[Line]:
    # Only LF ends a line of NDJSON: U+2028 and its like may stand within a string.
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, line in numbered:
        try:
            lines.append(Line(number, _loaded(line)))
        except (ValueError, RecursionError) as error:
            problems.append(Problem(f"line {number}", f"This is not JSON: {error}."))
    Invalid.if_any(problems)
    return lines


def _loaded(text: str) -> Any:
    """The value of a JSON text, with lone surrogates replaced: no database stores half a character."""
    value = json.loads(text)
    return _whole(value) if "\\ud" in text.lower() else value


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return payload.whole(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {payload.whole(key): _whole(item) for key, item in value.items()}
    return value


def _table(text: str) -> Table:
    header_line = text.split("\n", 1)[0]
    # Spreadsheets of other countries save with semicolons: the header tells.
    separator = max(_SEPARATORS, key=header_line.count)
    # For the whole process: the csv module knows no limit for one reader.
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    numbered = _numbered(reader)
    _, names = next(numbered)
    header = [name.strip() for name in names]
    if len(header) > MOST_COLUMNS:
        message = f"Keep to at most {MOST_COLUMNS:,} columns: these are {len(header):,}."
        raise Invalid.at("header", message)
    return Table(header, [_row(number, cells, header) for number, cells in numbered if any(cells)])


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins at. They differ from row numbers: a cell may span lines."""
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid.at(f"line {number}", f"This is not CSV: {error}.") from None
        yield number, cells


def _row(number: int, cells: list[str], header: list[str]) -> Row:
    if len(cells) != len(header):
        raise Invalid.at(
            f"line {number}",
            f"This row has {len(cells)} cells, the header {len(header)}. "
            "Put cells that hold commas, quotes or several lines into quotes.",
        )
    stripped = (cell.replace("\r\n", "\n").strip() for cell in cells)
    return Row(number, dict(zip(header, stripped, strict=True)))
