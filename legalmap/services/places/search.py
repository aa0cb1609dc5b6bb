"""Finding a place: by code, other identifiers, name, ZIP code or point, typing errors forgiven."""

import difflib

import msgspec

from legalmap.domain.errors import Missing, NoLonger
from legalmap.domain.law.jurisdictions import Jurisdiction, looks_like_code
from legalmap.domain.law.ocd_ids import ocd_of, state_of
from legalmap.services.core.tracker import Tracker
from legalmap.services.places import former
from legalmap.store import places
from legalmap.store.engine import Connection

MOST = 25
ZIP_DIGITS = 5
STATE_LETTERS = 2
MOST_SIBLINGS = 5_000


class Found(msgspec.Struct, frozen=True):
    """What a search gave. ``zip_code`` is set when the text was one; ``guessed`` when it was mended."""

    places: list[Jurisdiction]
    zip_code: str | None = None
    guessed: bool = False


def search(tracker: Tracker, text: str, limit: int = MOST) -> Found:
    """Places for what a person typed: a code, an identifier, a ZIP code or (part of) a name."""
    text = " ".join(text.split())[:200]
    if not text:
        return Found([])
    with tracker.store.reading() as connection:
        if text.isascii() and text.isdigit() and len(text) == ZIP_DIGITS:
            counties = places.of_zip(connection, text)
            if counties:
                also = places.by_identifier(connection, text)
                return Found(_once([*counties, *also]), zip_code=text)
        exact = places.get(connection, text.lower()) if looks_like_code(text.lower()) else None
        matches = [exact] if exact else []
        matches += places.by_identifier(connection, text)
        matches += _us_state(connection, text)
        matches += places.by_name(connection, text.partition(",")[0], limit)
    matches = _narrowed(_once(matches), text)
    if matches:
        return Found(matches[:limit])
    return Found(near(tracker, text)[:limit], guessed=True)


def _us_state(connection: Connection, text: str) -> list[Jurisdiction]:
    """“AL” is Albania to ISO and Alabama to the post office."""
    if len(text) != STATE_LETTERS or not (text.isascii() and text.isalpha()):
        return []
    state = places.get(connection, f"us-{text.lower()}")
    return [state] if state else []


def _narrowed(matches: list[Jurisdiction], text: str) -> list[Jurisdiction]:
    """“Springfield, MA”: what follows the comma chooses the state."""
    state = text.partition(",")[2].strip().lower()
    if not state:
        return matches
    return [place for place in matches if f"-{state}-" in f"{place.code}-"] or matches


def _once(matches: list[Jurisdiction]) -> list[Jurisdiction]:
    return list({place.code: place for place in matches}.values())


def near(tracker: Tracker, text: str, limit: int = 5) -> list[Jurisdiction]:
    """Places whose name or code resembles ``text``: what somebody may have meant."""
    wanted = places.search_form(text)
    if not wanted:
        return []
    with tracker.store.reading() as connection:
        matches = _near_names(connection, wanted, limit)
        if looks_like_code(text.lower()):
            matches = [*_near_codes(connection, text.lower(), limit), *matches]
    return _once(matches)[:limit]


def _near_names(connection: Connection, wanted: str, limit: int) -> list[Jurisdiction]:
    by_name: dict[str, list[str]] = {}
    for code, name in places.names_like(connection, wanted[0]):
        by_name.setdefault(name, []).append(code)
    close = difflib.get_close_matches(wanted, by_name, n=limit, cutoff=0.75)
    codes = [code for name in close for code in by_name[name]][: limit * 4]
    by_code = places.get_many(connection, codes)
    return [by_code[code] for code in codes]


def _near_codes(connection: Connection, code: str, limit: int) -> list[Jurisdiction]:
    """Codes spelled like this one under the same parent, and places there called like its end."""
    parent, _, own = code.rpartition("-")
    named = places.by_name(connection, own, MOST) if own else []
    inside = [place for place in named if place.code.startswith(f"{parent}-")] if parent else []
    siblings = places.codes_like(connection, f"{parent}-" if parent else code[0], MOST_SIBLINGS)
    close = difflib.get_close_matches(code, siblings, n=limit, cutoff=0.75)
    by_code = places.get_many(connection, close)
    return [*inside[:1], *(by_code[match] for match in close)]


def place(tracker: Tracker, code: str, *, hint: bool = True) -> Jurisdiction:
    """The place of a code; raise Missing if there is none, with near matches if a ``hint`` is wanted."""
    try:
        if not code.isprintable():
            raise Missing("jurisdiction", code)  # PostgreSQL keeps no NUL and says so by an error
        return tracker.place(code.lower())
    except Missing:
        if gone := former.of(code):
            raise NoLonger(code, gone.name, gone.until, gone.now) from None
        matches = [match.code for match in near(tracker, code)] if hint else []
        raise Missing("jurisdiction", code, matches) from None


def by_identifiers(tracker: Tracker, asked: dict[str, str]) -> list[Jurisdiction]:
    """The places that carry every identifier asked for: ``iso``, ``fips`` or ``ocd``."""
    matches = [_by_identifier(tracker, kind, value) for kind, value in asked.items()]
    return [place for place in matches[0] if all(place in others for others in matches)]


def _by_identifier(tracker: Tracker, kind: str, value: str) -> list[Jurisdiction]:
    if kind == "ocd":
        return _by_division(tracker, value)
    with tracker.store.reading() as connection:
        matches = places.by_identifier(connection, value)
    if kind == "iso":
        return [place for place in matches if place.iso == value.upper()]
    return [place for place in matches if place.fips == value]


def _by_division(tracker: Tracker, ocd: str) -> list[Jurisdiction]:
    """A division id is derived, not stored: compare those of the state it lies in."""
    code = state_of(ocd)
    with tracker.store.reading() as connection:
        state = places.get(connection, code) if code else None
        inside = places.children(connection, state.code) if state and "/" in ocd else []
    return [place for place in (state, *inside) if place and ocd_of(place) == ocd]


def counties_of_zip(tracker: Tracker, zip_code: str) -> list[Jurisdiction]:
    """The counties a US ZIP code touches; raise Missing if no county is known for it."""
    with tracker.store.reading() as connection:
        counties = places.of_zip(connection, zip_code)
    if not counties:
        raise Missing("ZIP code", zip_code)
    return counties


def children(tracker: Tracker, code: str) -> list[Jurisdiction]:
    """What lies directly below a place."""
    with tracker.store.reading() as connection:
        return places.children(connection, code)


def page(
    tracker: Tracker, parent: str | None, after: str = "", limit: int = 100
) -> list[Jurisdiction]:
    """Jurisdictions in the order of their codes, for paging through all of them."""
    with tracker.store.reading() as connection:
        return places.page(connection, parent=parent, after=after, limit=limit)
