"""The house form: no token of its own (``web.http.csrf`` checks all forms), problems told by field path."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from flask import abort, make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from legalmap.domain.errors import BadQuery, Invalid, LegalmapError, Problem
from legalmap.web.http.query_params import as_number

# Characters that HTML forbids. The page shows a picture for each, so that people see what they typed.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef]|[\ufffe\uffff\U0001fffe\U0001ffff]"
    r"|[\U0002fffe-\U0002ffff\U0003fffe-\U0003ffff\U0004fffe-\U0004ffff\U0005fffe-\U0005ffff"
    r"\U0006fffe-\U0006ffff\U0007fffe-\U0007ffff\U0008fffe-\U0008ffff\U0009fffe-\U0009ffff"
    r"\U000afffe-\U000affff\U000bfffe-\U000bffff\U000cfffe-\U000cffff\U000dfffe-\U000dffff"
    r"\U000efffe-\U000effff\U000ffffe-\U000fffff\U0010fffe-\U0010ffff]"
)


def visible(text: str) -> str:
    """``text`` with a picture for each character that cannot stand in a page: ␀ for NUL."""
    return _UNPRINTABLE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


class LineField(StringField):  # type: ignore[misc]
    """One line of text; the record may hold a number there."""

    def process_data(self, value: Any) -> None:
        """Take what a record holds."""
        self.data = "" if value is None else str(value)

    def _value(self) -> str:
        return visible(super()._value())


class TextField(TextAreaField):  # type: ignore[misc]
    """Text of several lines; browsers send CRLF, we keep LF."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent."""
        super().process_formdata([unix_lines(value) for value in valuelist])

    def _value(self) -> str:
        return visible(super()._value())


class ChoiceField(SelectField):  # type: ignore[misc]
    """One of a list. Usually the first entry stands for no choice."""

    def __init__(self, label: str, choices: dict[str, str], **kwargs: Any) -> None:
        # What was sent is checked where the form is read, with a sentence of ours.
        super().__init__(label, choices=choices, validate_choice=False, **kwargs)


def unix_lines(text: str) -> str:
    """``text`` with LF at the end of its lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def base_number(typed: str | None) -> int:
    """The revision an edit started from. Nothing is saved without it: raise BadQuery."""
    number = as_number(typed or "")
    if number is None:
        raise BadQuery.at(
            "base",
            "The form has to say which revision it started from, as a number. Open it again and send it again.",
        )
    return number


class NumberField(HiddenField):  # type: ignore[misc]
    """A number that the form carries along, or nothing."""

    @property
    def number(self) -> int | None:
        """The number, or None; raise BadQuery for anything else."""
        return base_number(self.data) if self.data else None


class HouseForm(FlaskForm):  # type: ignore[misc]
    """Base of all forms."""

    class Meta:
        """The token is checked in one place for all forms; our sentences are our own."""

        csrf = False

        def get_translations(self, _form: object) -> None:
            """None, because the messages of WTForms are never shown."""


class Fault(msgspec.Struct, frozen=True):
    """One problem as the page shows it: the id to jump to, its place in words, and the sentence."""

    id: str
    where: str
    message: str


class Problems:
    """The problems of a form, by the id of their field: its dotted path with dashes.

    ``hints`` are warnings about what is allowed; None where a form never has any.
    """

    def __init__(self, faults: Iterable[Fault] = (), hints: Iterable[Fault] | None = None) -> None:
        self.faults = list(faults)
        self.has_hints = hints is not None
        self.hints = list(hints or ())

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Problems":
        """The problems of a small form, where the sentence alone says which field is meant."""
        return cls(Fault(p.field.replace(".", "-"), "", p.message) for p in problems)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)

    def __len__(self) -> int:
        return len(self.faults)

    def at(self, field_id: str) -> list[str]:
        """The messages of exactly this field."""
        return [fault.message for fault in self.faults if fault.id == field_id]

    def hinted(self, field_id: str) -> list[str]:
        """The hints at exactly this field."""
        return [hint.message for hint in self.hints if hint.id == field_id]

    def under(self, field_id: str) -> bool:
        """Whether there is a problem or hint at this group, or at a field in it."""
        return any(
            fault.id == field_id or fault.id.startswith(f"{field_id}-")
            for fault in (*self.faults, *self.hints)
        )


def form_page(
    template: str,
    status: int = 200,
    *,
    message: str = "",
    problems: Iterable[Problem] = (),
    **context: Any,
) -> Response:
    """A page with small forms: as it is first shown, or once more with what has to be mended.

    ``message`` stands above the forms, each of ``problems`` beside its field.
    """
    page = render_template(template, message=message, problems=Problems.of(problems), **context)
    return make_response(page, status)


@contextmanager
def refusals_shown_on(
    page: Callable[..., Response], *refusals: type[LegalmapError]
) -> Iterator[None]:
    """Answer what is refused inside with ``page``, on which nothing typed is lost.

    Invalid gives 422 with a problem at each field, one of ``refusals`` 409 with its sentence on top.
    """
    try:
        yield
    except Invalid as error:
        abort(page(422, problems=error.problems))
    except refusals as error:
        abort(page(409, message=str(error)))
