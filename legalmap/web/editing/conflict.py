"""An edit whose record moved on meanwhile: base, theirs and yours by field, and a way on that loses nothing."""

from flask import make_response, render_template
from werkzeug.wrappers import Response

from legalmap.domain.desk import edit_intents
from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.errors import Invalid
from legalmap.domain.law.payload import Payload
from legalmap.services.editing import conflicts
from legalmap.services.editing.conflicts import Sides
from legalmap.web.editing.form_page import Sheet
from legalmap.web.forms import record as forms
from legalmap.web.forms.base import unix_lines
from legalmap.web.http import posted_data
from legalmap.web.http.permissions import tracker
from legalmap.web.wording import differences


def is_chosen_from() -> bool:
    """Whether the form was sent from this page, which names the revision that it showed."""
    return "current" in posted_data.sent()


def page(
    sheet: Sheet, yours: Payload, status: int, message: str = "", *, is_kept: bool = False
) -> Response:
    """All three sides of every field that differs, with a choice wherever both changed the same thing.

    ``is_kept``: the edit is in the draft, so closing the page loses nothing.
    """
    sides = _sides(sheet, yours)
    answer = render_template(
        "editing/conflict.html",
        topic=sheet.topic,
        place=sheet.beginning.place,
        sheet=sheet,
        sides=sides,
        rows=differences.rows(sides.comparison, sides.clashes, sheet.topic),
        chosen=_chosen(sides),
        kept=posted_data.to_json(posted_data.pairs_of(sheet.form)),
        message=message,
        is_kept=is_kept,
    )
    return make_response(answer, status)


def _sides(sheet: Sheet, yours: Payload) -> Sides:
    code = sheet.beginning.place.code
    return conflicts.compare_sides(tracker(), sheet.topic.code, code, sheet.base, yours)


def _chosen(sides: Sides) -> dict[int, str]:
    """The side that was chosen for each clash, by its index; clashes without a choice are left out."""
    sent = posted_data.sent()
    sides_of = {index: sent.get(f"clash-{index}", "") for index in range(len(sides.clashes))}
    return {index: side for index, side in sides_of.items() if side in ("theirs", "yours")}


def take_over(sheet: Sheet, yours: Payload) -> Sheet | Response:
    """Your changes on top of what is published now; this page once more if they cannot be put together."""
    sides = _sides(sheet, yours)
    chosen = _chosen(sides)
    # The choices were made against that revision, and may mean something else against a later one.
    if posted_data.sent().get("current") != str(sides.current_number):
        message = "The record has moved on once more. This is how it stands now."
        return page(sheet, yours, 409, message)
    if len(chosen) < len(sides.clashes):
        message = "Choose a side wherever both changed the same thing."
        return page(sheet, yours, 422, message)
    try:
        merged = sides.settled({index for index, side in chosen.items() if side == "yours"})
    except Invalid:
        message = "These choices do not fit together: choose otherwise, or go back to your form."
        return page(sheet, yours, 422, message)
    return _merged(sheet, sides, merged, _intent(sheet, sides, yours, merged))


def _merged(sheet: Sheet, sides: Sides, merged: Payload, intent: Intent) -> Sheet:
    form = forms.from_payload(
        sheet.topic,
        merged,
        sides.current_number,
        note=unix_lines(sheet.form.note.data or ""),
        reworks=sheet.form.reworks.number,
        intent=intent,
        reverts=sheet.form.reverts.number,
        suggestion=sheet.form.suggestion.number,
    )
    message = (
        f"Your changes now stand on revision {sides.current_number}. "
        "Look at them once more and send them for review."
    )
    return Sheet(beginning=sheet.beginning, topic=sheet.topic, form=form, message=message)


def _intent(sheet: Sheet, sides: Sides, yours: Payload, merged: Payload) -> Intent:
    """The kind of the edit, if that still fits the new base: of two first records only one is the first."""
    intent = sheet.intent
    # A revert that was merged with other changes goes back to no revision any more.
    if intent is Intent.REVERT and merged != yours:
        intent = None
    if intent and not edit_intents.problems_of(intent, sides.theirs, merged):
        return intent
    return Intent.CORRECTION if sides.theirs.periods else Intent.FIRST_RECORD
