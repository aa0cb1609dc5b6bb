"""What holds at one place or point, without Flask: for most places the answer is that of their levels.

The bytes are those of the contract: a real answer is made for a place that stands for all with the same
levels, and cut where it speaks of the place itself. The headers are those Flask has sent for another place.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from itertools import count
from threading import Lock
from typing import Any

import msgspec

from legalmap import clock
from legalmap.domain.errors import LegalmapError
from legalmap.domain.jurisdictions import COUNTIES, Jurisdiction
from legalmap.services import finding, locating, wire
from legalmap.services.editions import Edition
from legalmap.services.reading import Reader
from legalmap.web.answers import Application, Environ, Headers, encoded, named
from legalmap.web.api import resolving
from legalmap.web.api.parameters import View
from legalmap.web.codings import taken

# How many answers that are cut are kept: one for each kind of place under the same levels.
MOST_CUT = 1_500
# Of how many places of an edition the ETag is kept.
MOST_ENDS = 10_000
_PLACE = re.compile(r"place=([a-z0-9-]+)", re.ASCII)
_POINT = re.compile(r"lat=(-?\d{1,2}(?:\.\d{1,15})?)&lon=(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII)
# Nothing that a real answer could hold.
_NAME, _WORD = "Stand-in name \u2063", "stand-in word \u2063"
_LAT, _LON = 0.123456789012345, 0.543210987654321
# An edition, and those that grow out of it, remember by the code: none is ever used twice.
_stand_ins = count()


class Spoken(msgspec.Struct, frozen=True):
    """Of which place an answer speaks, the county it lies in, and by which point it was asked for.

    ``whole`` and ``whole_county`` are both as an answer has them.
    """

    place: Jurisdiction
    whole: bytes
    county: Jurisdiction | None = None
    whole_county: bytes = b""
    lat: float | None = None
    lon: float | None = None


def _text(value: str) -> bytes:
    """As it stands inside of a string of JSON."""
    return msgspec.json.encode(value)[1:-1]


def _whole(place: Jurisdiction) -> bytes:
    return wire.encode(wire.jurisdiction(place))


# What an answer says of its place. It is cut in this order: the longer before what is part of it.
_SAID: dict[str, Callable[[Spoken], bytes]] = {
    "place": lambda spoken: spoken.whole,
    "county": lambda spoken: spoken.whole_county,
    "lat": lambda spoken: msgspec.json.encode(spoken.lat),
    "lon": lambda spoken: msgspec.json.encode(spoken.lon),
    "name": lambda spoken: _text(spoken.place.name),
    "word": lambda spoken: _text(spoken.place.word),
    "code": lambda spoken: spoken.place.code.encode(),
    "county code": lambda spoken: spoken.county.code.encode() if spoken.county else b"",
}
_OF_THE_POINT = {"lat": msgspec.json.encode(_LAT), "lon": msgspec.json.encode(_LON)}
_OF_THE_PLACE = {"name": _text(_NAME), "word": _text(_WORD)}


class Cut(msgspec.Struct, frozen=True):
    """An answer in pieces: bytes, and between them the names of what is to be said there."""

    pieces: tuple[bytes | str, ...]
    names: tuple[str, ...]

    def filled(self, spoken: Spoken) -> bytes:
        """The answer for one place."""
        said = {name: _SAID[name](spoken) for name in self.names}
        return b"".join(
            [piece if piece.__class__ is bytes else said[piece] for piece in self.pieces]  # type: ignore[index]
        )


def cut(content: bytes, marks: dict[str, bytes]) -> Cut:
    """Take an answer apart at every mark."""
    pieces: list[bytes | str] = [content]
    for name in _SAID:
        if name in marks:
            pieces = [part for piece in pieces for part in _parted(piece, name, marks[name])]
    names = {piece for piece in pieces if isinstance(piece, str)}
    return Cut(tuple(piece for piece in pieces if piece), tuple(sorted(names)))


def _parted(piece: bytes | str, name: str, mark: bytes) -> list[bytes | str]:
    if isinstance(piece, str):
        return [piece]
    found: list[bytes | str] = []
    for part in piece.split(mark):
        found += [name, part]
    return found[1:]


class Composer:
    """The answers of one topic at one edition and day."""

    def __init__(self, edition: Edition, as_of: date, place: Callable[[str], Jurisdiction]) -> None:
        self._place = place
        self.edition = edition
        self.as_of = as_of
        self._view = View(edition, as_of, given=False)
        self._cuts: OrderedDict[tuple[Any, ...], Cut] = OrderedDict()
        # Asked of for every answer: a dict answers soonest.
        self._records = edition.records.whole
        # Whatever is directly above a record tells of it in its own answer.
        self._above = edition.directly_below
        # Places of one state hear the same of the levels above: these bytes are held but once.
        self._shared: dict[bytes, bytes] = {}
        self._counties: dict[str, bytes] = {}
        # By the code of a place: it gets the same answer from here every time, so the same ETag.
        self.ends: dict[str, bytes] = {}
        self._lock = Lock()

    def of(self, place: Jurisdiction, lat: float | None = None, lon: float | None = None) -> bytes:
        """The answer for a place, or for the point in it."""
        key, county = self._kind(place, by_point=lat is not None)
        known = self._cuts.get(key)
        if known is None:
            own = key[1] == place.code
            known = self._cut_own(place, key[0]) if own else self._cut(place, county, key)
            self._keep(key, known)
        return known.filled(self._spoken(place, county, lat, lon))

    def at_once(
        self, place: Jurisdiction, lat: float | None = None, lon: float | None = None
    ) -> bytes | None:
        """The same if its kind was asked for before."""
        key, county = self._kind(place, by_point=lat is not None)
        known = self._cuts.get(key)
        return None if known is None else known.filled(self._spoken(place, county, lat, lon))

    def _spoken(
        self,
        place: Jurisdiction,
        county: Jurisdiction | None,
        lat: float | None,
        lon: float | None,
    ) -> Spoken:
        whole_county = self._whole(county) if county else b""
        return Spoken(place, self._whole(place), county, whole_county, lat, lon)

    def _whole(self, place: Jurisdiction) -> bytes:
        """Counties are spoken of again and again: for every place in them, for every point."""
        if place.kind not in COUNTIES:
            return _whole(place)
        known = self._counties.get(place.code)
        if known is None:
            known = self._counties[place.code] = _whole(place)
        return known

    def _kind(
        self, place: Jurisdiction, *, by_point: bool
    ) -> tuple[tuple[Any, ...], Jurisdiction | None]:
        """What places that are answered alike have in common, and the county of this one."""
        records = self._records
        county = self._place(place.county) if place.county else None
        if place.code in records or place.code in self._above or place.note:
            return (by_point, place.code), county
        if county is not None and county.code not in records:
            # Of the county nothing is said but which one it is.
            return (by_point, place.parent, "", place.kind, place.law), county
        return (by_point, place.parent, place.county, place.kind, place.law), county

    def _keep(self, key: tuple[Any, ...], found: Cut) -> None:
        pieces = [
            self._shared.setdefault(piece, piece) if isinstance(piece, bytes) else piece
            for piece in found.pieces
        ]
        with self._lock:
            self._cuts[key] = Cut(tuple(pieces), found.names)
            while len(self._cuts) > MOST_CUT:
                self._cuts.popitem(last=False)

    def _cut_own(self, place: Jurisdiction, by_point: bool) -> Cut:
        return cut(self._answer(place, by_point), _OF_THE_POINT if by_point else {})

    def _cut(self, place: Jurisdiction, county: Jurisdiction | None, key: tuple[Any, ...]) -> Cut:
        by_point, code = bool(key[0]), f"zz-stand-in-{next(_stand_ins)}-zz"
        stand_in = msgspec.structs.replace(
            place, code=code, name=_NAME, called=_WORD, iso=None, fips=None, lat=None, lon=None
        )
        marks = {**_OF_THE_PLACE, "place": _whole(stand_in), "code": code.encode()}
        if by_point:
            marks |= _OF_THE_POINT
        if county is not None and key[2] == "":
            marks |= {"county": _whole(county), "county code": county.code.encode()}
        return cut(self._answer(stand_in, by_point), marks)

    def _answer(self, place: Jurisdiction, by_point: bool) -> bytes:
        asked = wire.Asked(
            place=None if by_point else place.code,
            zip=None,
            lat=_LAT if by_point else None,
            lon=_LON if by_point else None,
        )
        caveats = [resolving.POINT_REACH] if by_point else []
        return wire.encode(resolving.told(self._view, asked, [place], caveats))


def _end(content: bytes) -> bytes:
    """The last headers of an answer: those that only it has."""
    sha256 = hashlib.sha256(content).hexdigest().encode()
    return b'etag: "%b"\r\ncontent-length: %d\r\n\r\n' % (sha256, len(content))


class Quick:
    """Stands in front of Flask for ``/api/v1/{topic}/resolve`` with nothing but a place or a point."""

    def __init__(self, reader: Reader, inner: Application) -> None:
        self._reader = reader
        self._inner = inner
        self._topics = {f"/api/v1/{topic}/resolve": topic for topic in reader.tracker.topics}
        self._composers: dict[str, Composer] = {}
        # With the status line and as they leave.
        self._headers: dict[tuple[object, ...], tuple[Headers, bytes]] = {}

    def at_once(self, environ: Environ, head: int, day: date) -> tuple[bytes, bytes, bytes] | None:
        """Status line, headers and body; None where anything has to be made, fetched or waited for."""
        topic = self._topics.get(environ["PATH_INFO"])
        composer = self._composers.get(topic) if topic else None
        if composer is None or composer.edition.feed_no < head or composer.as_of != day:
            return None
        asked = self._at_hand(environ["QUERY_STRING"])
        content = composer.at_once(*asked) if asked else None
        if asked is None or content is None:
            return None
        known = self._headers.get(
            (environ["wsgi.url_scheme"], composer.edition.feed_no, composer.as_of, topic, False)
        )
        if known is None:
            return None
        place, lat, _ = asked
        own = composer.ends.get(place.code) if lat is None else None
        if own is None:
            own = _end(content)
            if lat is None and len(composer.ends) < MOST_ENDS:
                composer.ends[place.code] = own
        return b"HTTP/1.1 200 OK\r\n", known[1] + own, content

    def _at_hand(self, query: str) -> tuple[Jurisdiction, float | None, float | None] | None:
        """As ``_asked``, but from memory alone."""
        at_hand = self._reader.tracker.place_at_hand
        if found := _PLACE.fullmatch(query):
            place = at_hand(found[1])
            return (place, None, None) if place and place.code == found[1] else None
        if (found := _POINT.fullmatch(query)) and locating.is_prepared():
            lat, lon = float(found[1]), float(found[2])
            code = locating.region_at(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None
            place = at_hand(code) if code else None
            return (place, lat, lon) if place else None
        return None

    def answer(self, environ: Environ) -> tuple[str, Headers, bytes] | None:
        """Status, headers and body; None where Flask is to be asked."""
        topic = self._topics.get(environ.get("PATH_INFO", ""))
        if topic is None or taken(environ.get("HTTP_ACCEPT_ENCODING", "")):
            return None
        asked = self._asked(environ.get("QUERY_STRING", ""))
        if asked is None or environ["REQUEST_METHOD"] != "GET":
            return None
        composer = self._composer(topic)
        content = composer.of(*asked)
        sha256 = hashlib.sha256(content).hexdigest()
        has_it = f'"{sha256}"' in environ.get("HTTP_IF_NONE_MATCH", "")
        if not has_it and "HTTP_IF_NONE_MATCH" in environ:
            return None
        key = (environ["wsgi.url_scheme"], composer.edition.feed_no, composer.as_of, topic, has_it)
        known = self._headers.get(key)
        if known is None:
            return self._learnt(key, environ)
        own = [
            ("ETag", f'"{sha256}"'),
            *([] if has_it else [("Content-Length", str(len(content)))]),
        ]
        status = "304 NOT MODIFIED" if has_it else "200 OK"
        return status, known[0] + own, b"" if has_it else content

    def _asked(self, query: str) -> tuple[Jurisdiction, float | None, float | None] | None:
        """The place that is asked for by its own code or by a point; None for anything else."""
        tracker = self._reader.tracker
        try:
            if found := _PLACE.fullmatch(query):
                place = tracker.place(found[1])
                return (place, None, None) if place.code == found[1] else None
            if found := _POINT.fullmatch(query):
                lat, lon = float(found[1]), float(found[2])
                return finding.place_at(tracker, lat, lon), lat, lon
        except LegalmapError:
            return None
        return None

    def _composer(self, topic: str) -> Composer:
        known = self._composers.get(topic)
        if known is None or not self._is_current(known):
            known = self._composers[topic] = Composer(
                self._reader.edition(topic), clock.today(), self._reader.tracker.place
            )
            # What Flask sent for an earlier edition or day is of no use any more.
            self._headers = {}
        return known

    def _is_current(self, composer: Composer) -> bool:
        # The front has looked at the head of the feed just before.
        head = self._reader.tracker.heading.number
        return composer.edition.feed_no >= head and composer.as_of == clock.today()

    def _learnt(
        self, key: tuple[object, ...], environ: Environ
    ) -> tuple[str, Headers, bytes] | None:
        """Let Flask answer this once, and take its headers for the others."""
        said: list[tuple[str, Headers]] = []

        def listen(status: str, headers: Headers, _exc_info: Any = None) -> Callable[..., object]:
            said.append((status, headers))
            return lambda _data: None

        body = b"".join(self._inner(environ, listen))
        status, headers = said[-1]
        if status[:3] in ("200", "304") and named(headers, "etag"):
            shared = ("etag", "content-length")
            common = [(name, value) for name, value in headers if name.lower() not in shared]
            self._headers[key] = common, encoded(common)
        return status, headers, body
