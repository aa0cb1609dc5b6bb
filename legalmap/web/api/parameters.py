"""Query parameters of the API, read strictly: an unknown, repeated or empty one is refused, not ignored.

A misspelt ``statsu=banned`` that was ignored would answer with every record, and nobody would notice.
"""

import binascii
import difflib
import hashlib
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import request

from legalmap import clock
from legalmap.domain.errors import BadQuery, Missing, Problem
from legalmap.services import contract
from legalmap.services.places import search
from legalmap.web.api import routes
from legalmap.web.api.routes import Schema
from legalmap.web.http import query_params
from legalmap.web.http.permissions import tracker
from legalmap.web.http.query_params import View

Query = dict[str, str]
Answer = TypeVar("Answer", bound=contract.Answer)
Some = TypeVar("Some")
USUAL = 100
# Where a refusal lists what a route takes, the parameters of all lists come last.
_IN_COMMON = ("cursor", "limit", "wait", "fields")
# What does not belong to the query that a cursor continues: the page size may change on the way.
_NOT_FINGERPRINTED = ("cursor", "limit")
_DECIMAL = re.compile(r"[+-]?\d{1,4}(\.\d{0,15})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
# What each identifier of a place looks like, in words.
IDENTIFIERS = {
    "iso": "an ISO 3166 code such as AL or US-AL",
    "fips": "the 2, 5, 7 or 10 digits of a US GEOID",
    "ocd": "an id such as ocd-division/country:us/state:al",
}


class BadParameter(BadQuery):
    """A parameter that cannot be read; ``near`` holds what may have been meant."""

    def __init__(self, field: str, message: str, near: Iterable[str] = ()) -> None:
        self.near = tuple(near)
        super().__init__([Problem(field, message)])


def declared() -> Query:
    """The parameters of this request; raise BadParameter for the first that its route does not declare."""
    names, repeated = _taken(_route_name())
    return read(*names, repeated=repeated)


def _route_name() -> str:
    """The name of the view that answers, under which its route is declared."""
    return (request.endpoint or "").rpartition(".")[2]


@cache
def _taken(route: str) -> tuple[tuple[str, ...], str]:
    """The names of a route's parameters, and the one that may be repeated; empty if there is none."""
    query = {parameter.name: parameter for parameter in routes.BY_NAME[route].query}
    own = (name for name in query if name not in _IN_COMMON)
    repeated = (name for name in query if query[name].schema.get("type") == "array")
    return (*own, *(name for name in _IN_COMMON if name in query)), next(repeated, "")


def _schema(name: str) -> Schema:
    """The JSON Schema declared for a parameter of this route."""
    query = routes.BY_NAME[_route_name()].query
    return next(parameter.schema for parameter in query if parameter.name == name)


def read(*accepted: str, repeated: str = "") -> Query:
    """The parameters of this request; raise BadParameter for the first that is not ``accepted``.

    The one named ``repeated`` may be given several times, and ``many`` reads all its values.
    """
    query: Query = {}
    for name, values in request.args.lists():
        if name not in accepted:
            near = difflib.get_close_matches(name, accepted, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            takes = f"This address takes: {', '.join(accepted)}." if accepted else ""
            message = f"There is no such parameter here.{hint} {takes or 'It takes none here.'}"
            raise BadParameter(name, message, near)
        if len(values) > 1 and name != repeated:
            raise BadParameter(name, "Give it once.")
        if not all(value.strip() for value in values):
            raise BadParameter(name, "Give it a value or leave it out.")
        query[name] = values[0]
    return query


def many(name: str) -> list[str]:
    """The values of a parameter that is repeated, each once; raise BadParameter for too few or too many."""
    least, most = (_schema(name)[bound] for bound in ("minItems", "maxItems"))
    values = list(dict.fromkeys(request.args.getlist(name)))
    if least <= len(values) <= most:
        return values
    raise BadParameter(name, f"Give it {least} to {most} times, each time another value.")


def choice(query: Query, name: str, allowed: Iterable[str] | None = None) -> str | None:
    """One of ``allowed``, by default of those declared, or None if the parameter is not given."""
    if name not in query:
        return None
    value, codes = query[name], list(_schema(name)["enum"] if allowed is None else allowed)
    if value in codes:
        return value
    near = difflib.get_close_matches(value, codes, n=1)
    raise BadParameter(name, f"“{value}” is not known. Choose from: {', '.join(codes)}.", near)


def whole_number(query: Query, name: str, *, usual: int, most: int | None = None) -> int:
    """A whole number as declared, or up to ``most``; ``usual`` if it is not given."""
    text, schema = query.get(name), _schema(name)
    if text is None:
        return usual
    least, most = schema["minimum"], schema["maximum"] if most is None else most
    if _WHOLE.fullmatch(text) and least <= int(text) <= most:
        return int(text)
    raise BadParameter(name, f"Give a whole number from {least} to {most}.")


def number(query: Query, name: str) -> float | None:
    """A number in decimals as declared, or None if it is not given."""
    text = query.get(name)
    if text is None:
        return None
    least, most = (_schema(name)[bound] for bound in ("minimum", "maximum"))
    value = float(text) if _DECIMAL.fullmatch(text) else math.nan
    if least <= value <= most:
        return value
    raise BadParameter(name, f"Give a number from {least:g} to {most:g}, such as 1.5.")


def limit(query: Query) -> int:
    """How many items a page holds."""
    return whole_number(query, "limit", usual=USUAL)


def degrees(query: Query, name: str) -> float:
    """Degrees north or east, in decimals."""
    text, bound = query.get(name), _schema(name)["maximum"]
    if text is None:
        raise BadParameter(name, "A point needs both lat and lon.")
    value = float(text) if _DECIMAL.fullmatch(text.replace(" ", "+", 1)) else math.nan
    if abs(value) <= bound:
        return value
    raise BadParameter(name, f"Give degrees from -{bound} to {bound}, in decimals such as 27.34.")


def zip_code(text: str) -> str:
    """The five digits of a US ZIP code; the four of ZIP+4 tell no more of the place."""
    if re.fullmatch(routes.ZIP["pattern"], text):
        return text[:5]
    raise BadParameter("zip", "Give the five digits of a US ZIP code.")


def identifiers(query: Query) -> dict[str, str]:
    """The identifiers that a place is looked up by; each has a shape of its own."""
    looked_up = {name: query[name] for name in IDENTIFIERS if name in query}
    for name, text in looked_up.items():
        if not re.fullmatch(_schema(name)["pattern"], text):
            raise BadParameter(name, f"Give {IDENTIFIERS[name]}.")
    return looked_up


def place_code(query: Query, name: str) -> str | None:
    """The code of a place that narrows a list, an alias resolved; None if it is not given."""
    if name not in query:
        return None
    try:
        return search.place(tracker(), query[name]).code
    except Missing as error:
        hint = f" Did you mean {', '.join(error.near)}?" if error.near else ""
        message = f"“{query[name]}” is not the code of a jurisdiction.{hint}"
        raise BadParameter(name, message, error.near) from None


def view(topic: str, query: Query) -> View:
    """The edition and day that ``as_of`` and ``known_at`` ask for; raise Missing or BadQuery."""
    tracker().topic(topic)
    return query_params.view(topic, query)


def of_topic(topic: str) -> tuple[View, Query]:
    """The view that a route of a topic is asked for, and all its parameters; raise Missing or BadQuery.

    An unknown topic comes before anything that is wrong with the parameters.
    """
    tracker().topic(topic)
    query = declared()
    return view(topic, query), query


class Now(msgspec.Struct, frozen=True):
    """The newest feed number and today, for answers that show no law."""

    feed_no: int
    as_of: date
    changed_at: datetime | None

    @property
    def head(self) -> dict[str, Any]:
        """The keys with which answers begin."""
        return {"feed_no": self.feed_no, "as_of": self.as_of}


def now() -> Now:
    """The head of the feed at this moment."""
    today = clock.today()
    newest = tracker().heading.newest()
    if newest is None:
        return Now(0, today, None)
    changed_at = max(newest.at, datetime.combine(today, time(), UTC))
    return Now(newest.feed_no, today, changed_at)


def answer(about: View | Now, kind: type[Answer], /, **parts: Any) -> Answer:
    """An answer of a kind: the keys at its head that this kind has, and its own ``parts``."""
    head = {name: part for name, part in about.head.items() if name in kind.__struct_fields__}
    return kind(**{**head, **parts})


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a page ends, the query it belongs to, and the edition and day that all its pages show.

    ``after`` is the name of the last item, ``query`` a fingerprint: a cursor is opaque, but not secret.
    """

    after: str
    query: str
    feed_no: int
    as_of: date


def cursor(query: Query) -> Cursor | None:
    """The cursor of this request; raise BadParameter if it is not ours or belongs to another query."""
    text = query.get("cursor")
    if text is None:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        decoded = msgspec.json.decode(urlsafe_b64decode(padded), type=Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise BadParameter("cursor", "Take it from the answer before, as it is.") from None
    if decoded.query != _fingerprint(query):
        raise BadParameter("cursor", "It belongs to another query: begin again without it.")
    return decoded


def page(
    query: Query, about: View | Now, remaining: Sequence[Some], name: Callable[[Some], object]
) -> tuple[Sequence[Some], dict[str, str | None]]:
    """As many of the ``remaining`` items as a page holds, and ``next`` and ``next_cursor`` of the answer.

    ``name`` gives the name of an item, after which the next page begins. ``next`` is a path of this site.
    """
    shown = remaining[: limit(query)]
    if len(shown) == len(remaining):
        return shown, {"next": None, "next_cursor": None}
    following = Cursor(str(name(shown[-1])), _fingerprint(query), about.feed_no, about.as_of)
    encoded = urlsafe_b64encode(msgspec.json.encode(following)).decode().rstrip("=")
    address = f"{request.path}?{urlencode({**query, 'cursor': encoded})}"
    return shown, {"next": address, "next_cursor": encoded}


def _fingerprint(query: Query) -> str:
    filters = sorted(
        (name, value) for name, value in query.items() if name not in _NOT_FINGERPRINTED
    )
    return hashlib.sha256(f"{request.path}?{urlencode(filters)}".encode()).hexdigest()[:16]
