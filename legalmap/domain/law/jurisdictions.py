"""Places with power to make law, their codes and the chain from the country down to a place."""

import re
from collections.abc import Callable
from typing import Literal, get_args

import msgspec

# The kinds of places by how far their law reaches, the widest first.
StateKind = Literal["territory", "state", "district"]
CountyKind = Literal["county", "parish"]
LocalKind = Literal["city", "town", "village", "community"]
Kind = Literal["country", StateKind, CountyKind, LocalKind]
COUNTRY_WIDE, STATE_WIDE, COUNTY_WIDE, LOCAL = range(4)
_BY_REACH = (("country",), get_args(StateKind), get_args(CountyKind), get_args(LocalKind))
REACH: dict[str, int] = {kind: reach for reach, kinds in enumerate(_BY_REACH) for kind in kinds}
COUNTIES = frozenset(get_args(CountyKind))
INCORPORATED = frozenset({"city", "town", "village"})
LOCAL_KINDS = COUNTIES | INCORPORATED | {"community"}
_CODE = re.compile(r"[a-z]{2}(-[a-z0-9]+)*")


class Jurisdiction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One place. ``code`` is ISO 3166-1 alpha-2, ISO 3166-2, or the parent's code and a slug.

    The kind ``community`` is a census designated place: it has a name but makes no law of its own.
    ``county`` is the code of the county a city, town or community lies in; ``counties`` are those of a
    place in several, the one with most of it first: then ``county`` is None, as none speaks for all of it.
    ``county_code``: of a city and its county in one, or an independent city, the code as a county, an alias.
    ``called`` is the local word for the kind, if it is another. ``iso`` is the ISO 3166 code, ``fips`` the
    GEOID of the US Census Bureau, ``lat`` and ``lon`` a point inside, in degrees (WGS 84). ``law`` is
    ``own`` where the parent's law does not reach (Hong Kong), else empty. ``part_of``: the state that
    lists it as a part in ISO 3166-2 although it has a code of its own, as France does Réunion; that
    state's record does not answer for it. ``time_zone`` is an IANA name, None where the place has several.
    """

    code: str
    kind: Kind
    name: str
    parent: str | None = None
    county: str | None = None
    called: str = ""
    iso: str | None = None
    fips: str | None = None
    lat: float | None = None
    lon: float | None = None
    law: Literal["", "own"] = ""
    note: str = ""
    county_code: str = ""
    counties: tuple[str, ...] = ()
    part_of: str | None = None
    time_zone: str | None = None

    @property
    def is_county(self) -> bool:
        """Whether it is a city and its county in one."""
        return bool(self.county_code)

    @property
    def rules_county(self) -> bool:
        """Whether it makes the rules of a county: as a county, or as a city and county in one."""
        return self.is_county or self.kind in COUNTIES

    @property
    def in_counties(self) -> tuple[str, ...]:
        """The codes of the county or counties it lies in."""
        return (self.county,) if self.county else self.counties

    @property
    def word(self) -> str:
        """What people there call this kind of place: borough, township, parish."""
        if self.kind == "community" and self.called in ("", "CDP"):
            # Few readers know what the census abbreviates as CDP.
            return "census designated place"
        return self.called or self.kind


def looks_like_code(text: str) -> bool:
    """Whether ``text`` has the shape of a jurisdiction code, known or not."""
    return _CODE.fullmatch(text) is not None


def chain(place: Jurisdiction, get: Callable[[str], Jurisdiction]) -> list[Jurisdiction]:
    """The levels whose law can reach ``place``, widest first, ``place`` last; ``get`` looks up a code.

    A city's county stands between its state and the city. The walk stops at a level that has
    its own law, because the law of the levels above does not reach it.
    """
    levels = [place]
    level = place
    while level.law != "own":
        above = level.county or level.parent  # a county’s parent is its state
        if above is None:
            break
        level = get(above)
        levels.append(level)
    return levels[::-1]


def parent_of(place: Jurisdiction) -> str | None:
    """The code of the next wider place, for breadcrumbs: a town's county if it has one, else the parent."""
    return place.county or place.parent
