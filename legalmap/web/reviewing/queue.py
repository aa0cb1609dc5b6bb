"""The queue of proposals with its filters, and going on to the next one."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.queue import AGES, Mark, QueueFilter
from legalmap.domain.desk.risk import LEVELS
from legalmap.domain.errors import BadQuery, Missing
from legalmap.domain.law.jurisdictions import Jurisdiction, looks_like_code
from legalmap.domain.people.roles import Permission, may
from legalmap.services.places import search
from legalmap.services.reviewing import claims, queue
from legalmap.services.reviewing.queue import QueuePage
from legalmap.web.http.permissions import actor, needs, tracker
from legalmap.web.http.query_params import as_number, as_query, choice

blueprint = Blueprint("queue", __name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AGE_LABELS = {"day": "More than a day", "week": "More than a week", "month": "More than a month"}
OWNER_LABELS = {"not-mine": "Not mine", "free": "Free for me to review"}
ORDER_LABELS = {"risk": "Riskiest first", "age": "Oldest first"}
RISK_LABELS = {"high": "High risk", "medium": "Medium risk", "low": "Low risk"}


@blueprint.get("/desk/queue")
@needs(Permission.PROPOSE)
def show() -> str:
    """A page of what waits for a verdict."""
    wanted = asked()
    page = queue.page(tracker(), actor(), wanted, _mark(request.args.get("after")))
    return render_template("reviewing/queue/show.html", **_context(wanted, page))


@blueprint.post("/desk/queue/next")
@needs(Permission.REVIEW)
def next_one() -> Response:
    """Claim the next proposal of the filter and open it. ``after``: the id of the one to leave."""
    return to_next(asked(), as_number(request.args.get("after", "")))


def to_next(wanted: QueueFilter, after_id: int | None) -> Response:
    """Claim and open the proposal that follows ``after_id``; back to the queue if there is none."""
    revision_id = claims.take_next(tracker(), actor(), wanted, after_id)
    if revision_id is None:
        flash("Nothing else waits for you here.")
        return redirect(f"/desk/queue{query_of(wanted)}", code=303)
    return redirect(f"/desk/proposals/{revision_id}{query_of(wanted)}", code=303)


def asked() -> QueueFilter:
    """The filter in the address; raise BadQuery naming what cannot be read."""
    intent = choice("kind", [*Intent])
    risk = choice("risk", LEVELS)
    text = (request.args.get("place") or "").strip()
    place = place_called(text) if text else None
    if text and place is None:
        raise BadQuery.at("place", f"No place is called “{text}”. Enter a name or a code.")
    return QueueFilter(
        topic=choice("topic", tracker().topics),
        place=place.code if place else None,
        intent=Intent(intent) if intent else None,
        age=choice("age", AGES),
        risk=LEVELS.index(risk) if risk else None,
        owner=choice("whose", OWNER_LABELS) or "",  # type: ignore[arg-type]
        order=choice("order", ORDER_LABELS) or "risk",  # type: ignore[arg-type]
    )


def place_called(text: str) -> Jurisdiction | None:
    """The place of that code, or else the first that is called so."""
    if looks_like_code(text) and text.isprintable():
        with suppress(Missing):
            return tracker().place(text)
    result = search.search(tracker(), text)
    return result.places[0] if result.places and not result.guessed else None


def query_of(wanted: QueueFilter, **more: str) -> str:
    """A filter as the end of an address; ``more`` parameters are added."""
    return as_query(
        topic=wanted.topic,
        place=wanted.place,
        kind=wanted.intent,
        age=wanted.age,
        risk=None if wanted.risk is None else LEVELS[wanted.risk],
        whose=wanted.owner,
        order=wanted.order if wanted.order != "risk" else None,
        **more,
    )


def _mark(text: str | None) -> Mark | None:
    """Where the previous page ended, as ``_written`` wrote it; raise BadQuery for anything else."""
    # Only links of ours hold it, so a wrong one is told rather than read as the beginning.
    if not text:
        return None
    match = re.fullmatch(r"([0-2])-(\d{1,17})-(\d{1,9})", text, re.ASCII)
    if match is None:
        raise BadQuery.at("after", "This link is damaged. Open the queue from its beginning.")
    risk, micros, number = (int(part) for part in match.groups())
    return Mark(risk=risk, at=_EPOCH + timedelta(microseconds=micros), revision_id=number)


def _written(mark: Mark) -> str:
    """Risk, microseconds since 1970 and id: whole numbers, so that no fraction of a second is lost."""
    micros = (mark.at - _EPOCH) // timedelta(microseconds=1)
    return f"{mark.risk}-{micros}-{mark.revision_id}"


def _context(wanted: QueueFilter, page: QueuePage) -> dict[str, Any]:
    codes = [line.revision.jurisdiction for line in page.lines]
    codes += [wanted.place] if wanted.place else []
    return {
        "wanted": wanted,
        "page": page,
        "total": total_words(page.total),
        "places": tracker().places(codes),
        "query": query_of(wanted),
        "more": query_of(wanted, after=_written(page.end)) if page.end else None,
        "is_later": "after" in request.args,
        "may_review": may(actor().role, Permission.REVIEW),
        "topic_labels": {code: topic.name for code, topic in tracker().topics.items()},
        "labels": {
            "kind": {intent.value: intent.label for intent in Intent},
            "age": AGE_LABELS,
            "whose": OWNER_LABELS,
            "order": ORDER_LABELS,
            "risk": RISK_LABELS,
        },
        "levels": LEVELS,
    }


def total_words(total: int) -> str:
    """A count in words: “12”, or “more than 1,000”, where counting stopped."""
    if total > queue.MOST_COUNTED:
        return f"more than {queue.MOST_COUNTED:,}"
    return str(total)
