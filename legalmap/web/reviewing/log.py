"""The log for moderators: a filtered page of it, and the same as CSV or NDJSON."""

from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from legalmap import clock
from legalmap.domain import events
from legalmap.domain.errors import Invalid
from legalmap.domain.events import Detail
from legalmap.domain.law.topics import Topic
from legalmap.domain.people.roles import Permission
from legalmap.services.audit import audit_log
from legalmap.services.audit.audit_log import Entry, Page
from legalmap.web.forms.base import Problems
from legalmap.web.forms.log import LogForm
from legalmap.web.http import query_params
from legalmap.web.http.permissions import actor, needs, tracker
from legalmap.web.wording import change_sentences
from legalmap.web.wording.change_sentences import Line

blueprint = Blueprint("log", __name__)


class LoggedEvent(msgspec.Struct, frozen=True):
    """One event as the page shows it."""

    entry: Entry
    said: str
    details: list[Detail]
    lines: list[Line]
    path: str


@blueprint.get("/desk/log")
@needs(Permission.READ_LOG)
def index() -> AnyResponse:
    """Every act, newest first, with what it changed."""
    form, before = _form(), query_params.number("before", "Give the number of an event.")
    try:
        page = audit_log.page(tracker(), actor(), form.to_filter(), before)
    except Invalid as error:
        return _page(form, Page([], None), Problems.of(error.problems), status=400)
    return _page(form, page, Problems())


@blueprint.get("/desk/log.csv")
@needs(Permission.READ_LOG)
def as_csv() -> Response:
    """The filtered events as a table, written while it is sent: the log may not fit into memory."""
    wanted = audit_log.walk(tracker(), actor(), _form().to_filter())
    return _sent(audit_log.as_csv(wanted), "csv", "text/csv; charset=utf-8")


@blueprint.get("/desk/log.ndjson")
@needs(Permission.READ_LOG)
def as_ndjson() -> Response:
    """The filtered events, one JSON object on each line, written while it is sent."""
    wanted = audit_log.walk(tracker(), actor(), _form().to_filter())
    return _sent(audit_log.as_ndjson(wanted), "ndjson", "application/x-ndjson")


def _form() -> LogForm:
    form = LogForm(formdata=request.args)
    form.topics((code, topic.name) for code, topic in tracker().topics.items())
    return form


def _page(form: LogForm, page: Page, problems: Problems, status: int = 200) -> AnyResponse:
    topics = tracker().topics
    content = render_template(
        "reviewing/log.html",
        form=form,
        problems=problems,
        events=[_logged(entry, topics) for entry in page.entries],
        older=page.older,
        asked=urlencode({field.name: field.data for field in form if field.data}),
        is_filtered=any(field.data for field in form),
    )
    return make_response(content, status)


def _logged(entry: Entry, topics: dict[str, Topic]) -> LoggedEvent:
    event, news = entry.event, entry.news
    details, lines = events.details(event.action, event.data), []
    if news is not None and news.revision.topic in topics:
        lines = change_sentences.lines(news, topics[news.revision.topic])
        # The lines already say field by field what changed.
        details = [detail for detail in details if detail.what != events.label_of("changed")]
    path = f"/desk/proposals/{event.subject_id}" if event.subject_kind == "revision" else ""
    return LoggedEvent(entry, events.said(event.action), details, lines, path)


def _sent(pieces: Iterable[str], ending: str, media_type: str) -> Response:
    response = Response(pieces, content_type=media_type)
    name = f"legalmap-log-{clock.today().isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
