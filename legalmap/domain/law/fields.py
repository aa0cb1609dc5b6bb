"""The one table of a record's fields, read by its form, problem messages, lists of changes, feeds and history.

The rows are in the order of the page. To add a field to sources, add it to ``Source``, add a row here
and a line in the template of the form.
"""

from typing import Literal

import msgspec

from legalmap.domain.law.periods import FORCES
from legalmap.domain.law.sources import SOURCE_KINDS

# What a field holds. A *date* may be exact to the month or year only, a *day* may not. Changes of a *line* or
# a *text* are shown word by word. A *one-of* may be left empty, a *listed* may not. *rows* and *answers* hold
# fields of their own.
Kind = Literal["line", "text", "name", "link", "date", "day", "one-of", "listed", "answers", "rows"]
CONFIDENCES = {"high": "High", "medium": "Medium", "low": "Low"}
STANCES = {"supports": "Supports this period", "disputes": "Disputes this period"}
VERIFIED_HOW = {
    "source-date": "The date of the newest source",
    "checked": "A person checked it against the sources",
}
BILL_OUTCOMES = {"open": "Open", "enacted": "Enacted", "died": "Died"}
KIND_LABELS = {kind: kind.capitalize() for kind in SOURCE_KINDS} | {
    "reference": "Reference work",
    "advocacy": "Advocacy group",
}


class Field(msgspec.Struct, frozen=True):
    """One field: its name in the payload, what it holds, and its label beside the input.

    ``short``: the label in problem messages, ``changed``: in lists of changes, where these differ.
    ``choices``: code to label. ``preset``: the value if nothing was chosen or typed.
    ``what``: for a date, what happened then, with ``year`` as the example; for a list, what it lists.
    """

    name: str
    kind: Kind
    label: str = ""
    short: str = ""
    changed: str = ""
    choices: dict[str, str] = {}
    preset: str | None = ""
    what: str = ""
    year: str = "2016"


RECORD = (
    Field("periods", "rows"),
    Field("pending", "rows"),
    Field(
        "last_verified",
        "date",
        "Date of the evidence",
        what="of the newest source, or of the check",
    ),
    Field("verified_how", "one-of", "What that date is", choices=VERIFIED_HOW, preset=None),
    Field("confidence", "one-of", "Confidence", choices=CONFIDENCES, preset=None),
    Field("notes", "text", "Open questions and notes", "Notes"),
)
# What the form of a record asks: the record, and what kind of edit it is and why.
EDIT = (
    Field("intent", "listed", "What kind of edit is this?", "Kind of edit"),
    *RECORD,
    Field("note", "text", "What did you change, and why?", "Change note"),
)
PERIOD = (
    Field("effective_from", "date", "In force from", what="the law took effect"),
    Field("effective_until", "date", "In force until", what="the law lapsed"),
    Field("enacted_on", "date", "Enacted on", what="the law was enacted"),
    Field("status", "listed", "Status", what="status"),
    Field("force", "one-of", "Force", choices=FORCES, preset="in-force"),
    Field("answers", "answers"),
    Field("summary", "text", "Summary"),
    Field("sources", "rows"),
)
SOURCE = (
    Field("url", "link", "Link"),
    Field("title", "line", "Title"),
    Field("publisher", "line", "Publisher"),
    Field("kind", "listed", "Kind", choices=KIND_LABELS, what="kind of source"),
    Field("stance", "one-of", "Stance", choices=STANCES, preset="supports"),
    Field("citation", "line", "Citation", preset=None),
    Field("published_on", "date", "Published on", what="the page was published"),
    Field("accessed_on", "day", "Opened by a person on", "Opened on"),
    Field("archived_url", "link", "Archived copy", preset=None),
)
BILL = (
    Field("kind", "name", "Kind"),
    Field("ref", "name", "Number", changed="Reference"),
    Field("what", "text", "What it would change"),
    Field("url", "link", "Link"),
    Field(
        "expected_on",
        "date",
        "Decision expected on",
        changed="Expected on",
        what="of the decision",
        year="2027",
    ),
    Field("outcome", "one-of", "Outcome", choices=BILL_OUTCOMES, preset="open"),
)
# By name. A name that bills and sources share (kind, url) means the source's field.
FIELDS = {field.name: field for table in (BILL, SOURCE, PERIOD, EDIT) for field in table}
_ORDER = dict.fromkeys(field.name for table in (EDIT, PERIOD, SOURCE, BILL) for field in table)
_RANK = {name: rank for rank, name in enumerate(_ORDER)}


def kind_of(name: str) -> str:
    """What the field of that name holds; empty if there is no such field."""
    return FIELDS[name].kind if name in FIELDS else ""


def rank(path: str) -> list[int]:
    """Sort key that puts dotted paths, such as ``periods.0.sources.1.url``, in the order of the page."""
    return [
        int(part) if part.isdecimal() else _RANK.get(part, len(_RANK)) for part in path.split(".")
    ]


def problem_words(name: str) -> str:
    """The label of a field inside the sentence of a problem message."""
    field = FIELDS.get(name)
    label = (field.short or field.label) if field else ""
    return label[:1].lower() + label[1:] if label else name.replace("_", " ")


def change_words(name: str) -> str:
    """The label of a field in a list of changes."""
    field = FIELDS.get(name)
    label = (field.changed or field.short or field.label) if field else ""
    return label or name.replace("_", " ").capitalize()
