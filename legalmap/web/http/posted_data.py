"""What somebody typed, as pairs of name and text: in this form it is kept in drafts and across sign-ins."""

import json
import re
from collections.abc import Iterator

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, SelectMultipleField

from legalmap.domain.law.payload import whole

KEPT = "kept"
# Fields of a form that nobody typed.
_MACHINERY = frozenset({"csrf_token", "action", KEPT})
# Where forms in which people write are sent. All of them can show again what they are sent.
_WRITTEN = re.compile(
    r"/desk/(?:edit|verify)/[^/?#]+/[^/?#]+"
    r"|/desk/proposals/\d+/(?:verdict|remarks)"
    r"|/desk/suggestions/\d+/close"
    r"|/desk/import/send"
    r"|/desk/batches/[^/?#]+/\d+/verdict"
    r"|/desk/sources/link"
    r"|/desk/round/[^/?#]+/[^/?#]+/(?:verify|skip)"
    r"|/[^/?#]+/[^/?#]+/suggest"
)

Typed = MultiDict[str, str]


def is_written(path: str) -> bool:
    """Whether a form sent to ``path`` was written by a person and must not be lost."""
    return _WRITTEN.fullmatch(path) is not None


def sent() -> Typed:
    """The form of this request; if it carries an earlier one along, that one with what was chosen since."""
    carried = request.form.get(KEPT)
    if carried is None:
        return request.form
    form = from_json(carried)
    for name, value in request.form.items(multi=True):
        if name not in _MACHINERY:
            form.add(name, value)
    return form


def is_kept() -> bool:
    """Whether this request brings back a form that was typed before somebody had to sign in again."""
    return KEPT in request.form


def to_json(form: Typed) -> str:
    """The typed pairs as JSON in ASCII, so that no character can break a page that holds it."""
    return json.dumps([pair for pair in form.items(multi=True) if pair[0] not in _MACHINERY])


def from_json(text: str) -> Typed:
    """The reverse; empty for anything but a list of pairs of text, as browsers can send anything."""
    try:
        pairs = json.loads(text)
    except (ValueError, RecursionError):
        return MultiDict()
    if not isinstance(pairs, list):
        return MultiDict()
    return MultiDict([(whole(pair[0]), whole(pair[1])) for pair in pairs if _is_pair(pair)])


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)


def pairs_of(form: Form) -> Typed:
    """A form as a browser would send it."""
    return MultiDict([pair for field in form for pair in _pairs(field)])


def _pairs(field: Field) -> Iterator[tuple[str, str]]:
    if isinstance(field, FormField):
        inner = list(field.form)
    elif isinstance(field, FieldList):
        inner = list(field.entries)
    elif isinstance(field, SelectMultipleField):
        yield from ((field.name, value) for value in field.data or [])
        return
    else:
        yield field.name, "" if field.data is None else str(field.data)
        return
    for part in inner:
        yield from _pairs(part)
