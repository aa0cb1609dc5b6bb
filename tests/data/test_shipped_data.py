"""The files under data/ as they ship: counts, shape, references and equality with the dataset."""

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest

from legalmap.paths import DATA

RECORDS = {"kratom": 230, "7-oh": 50}
PERIODS = 341
SOURCES = 1016
OUTCOMES = {"open": 78, "died": 15, "enacted": 3}
EXPECTED = {"day": 21, "month": 5, "year": 62, None: 8}
TASKS = 295
RECORDS_WITH_TASKS = 235
WITHOUT_DATED_EVIDENCE = 26
DATED_ROUGHLY = 61
CONFIDENCE = {"high": 88, "medium": 127, "low": 65}
POSSESSION_MIN_AGES = 11
ALKALOID_LIMITS = 10
REACH = {"whole-county": 1, "unincorporated": 8}
DATASET_SHA256 = "9fe175246926abe8b40070217e27948661c8c8b8941618c99f342ca5fe4e5130"
COLLECTED_ON = date(2026, 11, 30)

JURISDICTIONS = {
    "countries.csv": 249,
    "subdivisions.csv": 3_639,
    "us-counties.csv": 3_156,
    "us-places.csv": 46_718,
}
ZIPS = 33_986
COLUMNS = [
    "code",
    "kind",
    "name",
    "parent",
    "county",
    "called",
    "iso",
    "fips",
    "lat",
    "lon",
    "aliases",
    "law",
    "note",
    "county_code",
    "counties",
]
COUNTRY_KINDS = {"country", "territory"}
STATE_KINDS = {"state", "district", "territory"}
COUNTY_KINDS = {"county", "parish"}
CITY_COUNTIES, IN_SEVERAL_COUNTIES = 76, 18
PLACE_KINDS = {"city", "town", "village", "community"}
OWN_LAW = {"hk", "mo", "xa", "xc", "xs", "ge-ab", "md-sn", "ua-40", "ua-43"}

RECORD_KEYS = [
    "topic",
    "jurisdiction",
    "name",
    "schema",
    "periods",
    "last_verified",
    "verified_how",
    "confidence",
    "pending",
    "notes",
]
PERIOD_KEYS = ["effective_from", "status", "answers", "summary", "sources"]
ANSWERS = [
    "possession",
    "sale",
    "min_age",
    "possession_min_age",
    "local_rules",
    "product_rules",
    "seven_oh_limit_percent",
    "alkaloid_limits",
    "reach",
]
SOURCE_KEYS = ["url", "title", "publisher", "kind", "citation", "published_on"]
PENDING_KEYS = ["kind", "ref", "what", "url", "expected_on", "outcome"]
OPTIONAL_SOURCE_KEYS = {"citation", "published_on"}

GEOGRAPHY = DATA / "geography"
WORLD_REGIONS = 253
COUNTY_REGIONS = 3_233
STATE_FILES = 56
ADMIN1_FILES = 187

Row = dict[str, str]
Json = dict[str, Any]


@cache
def rows(name: str) -> list[Row]:
    """Return the rows of one jurisdiction file."""
    with (DATA / "jurisdictions" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def jurisdictions() -> dict[str, Row]:
    """Return every jurisdiction that ships, by code."""
    return {row["code"]: row for name in JURISDICTIONS for row in rows(name)}


@cache
def records() -> list[tuple[Path, Json]]:
    """Return every record that ships, with its file."""
    files = sorted((DATA / "records").glob("*/*.json"))
    return [(file, json.loads(file.read_text(encoding="utf-8"))) for file in files]


@cache
def tasks() -> list[Row]:
    """Return what to look up next about the records, in the order of the file."""
    with (DATA / "tasks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pending() -> list[Json]:
    """Return what is under way of all records."""
    return [bill for _, record in records() for bill in record["pending"]]


def periods() -> list[Json]:
    """Return all periods of all records."""
    return [period for _, record in records() for period in record["periods"]]


def sources() -> list[Json]:
    """Return all sources of all periods."""
    return [source for period in periods() for source in period["sources"]]


@cache
def drawings() -> dict[str, Json]:
    """Return every file that draws regions, by its path below data/geography."""
    return {
        file.relative_to(GEOGRAPHY).as_posix(): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(GEOGRAPHY.rglob("*.json"))
    }


def region_codes(name: str) -> list[str]:
    """Return the codes of one drawing, in its order."""
    return [region["code"] for region in drawings()[name]["regions"]]


def outline_codes(name: str) -> Iterator[str]:
    """Yield the codes of one file used to find the place of a point."""
    topology = json.loads(gzip.decompress((GEOGRAPHY / name).read_bytes()))
    for layer in topology["objects"].values():
        for geometry in layer["geometries"]:
            yield geometry["id"]


def first_day(text: str) -> date:
    """Return the first day of a date known to the day, the month or the year."""
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    return date(year, month, day)


def as_in_the_dataset(record: Json) -> Json:
    """Return a shipped record in the form the dataset had it in."""
    place = jurisdictions()[record["jurisdiction"]]
    local = place["kind"] not in COUNTRY_KINDS | STATE_KINDS
    # Only a county's rule has a reach.
    answers = ANSWERS if place["kind"] in COUNTY_KINDS else ANSWERS[:-1]
    original: Json = {
        "jurisdiction": place["code"],
        "name": place["name"],
        "kind": place["kind"],
        "parent": place["parent"] or None,
        "county": county_in_the_dataset(place),
        "geoid": place["fips"] if local else None,
        "topic": record["topic"],
        "periods": [
            {
                "effective_from": period["effective_from"],
                "status": period["status"],
                "summary": period["summary"],
                **{name: period["answers"].get(name) for name in answers},
                "product_rules": period["answers"].get("product_rules", []),
                "sources": [
                    {name: source.get(name) for name in SOURCE_KEYS} for source in period["sources"]
                ],
            }
            for period in record["periods"]
        ],
        "evidence_as_of": record["last_verified"],
        "confidence": record["confidence"],
        "pending": [{name: bill.get(name) for name in PENDING_KEYS} for bill in record["pending"]],
        "notes": record["notes"],
        "tasks": [
            row["text"]
            for row in tasks()
            if (row["topic"], row["jurisdiction"]) == (record["topic"], place["code"])
        ],
    }
    if place["lat"]:
        original |= {"lat": float(place["lat"]), "lon": float(place["lon"])}
    return original


def county_in_the_dataset(place: Row) -> str | None:
    """The one county it gave a town, before cities and counties became one and towns had several."""
    if place["code"] == "us-co-denver":
        return "Denver County"
    county = place["county"] or place["counties"].partition(" ")[0]
    return jurisdictions()[county]["name"] if county else None


def test_the_records_are_the_dataset_unchanged() -> None:
    """Rebuilt in the dataset's own form, the shipped records have the dataset's hash."""
    originals = [as_in_the_dataset(record) for _, record in records()]
    originals.sort(key=lambda original: (original["topic"], original["jurisdiction"]))
    canonical = json.dumps(originals, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == DATASET_SHA256


def test_every_topic_has_all_its_records() -> None:
    """230 records on kratom and 50 on 7-OH ship."""
    assert Counter(record["topic"] for _, record in records()) == RECORDS


def test_periods_sources_and_pending_bills_are_complete() -> None:
    """341 periods, 1016 sources and 96 bills ship; of these 78 are open, 3 enacted, 15 dead."""
    assert len(periods()) == PERIODS
    assert len(sources()) == SOURCES
    assert Counter(bill["outcome"] for bill in pending()) == OUTCOMES
    expected = Counter(precision(bill.get("expected_on")) for bill in pending())
    assert expected == EXPECTED


def precision(text: str | None) -> str | None:
    """Return how exactly a date is known."""
    return None if text is None else {4: "year", 7: "month", 10: "day"}[len(text)]


def test_the_variables_of_version_2_are_as_collected() -> None:
    """11 periods name an age for possession, 10 further limits, and 9 county rules their reach."""
    answers = [period["answers"] for period in periods()]
    assert sum("possession_min_age" in each for each in answers) == POSSESSION_MIN_AGES
    assert sum("alkaloid_limits" in each for each in answers) == ALKALOID_LIMITS
    assert Counter(each["reach"] for each in answers if "reach" in each) == REACH


def test_tasks_are_complete_and_no_part_of_a_record() -> None:
    """295 sentences on 235 records ship for the desk, each on a record that ships."""
    of_records = [(row["topic"], row["jurisdiction"]) for row in tasks()]
    assert len(of_records) == TASKS
    assert len({*of_records}) == RECORDS_WITH_TASKS
    shipped = {(record["topic"], record["jurisdiction"]) for _, record in records()}
    assert {*of_records} <= shipped
    assert all("tasks" not in record for _, record in records())


def test_confidence_is_as_collected() -> None:
    """88 records are of high, 127 of medium and 65 of low confidence."""
    assert Counter(record["confidence"] for _, record in records()) == CONFIDENCE


def test_records_without_a_dated_source_are_not_called_verified() -> None:
    """26 records have no dated evidence; of the others nobody has checked one."""
    reached = Counter(precision(record["last_verified"]) for _, record in records())
    assert reached[None] == WITHOUT_DATED_EVIDENCE
    assert reached["month"] + reached["year"] == DATED_ROUGHLY
    for _, record in records():
        expected = None if record["last_verified"] is None else "source-date"
        assert record["verified_how"] == expected, record["jurisdiction"]


def test_no_evidence_is_newer_than_the_collection() -> None:
    """The evidence reaches no further than the day of collection."""
    for _, record in records():
        if record["last_verified"] is not None:
            assert first_day(record["last_verified"]) <= COLLECTED_ON


def test_a_record_lies_where_its_topic_and_code_say() -> None:
    """The folder is the topic and the file name is the code of a known jurisdiction."""
    for file, record in records():
        assert (file.parent.name, file.stem) == (record["topic"], record["jurisdiction"])
        assert record["name"] == jurisdictions()[record["jurisdiction"]]["name"]


def test_records_have_their_keys_in_order() -> None:
    """Every level of a record lists its keys in one order and leaves out what is empty."""
    for file, record in records():
        assert list(record) == RECORD_KEYS, file
        assert record["periods"], file
        for bill in record["pending"]:
            assert list(bill) == [name for name in PENDING_KEYS if name in bill], file
            assert set(PENDING_KEYS) - set(bill) <= {"expected_on"}, file
    for period in periods():
        assert list(period) == PERIOD_KEYS
        assert list(period["answers"]) == [name for name in ANSWERS if name in period["answers"]]
        assert all(answer not in (None, []) for answer in period["answers"].values())
    for source in sources():
        assert list(source) == [name for name in SOURCE_KEYS if name in source]
        assert set(SOURCE_KEYS) - set(source) <= OPTIONAL_SOURCE_KEYS
        assert None not in source.values()


def test_every_period_has_a_source() -> None:
    """No status ships without a source to support it."""
    assert all(period["sources"] for period in periods())


def test_every_url_is_http() -> None:
    """Sources and pending bills link to web pages only."""
    bills = [bill for _, record in records() for bill in record["pending"]]
    for link in sources() + bills:
        assert re.fullmatch(r"https?://[^\s/]+\S*", link["url"]), link["url"]


def test_periods_are_in_order() -> None:
    """Only the first period may have no start; the others begin one after another."""
    for file, record in records():
        starts = [period["effective_from"] for period in record["periods"]]
        assert None not in starts[1:], file
        days = [first_day(start) for start in starts if start is not None]
        assert all(one < two for one, two in pairwise(days)), file


@pytest.mark.parametrize(("name", "count"), JURISDICTIONS.items())
def test_jurisdiction_files_are_complete_and_sorted(name: str, count: int) -> None:
    """Each file has its rows, the common columns, and is sorted by code."""
    codes = [row["code"] for row in rows(name)]
    assert list(rows(name)[0]) == COLUMNS
    assert len(codes) == count
    assert codes == sorted(codes)


def test_codes_and_aliases_are_unique() -> None:
    """No code or alias means two places."""
    everything = [row for name in JURISDICTIONS for row in rows(name)]
    names = Counter(name for row in everything for name in [row["code"], *row["aliases"].split()])
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_every_jurisdiction_has_a_name_and_a_kind() -> None:
    """The kind fits the level the row stands at, and the local word is given only if it differs."""
    levels = (COUNTRY_KINDS, STATE_KINDS, COUNTY_KINDS, PLACE_KINDS)
    for file, kinds in zip(JURISDICTIONS, levels, strict=True):
        for row in rows(file):
            assert row["name"], row["code"]
            assert row["kind"] in kinds, row["code"]
            assert row["called"] != row["kind"], row["code"]


def test_every_parent_and_county_exists() -> None:
    """Parents and counties are codes that ship; below the country a code starts with its parent's."""
    for row in jurisdictions().values():
        assert row["parent"] == "" or row["parent"] in jurisdictions(), row["code"]
        if row["county"]:
            county = jurisdictions()[row["county"]]
            is_city = county["county_code"] or county["code"] == "us-ny-new-york"
            assert is_city or county["kind"] in COUNTY_KINDS, row["code"]
            assert county["parent"] == row["parent"], row["code"]
        if "-" in row["code"]:
            assert row["code"].startswith(row["parent"] + "-"), row["code"]


def test_every_place_has_a_county_and_a_point() -> None:
    """Without a county are only those that are one, lie in several, or hold five; all have a point."""
    lost = [r for r in rows("us-places.csv") if not (r["county"] or r["counties"])]
    assert {r["code"] for r in lost if not r["county_code"]} == {"us-ny-new-york"}
    for row in rows("us-places.csv"):
        assert -90 <= float(row["lat"]) <= 90, row["code"]
        assert -180 <= float(row["lon"]) <= 180, row["code"]


def test_the_point_of_san_francisco_is_in_san_francisco() -> None:
    """The census puts its middle beside the Farallon Islands, 50 km out at sea."""
    place = jurisdictions()["us-ca-san-francisco"]
    assert (place["lat"], place["lon"]) == ("37.760", "-122.443")


def city_counties() -> list[Row]:
    """Every place that is a city and its county in one."""
    return [row for row in rows("us-places.csv") if row["county_code"]]


def test_a_city_and_its_county_are_one_place() -> None:
    """76 of them; the county's code and FIPS lead to the city, and nothing else lies in its county."""
    assert len(city_counties()) == CITY_COUNTIES
    for row in city_counties():
        county, fips = row["county_code"], [a for a in row["aliases"].split() if a.isdecimal()]
        assert county in row["aliases"].split(), row["code"]
        assert county not in jurisdictions(), row["code"]
        assert any(len(code) == 5 and code.startswith(fips_of_state(row)) for code in fips)
        assert row["county"] == ("us-ny-new-york" if row["called"] == "borough" else "")


def fips_of_state(row: Row) -> str:
    """The two digits of the state a place lies in."""
    return jurisdictions()[row["parent"]]["fips"]


def test_every_independent_city_of_virginia_is_a_county_too() -> None:
    """Virginia's 38 cities lie in no county, and ZIP codes lead to each of them."""
    cities = {row["code"] for row in rows("us-places.csv") if row["code"].startswith("us-va-")}
    cities &= {row["code"] for row in rows("us-places.csv") if row["kind"] == "city"}
    assert cities == {r["code"] for r in city_counties() if r["code"].startswith("us-va-")}
    assert len(cities) == 38
    reached = {county for row in rows("us-zips.csv") for county in row["counties"].split()}
    assert cities <= reached


NOT_IN_THE_COUNTY_AROUND = {
    "us-co-glendale": "us-co-arapahoe-county",
    "us-co-holly-hills": "us-co-arapahoe-county",
    "us-pa-yeadon": "us-pa-delaware-county",
    "us-va-falls-church": "",
    "us-va-manassas-park": "",
    "us-tn-belle-meade": "us-tn-nashville-davidson",
    "us-ny-manhattan": "us-ny-new-york",
    "us-ny-new-york": "",
    "us-mo-kansas-city": "",
}


def test_an_enclave_lies_in_its_own_county() -> None:
    """Where the nearest county is the wrong one, or no single one is right."""
    counties = {code: jurisdictions()[code]["county"] for code in NOT_IN_THE_COUNTY_AROUND}
    assert counties == NOT_IN_THE_COUNTY_AROUND


def test_a_city_in_several_counties_names_them_all() -> None:
    """They are counties of its state that ship, at least two, and none of them speaks for it alone."""
    several = [row for row in rows("us-places.csv") if row["counties"]]
    assert len(several) == IN_SEVERAL_COUNTIES
    for row in several:
        counties = row["counties"].split()
        assert len(set(counties)) == len(counties) > 1, row["code"]
        assert not row["county"], row["code"]
        assert all(jurisdictions()[county]["parent"] == row["parent"] for county in counties)
    [kansas_city] = [row["counties"] for row in several if row["code"] == "us-mo-kansas-city"]
    assert {"us-mo-clay-county", "us-mo-platte-county"} < set(kansas_city.split())


def test_what_a_former_place_is_now_ships() -> None:
    """A code that was given up leads to what the place is now: as an alias, or to the parts of it."""
    alias = {other: r["code"] for r in jurisdictions().values() for other in r["aliases"].split()}
    for row in rows("former.csv"):
        now = row["now"].split()
        assert set(now) <= set(jurisdictions())
        assert row["code"] not in jurisdictions()
        assert [alias.get(row["code"]), alias.get(row["fips"])] == (
            now * 2 if len(now) == 1 else [None, None]
        ), row["code"]


def test_time_zones_are_those_of_the_tz_database() -> None:
    """A row names a place that ships; New York, Malheur County and Pensacola have their own clocks."""
    zones = {row["code"]: row["zone"] for row in rows("time-zones.csv")}
    assert set(zones) <= set(jurisdictions())
    assert {zone for zone in zones.values() if zone} <= available_timezones()
    assert zones["us-ny"] == "America/New_York"
    assert zones["us-or-malheur-county"] == "America/Boise"
    assert zones["us-fl-escambia-county"] == "America/Chicago"
    assert zones["th"] == "Asia/Bangkok"
    assert not zones.get("us")
    assert not zones.get("us-fl")


def test_the_tree_has_no_cycles() -> None:
    """From every jurisdiction the parents lead to a root within a few steps."""
    for code in jurisdictions():
        chain = [code]
        while parent := jurisdictions()[chain[-1]]["parent"]:
            assert parent not in chain, chain
            chain.append(parent)
        assert len(chain) <= 3, chain


def test_fips_codes_fit_their_level() -> None:
    """States have 2 digits, counties 5, places 7 or 10, and no two rows share one."""
    lengths = {"subdivisions.csv": {0, 2}, "us-counties.csv": {5}, "us-places.csv": {7, 10}}
    for file, allowed in lengths.items():
        fips = [row["fips"] for row in rows(file)]
        assert {len(text) for text in fips} == allowed
        assert all(text == "" or text.isdecimal() for text in fips)
        assert [text for text, count in Counter(fips).items() if text and count > 1] == []


def test_places_with_law_of_their_own_are_marked() -> None:
    """Where the parent's law is not in force: by treaty, statute, or in fact."""
    marked = {row["code"]: row["law"] for row in jurisdictions().values() if row["law"]}
    assert marked == dict.fromkeys(OWN_LAW, "own")


def test_notes_are_one_sentence() -> None:
    """Where control and claim differ the note says so in one sentence about the map."""
    notes = {row["code"]: row["note"] for row in jurisdictions().values() if row["note"]}
    assert {"cy", "eh", "ge", "ps", "so", "tw", "ua-40", "ua-43", "xc", "xg", "xk", "xs"} <= set(
        notes
    )
    for note in notes.values():
        assert note.startswith("This map shows the law in force, not sovereignty; ")
        assert note.index(".") == len(note) - 1


def test_a_place_in_two_iso_lists_is_one_jurisdiction() -> None:
    """The other code of such a place, and codes that Census has retired, resolve as aliases."""
    alias = {
        other: row["code"] for row in jurisdictions().values() for other in row["aliases"].split()
    }
    expected = {
        "pr": "us-pr",
        "gu": "us-gu",
        "vi": "us-vi",
        "as": "us-as",
        "mp": "us-mp",
        "us-um": "um",
        "cn-hk": "hk",
        "cn-tw": "tw",
        "fi-01": "ax",
        "fr-973": "gf",
        "nl-aw": "aw",
        "nl-bq1": "bq-bo",
        "no-21": "sj",
        "rs-km": "xk",
        "11001": "us-dc",
        "46113": "us-sd-oglala-lakota-county",
        "02270": "us-ak-kusilvak-census-area",
        "51515": "us-va-bedford",
        "us-va-bedford-city": "us-va-bedford",
        "us-dc-washington": "us-dc",
        "us-co-denver-county": "us-co-denver",
        "08031": "us-co-denver",
        "us-hi-urban-honolulu": "us-hi-honolulu",
        "us-sd-shannon-county": "us-sd-oglala-lakota-county",
    }
    assert {other: alias.get(other) for other in expected} == expected


def test_every_region_on_every_map_is_a_jurisdiction() -> None:
    """A drawn region has a code that ships, or none; on one map no code stands twice."""
    for name in drawings():
        codes = [code for code in region_codes(name) if code]
        assert [code for code in codes if code not in jurisdictions()] == [], name
        assert len(codes) == len(set(codes)), name


def test_every_outline_for_looking_up_a_point_is_a_jurisdiction() -> None:
    """The two files that find the place of a point name only codes that ship."""
    for name in ("pip-admin1.topojson.gz", "pip-us-counties.topojson.gz"):
        assert set(outline_codes(name)) <= set(jurisdictions()), name
    assert len(list(outline_codes("pip-us-counties.topojson.gz"))) == COUNTY_REGIONS


def test_the_world_map_has_every_country() -> None:
    """253 regions: all 249 of ISO 3166-1 but Antarctica, and the five without a code there."""
    drawn = set(region_codes("world.json"))
    assert len(region_codes("world.json")) == WORLD_REGIONS == len(drawn)
    iso = {row["iso"].lower(): row["code"] for row in rows("countries.csv") if row["iso"]}
    iso |= {code: f"us-{code}" for code in ("as", "gu", "mp", "pr", "vi")}
    assert len(iso) == 249
    assert {two for two, code in iso.items() if code not in drawn} == {"aq"}
    assert drawn - set(iso.values()) == {"xa", "xc", "xg", "xk", "xs"}


def test_the_maps_of_the_united_states_have_every_state_and_county() -> None:
    """56 states and equivalents, each with a map of its counties; 3,233 counties in all."""
    states = set(region_codes("us.json"))
    assert len(states) == STATE_FILES
    assert {f"us/{code[3:]}.json" for code in states} == {
        name for name in drawings() if name.startswith("us/")
    }
    national = region_codes("us-counties.json")
    assert len(national) == COUNTY_REGIONS == len(set(national))
    by_state = [code for state in states for code in region_codes(f"us/{state[3:]}.json")]
    assert sorted(by_state) == sorted(national)
    counties = {row["code"] for row in (*rows("us-counties.csv"), *city_counties())}
    assert set(national) == counties | {"us-dc"}


def test_the_map_of_a_country_shows_its_own_subdivisions() -> None:
    """187 countries have a map of their subdivisions; its file name is the country's code."""
    names = [name for name in drawings() if name.startswith("admin1/")]
    assert len(names) == ADMIN1_FILES
    for name in names:
        country = Path(name).stem
        assert jurisdictions()[country]["kind"] in COUNTRY_KINDS
        for code in filter(None, region_codes(name)):
            assert jurisdictions()[code]["parent"] == country, code


def test_every_region_can_be_drawn() -> None:
    """Each region has a name or no code, and a path of plain relative moves or a marker."""
    for name, drawing in drawings().items():
        assert re.fullmatch(r"0 0 \d+ \d+", drawing["viewBox"]), name
        for region in drawing["regions"]:
            assert region["n"] or not region["code"], name
            assert re.fullmatch(r"(m[-\d mlhvz]+z)?", region["d"]), (name, region["code"])


def test_every_zip_has_counties() -> None:
    """A ZIP of five digits leads to one or more counties that ship, none of them twice."""
    assert len(rows("us-zips.csv")) == ZIPS
    for row in rows("us-zips.csv"):
        counties = row["counties"].split()
        assert re.fullmatch(r"\d{5}", row["zip"])
        assert counties, row["zip"]
        assert len(counties) == len(set(counties)), row["zip"]
        for county in counties:
            row_of = jurisdictions()[county]
            is_one = row_of["county_code"] or row_of["kind"] in COUNTY_KINDS
            assert county == "us-dc" or is_one, county


def test_some_things_everybody_knows() -> None:
    """Thailand, Kansas City, the ZIP 34236 and the city of Sarasota are where they should be."""
    assert jurisdictions()["th"]["name"] == "Thailand"
    assert jurisdictions()["us-mo-kansas-city"]["name"] == "Kansas City"
    counties = {row["zip"]: row["counties"].split() for row in rows("us-zips.csv")}
    assert counties["34236"][0] == "us-fl-sarasota-county"
    assert jurisdictions()["us-fl-sarasota"]["county"] == "us-fl-sarasota-county"
    assert jurisdictions()["us-fl-sarasota"]["kind"] == "city"
