"""Proposing a change: the form of a whole record, drafts that save themselves, previews, sending."""

import msgspec
from flask import Blueprint, flash, jsonify, redirect, request
from werkzeug.wrappers import Response

from legalmap import clock
from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.errors import Invalid, NothingChanged, NotNow, NotSignedIn, Stale
from legalmap.domain.law import diff
from legalmap.domain.law.payload import Payload
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import drafts, proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.web.editing import conflict, form_page, open_form, preview
from legalmap.web.editing.form_page import Sheet
from legalmap.web.forms import record as forms
from legalmap.web.forms.base import refusals_shown_on, unix_lines
from legalmap.web.http import posted_data
from legalmap.web.http.permissions import actor, needs, reader, tracker
from legalmap.web.http.query_params import as_number
from legalmap.web.people.sign_in import ask_again

blueprint = Blueprint("edit", __name__)
# Characters of the form as JSON.
MOST_DRAFTED = 1_000_000
TOO_LONG = "This is too long to be kept as a draft: shorten it first."
OTHER_DRAFT = (
    "You have another draft of this record, so this one is not saved by itself. "
    "“Keep as draft” puts it in the place of the other."
)


@blueprint.errorhandler(NotSignedIn)
def _signed_out(error: NotSignedIn) -> Response | tuple[Response, int]:
    """Autosaving answers its script with 401; a person signs in again and goes on with what was typed."""
    if request.endpoint == f"{blueprint.name}.{autosave.__name__}":
        return jsonify(message=str(error)), 401
    return ask_again(error)


@blueprint.get("/desk/edit/<topic>/<code>")
@needs(Permission.PROPOSE)
def show(topic: str, code: str) -> Response:
    """The form: an earlier draft if there is one, else what is published now."""
    return open_form.page(proposals.begin(tracker(), actor(), topic, code))


@blueprint.post("/desk/edit/<topic>/<code>")
@needs(Permission.PROPOSE)
def change(topic: str, code: str) -> Response:
    """Do what the pressed button says. Every answer shows again what was typed."""
    sheet = _sent(topic, code)
    action = request.form.get("action", "")
    if action == "take-over":
        return _take_over(sheet)
    if posted_data.is_kept():
        return _resume(sheet, action)
    if action == "save-draft":
        return _save_draft(sheet)
    if action == "submit":
        return _submit(sheet)
    if action == "preview":
        return _preview(sheet)
    return _rearrange(sheet, action)


@blueprint.post("/desk/edit/<topic>/<code>/draft")
@needs(Permission.PROPOSE)
def autosave(topic: str, code: str) -> tuple[Response, int]:
    """Save what is typed so far, for the script of the form, and answer with hints on it."""
    sheet = _sent(topic, code)
    if sheet.would_replace_a_draft:
        return jsonify(message=OTHER_DRAFT), 409
    try:
        is_short_enough = _keep(sheet, last_sent=_last_sent())
    except NotNow as error:
        return jsonify(message=str(error)), 409
    if not is_short_enough:
        return jsonify(message=TOO_LONG), 422
    hints = [msgspec.to_builtins(hint) for hint in form_page.remarks(sheet).hints]
    return jsonify(kept_at=clock.now().isoformat(), hints=hints), 200


def _sent(topic: str, code: str) -> Sheet:
    """The form as it was sent; raise BadQuery if it does not say from which revision it started."""
    beginning = proposals.begin(tracker(), actor(), topic, code)
    codebook = tracker().topic(topic)
    form, problems = forms.from_typed(codebook, posted_data.sent())
    sheet = Sheet(beginning=beginning, topic=codebook, form=form, problems=tuple(problems))
    # Reading them raises BadQuery: better at once than after some of the work is done.
    _ = sheet.base, [field.number for field in (form.reworks, form.reverts, form.suggestion)]
    return sheet


def _resume(sheet: Sheet, action: str) -> Response:
    """The page with what was typed or chosen before somebody had to sign in again."""
    message = "Here is what you typed. Nothing has been sent yet."
    if conflict.is_chosen_from() and action != "resume":
        return conflict.page(sheet, form_page.read(sheet).payload, 200, message)
    return sheet.shown_again(200, message=message)


def _rearrange(sheet: Sheet, action: str) -> Response:
    """Add or remove a row, or fit the form to another kind of edit."""
    focus = forms.rearrange(sheet.form, action)
    if action == "choose-kind":
        focus = forms.fit(sheet.form, sheet.base_payload)
    return sheet.shown_again(422 if sheet.problems else 200, focus=focus)


def _preview(sheet: Sheet) -> Response:
    """What a reviewer and a reader would see, or all problems, without sending anything."""
    payload = _sound_payload(sheet)
    edition = reader().edition(sheet.topic.code)
    return sheet.shown_again(
        200,
        changes=diff.shown(sheet.base_payload, payload),
        preview=preview.preview(edition, sheet.beginning.place, payload),
    )


def _sound_payload(sheet: Sheet) -> Payload:
    """What the form says; with anything wrong in it, the form once more is the answer."""
    with refusals_shown_on(sheet.shown_again):
        read = form_page.read(sheet)
        if read.problems:
            raise Invalid(read.problems)
    return read.payload


def _last_sent() -> int:
    """The number of the last proposal that the form knew when it was opened; 0 if it knew none."""
    return as_number(request.form.get("last_sent", "")) or 0


def _keep(sheet: Sheet, *, last_sent: int | None = None) -> bool:
    """Save what is typed as the draft; False if it is too long for that."""
    typed = posted_data.to_json(posted_data.pairs_of(sheet.form))
    if len(typed) > MOST_DRAFTED:
        return False
    drafts.save(
        tracker(),
        actor(),
        sheet.topic.code,
        sheet.beginning.place.code,
        base_number=sheet.base,
        form=typed,
        reworks_id=sheet.form.reworks.number,
        suggestion_id=sheet.form.suggestion.number,
        last_sent=last_sent,
    )
    return True


def _save_draft(sheet: Sheet) -> Response:
    if not _keep(sheet):
        return sheet.shown_again(422, message=TOO_LONG)
    flash("Draft kept. Only you can see it.")
    return redirect(sheet.path, code=303)


def _submit(sheet: Sheet) -> Response:
    payload = _sound_payload(sheet)
    with refusals_shown_on(sheet.shown_again, NothingChanged, NotNow):
        try:
            proposal = proposals.submit(tracker(), actor(), _proposal(sheet, payload))
        except Stale:
            # Kept as a draft, so that whoever closes the page that follows finds it again.
            is_kept = not sheet.would_replace_a_draft and _keep(sheet)
            return conflict.page(sheet, payload, 409, is_kept=is_kept)
    flash("Sent for review. Somebody else will look at it before it is published.")
    return redirect(f"/desk/proposals/{proposal.id}", code=303)


def _proposal(sheet: Sheet, content: Payload) -> Proposal:
    return Proposal(
        topic=sheet.topic.code,
        jurisdiction=sheet.beginning.place.code,
        base_number=sheet.base,
        payload=content,
        note=unix_lines(sheet.form.note.data or ""),
        kind="revert" if sheet.intent is Intent.REVERT else "edit",
        reworks_id=sheet.form.reworks.number,
        intent=sheet.intent,
        suggestion_id=sheet.form.suggestion.number,
        closes_draft=True,
    )


def _take_over(sheet: Sheet) -> Response:
    """Your changes on top of what is published now, as a form to look over and send once more."""
    taken_over = conflict.take_over(sheet, _sound_payload(sheet))
    return _preview(taken_over) if isinstance(taken_over, Sheet) else taken_over
