"""Dates, answers and fields in words for people."""

from datetime import date, datetime
from typing import Any

from legalmap import clock
from legalmap.domain.law.answer_parts import Evidence
from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.diff import Change
from legalmap.domain.law.fields import change_words
from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.domain.law.payload import Pending
from legalmap.domain.law.topics import Topic, Variable

# What revision 0 of a record is: nobody but those who collected it has looked at it.
FIRST_LOAD = (
    "First load: collected from the sources named, not yet reviewed by a second person here"
)


def day(value: PartialDate | date | datetime | None) -> str:
    """A date for people: 14 August 2025."""
    return in_words(value.date() if isinstance(value, datetime) else value)


def ago(instant: datetime) -> str:
    """How long ago, in the largest unit that fits: 3 days ago."""
    seconds = max((clock.now() - instant).total_seconds(), 0)
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def answer(value: Any, variable: Variable) -> str:
    """The value of a variable for people."""
    if value is None or value == []:
        return "None stated" if variable.type == "choices" else "Not stated"
    if variable.type == "choices":
        return ", ".join(variable.label_of(code) for code in value)
    if variable.type == "choice":
        return variable.label_of(value)
    return f"{value} %" if variable.unit == "percent" else f"{value} {variable.unit}".strip()


def evidence(last_verified: PartialDate | None, verified_how: str | None) -> str:
    """How far the evidence of a record reaches. *Verified* is said only of what a person checked."""
    if last_verified is None:
        return "No dated source"
    if verified_how == "checked":
        return f"Verified {in_words(last_verified)}"
    return f"Newest source: {in_words(last_verified)}"


def aged_evidence(
    last_verified: PartialDate | None, verified_how: str | None, freshness: str
) -> str:
    """The same, with the word for its age unless it is fresh: “…; evidence due for re-checking”."""
    words = evidence(last_verified, verified_how)
    if last_verified is None or freshness == "fresh":
        return words
    return f"{words}; {FRESHNESS_LABELS[freshness].lower()}"


def evidence_tag(evidence: Evidence | None) -> tuple[str, str] | None:
    """How old the evidence is, as a class and a label; None where its age says nothing of the answer.

    A bill whose day is past makes evidence doubtful that is young enough otherwise.
    """
    if evidence is None or evidence.freshness is None:
        return None
    if evidence.is_overtaken and evidence.freshness == "fresh":
        return "due", "Outcome of a bill not known"
    return evidence.freshness, FRESHNESS_LABELS[evidence.freshness]


def outlook(bill: Pending) -> str:
    """What became of a bill, or when to expect news of it; that day past, that nobody has told us."""
    if bill.outcome != "open":
        return {"enacted": "Enacted.", "died": "Did not become law."}[bill.outcome]
    if bill.expected_on is None:
        return ""
    if bill.expected_on.last_day < clock.today():
        return f"Was expected {in_words(bill.expected_on)}; what became of it is not known here."
    return f"Expected {in_words(bill.expected_on)}."


def noted(notes: str) -> str:
    """Notes in the words of our pages: those of the first dataset call that date “evidence_as_of”."""
    return notes.replace("evidence_as_of", "the date of the evidence")


def field_words(change: Change, topic: Topic) -> list[str]:
    """The path of a change in words: “Period from May 2016”, “Source https://…”, “Title”."""
    words: list[str] = []
    path = change.path
    for index, key in enumerate(path):
        before = path[index - 1] if index else ""
        if before == "periods":
            words[-1] = "Period from " + ("the start" if key == "start" else date_in_words(key))
        elif before == "sources":
            words[-1] = f"Source {key}"
        elif before == "pending":
            words[-1] = f"Pending {key}"
        elif before == "answers":
            words[-1] = next((v.label for v in topic.variables if v.code == key), key)
        else:
            words.append(change_words(key))
    return words


def date_in_words(text: str) -> str:
    """A written date in words; any other text as it is."""
    try:
        return in_words(PartialDate(text))
    except ValueError:
        return text
