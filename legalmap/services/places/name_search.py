"""From the words of a name to places: exactly so called, beginning so, nearly so; in the area named, if one is.

A name that is not found in its area is never looked for elsewhere in silence: that it is not there is said.
"""

import math
from collections.abc import Iterable
from functools import cache

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import OSA

from legalmap.domain.places.readings import Areas, Reading, readings
from legalmap.domain.places.spelling import key, keys_typed
from legalmap.domain.places.typed_text import ASKING, Typed, asked_variants
from legalmap.services.places import place_names
from legalmap.store.name_index import Match

# Of names that begin so as many are counted and shown as “show all” shows.
MOST = 500
# Whatever begins so is meant, not something spelled nearly so, if so many people live there.
WELL_KNOWN = 50_000
# Where fewer places are called so, others that begin so stand below them.
FEW = 8
# One letter off counts as much as a place with ten thousand times as many people.
LETTER = 4.0
MOST_NEAR = 60
# Countries and states have two letters of the post, which are no name.
_POSTAL = ("us", "ca", "au")
# Longer pieces of what is not understood are not tried.
MOST_PIECES = 12


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a name led to. ``exact``: how many of the first are called so; ``lost``: the words that led nowhere, ``where``: in which
    areas; ``area_only``: what is shown is the area itself."""

    matches: list[Match]
    exact: int = 0
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
        or _nearly(asked, way, within)
        or _area_of(way, within)
        or _piece(asked, within)
        or NOTHING
    )


def _has_letters(typed: Typed) -> bool:
    return any(letter.isalpha() for word in typed.words for letter in word)


def _also(reading: Reading, matches: list[Match], within: Areas) -> list[Match]:
    """Beside few places that are called so: what begins so, and a city that is spelled nearly so."""
    known = {match.code for match in matches}
    if len(known) >= FEW or reading.areas:
        return []
    more = [*_better_known(reading, matches), *_begun(reading, within, FEW * 2)]
    fresh = {match.code: match for match in more if match.code not in known}
    return list(fresh.values())[: FEW - len(known)]


# --- areas ---


@cache
def _codes_of_two_letters(letters: str) -> Areas:
    codes = [f"{country}-{letters}" for country in _POSTAL] + [letters]
    return tuple(code for code in codes if place_names.index().has(code))


def areas_of(words: tuple[str, ...]) -> Areas:
    """The states and countries (and counties called so) that words mean, those of the United States first."""
    joined = "".join(words)
    if len(joined) <= 2 and len(words) == 1 and joined.isascii():
        return _codes_of_two_letters(joined)
    found = [
        match
        for typed in keys_typed(words)
        for match in place_names.index().named(typed, limit=50)
        if match.kind not in ("word", "city", "short", "variant")
        and (match.reach < 2 or words[-1] in _COUNTY)
    ]
    found.sort(key=lambda match: (match.reach, not match.code.startswith("us")))
    return tuple(dict.fromkeys(match.code for match in found if match.reach <= 2))


_COUNTY = ("county", "parish", "borough")


def _inside(match: Match, areas: Areas) -> bool:
    """Whether it lies in one of the areas; a county counts, though it is in no town's code."""
    return any(
        match.code == area or match.code.startswith(f"{area}-") or match.county == area
        for area in areas
    )


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


def _better_known(reading: Reading, matches: list[Match]) -> list[Match]:
    """Beside a hamlet that is called so, the city that is spelled nearly so."""
    most = max(match.weight for match in matches)
    if most >= WELL_KNOWN:
        return []
    close = near(key(reading.name))
    return [match for match, letters in close if letters == 1 and match.weight > 100 * most][:3]


def _called(reading: Reading, within: Areas = ()) -> list[Match]:
    """Places of the name, those inside of the area before the area itself (New York, NY)."""
    areas = [*reading.areas, within] if within else list(reading.areas)
    postal = _postal(reading)
    matches = [
        match
        for typed in keys_typed(reading.name)
        for match in _of_key(typed, reading)
        if all(_inside(match, codes) for codes in areas)
        and (reading.reach is None or match.reach in reading.reach)
        and (match.kind != "word" or not reading.areas or len(reading.name) > 1)
    ]
    nearest = reading.areas[0] if reading.areas else ()

    def rank(match: Match) -> tuple[bool, bool, bool, int, int, int]:
        own_area = match.code in nearest and match.kind != "city"
        other_word = not match.word.endswith(reading.word)
        inside = _first_inside(match, nearest)
        return match.kind == "word", own_area, other_word, inside, -match.weight, match.reach

    return [*postal, *sorted(matches, key=rank)]


def _postal(reading: Reading) -> list[Match]:
    """“AL” is Albania to ISO and Alabama to the post office, which is what a reader means."""
    letters = reading.name[0]
    if reading.areas or len(reading.name) > 1 or len(letters) != 2:
        return []
    return place_names.index().coded(_codes_of_two_letters(letters))


def _of_key(typed: str, reading: Reading) -> list[Match]:
    return place_names.index().named(
        typed, [code for codes in reading.areas[:1] for code in _states(codes)]
    )


def _states(codes: Areas) -> Areas:
    """Counties are in no town's code: their state is looked through instead."""
    return tuple(
        dict.fromkeys("-".join(c.split("-")[:2]) if c.count("-") > 1 else c for c in codes)
    )


def _first_inside(match: Match, areas: Areas) -> int:
    return next((i for i, area in enumerate(areas) if _inside(match, (area,))), len(areas))


# --- beginning so ---


def _beginning(way: list[Reading], within: Areas, most: int) -> Named | None:
    for reading in way:
        if reading.reach is not None:
            continue
        begun = _begun(reading, within, most)
        if begun and begun[0].weight >= (WELL_KNOWN if not reading.areas else 0):
            return Named(matches=begun)
    return None


def _begun(reading: Reading, within: Areas, most: int) -> list[Match]:
    areas = within or (reading.areas[0] if reading.areas else ())
    index = place_names.index()
    for foreign in (False, True):
        matches: dict[str, Match] = {}
        for typed in keys_typed(reading.name):
            for match in index.beginning(typed, _states(areas), foreign=foreign, limit=most):
                if not reading.areas or all(
                    _inside(match, codes) and match.code not in codes for codes in reading.areas
                ):
                    matches.setdefault(match.code, match)
        if matches:
            return list(matches.values())
    return []


def _with_area_begun(typed: Typed, within: Areas) -> Named | None:
    """“springfield ill” on the way to Illinois."""
    words = typed.words
    if len(words) < 2 or len(words[-1]) < 2:
        return None
    begun = place_names.index().beginning(words[-1], foreign=False, limit=50)
    areas = tuple(dict.fromkeys(m.code for m in begun if m.reach < 2 and m.kind != "city"))
    matches = _exact([Reading(words[:-1], (areas,))], within) if areas else []
    return Named(matches=matches) if matches and matches[0].kind != "word" else None


# --- nearly so called ---


def _nearly(typed: Typed, way: list[Reading], within: Areas) -> Named | None:
    """What is spelled nearly so, and what begins so but is little known: the likelier first.

    Where an area is named that has such a place, none of another area is offered.
    """
    plain = [reading for reading in way if reading.reach is None]
    ranked: dict[str, tuple[float, Match]] = {}
    for readings_of in ([r for r in plain if r.areas], [r for r in plain if not r.areas]):
        for reading in readings_of:
            for match in _begun(reading, within, MOST_NEAR):
                _rank(ranked, match, 1.5, within)
            for match, letters in near(key(reading.name), reading.areas):
                _rank(ranked, match, letters, within)
        for match in _with_area_mended(typed):
            _rank(ranked, match, 0.9, within)
        if ranked:
            ordered = [match for _, match in sorted(ranked.values(), key=lambda known: known[0])]
            begins = ordered[0].key.startswith(key(typed.words))
            return Named(matches=ordered[:MOST_NEAR], guessed=not begins)
    return None


def _rank(
    ranked: dict[str, tuple[float, Match]], match: Match, letters: float, within: Areas
) -> None:
    if within and not _inside(match, within):
        return
    cost = letters * LETTER - math.log10(match.weight)
    if match.code not in ranked or ranked[match.code][0] > cost:
        ranked[match.code] = cost, match


def near(typed: str, areas: tuple[Areas, ...] = ()) -> list[tuple[Match, int]]:
    """Places with a name a few letters off, and how many letters that is."""
    far = 0 if len(typed) < 4 else 1 if len(typed) < 6 else 2 if len(typed) < 10 else 3
    if not far:
        return []
    index = place_names.index()
    keys = index.near(
        "".join(dict.fromkeys(typed[:2])), range(len(typed) - far, len(typed) + far + 1)
    )
    close = process.extract(typed, keys, scorer=OSA.distance, score_cutoff=far, limit=MOST_NEAR)
    inside = list(areas[0]) if areas else []
    return [
        (match, letters)
        for name, letters, _ in close
        for match in index.named(name, _states(tuple(inside)), limit=10)
        if match.kind not in ("language", "variant")
        and all(_inside(match, codes) for codes in areas)
    ]


def _with_area_mended(typed: Typed) -> list[Match]:
    """“nashville tennesee”: the area is misspelled, the name is not."""
    for length in (1, 2):
        tail, name = typed.words[-length:], typed.words[:-length]
        if not name or len("".join(tail)) < 4:
            continue
        areas = tuple(
            match.code for match, _ in near(key(tail)) if match.reach < 2 and match.kind == "own"
        )
        if areas and (matches := _exact([Reading(name, (areas,))], ())):
            return matches
    return []


# --- what is left ---


def _area_of(way: list[Reading], within: Areas) -> Named | None:
    """Of a name that its area does not have, the area, which at least is known."""
    for reading in way:
        if reading.areas and reading.reach is None and len("".join(reading.name)) > 1:
            matches = place_names.index().coded(reading.areas[0])
            inside = [match for match in matches if not within or _inside(match, within)]
            if inside:
                return Named(
                    matches=inside, guessed=True, lost=reading.name, where=reading.areas[0]
                )
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
