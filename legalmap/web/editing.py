"""Proposing a change: the form of a whole record, drafts, rework, and edits whose record moved on."""

import msgspec
from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap import clock
from legalmap.domain import changes
from legalmap.domain.changes import Change
from legalmap.domain.errors import (
    BadQuery,
    Invalid,
    Missing,
    NothingChanged,
    NotNow,
    NotSignedIn,
    Problem,
    Stale,
)
from legalmap.domain.payload import Payload
from legalmap.domain.records import Revision
from legalmap.domain.roles import Permission
from legalmap.domain.topics import Topic
from legalmap.services import editing, reviewing
from legalmap.services.editing import Beginning, Proposal, Sides
from legalmap.web import comparing
from legalmap.web.forms import converting, typed
from legalmap.web.forms import editing as forms
from legalmap.web.forms.base import base_number, unix_lines
from legalmap.web.forms.editing import RecordForm
from legalmap.web.guard import actor, needs, tracker
from legalmap.web.signing import ask_again

blueprint = Blueprint("editing", __name__)
blueprint.register_error_handler(NotSignedIn, ask_again)
MOST_DRAFTED = 1_000_000


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """An edit form on screen: what it is about, what is typed, what is to be said above it."""

    beginning: Beginning
    topic: Topic
    form: RecordForm
    problems: tuple[Problem, ...] = ()
    preview: list[Change] | None = None
    message: str = ""
    is_draft: bool = False
    focus: str = ""

    def is_open(self, group: str) -> bool:
        """Whether a period or source has just been added or changed, and so is shown open."""
        return self.focus == group or self.focus.startswith(f"{group}-")

    @property
    def path(self) -> str:
        """Where the form is shown and sent."""
        return f"/desk/edit/{self.topic.code}/{self.beginning.place.code}"

    @property
    def base(self) -> int:
        """The revision this edit started from."""
        return base_number(self.form.base.data)

    @property
    def reworks_id(self) -> int | None:
        """The proposal this edit takes up again."""
        text = self.form.reworks.data or ""
        return base_number(text) if text else None

    def told(self, status: int, **said: object) -> Response:
        """This page once more, with something said."""
        return _page(msgspec.structs.replace(self, **said), status)


@blueprint.get("/desk/edit/<topic>/<code>")
@needs(Permission.PROPOSE)
def show(topic: str, code: str) -> Response:
    """The form: an earlier draft if there is one, else what is published now."""
    beginning = editing.begin(tracker(), actor(), topic, code)
    found = tracker().topic(topic)
    reworked = _reworked(beginning)
    draft = beginning.draft
    if draft and (reworked is None or draft.reworks_id == reworked.id):
        form, problems = forms.from_typed(found, typed.from_json(draft.form))
        form.base.data = str(draft.base_number)
        form.reworks.data = str(draft.reworks_id or "")
        drafted = Sheet(beginning=beginning, topic=found, form=form, is_draft=True)
        return drafted.told(200, problems=tuple(problems))
    if reworked is None:
        form = forms.from_payload(found, beginning.payload, beginning.base_number)
        return _page(Sheet(beginning=beginning, topic=found, form=form))
    return _take_up(beginning, found, reworked)


def _reworked(beginning: Beginning) -> Revision | None:
    """The proposal named by ``?rework=``, which must be one of this record."""
    text = request.args.get("rework")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuery.at("rework", "Give the number of a proposal.")
    revised = reviewing.sheet(tracker(), actor(), int(text)).revision
    if (revised.topic, revised.jurisdiction) != (beginning.topic, beginning.place.code):
        raise Missing("proposal", text)
    return revised


def _take_up(beginning: Beginning, topic: Topic, revised: Revision) -> Response:
    """The form with what an earlier proposal said; if the record moved on, all three sides first."""
    base = revised.base_number or 0
    form = forms.from_payload(topic, revised.payload, base, note=revised.note, reworks=revised.id)
    sheet = Sheet(beginning=beginning, topic=topic, form=form)
    if base != beginning.base_number:
        return _conflict(sheet, revised.payload, 200)
    return _page(sheet)


@blueprint.post("/desk/edit/<topic>/<code>")
@needs(Permission.PROPOSE)
def change(topic: str, code: str) -> Response:
    """Whatever button was pressed. What is typed comes back with every answer."""
    beginning = editing.begin(tracker(), actor(), topic, code)
    found = tracker().topic(topic)
    form, problems = forms.from_typed(found, typed.sent())
    sheet = Sheet(beginning=beginning, topic=found, form=form, problems=tuple(problems))
    # Both are read at once, so that a form without a base is refused whatever it asks for.
    _ = sheet.base, sheet.reworks_id
    action = request.form.get("action", "")
    if action == "take-over":
        return _take_over(sheet)
    if typed.is_kept():
        return sheet.told(200, message="Here is what you typed. Nothing has been sent yet.")
    if action == "save-draft":
        return _save_draft(sheet)
    if action == "submit":
        return _submit(sheet)
    if action == "preview":
        return _preview(sheet)
    focus = forms.rearrange(form, action)
    return sheet.told(422 if problems else 200, focus=focus)


def _read(sheet: Sheet) -> converting.Read:
    base = _base_of(sheet)
    return converting.read(sheet.form, sheet.topic, clock.today(), base, list(sheet.problems))


def _base_of(sheet: Sheet) -> Payload:
    beginning = sheet.beginning
    if sheet.base == beginning.base_number:
        return beginning.payload
    return editing.payload_at(tracker(), sheet.topic.code, beginning.place.code, sheet.base)


def _preview(sheet: Sheet) -> Response:
    """What a reviewer would see, and all problems, without sending anything."""
    read = _read(sheet)
    if read.problems:
        return sheet.told(422, problems=tuple(read.problems))
    return sheet.told(200, preview=changes.diff(_base_of(sheet), read.payload))


def _save_draft(sheet: Sheet) -> Response:
    kept = typed.to_json(typed.pairs_of(sheet.form))
    if len(kept) > MOST_DRAFTED:
        return sheet.told(422, message="This is too long to be kept as a draft: shorten it first.")
    editing.save_draft(
        tracker(),
        actor(),
        sheet.topic.code,
        sheet.beginning.place.code,
        base_number=sheet.base,
        form=kept,
        reworks_id=sheet.reworks_id,
    )
    flash("Draft kept. Only you can see it.")
    return redirect(sheet.path, code=303)


def _submit(sheet: Sheet) -> Response:
    read = _read(sheet)
    if read.problems:
        return sheet.told(422, problems=tuple(read.problems))
    try:
        revised = editing.submit(tracker(), actor(), _proposal(sheet, read.payload))
    except Invalid as error:
        return sheet.told(422, problems=error.problems)
    except Stale:
        return _conflict(sheet, read.payload, 409)
    except (NothingChanged, NotNow) as error:
        return sheet.told(409, message=str(error))
    flash("Sent for review. Somebody else will look at it before it is published.")
    return redirect(f"/desk/proposals/{revised.id}", code=303)


def _proposal(sheet: Sheet, content: Payload) -> Proposal:
    return Proposal(
        topic=sheet.topic.code,
        jurisdiction=sheet.beginning.place.code,
        base_number=sheet.base,
        payload=content,
        note=unix_lines(sheet.form.note.data or ""),
        reworks_id=sheet.reworks_id,
    )


def _sides(sheet: Sheet, yours: Payload) -> Sides:
    place = sheet.beginning.place.code
    return editing.compare_sides(tracker(), sheet.topic.code, place, sheet.base, yours)


def _conflict(sheet: Sheet, yours: Payload, status: int, message: str = "") -> Response:
    """Base, theirs and yours by field, and a way on that loses nothing."""
    sides = _sides(sheet, yours)
    page = render_template(
        "editing/conflict.html",
        topic=sheet.topic,
        place=sheet.beginning.place,
        sheet=sheet,
        sides=sides,
        rows=comparing.rows(sides.comparison, sides.clashes, sheet.topic),
        chosen=_chosen(sides),
        kept=typed.to_json(typed.pairs_of(sheet.form)),
        message=message,
    )
    return make_response(page, status)


def _chosen(sides: Sides) -> dict[int, str]:
    """Which side somebody chose of each clash, as far as they did."""
    given = {index: request.form.get(f"clash-{index}", "") for index in range(len(sides.clashes))}
    return {index: side for index, side in given.items() if side in ("theirs", "yours")}


def _take_over(sheet: Sheet) -> Response:
    """Your changes on top of what is published now: a form to look at, sent by another press."""
    read = _read(sheet)
    if read.problems:
        return sheet.told(422, problems=tuple(read.problems))
    sides = _sides(sheet, read.payload)
    chosen = _chosen(sides)
    if request.form.get("current") != str(sides.current_number):
        message = "The record has moved on once more. This is how it stands now."
        return _conflict(sheet, read.payload, 409, message)
    if len(chosen) < len(sides.clashes):
        message = "Choose a side wherever both changed the same thing."
        return _conflict(sheet, read.payload, 422, message)
    try:
        merged = sides.settled({index for index, side in chosen.items() if side == "yours"})
    except Invalid:
        message = "These choices do not fit together: choose otherwise, or go back to your form."
        return _conflict(sheet, read.payload, 422, message)
    return _merged(sheet, sides, merged)


def _merged(sheet: Sheet, sides: Sides, merged: Payload) -> Response:
    form = forms.from_payload(
        sheet.topic,
        merged,
        sides.current_number,
        note=unix_lines(sheet.form.note.data or ""),
        reworks=sheet.reworks_id,
    )
    message = (
        f"Your changes now stand on revision {sides.current_number}. "
        "Look at them once more and send them for review."
    )
    taken = Sheet(beginning=sheet.beginning, topic=sheet.topic, form=form, message=message)
    return _preview(taken)


def _page(sheet: Sheet, status: int = 200) -> Response:
    page = render_template(
        "editing/edit.html",
        topic=sheet.topic,
        place=sheet.beginning.place,
        beginning=sheet.beginning,
        sheet=sheet,
        form=sheet.form,
        problems=converting.on_page(list(sheet.problems), sheet.topic),
        me=actor(),
    )
    return make_response(page, status)
