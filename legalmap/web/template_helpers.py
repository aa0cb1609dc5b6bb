"""The filters, functions and tables of labels that every template can use."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request

from legalmap import clock, paths
from legalmap.domain.desk import risk
from legalmap.domain.desk.moderation import State
from legalmap.domain.desk.rejection_reasons import REASON_LABELS
from legalmap.domain.law import freshness, naming, periods, resolution, sources
from legalmap.domain.law.fields import KIND_LABELS
from legalmap.services.reading.reader import Reader
from legalmap.web.drawing import map_drawing
from legalmap.web.http import csrf
from legalmap.web.wording import answer_rows, labels, sentences


def register(app: Flask) -> None:
    """Hang the helpers on the template environment."""
    reader: Reader = app.extensions["reader"]
    # Tags of templates leave no blank lines in the pages.
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=labels.day,
        ago=labels.ago,
        answer=labels.answer,
        field_words=labels.field_words,
        noted=labels.noted,
        outlook=labels.outlook,
        risk_words=risk.said,
        zip_labels=zip,
    )
    helpers: dict[str, Callable[..., Any]] = {
        "asset": asset,
        "csrf_field": csrf.field,
        "by_strength": sources.by_strength,
        "swatch": map_drawing.swatch,
        "status_label": map_drawing.label_of,
        "is_stale": map_drawing.is_stale,
        "today": clock.today,
        "here": here,
        "evidence_words": labels.evidence,
        "evidence_tag": labels.evidence_tag,
        "words_in": answer_rows.words_in,
        "turn_words": sentences.turn_words,
        "in_place": sentences.in_place,
        "named": naming.named,
    }
    app.jinja_env.globals.update(
        **helpers,
        topics=reader.tracker.topics,
        freshness_labels=freshness.FRESHNESS_LABELS,
        first_load_words=labels.FIRST_LOAD,
        force_labels=periods.FORCES,
        outcome_labels=resolution.OUTCOME_LABELS,
        reason_labels=REASON_LABELS,
        state_labels={state.value: state.label for state in State},
        source_kind_labels=KIND_LABELS,
        primary_kinds=sources.PRIMARY_KINDS,
    )


@cache
def asset(name: str) -> str:
    """The URL of a static file. It carries a hash of the content, so browsers may keep it for ever."""
    content = (paths.STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def here(**changed: str | None) -> str:
    """The address of this page with some query parameters changed; None takes one away."""
    parameters = {name: value for name, value in request.args.items() if name not in changed}
    parameters |= {name: value for name, value in changed.items() if value is not None}
    return f"{request.path}?{urlencode(parameters)}" if parameters else request.path
