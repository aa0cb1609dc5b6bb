"""From the words of a name to places: exactly so called, beginning so, nearly so; in the area named, if one is.

A name that is not found in its area is never looked for elsewhere in silence: that it is not there is said.
"""

from collections.abc import Iterable, Iterator

import msgspec

from legalmap.domain.places.readings import Areas, Reading, readings
from legalmap.domain.places.spelling import key, keys_typed
from legalmap.domain.places.typed_text import ASKING, Typed, asked_variants
from legalmap.services.places import near_names, place_names
from legalmap.services.places.areas import (
    areas_of,
    inside,
    is_plain,
    looked_through,
    of_two_letters,
)
from legalmap.services.places.near_names import WELL_KNOWN, near
from legalmap.store.name_index import Match

# Of names that begin so as many are counted and shown as “show all” shows.
MOST = 500
# Where fewer places are called so, others that begin so stand below them.
FEW = 8
# Whatever begins so is meant, not something spelled nearly so, if so many people live there.
SURELY_BEGUN = 200_000
# Longer texts are not tried piece by piece.
MOST_PIECES = 12
# What begins so counts as one letter and a half off; a right name in a misspelled area as less than one.
BEGINS, IN_MENDED = 1.5, 0.9


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a name led to. ``exact``: how many of the first are called so.

    ``total``: how many there are, if ``matches`` may be but the first of them.
    ``lost``: the words that led nowhere; ``where``: in which areas, if it is for want of a place there.
    """

    matches: list[Match]
    exact: int = 0
    total: int = 0
    guessed: bool = False
    lost: tuple[str, ...] = ()
    where: Areas = ()


NOTHING = Named(matches=[])


def find(typed: Typed, within: Areas = (), most: int = MOST) -> Named:
    """The places that the words mean, the likeliest first."""
    variants = [variant for variant in asked_variants(typed) if _has_letters(variant)]
    ways = [readings(variant, areas_of) for variant in variants]
    for way in ways:
        if matches := _exact(way, within):
            more = _also(way[0], matches, within) if way is ways[0] else []
            return Named(matches=[*matches, *more], exact=len(matches))
    if not variants or typed.beyond:
        return NOTHING
    asked, way = variants[-1], ways[-1]
    return (
        _beginning(way, within, most)
        or _with_area_begun(asked, within)
        or _nearly(variants[0], ways[0], within)
        or _nearly(asked, way, within)
        or _area_of(asked, way, within)
        or _piece(asked, within)
        or NOTHING
    )


def _has_letters(typed: Typed) -> bool:
    return any(letter.isalpha() for word in typed.words for letter in word)


def former(code: str) -> list[Match]:
    """The places that a code of the past is part of today."""
    return [match for match in place_names.index().named(code) if match.kind == "former"]


# --- exactly so called ---


def _exact(way: Iterable[Reading], within: Areas) -> list[Match]:
    matches: dict[str, Match] = {}
    for reading in way:
        for match in _called(reading, within):
            matches.setdefault(match.code, match)
    return list(matches.values())


def _called(reading: Reading, within: Areas) -> list[Match]:
    """Places of the name, those inside of the area before the area itself (New York, NY)."""
    areas = [*reading.areas, within] if within else reading.areas
    nearest = reading.areas[0] if reading.areas else ()
    index = place_names.index()
    matches = [
        match
        for typed in keys_typed(reading.name)
        if len(typed) > 1 or not typed.isascii()
        for match in index.named(typed, looked_through(nearest))
        if all(inside(match, codes) for codes in areas)
        and (reading.reach is None or match.reach in reading.reach)
        and (match.kind != "word" or not reading.areas or len(reading.name) > 1)
    ]

    def rank(match: Match) -> tuple[bool, bool, bool, int, int, int]:
        own_area = match.code in nearest and match.kind != "city"
        other_word = not match.word.endswith(reading.word)
        first = next((i for i, area in enumerate(nearest) if inside(match, (area,))), 0)
        return match.kind == "word", own_area, other_word, first, -match.weight, match.reach

    return [*_of_two_letters(reading, within), *sorted(matches, key=rank)]


def _of_two_letters(reading: Reading, within: Areas) -> list[Match]:
    letters = reading.name[0]
    if within or reading.areas or len(reading.name) > 1 or len(letters) != 2:
        return []
    return place_names.index().coded(of_two_letters(letters))


def _also(reading: Reading, matches: list[Match], within: Areas) -> list[Match]:
    """Beside few places that are called so: what begins so, and a city that is spelled nearly so."""
    known = {match.code for match in matches}
    if len(known) >= FEW or reading.areas:
        return []
    more = [*_better_known(reading, matches), *_begun(reading, within, FEW * 2)]
    fresh = {match.code: match for match in more if match.code not in known}
    return list(fresh.values())[: FEW - len(known)]


def _better_known(reading: Reading, matches: list[Match]) -> list[Match]:
    """“Huston” is a hamlet; the city that is spelled nearly so may be meant."""
    most = max(match.weight for match in matches)
    if most >= WELL_KNOWN:
        return []
    close = near(key(reading.name))
    return [match for match, letters in close if letters == 1 and match.weight > 100 * most][:3]


# --- beginning so ---


def _beginning(way: list[Reading], within: Areas, most: int) -> Named | None:
    for reading in way:
        begun = _begun(reading, within, most) if reading.reach is None else []
        if begun and (reading.areas or begun[0].weight >= SURELY_BEGUN):
            # Of very short beginnings the index has but the first ready.
            many = len(begun) >= most // 2 or len(key(reading.name)) <= 2
            return Named(matches=begun, total=_count(reading, within) if many else 0)
    return None


def _count(reading: Reading, within: Areas) -> int:
    nearest = within or (reading.areas[0] if reading.areas else ())
    return place_names.index().count_beginning(key(reading.name), looked_through(nearest))


def _begun(reading: Reading, within: Areas, most: int) -> list[Match]:
    """What begins so, other languages only where nothing else does."""
    nearest = within or (reading.areas[0] if reading.areas else ())
    for foreign in (False, True):
        matches: dict[str, Match] = {}
        for typed in keys_typed(reading.name):
            begun = place_names.index().beginning(
                typed, looked_through(nearest), foreign=foreign, limit=most
            )
            for match in begun:
                if _is_below(match, (*reading.areas, within) if within else reading.areas):
                    matches.setdefault(match.code, match)
        if matches:
            return list(matches.values())
    return []


def _is_below(match: Match, areas: tuple[Areas, ...]) -> bool:
    return all(inside(match, codes) and match.code not in codes for codes in areas)


def _with_area_begun(typed: Typed, within: Areas) -> Named | None:
    """“springfield illi” on the way to Illinois."""
    *name, last = typed.words
    if not name or len(last) < 2 or areas_of((last,)):
        return None
    begun = place_names.index().beginning(last, foreign=False, limit=50)
    areas = tuple(dict.fromkeys(m.code for m in begun if m.reach < 2 and m.kind != "city"))
    matches = _exact([Reading(tuple(name), (areas,))], within) if areas else []
    return Named(matches=matches) if matches and matches[0].kind != "word" else None


# --- nearly so called ---


def _nearly(typed: Typed, way: list[Reading], within: Areas) -> Named | None:
    """What is spelled nearly so, and what begins so but is little known: the likelier first.

    Where an area is named that has such a place, none of another area is offered.
    """
    plain = [reading for reading in way if reading.reach is None]
    named = [reading for reading in plain if _names_its_area(typed, reading)]
    mended = [(match, IN_MENDED) for match in _with_area_mended(typed)]
    likely = [*_likely(named or plain, within), *mended, *(_wide(typed) if named else [])]
    matches = near_names.ranked(
        (match, letters) for match, letters in likely if not within or inside(match, within)
    )
    if not matches:
        return None
    return Named(matches=matches, guessed=not matches[0].key.startswith(key(typed.words)))


def _names_its_area(typed: Typed, reading: Reading) -> bool:
    """Whether an area certainly is meant: behind the name, and not by a code or a word of another country."""
    behind = typed.words[len(reading.name) :]
    return (
        bool(reading.areas)
        and typed.words[: len(reading.name)] == reading.name
        and is_plain(behind)
    )


def _wide(typed: Typed) -> list[tuple[Match, int]]:
    """“Nw Zealand” is no town in Zealand: countries and states that are spelled nearly like all the words."""
    close = near(key(typed.words))
    return [
        (match, letters) for match, letters in close if match.reach < 2 and match.kind != "city"
    ]


def _likely(some: list[Reading], within: Areas) -> Iterator[tuple[Match, float]]:
    for reading in some:
        yield from ((match, BEGINS) for match in _begun(reading, within, near_names.MOST))
        yield from near(key(reading.name), reading.areas)


def _with_area_mended(typed: Typed) -> list[Match]:
    """“nashville tennesee”: the area is misspelled, the name is not."""
    for length in (1, 2):
        name, tail = typed.words[:-length], key(typed.words[-length:])
        if not name:
            continue
        close = [match for match, _ in near(tail) if match.reach < 2 and match.kind == "own"]
        areas = tuple(match.code for match in close)
        if areas and (matches := _exact([Reading(name, (areas,))], ())):
            return matches
    return []


# --- what is left ---


def _area_of(typed: Typed, way: list[Reading], within: Areas) -> Named | None:
    """Of a name that its area does not have the area, which at least is known; then who is called so elsewhere."""
    for reading in way:
        if reading.reach is None and _names_its_area(typed, reading):
            areas = place_names.index().coded(reading.areas[0])
            matches = [match for match in areas if not within or inside(match, within)]
            if matches:
                elsewhere = [] if within else _called(Reading(reading.name), ())[:FEW]
                lost, where = reading.name, reading.areas[0]
                return Named(matches=[*matches, *elsewhere], guessed=True, lost=lost, where=where)
    return None


def _piece(typed: Typed, within: Areas) -> Named | None:
    """The longest run of the words that is a place, and the rest as not understood."""
    count = min(len(typed.words), MOST_PIECES)
    for length in range(count - 1, 0, -1):
        for first in range(count - length + 1):
            part = typed.part(first, first + length)
            if set(part.words) <= ASKING or len("".join(part.words)) < 3:
                continue
            matches = _exact(readings(part, areas_of)[:8], within)
            if matches and _is_telling(part, matches[0]):
                lost = typed.words[:first] + typed.words[first + length :]
                return Named(matches=matches, guessed=True, lost=lost)
    return None


def _is_telling(part: Typed, match: Match) -> bool:
    """Whether one word among others that say nothing is the name of a place, and no accident."""
    known = match.kind in ("own", "alternative", "abbreviation", "former", "language")
    return match.kind != "word" and (len(part.words) > 1 or (known and match.weight >= WELL_KNOWN))
