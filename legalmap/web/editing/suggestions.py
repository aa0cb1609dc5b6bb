"""Readers suggest corrections without an account; contributors take them up and answer."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from limits import parse
from werkzeug.wrappers import Response

from legalmap.domain.desk.suggestions import MAX_SUGGESTION
from legalmap.domain.errors import AlreadyDecided, Invalid, NotNow
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import suggestions
from legalmap.web.forms.base import form_page, refusals_shown_on, unix_lines
from legalmap.web.forms.suggestions import ANSWERS, AnswerForm, SuggestForm
from legalmap.web.http import posted_data
from legalmap.web.http.permissions import actor, needs, tracker
from legalmap.web.http.rate_limits import address, limiter

blueprint = Blueprint("suggestions", __name__)
PER_ADDRESS = parse("10 per 1 hour")


@blueprint.get("/<topic>/<code>/suggest")
@needs(Permission.SUGGEST, decided_by=())
def show(topic: str, code: str) -> Response:
    """The form, the same for every reader."""
    place = suggestions.place_for(tracker(), topic, code)
    return _form_page(topic, place, SuggestForm(formdata=None))


@blueprint.post("/<topic>/<code>/suggest")
@needs(Permission.SUGGEST)
def suggest(topic: str, code: str) -> Response:
    """Accept the suggestion, or show at each field what to correct; nothing typed is lost."""
    place = suggestions.place_for(tracker(), topic, code)
    form = SuggestForm(formdata=posted_data.sent())
    page = partial(_form_page, topic, place, form)
    if posted_data.is_kept():
        return page()
    with refusals_shown_on(page, NotNow):
        wait = _suggest(topic, place, form)
    if wait:
        return _too_often(page, wait)
    return redirect(f"/{topic}/{place.code}/suggest/sent", code=303)


def _suggest(topic: str, place: Jurisdiction, form: SuggestForm) -> int:
    """Accept the suggestion and give 0; the seconds to wait if too many came from this address.

    Only what could be accepted counts: a typing error costs nobody an attempt.
    """
    problems = form.trap_problems()
    if problems:
        raise Invalid(problems)
    text, url, email = (
        unix_lines(field.data or "").strip() for field in (form.text, form.url, form.email)
    )
    # Before the limit, which a typing error should not use up.
    suggestions.check(text, url, email)
    wait = limiter().wait(PER_ADDRESS, "suggest", address())
    if not wait:
        suggestions.suggest(tracker(), topic, place.code, text=text, url=url, email=email)
    return wait


@blueprint.get("/<topic>/<code>/suggest/sent")
@needs(Permission.SUGGEST, decided_by=())
def sent(topic: str, code: str) -> str:
    """Thanks, and what happens next."""
    place = suggestions.place_for(tracker(), topic, code)
    return render_template(
        "editing/suggestions/sent.html", topic=tracker().topic(topic), place=place
    )


def _form_page(
    topic: str, place: Jurisdiction, form: SuggestForm, status: int = 200, **more: Any
) -> Response:
    return form_page(
        "editing/suggestions/suggest.html",
        status,
        topic=tracker().topic(topic),
        place=place,
        form=form,
        most=MAX_SUGGESTION,
        **more,
    )


def _too_often(page: Callable[..., Response], wait: int) -> Response:
    """The form once more; ``wait`` is in seconds."""
    minutes = math.ceil(wait / 60)
    message = (
        "Many suggestions came from your address. What you typed is still here: "
        f"send it again in {minutes} minute{'s' if minutes != 1 else ''}."
    )
    response = page(429, message=message)
    response.headers["Retry-After"] = str(wait)
    return response


@blueprint.get("/desk/suggestions")
@needs(Permission.PROPOSE)
def index() -> str:
    """The suggestions of readers: the open ones, oldest first, or the closed ones."""
    is_open = request.args.get("show") != "closed"
    topic = request.args.get("topic") or None
    if topic:
        tracker().topic(topic)
    inbox = suggestions.listed(tracker(), actor(), topic=topic, is_open=is_open)
    return render_template(
        "editing/suggestions/index.html",
        inbox=inbox,
        is_open=is_open,
        chosen=topic or "",
        places=tracker().places([suggestion.jurisdiction for suggestion in inbox.suggestions]),
    )


@blueprint.get("/desk/suggestions/<int:number>")
@needs(Permission.PROPOSE)
def open_(number: int) -> Response:
    """One suggestion, and what can be done with it."""
    return _desk_page(number, AnswerForm(formdata=None))


@blueprint.post("/desk/suggestions/<int:number>/claim")
@needs(Permission.PROPOSE)
def claim(number: int) -> Response:
    """Take it up for a day; with ``over=yes`` also from somebody who is at it."""
    page = partial(_desk_page, number, AnswerForm(formdata=None))
    with refusals_shown_on(page, AlreadyDecided, NotNow):
        suggestions.claim(tracker(), actor(), number, over=request.form.get("over") == "yes")
    flash("It is yours for a day.")
    return redirect(f"/desk/suggestions/{number}", code=303)


@blueprint.post("/desk/suggestions/<int:number>/release")
@needs(Permission.PROPOSE)
def release(number: int) -> Response:
    """Leave it to others again."""
    suggestions.release(tracker(), actor(), number)
    flash("Others can take it up now.")
    return redirect("/desk/suggestions", code=303)


@blueprint.post("/desk/suggestions/<int:number>/close")
@needs(Permission.PROPOSE)
def close(number: int) -> Response:
    """Decline it or mark it as told before, with a reason."""
    form = AnswerForm(formdata=posted_data.sent())
    page = partial(_desk_page, number, form)
    if posted_data.is_kept():
        return page(message="Here is what you typed. Send it once more.")
    with refusals_shown_on(page, AlreadyDecided, NotNow):
        answer = unix_lines(form.answer.data or "")
        suggestions.close(tracker(), actor(), number, form.chosen(), answer)
    flash("Closed. The reason is kept with it.")
    return redirect("/desk/suggestions", code=303)


def _desk_page(number: int, form: AnswerForm, status: int = 200, **more: Any) -> Response:
    sheet = suggestions.sheet(tracker(), actor(), number)
    return form_page(
        "editing/suggestions/show.html",
        status,
        sheet=sheet,
        suggestion=sheet.suggestion,
        topic=tracker().topic(sheet.suggestion.topic),
        place=tracker().place(sheet.suggestion.jurisdiction),
        me=actor(),
        form=form,
        answers=ANSWERS,
        **more,
    )
