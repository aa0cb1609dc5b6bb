"""Open Civic Data division ids (OCDEP 2), derived from a place by the naming rules of the official list.

None where the official id is not certain: townships and the towns of county subdivisions (they are
named under a county in some states and under the state in others), Connecticut's planning regions,
Alaska's census areas, census designated places, subdivisions outside the United States, and names
that several places of a state share or that name a county and a city at once. A city and its county
in one carry the id of the city where that is certain, else that of the county.
"""

import re

from legalmap.domain.law.jurisdictions import COUNTIES, INCORPORATED, Jurisdiction

ROOT = "ocd-division/country:"
# The length of a census GEOID: a place has seven digits, a county subdivision ten. The list counts only
# the former as places.
PLACE_DIGITS = 7
# How the name of a county ends, and the type of division OCD makes of it.
_COUNTY_TYPES = {
    " County": "county",
    " Parish": "parish",
    " City and Borough": "borough",
    " Borough": "borough",
    " Municipality": "borough",
    " Municipio": "municipio",
}
_INDEPENDENT = "independent city"
# A city and a county with the same boundary: OCD lists the county alone.
_CONSOLIDATED = frozenset(
    (
        *("us-ak-anchorage", "us-ak-juneau", "us-ak-sitka", "us-ak-wrangell", "us-ak-yakutat"),
        *("us-ca-san-francisco", "us-co-broomfield", "us-co-denver", "us-ga-columbus"),
        "us-hi-honolulu",
        *("us-la-new-orleans", "us-ma-nantucket"),
    )
)
# Places that share their name with another of the state, and one the Census Bureau names differently.
_SHARED = frozenset(
    ("us-il-wilmington", "us-il-windsor", "us-oh-oakwood", "us-pa-franklin", "us-co-creede")
)
# In Vermont a city and the town around it often have one name.
_UNSETTLED_STATES = frozenset({"us-vt"})
_PLAIN_WORDS = frozenset({"", "borough", "city and county", "consolidated city"})
_SPECIAL = re.compile(r"[(),/]|\bgovernment\b")


def ocd_of(place: Jurisdiction) -> str | None:
    """The OCD division id of a place, or None if the official one is not certain."""
    if place.parent is None:
        is_iso = place.iso is not None and place.iso.lower() == place.code
        return f"{ROOT}{place.code}" if is_iso else None
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
    """The code of the state or country in which to look for a division; None if ``ocd`` is not an id."""
    match = re.match(
        r"ocd-division/country:([a-z]{2})(?:/(?:state|district|territory):([a-z]{2}))?", ocd
    )
    if match is None:
        return None
    country, state = match.groups()
    return f"{country}-{state}" if state else str(country)


def spelled(name: str) -> str:
    """A name as OCD writes it: lower case, spaces to underscores, other characters to tildes."""
    joined = re.sub(r"\.? ", "_", name.lower())
    return re.sub(r"[^\w~.-]", "~", joined)


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
    """Whether no other place of the state has this name: if one has, the code is longer than the name."""
    words = re.findall(r"[^\W_]+", re.sub(r"['’ʻ.]", "", place.name))
    # The code is that of the state, two parts, and a part for each word.
    return place.called in _PLAIN_WORDS and len(place.code.split("-")) <= len(words) + 2
