"""What somebody typed, as pairs of name and text: how it outlives drafts and expired sessions."""

import json
import re
from collections.abc import Iterator

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, SelectMultipleField

from legalmap.domain.law.payload import whole

KEPT = "kept"
# What a form carries that nobody typed into it.
_MACHINERY = frozenset({"csrf_token", "action", KEPT})
# Forms in which people write. They all can show again what comes back to them.
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
    """Whether what is sent to ``path`` was written by a person and must not be lost."""
    return _WRITTEN.fullmatch(path) is not None


def sent() -> Typed:
    """The form of this request, or the one it carries along in a single field, and what was chosen since."""
    carried = request.form.get(KEPT)
    if carried is None:
        return request.form
    form = from_json(carried)
    for name, value in request.form.items(multi=True):
        if name not in _MACHINERY:
            form.add(name, value)
    return form


def is_kept() -> bool:
    """Whether this request brings back what was typed before somebody had to sign in again."""
    return KEPT in request.form


def to_json(form: Typed) -> str:
    """ASCII, so that no character of it can break a page."""
    return json.dumps([pair for pair in form.items(multi=True) if pair[0] not in _MACHINERY])


def from_json(text: str) -> Typed:
    """The reverse; what is no list of pairs of text gives an empty form."""
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
