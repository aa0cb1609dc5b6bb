"""Open Civic Data division ids, derived from a place by the naming rules its list is made with.

Null where the official id is not certain: townships and the towns of county subdivisions (they are
named under a county in some states and under the state in others), Connecticut's planning regions,
Alaska's census areas, census designated places, subdivisions outside the United States, and names
that places of a state share or that stand for a county and a city at once. A city and its county in
one carry the id of the city where that is certain, else that of the county.
"""

import re

from legalmap.domain.law.jurisdictions import COUNTIES, INCORPORATED, Jurisdiction

ROOT = "ocd-division/country:"
# A place has seven digits; a county subdivision, which is no place to OCD's list, has ten.
PLACE_DIGITS = 7
# The ending of a county's name and the type OCD gives what has it.
_COUNTY_TYPES = {
    " County": "county",
    " Parish": "parish",
    " City and Borough": "borough",
    " Borough": "borough",
    " Municipality": "borough",
    " Municipio": "municipio",
}
_INDEPENDENT = "independent city"
# City and county in one with one boundary: OCD lists the county alone.
_CONSOLIDATED = frozenset(
    (
        *("us-ak-anchorage", "us-ak-juneau", "us-ak-sitka", "us-ak-wrangell", "us-ak-yakutat"),
        *("us-ca-san-francisco", "us-co-broomfield", "us-co-denver", "us-ga-columbus"),
        "us-hi-honolulu",
        *("us-la-new-orleans", "us-ma-nantucket"),
    )
)
# Places whose name another place of the state has too, and one that the Census Bureau names otherwise.
_SHARED = frozenset(
    ("us-il-wilmington", "us-il-windsor", "us-oh-oakwood", "us-pa-franklin", "us-co-creede")
)
# In Vermont a city and the town around it often have one name.
_UNSETTLED_STATES = frozenset({"us-vt"})
_PLAIN_WORDS = frozenset({"", "borough", "city and county", "consolidated city"})
_SPECIAL = re.compile(r"[(),/]|\bgovernment\b")


def ocd_of(place: Jurisdiction) -> str | None:
    """The OCD division id of a place, or None where the official one is not certain."""
    if place.parent is None:
        return f"{ROOT}{place.code}" if _is_iso(place) else None
    if not place.code.startswith("us-"):
        return None
    if place.kind in ("state", "district", "territory"):
        return _of_state(place.code)
    if place.kind in COUNTIES:
        return _of_county(place)
    if place.is_county and place.called == _INDEPENDENT:
        return f"{_of_state(place.parent or '')}/place:{spelled(place.name)}"
    town = _of_town(place) if place.kind in INCORPORATED else None
    return town or (_of_county_in_one(place) if place.is_county else None)


def state_of(ocd: str) -> str | None:
    """The code of the state or country in which to look for a division; None if it is no such id."""
    found = re.match(
        r"ocd-division/country:([a-z]{2})(?:/(?:state|district|territory):([a-z]{2}))?", ocd
    )
    if found is None:
        return None
    country, state = found.groups()
    return f"{country}-{state}" if state else str(country)


def spelled(name: str) -> str:
    """A name as OCD writes it: lower case, spaces to underscores, other characters to tildes."""
    joined = re.sub(r"\.? ", "_", name.lower())
    return re.sub(r"[^\w~.-]", "~", joined)


def _is_iso(place: Jurisdiction) -> bool:
    return place.iso is not None and place.iso.lower() == place.code


def _of_state(code: str) -> str:
    letters = code.removeprefix("us-")
    territories = ("pr", "gu", "vi", "as", "mp")
    kind = "district" if letters == "dc" else "territory" if letters in territories else "state"
    return f"{ROOT}us/{kind}:{letters}"


def _of_county(place: Jurisdiction) -> str | None:
    above = _of_state(place.parent or "")
    for ending, kind in _COUNTY_TYPES.items():
        if place.name.endswith(ending):
            return f"{above}/{kind}:{spelled(place.name.removesuffix(ending))}"
    return None


def _of_county_in_one(place: Jurisdiction) -> str | None:
    """The id of the county that a city is in one with, from the county's code."""
    slug = place.county_code.removeprefix(f"{place.parent}-").replace("-", " ")
    for ending, kind in _COUNTY_TYPES.items():
        if slug.endswith(ending.lower()):
            name = slug.removesuffix(ending.lower())
            return f"{_of_state(place.parent or '')}/{kind}:{spelled(name)}"
    return None


def _of_town(place: Jurisdiction) -> str | None:
    digits = len(place.fips or "")
    if digits != PLACE_DIGITS or place.code in _CONSOLIDATED | _SHARED:
        return None
    if place.parent in _UNSETTLED_STATES or _SPECIAL.search(place.name) or not _is_only_one(place):
        return None
    return f"{_of_state(place.parent or '')}/place:{spelled(place.name)}"


def _is_only_one(place: Jurisdiction) -> bool:
    """A code that says more than the name tells that another place of the state is called so too."""
    return place.called in _PLAIN_WORDS and len(place.code.split("-")) <= _words(place.name) + 2


def _words(name: str) -> int:
    return len(re.findall(r"[^\W_]+", re.sub(r"['’ʻ.]", "", name)))
