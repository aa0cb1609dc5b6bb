"""The fields of a record, each once: read by its form, by problems, changes, feeds and the history.

They stand in the order of the page. A new field of a source is a field of ``Source``, a row here, and a
line in the template of the form.
"""

from typing import Literal

import msgspec

from legalmap.domain.law.evidence import SOURCE_KINDS
from legalmap.domain.law.periods import FORCES

# A *date* may be known to the month or year only, a *day* may not. Of *line* and *text* a change is shown
# word by word. Of a *one-of* nothing may be chosen, of a *listed* one has to be. *rows* and *answers* hold
# fields of their own.
Kind = Literal["line", "text", "name", "link", "date", "day", "one-of", "listed", "answers", "rows"]
CONFIDENCES = {"high": "High", "medium": "Medium", "low": "Low"}
STANCES = {"supports": "Supports this period", "disputes": "Disputes this period"}
VERIFIED_HOW = {
    "source-date": "The date of the newest source",
    "checked": "A person checked it against the sources",
}
KIND_LABELS = {kind: kind.capitalize() for kind in SOURCE_KINDS} | {
    "reference": "Reference work",
    "advocacy": "Advocacy group",
}


class Field(msgspec.Struct, frozen=True):
    """One field: its name in the payload, what it holds, and its label beside the input.

    ``short``: its label where a problem names it, ``changed``: where a change does, if those are others.
    ``choices``: its codes and their words. ``preset``: what it holds if nothing was chosen or typed.
    ``what``: of a date, what took place then, with ``year`` as the example; of a list, what it lists.
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
    Field("last_verified", "day", "Last verified"),
    Field("verified_how", "one-of", "How it was verified", choices=VERIFIED_HOW, preset=None),
    Field("confidence", "one-of", "Confidence", choices=CONFIDENCES, preset=None),
    Field("notes", "text", "Open questions and notes", "Notes"),
)
# What the form of a record asks: also what kind of edit it is, and why.
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
)
# By name; what a bill and a source both have is of the source.
FIELDS = {field.name: field for table in (BILL, SOURCE, PERIOD, EDIT) for field in table}
_ORDER = dict.fromkeys(field.name for table in (EDIT, PERIOD, SOURCE, BILL) for field in table)
_RANK = {name: rank for rank, name in enumerate(_ORDER)}


def kind_of(name: str) -> str:
    """What a field holds; empty if a record has none of that name."""
    return FIELDS[name].kind if name in FIELDS else ""


def rank(path: str) -> list[int]:
    """What to sort by to have fields as a reader of the page meets them: ``periods.0.sources.1.url``."""
    return [
        int(part) if part.isdecimal() else _RANK.get(part, len(_RANK)) for part in path.split(".")
    ]


def problem_words(name: str) -> str:
    """A field as a problem names it, within a sentence."""
    field = FIELDS.get(name)
    label = (field.short or field.label) if field else ""
    return label[:1].lower() + label[1:] if label else name.replace("_", " ")


def change_words(name: str) -> str:
    """A field as a change names it."""
    field = FIELDS.get(name)
    label = (field.changed or field.short or field.label) if field else ""
    return label or name.replace("_", " ").capitalize()
