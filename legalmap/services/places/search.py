"""Finding a place: what a person typed, as the place they mean; a code, a ZIP code or a point."""

import difflib
import re

import msgspec

from legalmap.domain.errors import Missing, NoLonger, UnlistedZip
from legalmap.domain.law.jurisdictions import Jurisdiction, looks_like_code
from legalmap.domain.law.ocd_ids import ocd_of, state_of
from legalmap.domain.places import typed_text
from legalmap.domain.places.points import Point
from legalmap.domain.places.typed_text import Typed
from legalmap.services.core.tracker import Tracker
from legalmap.services.places import former, name_search, search_notes, whereabouts, zip_codes
from legalmap.services.places.name_search import Named
from legalmap.store import places
from legalmap.store.engine import Connection

# As many are shown at first, and if all are asked for.
MOST, MOST_SHOWN = 25, 500
MOST_SIBLINGS = 5_000
# A country or state of that name is meant, not a town, if so many times as many people live there.
SURELY = 50


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a search gave, the likeliest first.

    ``total``: how many places there are, of which ``places`` are the first. ``note``: a sentence about what was
    understood, or was not. ``certain``: the one place that can be meant. ``guessed``: the text was mended.
    ``vias``: by code, the other name or the town by which a place was found. ``zip_code``: the text was one, or
    had one; ``named``: with the name of a place there. ``topic``: the topic that was named. ``beyond``: tribal,
    federal or military land was asked for.
    """

    places: list[Jurisdiction]
    total: int = 0
    note: str = ""
    certain: Jurisdiction | None = None
    guessed: bool = False
    vias: dict[str, str] = {}
    zip_code: str | None = None
    named: bool = False
    topic: str | None = None
    beyond: bool = False


def search(
    tracker: Tracker, text: str, limit: int = MOST, *, within: tuple[str, ...] = ()
) -> Found:
    """The place that a person means: a name, a code, a ZIP code or a point, also inside of a question."""
    typed = _read(tracker, text)
    found = _found(tracker, typed, limit, within)
    return msgspec.structs.replace(
        found,
        topic=typed.topic,
        beyond=typed.beyond,
        total=found.total or len(found.places),
        note=found.note or _unsaid(tracker, typed, found, text),
    )


def _read(tracker: Tracker, text: str) -> Typed:
    topics = {code: topic.called for code, topic in tracker.topics.items()}
    typed = typed_text.read(text, topics)
    if typed.beyond:
        plain = typed_text.read(text, topics, land=False)
        if len(plain.words) > 1 and name_search.find(plain).exact:
            return plain
    return typed


def _unsaid(tracker: Tracker, typed: Typed, found: Found, text: str) -> str:
    if typed.beyond:
        return search_notes.beyond(tracker.topics[typed.topic or tracker.home])
    return "" if found.places or not text.strip() else search_notes.nothing(typed)


def _found(tracker: Tracker, typed: Typed, limit: int, within: tuple[str, ...]) -> Found:
    if typed.point:
        return _at_point(tracker, typed.point)
    if typed.identifier:
        return _listed(_by_identifier(tracker, *typed.identifier), limit)
    if typed.zip_code:
        return _at_zip(tracker, typed, limit)
    if coded := _by_code(tracker, typed.text):
        return _listed(coded, limit)
    if close := _misspelled_code(tracker, typed.text, limit):
        note = search_notes.no_code(typed.text)
        return Found(places=close, total=len(close), note=note, guessed=True)
    return _of_named(tracker, typed, name_search.find(typed, within), limit)


def _listed(found: list[Jurisdiction], limit: int) -> Found:
    certain = found[0] if len(found) == 1 else None
    return Found(places=found[:limit], total=len(found), certain=certain)


def _by_code(tracker: Tracker, text: str) -> list[Jurisdiction]:
    """Places of a code with its hyphen, of an old code, or of the digits of a FIPS code or GEOID."""
    code = text.lower()
    if not (
        text.isascii()
        and (re.fullmatch(r"\d{2,10}", text) or ("-" in text and looks_like_code(code)))
    ):
        return []
    with tracker.store.reading() as connection:
        return _coded(connection, code)


def _misspelled_code(tracker: Tracker, text: str, limit: int) -> list[Jurisdiction]:
    """Codes like one that has the shape of a code below a known state and is none."""
    code = text.lower()
    state = re.match(r"[a-z]{2}-[a-z0-9]{1,3}(?=-)", code) if looks_like_code(code) else None
    if state is None:
        return []
    with tracker.store.reading() as connection:
        known = places.get(connection, state[0])
        return _once(_near_codes(connection, code, limit)) if known else []


def _coded(connection: Connection, code: str) -> list[Jurisdiction]:
    """Places of a code, or of one they had before they were renamed, put together or split."""
    codes = [code, *(match.code for match in name_search.former(code))]
    by_code = places.get_many(connection, codes)
    now = [by_code[known] for known in codes if known in by_code]
    return _once([*now, *places.by_identifier(connection, code)])


def _of_named(tracker: Tracker, typed: Typed, named: Named, limit: int) -> Found:
    """The matches that the database has, as places."""
    codes = list(dict.fromkeys(match.code for match in named.matches))
    with tracker.store.reading() as connection:
        known = places.get_many(connection, codes[: 2 * limit])
    shown = [known[code] for code in codes if code in known][:limit]
    vias = {match.code: match.via for match in reversed(named.matches) if match.via}
    certain = _certain(named)
    return Found(
        places=shown,
        total=max(named.total, len(codes)) if len(shown) == limit else len(shown),
        note=search_notes.of_named(tracker, typed, named, shown, vias),
        certain=shown[0] if shown and shown[0].code == certain else None,
        guessed=named.guessed,
        vias={code: via for code, via in vias.items() if code in known},
    )


def _certain(named: Named) -> str | None:
    """The code of the only place that can be meant: the only one called so, or a state beside hamlets."""
    if not named.exact or named.matches[0].kind in ("city", "word", "former", "variant"):
        return None
    first, *others = named.matches[: named.exact]
    if first.via:
        return None
    rivals = [match for match in others if match.kind != "word" and match.code != first.code]
    if not rivals:
        return first.code
    surely = first.reach < 2 and first.weight > SURELY * max(match.weight for match in rivals)
    return first.code if surely else None


def _at_zip(tracker: Tracker, typed: Typed, limit: int) -> Found:
    """The counties of a ZIP code; with a name beside it the town of that name there."""
    code = typed.zip_code or ""
    with tracker.store.reading() as connection:
        counties = places.of_zip(connection, code)
        same_digits = _coded(connection, code) if not typed.words else []
    if not counties:
        states = zip_codes.states_of_prefix(tracker, code)
        return Found(
            places=_once([*same_digits, *states])[:limit],
            note=search_notes.unknown_zip(code, states),
        )
    named = name_search.find(typed, tuple(county.code for county in counties))
    called = [match for match in named.matches[: named.exact] if match.kind != "word"]
    towns = _of_named(tracker, typed, msgspec.structs.replace(named, matches=called), limit).places
    return Found(
        places=_once([*towns, *counties, *same_digits])[:limit],
        note=search_notes.known_zip(code, counties, typed, towns),
        zip_code=code,
        named=bool(towns),
    )


def _at_point(tracker: Tracker, point: Point) -> Found:
    """Where a point lies; one off every shape may have its two numbers the wrong way round."""
    if not point.is_on_the_globe:
        return Found(places=[], note=search_notes.OFF_THE_GLOBE)
    for tried in (point, point.turned()):
        place = _place_at(tracker, tried) if tried.is_on_the_globe else None
        # Who writes -82 first means a longitude: nobody asks about Antarctica.
        if place and (place.code != "aq" or tried.swapped):
            note = search_notes.at_point(tracker, tried, place)
            return Found(places=[place], note=note, guessed=tried.swapped)
    return Found(places=[], note=search_notes.at_sea(point))


def _place_at(tracker: Tracker, point: Point) -> Jurisdiction | None:
    code = whereabouts.around(point.lat, point.lon).code
    return tracker.place(code) if code else None


def _once(matches: list[Jurisdiction]) -> list[Jurisdiction]:
    return list({place.code: place for place in matches}.values())


def near(tracker: Tracker, text: str, limit: int = 5) -> list[Jurisdiction]:
    """Places whose name or code resembles ``text``: what somebody may have meant."""
    typed = typed_text.cleaned(text)
    if not any(letter.isalnum() for letter in typed):
        return []
    found: list[Jurisdiction] = []
    if looks_like_code(typed.lower()):
        with tracker.store.reading() as connection:
            found = _near_codes(connection, typed.lower(), limit)
    return _once([*found, *search(tracker, typed, limit).places])[:limit]


def _near_codes(connection: Connection, code: str, limit: int) -> list[Jurisdiction]:
    """Places under the same parent called like the end of the code, and codes spelled like it there."""
    parent, _, own = code.rpartition("-")
    words = tuple(own.split("-"))
    named = (
        name_search.find(Typed(text=own, words=words), (parent,))
        if parent and own
        else name_search.NOTHING
    )
    siblings = places.codes_like(connection, f"{parent}-" if parent else code[0], MOST_SIBLINGS)
    close = difflib.get_close_matches(code, siblings, n=limit, cutoff=0.75)
    by_code = places.get_many(
        connection, [*(match.code for match in named.matches[:limit]), *close]
    )
    inside = [
        by_code[m.code] for m in named.matches[:limit] if m.code in by_code and not named.lost
    ]
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
    """Places that carry an identifier, or carried it once (Shannon County, South Dakota: 46113)."""
    if kind == "ocd":
        return _by_division(tracker, value)
    if not value.isprintable():
        return []  # PostgreSQL keeps no NUL and says so by an error
    code = value.lower()
    with tracker.store.reading() as connection:
        matches = _coded(connection, code)
    if kind == "fips":
        return [place for place in matches if code.isdigit()]
    # A territory of the United States has two ISO codes; Kosovo has one that is only in use.
    return [place for place in matches if len(code) == 2 or place.iso == value.upper()]


def _by_division(tracker: Tracker, ocd: str) -> list[Jurisdiction]:
    """A division id is derived, not stored: compare those of the state it lies in."""
    code = state_of(ocd)
    with tracker.store.reading() as connection:
        state = places.get(connection, code) if code else None
        inside = places.children(connection, state.code) if state and "/" in ocd else []
    return [place for place in (state, *inside) if place and ocd_of(place) == ocd]


def counties_of_zip(tracker: Tracker, zip_code: str) -> list[Jurisdiction]:
    """The counties a US ZIP code touches; raise UnlistedZip if no county is known for it."""
    with tracker.store.reading() as connection:
        counties = places.of_zip(connection, zip_code)
    if not counties:
        states = zip_codes.states_of_prefix(tracker, zip_code)
        advice = search_notes.unknown_zip(zip_code, states)
        raise UnlistedZip(zip_code, (state.code for state in states), advice)
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
