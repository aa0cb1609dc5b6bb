"""Importing a file of changes: each becomes a proposal in the queue, never a publication.

A file is a JSON list, NDJSON, or CSV (see ``csv_import``). Each entry is a record as in data/ and the
export: ``topic``, ``jurisdiction``, ``base_revision`` (the number of the revision it was edited from,
needed once something is published), ``note``, and the fields of a payload.
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

# Nobody reads more than these at once: they are mended first.
MOST_PROBLEMS = 200
# After this many problems unknown places get no “did you mean”: searching for one takes long.
MOST_HINTS = 10
_HEAD = ("topic", "jurisdiction", "base_revision", "note")
_PAYLOAD = frozenset(payload.Payload.__struct_fields__)
# What files from data/ or the export carry besides; it follows from the code of the place.
_IGNORED = frozenset({"name"})


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal that a file would make: its line, and the changes to the revision it is based on."""

    number: int
    proposal: Proposal
    changes: list[Change]

    @property
    def payload_sha256(self) -> str:
        """The hash of what is proposed."""
        return payload.sha256_of(payload.canonical_bytes(self.proposal.payload))


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything sending a file would do; nothing if there are ``problems``."""

    planned: list[Planned] = []
    # How many entries equal what is published: they are left out.
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def mark(self) -> str:
        """A hash over all proposals, sent back with the confirmation: exactly what was shown is submitted."""
        digest = hashlib.sha256()
        for item in self.planned:
            proposal = item.proposal
            identity = (proposal.topic, proposal.jurisdiction, proposal.base_number, proposal.note)
            digest.update(repr((*identity, item.payload_sha256)).encode())
        return digest.hexdigest()


def plan(tracker: Tracker, actor: Account, content: bytes) -> Plan:
    """What a file would do, without doing it. Problems name line and field; nothing is raised for them."""
    require(actor.role, Permission.PROPOSE)
    try:
        lines = _lines(tracker, upload_parsing.opened(content))
        planned, problems = _all_read(tracker, lines)
    except Invalid as error:
        return Plan(problems=_first(error.problems))
    problems += [*_twice(planned), *_sent_before(tracker, actor, planned)]
    # Files from the export hold every record of a topic, of which few were edited.
    differing = [item for item in planned if item.changes]
    if not differing and not problems:
        problems = [
            Problem(f"line {line.number}", "This is what is published already: leave it out.")
            for line in lines[:1]
        ] or [Problem("file", "The file holds no entry.")]
    return Plan(
        planned=sorted(
            differing, key=lambda item: (item.proposal.topic, item.proposal.jurisdiction)
        ),
        unchanged=len(planned) - len(differing),
        problems=_first(problems),
    )


def import_file(tracker: Tracker, actor: Account, content: bytes) -> list[Revision]:
    """Submit every entry or none; raise Invalid, naming the line and field of each problem."""
    return _send(tracker, actor, plan(tracker, actor, content))


def import_planned(tracker: Tracker, actor: Account, content: bytes, mark: str) -> list[Revision]:
    """Submit exactly what a dry run with this ``mark`` showed; raise NotNow if the file would now do
    something else.
    """
    current_plan = plan(tracker, actor, content)
    if current_plan.mark != mark:
        raise NotNow(
            "Something was published since you looked: this is what the file would do now."
        )
    return _send(tracker, actor, current_plan)


def _send(tracker: Tracker, actor: Account, plan: Plan) -> list[Revision]:
    Invalid.if_any(plan.problems)
    batch = import_batches.new_name()
    batched = [msgspec.structs.replace(item.proposal, batch=batch) for item in plan.planned]
    return proposals.submit_all(tracker, actor, batched)


def _lines(tracker: Tracker, opened: list[Line] | Table) -> list[Line]:
    """The entries of a file; rows of a CSV become one entry for each record."""
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
        outcome = _read(tracker, line, hint=len(problems) < MOST_HINTS)
        if isinstance(outcome, Planned):
            planned.append(outcome)
        else:
            problems += outcome
    return planned, problems


def _stop_at_many(problems: list[Problem], unread: int) -> None:
    """Raise Invalid once there are more problems than anybody reads. ``unread``: entries still to come."""
    if len(problems) >= MOST_PROBLEMS:
        raise Invalid(_first(problems, unread))


def _first(problems: Sequence[Problem], unread: int = 0) -> tuple[Problem, ...]:
    """The first MOST_PROBLEMS; the last of them says how many more there are and how many were not read."""
    if len(problems) <= MOST_PROBLEMS and not unread:
        return tuple(problems)
    shown = problems[: MOST_PROBLEMS - 1]
    rest = f"And {len(problems) - len(shown):,} more"
    rest += f"; {unread:,} more places of the file were not looked at." if unread else "."
    return (*shown, Problem("file", rest))


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
    changes = diff.shown(base, proposal.payload)
    return Planned(number=line.number, proposal=proposal, changes=changes)


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
    content = payload.with_plain_links(content)
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
    # In Python True is an int, and JSON has true.
    if not isinstance(base, int) or isinstance(base, bool) or base < 0:
        raise Invalid.at("base_revision", "Give the number of the revision this started from.")
    if base != current:
        raise Invalid.at("base_revision", f"Published now is revision {current}, not {base}.")
    return base


def _sent_before(tracker: Tracker, actor: Account, planned: list[Planned]) -> list[Problem]:
    """A problem for each entry that this person has sent before and that still waits for review."""
    with tracker.store.reading() as connection:
        waiting = batches.sent_by(connection, actor.id)
    message = "You sent exactly this already: it waits for review. Leave it out."
    return [
        Problem(f"line {item.number}: jurisdiction", message)
        for item in planned
        if (item.proposal.topic, item.proposal.jurisdiction, item.payload_sha256) in waiting
    ]


def _twice(planned: list[Planned]) -> list[Problem]:
    """A problem for each record that an earlier entry of the file changes already."""
    seen: set[tuple[str, str]] = set()
    problems = []
    for item in planned:
        key = (item.proposal.topic, item.proposal.jurisdiction)
        if key in seen:
            message = "This place stands in the file already."
            problems.append(Problem(f"line {item.number}: jurisdiction", message))
        seen.add(key)
    return problems
