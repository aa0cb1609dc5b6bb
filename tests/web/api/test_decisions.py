"""Compare, check and batch: what they answer on the real data."""

import random
from typing import Any

import pytest
from flask.testing import FlaskClient

from legalmap.domain.law.purchase import GRAVITY
from legalmap.web.api import batch


def get(client: FlaskClient, path: str, **query: Any) -> Any:
    response = client.get(f"/api/v1{path}", query_string=query)
    assert response.status_code == 200, response.text
    return response.json


def test_compare_sets_places_side_by_side_and_says_in_what_they_differ(client: FlaskClient) -> None:
    answer = get(client, "/kratom/compare", place=["us-al", "us-tn", "us-al"])
    assert [place["jurisdiction"]["code"] for place in answer["places"]] == ["us-al", "us-tn"]
    first, second = answer["places"]
    for code in first["variables"]:
        unlike = first["variables"][code]["value"] != second["variables"][code]["value"]
        assert (code in answer["differs"]) == unlike
    assert ("status" in answer["differs"]) == (first["status"] != second["status"])


def test_compare_travels_in_time_as_everything_that_shows_law(client: FlaskClient) -> None:
    then = get(client, "/kratom/compare", place=["us-al", "us-ut"], as_of="2015-01-01")
    assert then["places"][0]["status"] == "legal"
    unknown = get(client, "/kratom/compare", place=["us-al", "us-ut"], known_at="0")
    assert {place["outcome"] for place in unknown["places"]} == {"not-researched"}


CHECKS = {
    "banned whatever is asked": ("kratom", {"place": "us-al-mobile"}, "not-allowed", "status"),
    "before the ban, nothing known of the buyer": (
        "kratom",
        {"place": "us-al-mobile", "as_of": "2015-01-01"},
        "unclear",
        "age",
    ),
    "a place nobody researched": ("kratom", {"place": "aq", "age": 30}, "unclear", "status"),
    "a country that leaves it to its states": ("kratom", {"place": "us"}, "unclear", "status"),
    "a ZIP code in a county with a ban": ("kratom", {"zip": "34236"}, "not-allowed", "status"),
    "a ZIP code in three counties under one ban": (
        "kratom",
        {"zip": "35006"},
        "not-allowed",
        "status",
    ),
    "a point": ("kratom", {"lat": "27.34", "lon": "-82.53"}, "not-allowed", "status"),
}


@pytest.mark.parametrize(("topic", "query", "verdict", "rule"), CHECKS.values(), ids=CHECKS)
def test_check_gives_a_verdict_and_the_rule_that_decides(
    client: FlaskClient, topic: str, query: dict[str, str], verdict: str, rule: str
) -> None:
    answer = get(client, f"/{topic}/check", **query)
    assert (answer["verdict"], answer["rule"]["rule"]) == (verdict, rule)


def test_no_verdict_stands_without_scope_caveats_and_words(client: FlaskClient) -> None:
    records = get(client, "/kratom/records", limit=500, fields="jurisdiction.code")["records"]
    verdicts = set()
    for code in [record["jurisdiction"]["code"] for record in records]:
        query = {"place": code, "age": 30, "product": "leaf", "seven_oh_percent": "0.5"}
        answer = get(client, "/kratom/check", **query)
        verdicts.add(answer["verdict"])
        assert answer["caveats"]
        assert answer["scope"]
        assert answer["disclaimer"]
        assert answer["text"]
        every = [GRAVITY[check["verdict"]] for check in answer["checks"]]
        assert GRAVITY[answer["verdict"]] == max(every)
        if answer["verdict"] == "allowed":
            assert answer["rule"]["freshness"] in ("fresh", "due")
            assert answer["rule"]["sources"]
            assert not answer["missing"]
    assert verdicts == set(GRAVITY)


def test_the_rule_names_the_law_it_was_read_from_and_its_sources(client: FlaskClient) -> None:
    rule = get(client, "/kratom/check", place="us-al-mobile")["rule"]
    assert rule["jurisdiction"]["code"] == "us-al"
    assert rule["sources"][0]["url"].startswith("http")
    assert (rule["last_verified"], rule["freshness"]) == ("2026-03-31", "fresh")


def test_a_product_that_is_a_topic_of_its_own_is_checked_there_too(client: FlaskClient) -> None:
    answer = get(client, "/kratom/check", place="us-fl", age=30, product="7-oh")
    assert {check["topic"] for check in answer["checks"]} == {"kratom", "7-oh"}
    assert answer["verdict"] != "allowed"


INSIDE = {
    "a state with towns that prohibit sale": ("place=us-il", "Alton, Bloomington"),
    "another one": ("place=us-nh", "Franklin"),
    "a state with a county and towns": ("place=us-wa", "Spokane"),
    "a county with such towns": ("place=us-il-madison-county", "Alton"),
    "a ZIP code whose town prohibits sale": ("zip=62002", "Alton"),
    "a ZIP code whose town nobody is sure of": ("zip=64501", "St. Joseph"),
    "another one (Naperville)": ("zip=60540", "Naperville"),
}


@pytest.mark.parametrize(("query", "named"), INSIDE.values(), ids=INSIDE)
def test_a_wide_place_is_not_allowed_for_sure_where_a_place_inside_says_otherwise(
    client: FlaskClient, query: str, named: str
) -> None:
    way, _, value = query.partition("=")
    answer = get(client, "/kratom/check", **{way: value}, age=40, product="leaf")
    assert (answer["verdict"], answer["rule"]["rule"]) == ("unclear", "inside")
    assert named in answer["rule"]["text"]
    assert "place" in answer["missing"]
    assert answer["rule"]["sources"]
    assert "inside" in {caveat["code"] for caveat in answer["caveats"]}


STRONG = {
    "an extract of 90 percent 7-OH": {"product": "extract", "seven_oh_percent": "90"},
    "a synthetic product": {"product": "synthetic"},
    "concentrated 7-OH": {"product": "7-oh"},
}


@pytest.mark.parametrize("product", STRONG.values(), ids=STRONG)
def test_what_another_topic_covers_is_checked_there_too(
    client: FlaskClient, product: dict[str, str]
) -> None:
    answer = get(client, "/kratom/check", place="us-ma-northampton", age=40, **product)
    assert [check["topic"] for check in answer["checks"]] == ["kratom", "7-oh"]
    assert answer["verdict"] == "not-allowed"


def test_natural_leaf_is_checked_under_its_own_topic_alone(client: FlaskClient) -> None:
    query = {"age": 40, "product": "leaf", "seven_oh_percent": "2"}
    answer = get(client, "/kratom/check", place="us-ma-northampton", **query)
    assert [check["topic"] for check in answer["checks"]] == ["kratom"]


def test_what_is_under_way_stands_beside_the_verdict(client: FlaskClient) -> None:
    answer = get(client, "/kratom/check", place="us-mi", age=40, product="leaf")
    pending = [caveat["text"] for caveat in answer["caveats"] if caveat["code"] == "pending"]
    assert any(text.startswith("Under way in Michigan: ") for text in pending)


def post(client: FlaskClient, items: list[Any], **query: Any) -> Any:
    return client.post("/api/v1/kratom/resolve", json={"items": items}, query_string=query)


def test_a_batch_answers_or_refuses_each_on_its_own(client: FlaskClient) -> None:
    items = [
        {"place": "us-al-mobile"},
        {"zip": "35006"},
        {"lat": 27.34, "lon": -82.53},
        {"place": "us-al-mobil"},
        {"zip": "3500"},
        {"lat": 91, "lon": 0},
        {"lat": 1},
        {"place": "us", "zip": "35006"},
        {},
        "us-al",
        {"place": 7},
        {"plaice": "us-al"},
        {"lat": 0, "lon": -30},
        {"place": "us\0"},
        {"place": None, "zip": "34236"},
    ]
    answer = post(client, items).json
    assert [item["index"] for item in answer["items"]] == list(range(len(items)))
    statuses = [item["error"] and item["error"]["status"] for item in answer["items"]]
    assert statuses == [
        None,
        None,
        None,
        404,
        400,
        400,
        400,
        400,
        400,
        422,
        422,
        422,
        404,
        404,
        None,
    ]
    assert (answer["answered"], answer["refused"]) == (4, 11)
    assert answer["items"][0]["result"]["status"] == "banned"
    assert len(answer["items"][1]["result"]["candidates"]) == 3
    assert answer["items"][2]["result"]["deciding"] == "us-fl-sarasota-county"
    assert answer["items"][10]["error"]["field"] == "place"


@pytest.mark.parametrize("wrong", [[], [{"lat": "x"}], [7]])
def test_a_batch_says_the_same_whether_read_at_once_or_one_by_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, wrong: list[Any]
) -> None:
    chance = random.Random(3)
    points = [{"lat": chance.uniform(25, 49), "lon": chance.uniform(-124, -67)} for _ in range(100)]
    odd: list[Any] = [
        {"lat": 91, "lon": 0},
        {"lat": 0, "lon": -180.5},
        {"lat": 0, "lon": -150},
        {"lat": 40},
        {"lat": 40, "lon": -100, "place": "us"},
        {"place": "us-al"},
        {"zip": "36602"},
    ]
    items = [*points, *odd, *wrong]
    at_once = [post(client, items).data for _ in range(2)]
    monkeypatch.setattr(batch, "_all_read", lambda _items: None)
    assert at_once == [post(client, items).data] * 2


def test_a_batch_says_what_resolve_says(client: FlaskClient) -> None:
    codes = ["us-al-mobile", "us-ca-san-diego", "th", "aq", "us"]
    answer = post(client, [{"place": code} for code in codes], as_of="2020-01-01").json
    for code, item in zip(codes, answer["items"], strict=True):
        alone = get(client, "/kratom/resolve", place=code, as_of="2020-01-01")["resolution"]
        result = item["result"]
        assert result["variables"] == alone["variables"]
        assert (result["status"], result["outcome"]) == (alone["status"], alone["outcome"])
        assert [lv["code"] for lv in result["levels"]] == [
            lv["jurisdiction"]["code"] for lv in alone["levels"]
        ]


def test_a_batch_tells_how_many_calls_are_left_and_then_refuses(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = client.application.extensions["limiter"]
    monkeypatch.setitem(client.application.config, "PER_MINUTE", {"batch": 30})
    limiter.forget()
    first = post(client, [])
    assert first.headers["RateLimit-Policy"] == '"batch";q=30;w=60'
    assert first.headers["RateLimit"].startswith('"batch";r=29;t=')
    for _ in range(29):
        post(client, [])
    response = post(client, [])
    assert (response.status_code, response.content_type) == (429, "application/problem+json")
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["RateLimit"].startswith('"batch";r=0;t=')
    assert client.get("/api/v1/kratom/resolve?place=us").status_code == 200
    limiter.forget()


LOOK_UPS = {
    "ISO 3166-1": ({"iso": "AL"}, ["al"]),
    "ISO 3166-2": ({"iso": "us-al"}, ["us-al"]),
    "FIPS of a state": ({"fips": "12"}, ["us-fl"]),
    "FIPS of a county": ({"fips": "12115"}, ["us-fl-sarasota-county"]),
    "OCD of a country": ({"ocd": "ocd-division/country:th"}, ["th"]),
    "OCD of a county": (
        {"ocd": "ocd-division/country:us/state:fl/county:sarasota"},
        ["us-fl-sarasota-county"],
    ),
    "OCD of a district": ({"ocd": "ocd-division/country:us/district:dc"}, ["us-dc"]),
    "two that agree": ({"iso": "US-AL", "fips": "01"}, ["us-al"]),
    "two that do not": ({"iso": "US-AL", "fips": "12"}, []),
    "nothing": ({"ocd": "ocd-division/country:us/state:fl/county:nowhere"}, []),
    "a name and a state": ({"q": "Alabama", "iso": "US-AL"}, ["us-al"]),
}


@pytest.mark.parametrize(("query", "codes"), LOOK_UPS.values(), ids=LOOK_UPS)
def test_a_place_is_found_by_any_of_its_identifiers(
    client: FlaskClient, query: dict[str, str], codes: list[str]
) -> None:
    places = get(client, "/jurisdictions", **query)["jurisdictions"]
    assert [place["code"] for place in places] == codes


def test_every_place_of_a_state_is_found_by_the_id_it_shows(client: FlaskClient) -> None:
    places = get(client, "/jurisdictions", parent="us-ak", limit=500)["jurisdictions"]
    for place in [place for place in places if place["ocd"]][:40]:
        again = get(client, "/jurisdictions", ocd=place["ocd"])["jurisdictions"]
        assert place in again
