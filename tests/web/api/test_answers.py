"""What each address of the API says about the real data."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from legalmap.domain.law.payload import sha256_of
from legalmap.services.maintenance import first_load


def get(client: FlaskClient, path: str, **query: Any) -> Any:
    response = client.get(f"/api/v1{path}", query_string=query)
    assert response.status_code == 200, response.text
    return response.json


RESOLVED = {
    # What is asked, then status, outcome, deciding level.
    "a county with a ban of its own": (
        {"place": "us-fl-sarasota-county"},
        ("banned", "decided", "us-fl-sarasota-county"),
    ),
    "a city under the ban of its state": (
        {"place": "us-al-mobile"},
        ("banned", "decided", "us-al"),
    ),
    "the same city before that ban": (
        {"place": "us-al-mobile", "as_of": "2015-01-01"},
        ("legal", "decided", "us-al"),
    ),
    "a country that leaves it to its states": ({"place": "us"}, ("varies", "varies", "us")),
    "a place nobody researched": ({"place": "aq"}, (None, "not-researched", None)),
    "before anything was published": (
        {"place": "us-al", "known_at": "0"},
        (None, "not-researched", None),
    ),
    "another code of the same place": ({"place": "CN-HK"}, ("banned", "decided", "hk")),
    "a ZIP code in one county": (
        {"zip": "34236"},
        ("banned", "decided", "us-fl-sarasota-county"),
    ),
    "a point": (
        {"lat": "27.34", "lon": "-82.53"},
        ("banned", "decided", "us-fl-sarasota-county"),
    ),
    "a ZIP code in three counties": ({"zip": "35006"}, (None, "ask", None)),
}


@pytest.mark.parametrize(("query", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_resolve_says_what_holds_and_which_level_decides(
    client: FlaskClient, query: dict[str, str], expected: tuple
) -> None:
    answer = get(client, "/kratom/resolve", **query)
    assert (answer["status"], answer["outcome"], answer["deciding"]) == expected


def test_resolve_keeps_the_own_answer_of_every_level_and_says_why_it_counts(
    client: FlaskClient,
) -> None:
    resolution = get(client, "/kratom/resolve", place="us-al-mobile")["resolution"]
    levels = {level["jurisdiction"]["code"]: level for level in resolution["levels"]}
    assert list(levels) == ["us", "us-al", "us-al-mobile-county", "us-al-mobile"]
    assert [level["standing"] for level in levels.values()] == [
        "varies",
        "counts",
        "not-researched",
        "not-researched",
    ]
    assert all(level["reason"] for level in levels.values())
    assert levels["us-al"]["period"]["effective_from"] == "2016-05-10"
    assert levels["us-al"]["period"]["sources"]
    assert resolution["deciding"]["name"] == "Alabama"
    assert resolution["variables"]["possession"] == {"value": "prohibited", "levels": ["us-al"]}
    assert resolution["variables"]["product_rules"] == {"value": [], "levels": []}
    assert resolution["last_verified"] == "2026-03-31"
    assert resolution["freshness"] == "fresh"


def test_the_four_further_digits_of_a_zip_code_change_nothing(client: FlaskClient) -> None:
    short, long = (get(client, "/kratom/resolve", zip=code) for code in ("34236", "34236-1234"))
    assert short == long


def test_a_zip_code_in_several_counties_is_asked_back_with_one_resolution_each(
    client: FlaskClient,
) -> None:
    answer = get(client, "/kratom/resolve", zip="35006")
    codes = [candidate["jurisdiction"]["code"] for candidate in answer["candidates"]]
    assert codes == [
        "us-al-jefferson-county",
        "us-al-tuscaloosa-county",
        "us-al-walker-county",
    ]
    assert answer["resolution"] is None
    assert "touches 3 counties" in answer["ask"]


@pytest.mark.parametrize("query", [{"zip": "92101"}, {"lat": "32.72", "lon": "-117.16"}])
def test_a_county_found_by_zip_or_point_warns_of_the_towns_in_it(
    client: FlaskClient, query: dict[str, str]
) -> None:
    resolution = get(client, "/kratom/resolve", **query)["resolution"]
    assert resolution["jurisdiction"]["code"] == "us-ca-san-diego-county"
    assert {caveat["code"] for caveat in resolution["caveats"]} & {"zip-reach", "point-reach"}
    below = {place["code"]: place["resolved"] for place in resolution["below"]}
    assert below["us-ca-san-diego"]["status"] == "banned"
    assert below["us-ca-san-diego"]["deciding"] == "us-ca-san-diego"


def test_the_codebook_explains_every_word_of_a_record(client: FlaskClient) -> None:
    codebook = get(client, "/topics/kratom")["codebook"]
    statuses = {status["code"] for status in codebook["statuses"]}
    variables = {variable["code"] for variable in codebook["variables"]}
    for record in get(client, "/kratom/records", limit=500)["records"]:
        assert record["freshness"] in codebook["freshness"]
        for period in record["periods"]:
            assert period["status"] in statuses
            assert period["force"] in codebook["forces"]
            assert set(period["answers"]) == variables
            assert {source["kind"] for source in period["sources"]} <= {*codebook["source_kinds"]}


def test_the_topics_are_listed_with_the_number_of_their_records(client: FlaskClient) -> None:
    topics = get(client, "/topics")["topics"]
    assert [(topic["code"], topic["records"]) for topic in topics] == [
        ("kratom", 230),
        ("7-oh", 50),
    ]


FILTERS: dict[str, tuple[dict[str, str], Any]] = {
    "the record's own status on the day": (
        {"status": "banned", "as_of": "2015-01-01"},
        lambda record: record["status"] == "banned",
    ),
    "what lies directly below a country": (
        {"parent": "us"},
        lambda record: record["jurisdiction"]["parent"] == "us",
    ),
    "what lies in a county": (
        {"parent": "us-ca-orange-county"},
        lambda record: record["jurisdiction"]["county"] == "us-ca-orange-county",
    ),
    "a kind of place": ({"kind": "county"}, lambda r: r["jurisdiction"]["kind"] == "county"),
    "freshness": ({"freshness": "never"}, lambda record: record["last_verified"] is None),
    "two at once": (
        {"kind": "country", "status": "banned"},
        lambda r: r["status"] == "banned" and r["jurisdiction"]["kind"] == "country",
    ),
}


@pytest.mark.parametrize(("query", "fits"), FILTERS.values(), ids=FILTERS)
def test_a_filter_gives_exactly_the_records_it_describes(
    client: FlaskClient, query: dict[str, str], fits: Any
) -> None:
    day = {"as_of": query["as_of"]} if "as_of" in query else {}
    everything = get(client, "/kratom/records", limit=500, **day)["records"]
    answer = get(client, "/kratom/records", limit=500, **query)
    assert answer["records"] == [record for record in everything if fits(record)]
    assert answer["total"] == len(answer["records"]) > 0


def test_alabama_of_2015_is_not_alabama_of_today(client: FlaskClient) -> None:
    then = get(client, "/kratom/records/us-al", as_of="2015-01-01")["record"]
    today = get(client, "/kratom/records/us-al")["record"]
    assert (then["status"], today["status"]) == ("legal", "banned")
    assert then["periods"] == today["periods"]


def test_a_place_carries_the_identifiers_of_other_tools(client: FlaskClient) -> None:
    answer = get(client, "/jurisdictions/us-fl-sarasota-county")
    assert answer["jurisdiction"]["fips"] == "12115"
    assert answer["levels"] == ["us", "us-fl", "us-fl-sarasota-county"]
    assert answer["records"] == {"kratom": "/api/v1/kratom/records/us-fl-sarasota-county"}
    below = get(client, "/jurisdictions", parent="us-fl-sarasota-county", limit=500)
    assert answer["children"] == len(below["jurisdictions"]) > 1
    assert get(client, "/jurisdictions/us-fl")["jurisdiction"]["iso"] == "US-FL"


SEARCHES = {
    "a name": ({"q": "Sarasota"}, "us-fl-sarasota"),
    "a ZIP code": ({"q": "34236"}, "us-fl-sarasota-county"),
    "a code": ({"q": "us-mo-kansas-city"}, "us-mo-kansas-city"),
    "an ISO code": ({"q": "TH"}, "th"),
    "a name inside a place": ({"q": "Springfield", "parent": "us-ma"}, "us-ma-springfield"),
}


@pytest.mark.parametrize(("query", "code"), SEARCHES.values(), ids=SEARCHES)
def test_a_search_finds_a_place(client: FlaskClient, query: dict[str, str], code: str) -> None:
    answer = get(client, "/jurisdictions", **query)
    assert code in [place["code"] for place in answer["jurisdictions"]]
    assert answer["guessed"] is False


def test_a_mistyped_name_is_mended_and_the_answer_says_so(client: FlaskClient) -> None:
    answer = get(client, "/jurisdictions", q="Sarasotta")
    assert answer["guessed"] is True
    assert answer["jurisdictions"][0]["name"].startswith("Sarasota")


def test_the_shipped_revision_holds_the_payload_its_hash_is_of(client: FlaskClient) -> None:
    answer = get(client, "/kratom/records/us-al/revisions/0")
    own = answer["revision"]
    assert (own["author"], own["reviewer"], own["base"]) == ("legalmap", None, None)
    [listed] = get(client, "/kratom/records/us-al/revisions")["revisions"]
    assert listed == own
    # This is how anybody can compute the hash: sorted keys, no spaces, UTF-8.
    plain = json.dumps(answer["payload"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert sha256_of(plain.encode()) == own["payload_sha256"]


@pytest.mark.parametrize("topic", ["kratom", "7-oh"])
def test_the_export_holds_every_shipped_record(client: FlaskClient, topic: str) -> None:
    answer = client.get(f"/export/{topic}.json").json
    files = [item.jurisdiction for item in first_load.shipped_records() if item.topic == topic]
    assert [record["jurisdiction"]["code"] for record in answer["records"]] == sorted(files)
    assert len(files) == {"kratom": 230, "7-oh": 50}[topic]
    assert (answer["feed_no"], answer["as_of"]) == (280, "2026-11-23")


TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
    "geojson": "application/geo+json",
}


@pytest.mark.parametrize(("form", "media_type"), TYPES.items())
def test_a_file_says_exactly_what_it_is(client: FlaskClient, form: str, media_type: str) -> None:
    response = client.get(f"/export/7-oh.{form}", query_string={"as_of": "2026-01-01"})
    assert response.headers["Content-Type"] == media_type
    assert (
        f'filename="legalmap-7-oh-feed-280-2026-01-01.{form}"'
        in (response.headers["Content-Disposition"])
    )
