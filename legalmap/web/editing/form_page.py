"""The edit form on screen: the record, what is typed, and the problems and hints beside it."""

import msgspec
from flask import make_response, render_template
from werkzeug.wrappers import Response

from legalmap import clock
from legalmap.domain.desk import edit_intents, edit_warnings
from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.errors import Problem
from legalmap.domain.law.diff import Change
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.topics import Topic
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Beginning
from legalmap.web.editing.preview import Preview
from legalmap.web.forms import read_record
from legalmap.web.forms import record as forms
from legalmap.web.forms.base import Problems, base_number
from legalmap.web.forms.read_record import Read
from legalmap.web.forms.record import RecordForm
from legalmap.web.http.permissions import actor, tracker


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """An edit form on screen, with what is to be said about it.

    ``changes`` and ``preview`` are set once somebody asked for a preview. ``is_draft``: a draft was opened.
    ``is_kept``: nothing on screen would be lost, as it is in the draft or was never typed. ``focus``: the id
    of what the browser scrolls to.
    """

    beginning: Beginning
    topic: Topic
    form: RecordForm
    problems: tuple[Problem, ...] = ()
    changes: list[Change] | None = None
    preview: Preview | None = None
    message: str = ""
    is_draft: bool = False
    is_kept: bool = False
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
    def intent(self) -> Intent | None:
        """The kind of edit its author chose; None if they chose none, or sent something that is no kind."""
        text = self.form.intent.data or ""
        return Intent(text) if text in set(Intent) else None

    @property
    def base_payload(self) -> Payload:
        """The content this edit started from."""
        # The usual case, without a query: nothing was published while somebody typed.
        if self.base == self.beginning.base_number:
            return self.beginning.payload
        code = self.beginning.place.code
        return proposals.payload_at(tracker(), self.topic.code, code, self.base)

    @property
    def would_replace_a_draft(self) -> bool:
        """Whether this person has a draft of this record that reworks another proposal than this form does."""
        draft = self.beginning.draft
        return draft is not None and draft.reworks_id != self.form.reworks.number

    def shown_again(self, status: int, **changes: object) -> Response:
        """This page once more with some fields of the sheet changed: a message, problems, a preview."""
        return page(msgspec.structs.replace(self, **changes), status)


def read(sheet: Sheet) -> Read:
    """The form as a payload, with everything that is wrong with it."""
    base = sheet.base_payload
    read_form = read_record.read(sheet.form, sheet.topic, clock.today(), base, list(sheet.problems))
    if not read_form.problems and sheet.form.intent.data:
        return msgspec.structs.replace(
            read_form, problems=_of_intent(sheet, base, read_form.payload)
        )
    return read_form


def _of_intent(sheet: Sheet, base: Payload, content: Payload) -> list[Problem]:
    if sheet.intent is None:
        return [Problem("intent", "Choose what kind of edit this is.")]
    return edit_intents.problems_of(sheet.intent, base, content)


def remarks(sheet: Sheet) -> Problems:
    """The problems of a sheet, and warnings about its content as hints, each with its place in words.

    A field with a problem gets no warning besides.
    """
    read_form = read_record.read(sheet.form, sheet.topic, clock.today(), sheet.base_payload)
    place = sheet.beginning.place
    warnings = edit_warnings.warnings(
        read_form.payload, sheet.base_payload, sheet.topic, place, clock.today()
    )
    faulty = {problem.field for problem in sheet.problems}
    warnings = [
        warning for warning in map(read_form.placed, warnings) if warning.field not in faulty
    ]
    return read_record.on_page(list(sheet.problems), sheet.topic, warnings)


def page(sheet: Sheet, status: int = 200) -> Response:
    """The page of the form, with all that is said above it and beside its fields."""
    sheet.form.intent.choices = forms.kinds(sheet.base_payload, sheet.form.reverts.number)
    answer = render_template(
        "editing/edit.html",
        topic=sheet.topic,
        place=sheet.beginning.place,
        beginning=sheet.beginning,
        sheet=sheet,
        form=sheet.form,
        problems=remarks(sheet),
        me=actor(),
    )
    return make_response(answer, status)
