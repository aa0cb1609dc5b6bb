"""Topic files: reading one, and telling by file, line and key what is wrong with it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.law.statuses import Status
from legalmap.domain.law.topics import Choice, Topic, Variable

_CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")
# How msgspec words its errors, and how a topic words what does not fit together.
_AT = re.compile(r"(?P<message>.*) - at `\$\.?(?P<path>[^`]*)`", re.DOTALL)
_NAMED = re.compile(r"(?P<path>[a-z_.]+): (?P<message>.*)", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")


def read(file: Path) -> Topic:
    """The topic of a file; raise Invalid, naming file, line and key, with everything that is wrong."""
    text = file.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid.at(file.name, f"This is not TOML: {error}.") from None
    try:
        topic = msgspec.convert(raw, Topic)
    except msgspec.ValidationError as error:
        problems = [_problem_of(str(error))]
    else:
        problems = [*_problems(raw), *_misnamed(file, topic)]
    Invalid.if_any(
        Problem(f"{file.name} line {_line(text, p.field)}: {p.field or 'topic'}", p.message)
        for p in problems
    )
    return topic


def _problem_of(said: str) -> Problem:
    match = _AT.fullmatch(said)
    path, message = (match["path"], match["message"]) if match else ("", said)
    if unknown := _UNKNOWN.search(message):
        return Problem(".".join(filter(None, [path, unknown[1]])), "There is no such key.")
    if not path and (named := _NAMED.fullmatch(message)):
        return Problem(named["path"], named["message"])
    return Problem(path, f"{message}.")


def _problems(raw: dict[str, Any]) -> Iterator[Problem]:
    """What the types of a topic let pass."""
    for name, kind in (("statuses", Status), ("variables", Variable)):
        yield from _of_list(raw[name], kind, name)
    for index, variable in enumerate(raw["variables"]):
        yield from _of_list(variable.get("choices", []), Choice, f"variables[{index}].choices")
    for index, status in enumerate(raw["statuses"]):
        if not _COLOUR.fullmatch(status["colour"]):
            yield Problem(f"statuses[{index}].colour", "Write a colour such as #93cbba.")


def _of_list(
    rows: list[dict[str, Any]], kind: type[msgspec.Struct], path: str
) -> Iterator[Problem]:
    fields = kind.__struct_fields__
    times = Counter(row["code"] for row in rows)
    for index, row in enumerate(rows):
        for key in row.keys() - set(fields):
            yield Problem(
                f"{path}[{index}].{key}", f"There is no such key. Allowed: {', '.join(fields)}."
            )
        if not _CODE.fullmatch(row["code"]):
            yield Problem(f"{path}[{index}].code", "Write small letters, digits, - and _.")
        if times[row["code"]] > 1:
            yield Problem(f"{path}[{index}].code", f"“{row['code']}” is there twice.")


def _misnamed(file: Path, topic: Topic) -> list[Problem]:
    if topic.code == file.stem:
        return []
    return [Problem("code", f"The file is called {file.name}: write “{file.stem}”, or rename it.")]


def _line(text: str, path: str) -> int:
    """The line of a key, from 1; of the innermost thing around it that has a line of its own."""
    lines = [line.strip() for line in text.splitlines()]
    at = 0
    for name, index in _STEP.findall(path):
        begins = re.compile(rf"\[+{name}\]+|{name}\s*=")
        heads = [number for number in range(at, len(lines)) if begins.match(lines[number])]
        if not heads:
            break
        is_table = index and lines[heads[0]].startswith("[[")
        at = heads[min(int(index), len(heads) - 1)] if is_table else heads[0]
    return at + 1
