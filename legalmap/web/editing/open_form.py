"""Opening the edit form: with a draft, a proposal to rework, an earlier revision, or what is published."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from flask import redirect
from werkzeug.wrappers import Response

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.suggestions import Suggestion
from legalmap.domain.errors import Missing
from legalmap.domain.law.payload import content_bytes
from legalmap.services.editing import rework, suggestions
from legalmap.services.editing.proposals import Beginning
from legalmap.services.reviewing import review
from legalmap.web.editing import conflict, form_page
from legalmap.web.editing.form_page import Sheet
from legalmap.web.forms import record as forms
from legalmap.web.http import posted_data, query_params
from legalmap.web.http.permissions import actor, reader, tracker
from legalmap.web.wording.labels import day

About = TypeVar("About", Revision, Suggestion)


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks the form to open with: each None where it does not say.

    ``reworked`` is an earlier proposal to take up again, ``reverted`` a published revision to go back to.
    """

    intent: Intent | None
    reworked: Revision | None
    reverted: Revision | None
    suggestion: Suggestion | None


def page(beginning: Beginning) -> Response:
    """The form as the address asks for it. A draft comes first, so that nothing typed is set aside."""
    request = _requested(beginning)
    if request.intent is Intent.VERIFICATION:
        return redirect(f"/desk/verify/{beginning.topic}/{beginning.place.code}", code=303)
    draft = beginning.draft
    if draft and (request.reworked is None or draft.reworks_id == request.reworked.id):
        return _draft(beginning, request)
    if request.reworked is not None:
        return _take_up(beginning, request.reworked)
    return _afresh(beginning, request)


def _requested(beginning: Beginning) -> OpenRequest:
    intent = query_params.choice("intent", [*Intent])
    number = query_params.number("revert", "Give the number of a revision.")
    record = beginning.topic, beginning.place.code
    return OpenRequest(
        intent=Intent(intent) if intent else None,
        reworked=_named(
            beginning,
            "rework",
            "proposal",
            lambda id_: review.sheet(tracker(), actor(), id_).revision,
        ),
        reverted=None if number is None else reader().published_revision(*record, number),
        suggestion=_named(
            beginning,
            "suggestion",
            "suggestion",
            lambda id_: suggestions.sheet(tracker(), actor(), id_).suggestion,
        ),
    )


def _named(
    beginning: Beginning, parameter: str, kind: str, look_up: Callable[[int], About]
) -> About | None:
    """What the address names by its number; raise Missing if it is about another record."""
    number = query_params.number(parameter, f"Give the number of a {kind}.")
    if number is None:
        return None
    thing = look_up(number)
    if (thing.topic, thing.jurisdiction) != (beginning.topic, beginning.place.code):
        raise Missing(kind, str(number))
    return thing


def _draft(beginning: Beginning, request: OpenRequest) -> Response:
    """The draft. Of what the address asks for, only what takes nothing away from it is added."""
    draft, topic = beginning.draft, tracker().topic(beginning.topic)
    if draft is None:
        raise Missing("draft", beginning.place.code)
    form, problems = forms.from_typed(topic, posted_data.from_json(draft.form))
    form.base.data = str(draft.base_number)
    form.reworks.data = str(draft.reworks_id or "")
    if request.suggestion and not form.suggestion.data:
        form.suggestion.data = str(request.suggestion.id)
    sheet = Sheet(
        beginning=beginning,
        topic=topic,
        form=form,
        problems=tuple(problems),
        is_draft=True,
        is_kept=True,
    )
    if request.intent and request.intent is not Intent.REVERT:
        form.intent.data = request.intent.value
    forms.fit(form, sheet.base_payload)
    if request.reverted and sheet.form.reverts.number != request.reverted.number:
        number = request.reverted.number
        message = f"Throw this draft away first if you want to go back to revision {number}."
        return sheet.shown_again(200, message=message)
    return form_page.page(sheet)


def _take_up(beginning: Beginning, revised: Revision) -> Response:
    """The form with the content of an earlier proposal; the page of conflicts if the record moved on."""
    base, topic = revised.base_number or 0, tracker().topic(beginning.topic)
    form = forms.from_payload(
        topic,
        revised.payload,
        base,
        note=revised.note,
        reworks=revised.id,
        intent=revised.intent,
        reverts=_goes_back_to(beginning, revised),
    )
    sheet = Sheet(beginning=beginning, topic=topic, form=form, is_kept=True)
    message = rework.obstacle(tracker(), actor(), revised)
    # Somebody published meanwhile: without the three sides their work would be undone unseen.
    if base != beginning.base_number:
        return conflict.page(sheet, revised.payload, 200, message)
    return sheet.shown_again(200, message=message)


def _goes_back_to(beginning: Beginning, revised: Revision) -> int | None:
    """The number of the published revision with the content of a revert; None if it is no revert."""
    if revised.intent is not Intent.REVERT:
        return None
    known = reader().published_revisions(beginning.topic, beginning.place.code)
    said = content_bytes(revised.payload)
    same = (earlier for earlier in known if content_bytes(earlier.payload) == said)
    return next((earlier.number for earlier in same), None)


def _afresh(beginning: Beginning, request: OpenRequest) -> Response:
    """The form with what is published now, or with the earlier revision that the edit goes back to."""
    topic, reverted = tracker().topic(beginning.topic), request.reverted
    form = forms.from_payload(
        topic,
        reverted.payload if reverted else beginning.payload,
        beginning.base_number,
        note=f"Back to revision {reverted.number}, published on {day(reverted.published_at)}."
        if reverted
        else "",
        intent=Intent.REVERT if reverted else _kind(beginning, request.intent),
        reverts=reverted.number if reverted else None,
        suggestion=request.suggestion.id if request.suggestion else None,
    )
    forms.fit(form, beginning.payload)
    return form_page.page(Sheet(beginning=beginning, topic=topic, form=form, is_kept=True))


def _kind(beginning: Beginning, intent: Intent | None) -> Intent:
    """The kind that is preselected: never a revert, which has to name its revision."""
    if not beginning.payload.periods:
        return Intent.FIRST_RECORD
    return Intent.LAW_CHANGED if intent is Intent.LAW_CHANGED else Intent.CORRECTION
