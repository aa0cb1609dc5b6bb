"""Importing a file of changes: they become proposals in the queue, never publications.

A file is a JSON list, one JSON object a line, or a CSV (see ``folding``). Each entry is a record as
data/ and the export hold it: ``topic``, ``jurisdiction``, ``base_revision`` (the revision number it
started from, 0 if it says none, as what ships), ``note``, and the fields of a payload.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from legalmap import clock
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid, LegalmapError, Missing, NotNow, Problem
from legalmap.domain.law import diff, payload
from legalmap.domain.law.diff import Change
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches as import_batches
from legalmap.services.editing import csv_import, proposals, upload_parsing
from legalmap.services.editing.proposals import Proposal
from legalmap.services.editing.upload_parsing import Line, Table
from legalmap.services.places import search
from legalmap.store.history import batches

# More than these nobody reads; they are mended first.
MOST_PROBLEMS = 200
# With so many problems before it nobody is told which place may have been meant: to look takes long.
MOST_HINTS = 10
_HEAD = ("topic", "jurisdiction", "base_revision", "note")
_PAYLOAD = frozenset(payload.Payload.__struct_fields__)
# What a file taken from data/ or the export may carry besides; it says nothing new.
_IGNORED = frozenset({"name"})


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal that a file would make: where it stands in the file, and what it would change."""

    number: int
    proposal: Proposal
    changes: list[Change]

    @property
    def payload_sha256(self) -> str:
        """The hash of what is proposed."""
        return payload.sha256_of(payload.canonical_bytes(self.proposal.payload))


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that sending a file would do. ``problems``: then it does nothing."""

    planned: list[Planned] = []
    # How many entries say what is published already: they are left out.
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def mark(self) -> str:
        """Another one if anything about any proposal is another: what was looked at is what is sent."""
        digest = hashlib.sha256()
        for each in self.planned:
            made = each.proposal
            said = (made.topic, made.jurisdiction, made.base_number, made.note)
            digest.update(repr((*said, each.payload_sha256)).encode())
        return digest.hexdigest()


def plan(tracker: Tracker, actor: Account, content: bytes) -> Plan:
    """What a file would do, without doing it: each proposal, or each problem with line and field."""
    require(actor.role, Permission.PROPOSE)
    try:
        lines = _lines(tracker, upload_parsing.opened(content))
        planned, problems = _all_read(tracker, lines)
    except Invalid as error:
        return Plan(problems=_first(error.problems))
    problems += [*_twice(planned), *_sent_before(tracker, actor, planned)]
    differing = [each for each in planned if each.changes]
    if not differing and not problems:
        problems = [
            Problem(f"line {line.number}", "This is what is published already: leave it out.")
            for line in lines[:1]
        ] or [Problem("file", "The file holds no entry.")]
    return Plan(
        planned=sorted(differing, key=lambda e: (e.proposal.topic, e.proposal.jurisdiction)),
        unchanged=len(planned) - len(differing),
        problems=_first(problems),
    )


def import_file(tracker: Tracker, actor: Account, content: bytes) -> list[Revision]:
    """Submit every entry, all or none; raise Invalid listing each bad line with number and field."""
    return _send(tracker, actor, plan(tracker, actor, content))


def import_planned(tracker: Tracker, actor: Account, content: bytes, mark: str) -> list[Revision]:
    """Submit exactly what a dry run showed; raise NotNow if the same file would do something else now."""
    found = plan(tracker, actor, content)
    if found.mark != mark:
        raise NotNow(
            "Something was published since you looked: this is what the file would do now."
        )
    return _send(tracker, actor, found)


def _send(tracker: Tracker, actor: Account, found: Plan) -> list[Revision]:
    Invalid.if_any(found.problems)
    batch = import_batches.new_name()
    batched = [msgspec.structs.replace(item.proposal, batch=batch) for item in found.planned]
    return proposals.submit_all(tracker, actor, batched)


def _lines(tracker: Tracker, opened: list[Line] | Table) -> list[Line]:
    """The entries of a file; the rows of a table are folded into one for each record."""
    if isinstance(opened, list):
        return opened
    csv_import.check_header(opened, tracker.topics.values())
    lines: list[Line] = []
    problems: list[Problem] = []
    groups = csv_import.grouped(opened)
    for index, (topic, code, rows) in enumerate(groups):
        _stop_at_many(problems, len(groups) - index)
        try:
            published = _published(tracker, topic, code, hint=len(problems) < MOST_HINTS)
            lines.append(csv_import.folded(rows, tracker.topic(topic), published))
        except Invalid as error:
            problems += error.problems
        except Missing as error:
            problems.append(Problem(f"line {rows[0].number}: {_field_of(error)}", _said(error)))
    Invalid.if_any(problems)
    return lines


def _published(tracker: Tracker, topic: str, code: str, *, hint: bool) -> payload.Payload:
    tracker.topic(topic)
    place = search.place(tracker, code, hint=hint)
    return proposals.published(tracker, topic, place.code)[1]


def _all_read(tracker: Tracker, lines: list[Line]) -> tuple[list[Planned], list[Problem]]:
    planned: list[Planned] = []
    problems: list[Problem] = []
    for index, line in enumerate(lines):
        _stop_at_many(problems, len(lines) - index)
        found = _read(tracker, line, hint=len(problems) < MOST_HINTS)
        if isinstance(found, Planned):
            planned.append(found)
        else:
            problems += found
    return planned, problems


def _stop_at_many(problems: list[Problem], left: int) -> None:
    """Raise Invalid where there are too many to be read: looking for more would only take longer."""
    if len(problems) >= MOST_PROBLEMS:
        raise Invalid(_first(problems, left))


def _first(problems: Sequence[Problem], left: int = 0) -> tuple[Problem, ...]:
    """As many problems as somebody can read, and how many more there are. ``left``: places not looked at."""
    if len(problems) <= MOST_PROBLEMS and not left:
        return tuple(problems)
    shown = problems[: MOST_PROBLEMS - 1]
    told = f"And {len(problems) - len(shown):,} more"
    told += f"; {left:,} more places of the file were not looked at." if left else "."
    return (*shown, Problem("file", told))


def _read(tracker: Tracker, line: Line, *, hint: bool) -> Planned | list[Problem]:
    try:
        proposal = _proposal(tracker, line.raw, hint=hint)
        base = proposals.payload_at(
            tracker, proposal.topic, proposal.jurisdiction, proposal.base_number
        )
    except Invalid as error:
        return [line.at(problem) for problem in error.problems]
    except Missing as error:
        return [line.at(Problem(_field_of(error), _said(error)))]
    found = diff.shown(base, proposal.payload)
    return Planned(number=line.number, proposal=proposal, changes=found)


def _field_of(error: Missing) -> str:
    return {"topic": "topic", "revision": "base_revision"}.get(error.kind, "jurisdiction")


def _said(error: LegalmapError) -> str:
    near = getattr(error, "near", ())
    return f"{error} Did you mean {', '.join(near)}?" if near else str(error)


def _proposal(tracker: Tracker, raw: Any, *, hint: bool) -> Proposal:
    if not isinstance(raw, dict):
        raise Invalid.at(
            "entry", "Give an object with topic, jurisdiction and the fields of a record."
        )
    missing = [key for key in ("topic", "jurisdiction") if not isinstance(raw.get(key), str)]
    Invalid.if_any(Problem(key, "Give it as text.") for key in missing)
    unknown = [key for key in raw if key not in {*_HEAD, *_PAYLOAD, *_IGNORED}]
    Invalid.if_any(Problem(key, "A record has no such field.") for key in unknown)
    topic = tracker.topic(raw["topic"])
    place = search.place(tracker, raw["jurisdiction"], hint=hint)
    content = payload.from_builtins({key: raw[key] for key in raw if key in _PAYLOAD})
    note = raw.get("note", "Imported from a file.")
    if not isinstance(note, str):
        raise Invalid.at("note", "Give it as text.")
    problems = payload.problems_of(content, topic, clock.today())
    Invalid.if_any(problems + proposals.note_problems(note))
    return Proposal(
        topic=topic.code,
        jurisdiction=place.code,
        base_number=_base(tracker, topic.code, place.code, raw.get("base_revision"), content),
        payload=content,
        note=note,
    )


def _base(tracker: Tracker, topic: str, code: str, stated: Any, content: payload.Payload) -> int:
    """The revision an entry started from, as ``stated`` in it; None: not at all.

    The current revision is never assumed: an old file would then silently undo what was published
    meanwhile.
    """
    current, published = proposals.published(tracker, topic, code)
    if stated is None and content == published:
        return current
    if stated is None and current:
        raise Invalid.at(
            "base_revision", f"Say which revision this started from. Published now is {current}."
        )
    base = 0 if stated is None else stated
    if not isinstance(base, int) or isinstance(base, bool) or base < 0:
        raise Invalid.at("base_revision", "Give the number of the revision this started from.")
    if base != current:
        raise Invalid.at("base_revision", f"Published now is revision {current}, not {base}.")
    return base


def _sent_before(tracker: Tracker, actor: Account, planned: list[Planned]) -> list[Problem]:
    """What this person sent already and nobody decided is not sent again."""
    with tracker.store.reading() as connection:
        waiting = batches.sent_by(connection, actor.id)
    told = "You sent exactly this already: it waits for review. Leave it out."
    return [
        Problem(f"line {each.number}: jurisdiction", told)
        for each in planned
        if (each.proposal.topic, each.proposal.jurisdiction, each.payload_sha256) in waiting
    ]


def _twice(planned: list[Planned]) -> list[Problem]:
    seen: set[tuple[str, str]] = set()
    problems = []
    for each in planned:
        key = (each.proposal.topic, each.proposal.jurisdiction)
        if key in seen:
            told = "This place stands in the file already."
            problems.append(Problem(f"line {each.number}: jurisdiction", told))
        seen.add(key)
    return problems
