"""The house form: no token of its own (``web.http.csrf`` checks all forms), problems told by field path."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from flask import make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from legalmap.domain.errors import BadQuery, Problem
from legalmap.web.http.query_params import as_number

# Characters no HTML page may hold. On the page a picture stands for each, so that it can be seen.
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
    """One line of text, also where the record holds a number."""

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
    """One of a list; the first entry is the one that says nothing."""

    def __init__(self, label: str, choices: dict[str, str], **kwargs: Any) -> None:
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
        """What it is; raise BadQuery if it is something else."""
        return base_number(self.data) if self.data else None


class HouseForm(FlaskForm):  # type: ignore[misc]
    """Base of all forms."""

    class Meta:
        """The token is checked in one place for all forms; our sentences are our own."""

        csrf = False

        def get_translations(self, _form: object) -> None:
            """None: what WTForms would say is never shown."""


class Fault(msgspec.Struct, frozen=True):
    """One problem as the page shows it: where to jump to, and the sentence with its place."""

    id: str
    where: str
    message: str


class Problems:
    """The problems of a form. A path with dashes for dots is the name and id of its field.

    ``hints`` are what is allowed and yet worth a second look; None where a form has no such.
    """

    def __init__(self, faults: Iterable[Fault] = (), hints: Iterable[Fault] | None = None) -> None:
        self.faults = list(faults)
        self.has_hints = hints is not None
        self.hints = list(hints or ())

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Problems":
        """For small forms, whose problems need no place beside the sentence."""
        return cls(Fault(p.field.replace(".", "-"), "", p.message) for p in problems)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)

    def __len__(self) -> int:
        return len(self.faults)

    def at(self, field_id: str) -> list[str]:
        """The messages of exactly this field."""
        return [fault.message for fault in self.faults if fault.id == field_id]

    def hinted(self, field_id: str) -> list[str]:
        """What is worth a second look at exactly this field."""
        return [hint.message for hint in self.hints if hint.id == field_id]

    def under(self, field_id: str) -> bool:
        """Whether there is anything to say of this group, or of a field in it."""
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
    """A page with small forms: as it is first shown, or once more with what has to be mended."""
    page = render_template(template, message=message, problems=Problems.of(problems), **context)
    return make_response(page, status)
