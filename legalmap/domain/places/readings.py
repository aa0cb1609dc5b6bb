"""The ways to read words as a place in an area: “king county washington” is a county in a state.

What is an area is asked from outside; everything here is order and grammar.
"""

from collections.abc import Callable, Iterator

import msgspec

from legalmap.domain.places.typed_text import ASKING, Typed

Areas = tuple[str, ...]
# Words of the longest name of a country or state, and how many may follow each other.
LONGEST_AREA, MOST_AREAS = 5, 3
STATE, COUNTY, TOWN = frozenset({0, 1}), frozenset({2}), frozenset({3})
_OF = {
    **dict.fromkeys(
        ("state", "commonwealth", "republic", "kingdom", "province", "territory"), STATE
    ),
    **dict.fromkeys(("county", "parish"), COUNTY),
    **dict.fromkeys(("city", "town", "village", "township", "borough"), TOWN),
}
_BEHIND = {
    **dict.fromkeys(("state", "province", "region", "territory", "country"), STATE),
    **dict.fromkeys(("county", "co", "parish", "borough", "municipality", "municipio"), COUNTY),
    **dict.fromkeys(("city", "town", "village", "township"), TOWN),
}
# In Alaska a county, elsewhere a town.
_BOTH = "borough"


class Reading(msgspec.Struct, frozen=True):
    """The words of a name; the areas it lies in, each one of several codes; and the reach it must have.

    ``word``: what people there call the kind of place (township), where that was said.
    """

    name: tuple[str, ...]
    areas: tuple[Areas, ...] = ()
    reach: frozenset[int] | None = None
    word: str = ""


def readings(typed: Typed, areas_of: Callable[[tuple[str, ...]], Areas]) -> list[Reading]:
    """Every way to read the words, the likeliest first."""
    words = typed.words
    split = list(_split(words, areas_of, MOST_AREAS))
    if typed.commas:
        # “Miami, Florida”: the name ends, or an area in front of it, where the first comma stands.
        at = min(typed.commas)
        split.sort(key=lambda parts: len(parts[0]) not in (at, len(words) - at))
    if _is_short_for_county(typed):
        split.sort(key=lambda parts: bool(parts[1]))
    plain = [Reading(name, areas) for name, areas in split]
    kinds = [
        Reading(name, areas, reach, _word(whole) if reach is TOWN else "")
        for whole, areas in split
        for name, reach in _of_kind(whole)
    ]
    if _is_short_for_county(typed) or words[:2] == ("county", "of"):
        return list(dict.fromkeys([*kinds[:1], *plain, *kinds]))
    return list(dict.fromkeys([*plain, *kinds]))


def _is_short_for_county(typed: Typed) -> bool:
    """“Parker Co.” is a county, “Parker CO” is in Colorado."""
    last = len(typed.words) - 1
    return typed.words[-1:] == ("co",) and last in typed.dotted and last not in typed.shouted


def _split(
    words: tuple[str, ...], areas_of: Callable[[tuple[str, ...]], Areas], depth: int
) -> Iterator[tuple[tuple[str, ...], tuple[Areas, ...]]]:
    """(name, areas): first all as the name, then with areas behind it, then with one in front."""
    yield words, ()
    if depth == 0:
        return
    for length in range(min(LONGEST_AREA, len(words) - 1), 0, -1):
        if areas := areas_of(words[-length:]):
            for name, more in _split(words[:-length], areas_of, depth - 1):
                yield name, (*more, areas)
    for length in range(min(LONGEST_AREA, len(words) - 1), 0, -1):
        # “in Ohio” is no place in Indiana.
        if words[0] not in ASKING and (areas := areas_of(words[:length])):
            yield words[length:], (areas,)


def _of_kind(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], frozenset[int]]]:
    """“State of Washington”, “Cook Co”, “Sarasota city”: the name and what kind of place it is."""
    if len(words) > 2 and words[1] == "of" and words[0] in _OF:
        reach = _OF[words[0]]
        yield _county(words[2:]) if reach is COUNTY else words[2:], reach
    if len(words) > 2 and words[-2:] == ("census", "area"):
        yield _county(words[:-2]), COUNTY
    if len(words) > 1 and words[-1] in _BEHIND:
        reach = _BEHIND[words[-1]]
        yield _county(words[:-1]) if reach is COUNTY else words[:-1], reach
        if words[-1] == _BOTH:
            yield words[:-1], TOWN


def _word(words: tuple[str, ...]) -> str:
    return words[-1] if words[-1] in _BEHIND else words[0]


def _county(words: tuple[str, ...]) -> tuple[str, ...]:
    """Parishes, boroughs and municipalities are kept under “county” too."""
    return (*words, "county")
