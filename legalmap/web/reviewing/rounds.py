"""The verification round: the list of due records, taking ten, and working through them."""

from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from legalmap.domain.desk.rounds import TEN
from legalmap.domain.errors import NothingChanged, NotNow, Stale
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import sources_of
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import proposals
from legalmap.services.places import search
from legalmap.services.reviewing import rounds
from legalmap.services.reviewing.rounds import Standing
from legalmap.web.editing import verify as verify_page
from legalmap.web.forms.base import base_number, form_page, refusals_shown_on, unix_lines
from legalmap.web.forms.verify import SkipForm, VerifyForm
from legalmap.web.http import posted_data, query_params
from legalmap.web.http.permissions import actor, needs, reader, tracker
from legalmap.web.reviewing.queue import place_called

blueprint = Blueprint("rounds", __name__)


class RoundFilter(msgspec.Struct, frozen=True):
    """The part of the round that somebody looks at; None: all topics, all places."""

    topic: str | None
    place: Jurisdiction | None

    @property
    def query(self) -> str:
        """This part as the end of an address."""
        return query_params.as_query(topic=self.topic, place=self.code)

    @property
    def code(self) -> str | None:
        """The code of the place, if one is chosen."""
        return self.place.code if self.place else None


def _wanted() -> RoundFilter:
    """The part that the address names; a place by its code or name."""
    topic = query_params.choice("topic", tracker().topics)
    text = " ".join(request.args.get("place", "").split())[:200]
    # The search by code raises Missing, with the names that are nearest.
    place = (place_called(text) or search.place(tracker(), text)) if text else None
    return RoundFilter(topic, place)


@blueprint.get("/desk/round")
@needs(Permission.PROPOSE)
def index() -> Response:
    """The due records, in the order in which they are best checked."""
    return _list(_wanted())


def _list(wanted: RoundFilter, status: int = 200, **more: Any) -> Response:
    overview = rounds.overview(reader(), actor(), topic=wanted.topic, place=wanted.code)
    return form_page(
        "reviewing/rounds/index.html",
        status,
        round=overview,
        wanted=wanted,
        ten=TEN,
        me=actor(),
        **more,
    )


@blueprint.post("/desk/round/take")
@needs(Permission.PROPOSE)
def take() -> Response:
    """Claim the next ten records of the part on screen."""
    wanted = _wanted()
    with refusals_shown_on(partial(_list, wanted), NotNow):
        count = rounds.take_ten(reader(), actor(), topic=wanted.topic, place=wanted.code)
    flash(f"{count} {'record is' if count == 1 else 'records are'} yours for a week.")
    return redirect("/desk/round/work", code=303)


@blueprint.post("/desk/round/release")
@needs(Permission.PROPOSE)
def release() -> Response:
    """Give back the claimed records that are not done yet."""
    count = rounds.give_back(reader(), actor())
    flash(f"{count} given back." if count else "You had none.")
    return redirect("/desk/round", code=303)


class WorkPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page on which somebody works through their records, with what was typed into its forms.

    ``at`` is the topic and place of the record to show.
    """

    at: tuple[str, str] | None = None
    verify: VerifyForm | None = None
    skip: SkipForm | None = None

    def page(self, status: int = 200, **more: Any) -> Response:
        """The page as it is now: the record of ``at`` if it is theirs and open, else their first open one."""
        mine = rounds.mine(reader(), actor())
        left = [standing for standing in mine if standing.is_open_for(actor().id)]
        named = [
            standing
            for standing in left
            if (standing.due.topic, standing.due.place.code) == self.at
        ]
        current = next(iter(named or left), None)
        beginning = _beginning(current)
        return form_page(
            "reviewing/rounds/work.html",
            status,
            mine=mine,
            left=left,
            current=current,
            beginning=beginning,
            sources=sources_of(beginning.payload) if beginning else [],
            verify=self.verify or VerifyForm(formdata=None),
            skip=self.skip or SkipForm(formdata=None),
            ticked=set(self.verify.opened.data or []) if self.verify else set(),
            **more,
        )


def _beginning(current: Standing | None) -> proposals.Beginning | None:
    if current is None:
        return None
    return proposals.begin(tracker(), actor(), current.due.topic, current.due.place.code)


@blueprint.get("/desk/round/work")
@needs(Permission.PROPOSE)
def work() -> Response:
    """The claimed records, one after the other."""
    topic, _, code = request.args.get("at", "").partition("/")
    return WorkPage(at=(topic, code)).page()


@blueprint.post("/desk/round/<topic>/<code>/verify")
@needs(Permission.PROPOSE)
def verify(topic: str, code: str) -> Response:
    """Nothing changed: propose that, and go on to the next."""
    form = VerifyForm(formdata=posted_data.sent())
    answer, base = WorkPage(at=(topic, code), verify=form), base_number(form.base.data)
    if posted_data.is_kept():
        return answer.page(message="Here is what you ticked. Nothing has been sent yet.")
    with refusals_shown_on(answer.page, NothingChanged, NotNow):
        try:
            verify_page.send(topic, code, form, base)
        except Stale:
            return answer.page(409, message="The record has moved on: below is what it says now.")
    flash("Sent for review. Here is the next one.")
    return redirect("/desk/round/work", code=303)


@blueprint.post("/desk/round/<topic>/<code>/skip")
@needs(Permission.PROPOSE)
def skip(topic: str, code: str) -> Response:
    """Leave a record to somebody else and say why."""
    form = SkipForm(formdata=posted_data.sent())
    answer = WorkPage(at=(topic, code), skip=form)
    if posted_data.is_kept():
        return answer.page(message="Here is what you typed. Send it once more.")
    with refusals_shown_on(answer.page, NotNow):
        rounds.skip(tracker(), actor(), topic, code, unix_lines(form.why.data or ""))
    flash("Skipped. Others see why. Here is the next one.")
    return redirect("/desk/round/work", code=303)
