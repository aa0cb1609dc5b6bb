"""What templates can call: dates in words, assets with their hash, statuses and answers for people."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request

from legalmap import clock, paths
from legalmap.domain.desk import risk
from legalmap.domain.desk.moderation import State
from legalmap.domain.desk.rejection_reasons import REASON_LABELS
from legalmap.domain.law import evidence, periods, resolving
from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.diff import Change
from legalmap.domain.law.fields import KIND_LABELS, change_words
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services.reading.reader import Reader
from legalmap.web.drawing import map_drawing
from legalmap.web.http import csrf
from legalmap.web.wording import sentences


def register(app: Flask) -> None:
    """Hang the helpers on the template environment."""
    reader: Reader = app.extensions["reader"]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=day,
        ago=ago,
        answer=answer,
        field_words=field_words,
        noted=noted,
        risk_words=risk.said,
        zip_labels=zip,
    )
    helpers: dict[str, Callable[..., Any]] = {
        "asset": asset,
        "csrf_field": csrf.field,
        "by_strength": evidence.by_strength,
        "swatch": map_drawing.swatch,
        "status_label": map_drawing.label_of,
        "is_stale": map_drawing.is_stale,
        "today": clock.today,
        "here": here,
        "turn_words": sentences.turn_words,
        "in_place": sentences.in_place,
        "named": sentences.named,
    }
    app.jinja_env.globals.update(
        **helpers,
        all_topics=list(reader.tracker.topics.values()),
        freshness_labels=evidence.FRESHNESS_LABELS,
        force_labels=periods.FORCES,
        outcome_labels=resolving.OUTCOME_LABELS,
        reason_labels=REASON_LABELS,
        state_labels={state.value: state.label for state in State},
        source_kind_labels=KIND_LABELS,
        primary_kinds=evidence.PRIMARY_KINDS,
    )


@cache
def asset(name: str) -> str:
    """The URL of a static file. It changes with the content, so browsers may keep it for ever."""
    content = (paths.STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def here(**changed: str | None) -> str:
    """The address on screen with some parameters changed; None takes one away."""
    kept = {name: value for name, value in request.args.items() if name not in changed}
    kept |= {name: value for name, value in changed.items() if value is not None}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


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
    """Notes in the words of the page: the dataset they shipped with calls that day otherwise."""
    return notes.replace("evidence_as_of", "“last verified”")


def field_words(change: Change, topic: Topic) -> list[str]:
    """The path of a change as words: Period from May 2016, Sources, https://…, Title."""
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
    """What was written as a date, in words; as it stands if it is none."""
    try:
        return in_words(PartialDate(text))
    except ValueError:
        return text
