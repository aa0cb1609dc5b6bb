"""The search page, its suggestions and “Where am I?”."""

import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.web.conftest import SignedIn
from tests.web.visit import BROWSER, Visitor


def suggested(client: Visitor, query: str) -> dict[str, Any]:
    response = client.http.get(f"/suggest?{query}", headers=BROWSER)
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def codes(answer: dict[str, Any]) -> list[str]:
    return [each["code"] for each in answer["suggestions"]]


def test_a_suggestion_says_where_it_is_and_what_holds(client: Visitor) -> None:
    [first, *_] = suggested(client, "q=Sarasota+County")["suggestions"]
    assert first == {
        "code": "us-fl-sarasota-county",
        "name": "Sarasota County",
        "where": "Florida, United States",
        "via": "",
        "word": "county",
        "status": "banned",
        "label": "Banned",
        "url": "/kratom/us-fl-sarasota-county",
    }


def test_at_most_eight_are_suggested(client: Visitor) -> None:
    assert len(codes(suggested(client, "q=spring"))) == 8


def test_two_letters_mean_the_us_state_before_the_country(client: Visitor) -> None:
    assert codes(suggested(client, "q=AL"))[:2] == ["us-al", "al"]


def test_typing_errors_are_forgiven_and_said(client: Visitor) -> None:
    answer = suggested(client, "q=Sarasotta")
    assert codes(answer)[0] == "us-fl-sarasota"
    assert answer["note"] == "Nothing is called “Sarasotta”. Did you mean:"


def test_of_places_that_begin_alike_the_largest_comes_first(client: Visitor) -> None:
    assert codes(suggested(client, "q=columbu"))[0] == "us-oh-columbus"


def test_a_town_abroad_is_told_beside_its_region(client: Visitor) -> None:
    answer = suggested(client, "q=K%C3%B6ln")
    [first, *_] = answer["suggestions"]
    assert (first["code"], first["via"]) == ("de-nw", "Köln")
    assert answer["note"] == "Köln lies in North Rhine-Westphalia, Germany."


@pytest.mark.parametrize(
    "text", ["alabama", "springfield", "is 7-OH legal in Ohio", "Köln", "Nashvile TN", "34236-1234"]
)
def test_page_suggestions_and_api_find_the_same(client: Visitor, text: str) -> None:
    query = urlencode({"q": text})
    listed = client.get(f"/search?{query}&show=all").all(".hits a")
    page = [str(a["href"]).rsplit("/", 1)[1] for a in listed][:8]
    answer = client.http.get(f"/api/v1/jurisdictions?{query}&limit=8").get_json()
    assert codes(suggested(client, query)) == [p["code"] for p in answer["jurisdictions"]] == page
    assert suggested(client, query)["note"] == answer["note"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("22046", "ZIP code 22046 touches 2 counties. Which one is yours?"),
        ("34236", "ZIP code 34236 lies in one county."),
        (
            "00000",
            "00000 is not in the Census list of ZIP codes. Codes for post-office boxes, single firms and the "
            "military are not in it: give the town.",
        ),
        ("342", "A ZIP code has five digits."),
        (
            "qqsxz",
            "Nothing found for “qqsxz”. Check the spelling, or try the name of the county or state.",
        ),
        ("Alabama", ""),
        ("", ""),
    ],
)
def test_the_note_before_the_list(client: Visitor, text: str, note: str) -> None:
    assert suggested(client, f"q={text}")["note"] == note


def test_links_keep_topic_and_day(client: Visitor) -> None:
    [first, *_] = suggested(client, "q=us-al&topic=7-oh&as_of=2015-01-01")["suggestions"]
    assert first["url"] == "/7-oh/us-al?as_of=2015-01-01"
    [before, *_] = suggested(client, "q=us-al&as_of=2015-01-01")["suggestions"]
    assert before["status"] == "legal"


def test_suggestions_have_an_etag(client: Visitor) -> None:
    first = client.http.get("/suggest?q=alabama")
    again = client.http.get("/suggest?q=alabama", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client.http.get("/suggest?q=texas").headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("query", ["q=" + "x" * 201, "q=x&topic=nothing", "q=x&as_of=yesterday"])
def test_a_bad_question_is_a_problem_document(client: Visitor, query: str) -> None:
    response = client.http.get(f"/suggest?{query}")
    assert response.status_code in (400, 404)
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("text", ["%", "_", "%00", "%F0%9F%8C%BF", "' OR 1=1 --", "%E2%80%AE"])
def test_nonsense_suggests_nothing(client: Visitor, text: str) -> None:
    assert codes(suggested(client, f"q={text}")) == []
    assert client.get(f"/search?q={text}").all(".hits a") == []


def test_a_zip_in_several_counties_asks_which(client: Visitor) -> None:
    page = client.get("/search?q=22046")
    assert "ZIP code 22046 touches 2 counties. Which one is yours?" in page.text
    hits = [(str(a["href"]), a.parent.select_one(".tag").get_text()) for a in page.all(".hits a")]  # type: ignore[union-attr]
    assert [href for href, _ in hits] == [
        "/kratom/us-va-fairfax-county",
        "/kratom/us-va-falls-church",
    ]
    assert all(status == "Regulated" for _, status in hits)


def test_a_number_that_is_also_a_zip_is_not_counted_as_its_county(client: Visitor) -> None:
    """01001 is a ZIP code in Massachusetts and the number of a county in Alabama."""
    page = client.get("/search?q=01001")
    assert "ZIP code 01001 lies in one county." in page.text
    assert "same digits as a county" in page.text
    assert [str(a["href"]) for a in page.all(".hits a")] == [
        "/kratom/us-ma-hampden-county",
        "/kratom/us-al-autauga-county",
    ]


def test_towns_with_a_rule_are_named_with_their_distance(client: Visitor) -> None:
    page = client.get("/search?q=01001")
    towns = {str(a["href"]): a.parent.get_text(" ", strip=True) for a in page.all(".towns a")}  # type: ignore[union-attr]
    said = towns["/kratom/us-ma-northampton"]
    assert "22 km (13 miles) from the middle of the county" in said
    # Its own rule stands under what is reported of the state, which is stricter.
    assert "Unclear" in said


def test_a_zip_outside_the_list_is_told_apart(client: Visitor) -> None:
    page = client.get("/search?q=00000")
    assert "00000 is not in the Census list of ZIP codes" in page.text
    assert page.all(".hits a") == []


def test_a_zip_outside_the_list_names_the_state_of_its_neighbours(client: Visitor) -> None:
    page = client.get("/search?q=30301")
    assert "Codes that begin with 303 lie in Georgia: give the town." in page.text
    assert [str(a["href"]) for a in page.all(".hits a")] == ["/kratom/us-ga"]


def test_a_town_beside_its_zip_code_stands_before_the_county(client: Visitor) -> None:
    page = client.get("/search?q=Sarasota+34236")
    assert [str(a["href"]) for a in page.all(".hits a")] == [
        "/kratom/us-fl-sarasota",
        "/kratom/us-fl-sarasota-county",
    ]
    assert "same digits" not in page.text


def test_the_search_page_keeps_topic_and_day(client: Visitor) -> None:
    page = client.get("/search?q=georgia&topic=7-oh&as_of=2020-01-01")
    assert str(page.all(".hits a")[0]["href"]) == "/7-oh/us-ga?as_of=2020-01-01"
    assert page.form("form.find.large").to_dict() == {
        "topic": "7-oh",
        "as_of": "2020-01-01",
        "q": "georgia",
    }


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("q=us-al&topic=7-oh&as_of=2020-01-01", "/7-oh/us-al?as_of=2020-01-01"),
        ("q=alabama", "/kratom/us-al"),
        ("q=is+7-OH+legal+in+Ohio%3F", "/7-oh/us-oh"),
        ("q=kratom+ohio&topic=7-oh", "/kratom/us-oh"),
        ("q=nashville+tn", "/kratom/us-tn-nashville-davidson"),
        ("q=XK", "/kratom/xk"),
    ],
)
def test_what_is_certain_opens_its_page_in_the_topic_meant(
    client: Visitor, query: str, target: str
) -> None:
    answer = client.get(f"/search?{query}", status=303)
    assert answer.response.headers["Location"] == target
    assert client.get(f"/search?{query}&show=all").all(".hits a")


def test_a_long_list_says_how_long_it_is_and_shows_all(client: Visitor) -> None:
    page = client.get("/search?q=springfield&as_of=2020-01-01&topic=7-oh")
    assert len(page.all(".hits a")) == 25
    [more] = [a for a in page.all("main a") if a.get_text() == "Show all"]
    everything = client.get(str(more["href"]))
    count = len(everything.all(".hits a"))
    assert f"The first 25 of {count} places." in page.text
    assert f"{count} places." in everything.text
    assert str(everything.all(".hits a")[0]["href"]).endswith("?as_of=2020-01-01")


def test_land_of_its_own_law_gets_the_line_of_the_topic(client: Visitor) -> None:
    page = client.get("/search?q=Navajo+Nation")
    assert "Kratom: Does not cover tribal, federal, military or airport land" in page.text
    page = client.get("/search?q=Denver+airport")
    assert "The law on other land there:" in page.text
    assert str(page.all(".hits a")[0]["href"]) == "/kratom/us-co-denver"


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 201, "topic=nothing", "as_of=2015-02-30", "show=some"]
)
def test_a_bad_search_is_told(client: Visitor, query: str) -> None:
    client.get(f"/search?{query}", status=404 if "topic" in query else 400)


SARASOTA = {"lat": "27.33", "lon": "-82.54"}


def test_a_point_gives_the_county_and_its_chain(client: Visitor) -> None:
    page = client.post("/here", SARASOTA)
    assert page.one("h1").get_text().startswith("You are in Sarasota County")
    levels = [each.get_text(" ", strip=True) for each in page.all(".levels li")]
    assert [level.split(" ", 1)[0] for level in levels] == ["United", "Florida", "Sarasota"]
    assert "Decides" in levels[-1]
    assert page.one(".verdict a.button")["href"] == "/kratom/us-fl-sarasota-county"
    assert page.response.headers["Cache-Control"] == "no-store"


def test_towns_near_the_point_are_named(client: Visitor) -> None:
    page = client.post("/here", {"lat": "36.74", "lon": "-119.78"})
    first = page.all(".towns li")[0].get_text(" ", strip=True)
    assert first.startswith("Fresno ")
    assert "from you" in first


def test_the_point_keeps_topic_and_day(client: Visitor) -> None:
    page = client.post("/here?topic=7-oh&as_of=2020-01-01", SARASOTA)
    assert page.one(".verdict a.button")["href"] == "/7-oh/us-fl-sarasota-county?as_of=2020-01-01"


def test_a_point_at_sea_is_told(client: Visitor) -> None:
    page = client.post("/here", {"lat": "0", "lon": "-30"})
    assert "You are at sea" in page.text
    assert "No place on our map is within 50 km" in page.text
    assert page.all(".verdict") == []


def test_at_a_border_whose_sides_differ_both_are_offered(client: Visitor) -> None:
    """Beecher Falls in Vermont, which our outlines put into New Hampshire."""
    page = client.post("/here", {"lat": "45.010", "lon": "-71.488"})
    assert "You are near a border" in page.text
    links = [str(a["href"]) for a in page.all(".hits > li > a")]
    assert {"/kratom/us-nh-coos-county", "/kratom/us-vt-essex-county"} <= set(links)
    assert page.all(".verdict") == []


def test_a_neighbour_with_another_answer_is_named(client: Visitor) -> None:
    page = client.post("/here", {"lat": "33.40", "lon": "-94.085"})
    assert "Miller County begins about 4 km from here; the answer there is “banned”." in page.text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"lat": "27.33"},
        {"lat": "", "lon": ""},
        {"lat": "x", "lon": "1"},
        {"lat": "nan", "lon": "0"},
        {"lat": "91", "lon": "0"},
        {"lat": "0", "lon": "180.5"},
        {"lat": "inf", "lon": "0"},
        {"lat": "1e400", "lon": "0"},
    ],
    ids=str,
)
def test_no_point_is_refused_without_repeating_it(client: Visitor, sent: dict[str, str]) -> None:
    page = client.post("/here", sent, status=400)
    assert "Give degrees from" in page.text


def test_the_point_is_neither_logged_nor_kept(
    client: Visitor, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    sent = {"lat": "27.331234", "lon": "-82.541234"}
    with caplog.at_level(logging.DEBUG):
        page = client.post("/here", sent)
        client.post("/here", {**sent, "lat": "95.331234"}, status=400)
    assert "331234" not in caplog.text
    assert "541234" not in caplog.text
    assert "331234" not in page.response.text
    engine = app.extensions["reader"].tracker.store.engine
    with engine.connect() as connection:
        dump = "".join(connection.connection.driver_connection.iterdump())
    assert "331234" not in dump
    assert "Set-Cookie" not in page.response.headers


def test_a_point_from_another_site_is_refused(client: Visitor) -> None:
    client.post("/here", SARASOTA, status=403, headers={"Sec-Fetch-Site": "cross-site"})


def test_somebody_signed_in_may_ask_too(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    page = ana.get("/here")
    token = page.form("main form.here")["csrf_token"]
    answer = ana.post("/here", {**SARASOTA, "csrf_token": token})
    assert answer.one("h1").get_text().startswith("You are in Sarasota County")


def test_the_page_says_what_happens_to_the_point(client: Visitor) -> None:
    for path in ("/here", "/search"):
        assert "not kept, not logged and not put into an address" in client.get(path).text
