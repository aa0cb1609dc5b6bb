"""Which words mean a country, a state or a county, and what lies inside of one."""

from functools import cache

from legalmap.domain.places.readings import Areas
from legalmap.domain.places.spelling import keys_typed
from legalmap.services.places import place_names
from legalmap.store.name_index import Match

# Countries whose states have two letters of the post, the likeliest first.
_POSTAL = ("us", "ca", "au")
# Only with one of these words is a county an area: Orange is also a town.
_COUNTY_WORDS = ("county", "parish", "borough")
# A county by a name without its last word, and spellings that only lists have, are no areas.
_NO_AREA = ("word", "city", "short", "variant")


@cache
def of_two_letters(letters: str) -> Areas:
    """“AL” is Albania to ISO and Alabama to the post office, which is what a reader means first."""
    codes = [f"{country}-{letters}" for country in _POSTAL] + [letters]
    return tuple(code for code in codes if place_names.index().has(code))


def areas_of(words: tuple[str, ...]) -> Areas:
    """The countries, states and counties that words mean, those of the United States first."""
    joined = "".join(words)
    if len(joined) <= 2 and joined.isascii():
        return of_two_letters(joined)
    found = [
        match
        for typed in keys_typed(words)
        for match in place_names.index().named(typed, limit=50)
        if match.kind not in _NO_AREA and match.reach < (3 if words[-1] in _COUNTY_WORDS else 2)
    ]
    found.sort(key=lambda match: (match.reach, not match.code.startswith("us")))
    return tuple(dict.fromkeys(match.code for match in found))


def is_plain(words: tuple[str, ...]) -> bool:
    """Whether the last of words is an area as people write it in English: not “Island”, which is Iceland abroad."""
    for length in range(1, len(words) + 1):
        tail = words[-length:]
        if len(tail) == 1 and len(tail[0]) <= 2:
            if any(code.startswith(("us-", "ca-")) for code in of_two_letters(tail[0])):
                return True
        elif any(
            match.kind not in (*_NO_AREA, "language") and match.reach < 3
            for typed in keys_typed(tail)
            for match in place_names.index().named(typed, limit=50)
        ):
            return True
    return False


def inside(match: Match, areas: Areas) -> bool:
    """Whether it is one of the areas or lies in one; a county is in no town's code."""
    return any(
        match.code == area or match.code.startswith(f"{area}-") or match.county == area
        for area in areas
    )


def looked_through(areas: Areas) -> Areas:
    """In which stretches of codes to look for what is inside: of a county in its whole state."""
    states = ("-".join(code.split("-")[:2]) for code in areas)
    return tuple(dict.fromkeys(states))
