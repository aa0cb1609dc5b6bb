"""Importing a file of changes: they become proposals in the queue, never publications.

A file is a JSON list or one JSON object a line. Each is a record as data/ and the export hold it:
``topic``, ``jurisdiction``, ``base_revision`` (the revision number it started from, by default what is
published now), ``note``, and the fields of a payload.
"""

import json
from typing import Any

import msgspec

from legalmap import clock
from legalmap.domain import payload
from legalmap.domain.accounts import Account
from legalmap.domain.errors import Invalid, LegalmapError, Missing, NothingChanged, Problem, Stale
from legalmap.domain.records import Revision
from legalmap.services import editing, finding
from legalmap.services.editing import Proposal
from legalmap.services.tracker import Tracker
from legalmap.store import records

MAX_BYTES = 50_000_000
_HEAD = ("topic", "jurisdiction", "base_revision", "note")
_PAYLOAD = frozenset(payload.Payload.__struct_fields__)
# What a file taken from data/ or the export may carry besides; it says nothing new.
_IGNORED = frozenset({"name"})


class Line(msgspec.Struct, frozen=True):
    """One entry of a file and where it stands in it."""

    number: int
    raw: Any


def import_file(tracker: Tracker, actor: Account, content: bytes) -> list[Revision]:
    """Submit every entry, all or none; raise Invalid listing each bad line with number and field."""
    lines = _lines(content)
    problems: list[Problem] = []
    proposals: list[Proposal] = []
    for line in lines:
        found = _read(tracker, line)
        if isinstance(found, Proposal):
            proposals.append(found)
        else:
            problems += found
    problems += _twice(lines, proposals)
    if problems:
        raise Invalid(problems)
    ordered = sorted(proposals, key=lambda proposal: (proposal.topic, proposal.jurisdiction))
    return editing.submit_all(tracker, actor, ordered)


def _lines(content: bytes) -> list[Line]:
    if len(content) > MAX_BYTES:
        raise Invalid.at("file", f"The file is larger than {MAX_BYTES // 1_000_000} MB: split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.at("file", f"The file is not UTF-8 at byte {error.start}.") from None
    if not text.strip():
        raise Invalid.at("file", "The file is empty.")
    if text.lstrip().startswith("["):
        return _list(text)
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    problems = [problem for number, line in numbered if (problem := _bad_json(number, line))]
    if problems:
        raise Invalid(problems)
    return [Line(number, json.loads(line)) for number, line in numbered]


def _list(text: str) -> list[Line]:
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid.at("file", f"This is not JSON: {error}.") from None
    return [Line(number, entry) for number, entry in enumerate(entries, 1)]


def _bad_json(number: int, line: str) -> Problem | None:
    try:
        json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem(f"line {number}", f"This is not JSON: {error}.")
    return None


def _read(tracker: Tracker, line: Line) -> Proposal | list[Problem]:
    try:
        return _proposal(tracker, line.raw)
    except Invalid as error:
        return [Problem(f"line {line.number}: {p.field}", p.message) for p in error.problems]
    except (Missing, Stale, NothingChanged) as error:
        field = {"topic": "topic", "revision": "base_revision"}.get(
            getattr(error, "kind", ""), "jurisdiction"
        )
        return [Problem(f"line {line.number}: {field}", _said(error))]


def _said(error: LegalmapError) -> str:
    near = getattr(error, "near", ())
    return f"{error} Did you mean {', '.join(near)}?" if near else str(error)


def _proposal(tracker: Tracker, raw: Any) -> Proposal:
    if not isinstance(raw, dict):
        raise Invalid.at(
            "entry", "Give an object with topic, jurisdiction and the fields of a record."
        )
    missing = [key for key in ("topic", "jurisdiction") if not isinstance(raw.get(key), str)]
    if missing:
        raise Invalid(Problem(key, "Give it as text.") for key in missing)
    unknown = [key for key in raw if key not in {*_HEAD, *_PAYLOAD, *_IGNORED}]
    if unknown:
        raise Invalid(Problem(key, "A record has no such field.") for key in unknown)
    topic = tracker.topic(raw["topic"])
    place = finding.place(tracker, raw["jurisdiction"])
    content = payload.from_builtins({key: raw[key] for key in raw if key in _PAYLOAD})
    note = raw.get("note", "Imported from a file.")
    if not isinstance(note, str):
        raise Invalid.at("note", "Give it as text.")
    problems = payload.problems_of(content, topic, clock.today()) + editing.note_problems(note)
    if problems:
        raise Invalid(problems)
    return Proposal(
        topic=topic.code,
        jurisdiction=place.code,
        base_number=_base(tracker, topic.code, place.code, raw.get("base_revision"), content),
        payload=content,
        note=note,
    )


def _base(tracker: Tracker, topic: str, code: str, given: Any, content: payload.Payload) -> int:
    with tracker.store.reading() as connection:
        record = records.find(connection, topic, code)
    current = record.current_number if record else 0
    if given is not None and (not isinstance(given, int) or isinstance(given, bool) or given < 0):
        raise Invalid.at("base_revision", "Give the number of the revision this started from.")
    if given is not None and given != current:
        raise Invalid.at("base_revision", f"Published now is revision {current}, not {given}.")
    published = editing.payload_at(tracker, topic, code, current)
    if payload.canonical_bytes(published) == payload.canonical_bytes(content):
        raise Invalid.at("entry", "This is what is published already: leave it out.")
    return current


def _twice(lines: list[Line], proposals: list[Proposal]) -> list[Problem]:
    seen: set[tuple[str, str]] = set()
    problems = []
    if len(lines) != len(proposals):
        return []
    for line, proposal in zip(lines, proposals, strict=True):
        key = (proposal.topic, proposal.jurisdiction)
        if key in seen:
            problems.append(
                Problem(
                    f"line {line.number}: jurisdiction", "This place stands in the file already."
                )
            )
        seen.add(key)
    return problems
