"""Dates, answers and fields in words for people."""

from datetime import date, datetime
from typing import Any

from legalmap import clock
from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.diff import Change
from legalmap.domain.law.fields import change_words
from legalmap.domain.law.topics import Topic, Variable


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


def noted(notes: str) -> str:
    """Notes in the words of our pages: the notes that shipped call the day “evidence_as_of”."""
    return notes.replace("evidence_as_of", "“last verified”")


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
