"""Places that are no more, and what they are now: a code or name that old data and people still use."""

import csv
from datetime import date
from functools import cache

import msgspec

from legalmap import paths
from legalmap.domain.places.spelling import search_form


class Former(msgspec.Struct, frozen=True):
    """A place until a day, and the codes of what it became: its successor, or the parts it was split into."""

    code: str
    name: str
    fips: str
    state: str
    until: date
    now: tuple[str, ...]


@cache
def everything() -> tuple[Former, ...]:
    """Every former place that we know, from data/jurisdictions/former.csv."""
    with (paths.DATA / "jurisdictions" / "former.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            msgspec.convert({**row, "now": row["now"].split()}, Former, strict=False)
            for row in csv.DictReader(file)
        )


def of(code: str) -> Former | None:
    """The former place of a code or FIPS, or None."""
    return next((place for place in everything() if code.lower() in (place.code, place.fips)), None)


def called(text: str) -> list[Former]:
    """The former places whose name begins with what a person typed."""
    wanted = search_form(text)
    return [p for p in everything() if wanted and search_form(p.name).startswith(wanted)]
