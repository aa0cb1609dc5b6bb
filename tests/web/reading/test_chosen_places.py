"""What the pages of comparing and of routes do with the places in their address, and with bad input."""

import pytest

from tests.web.reading.comparing import columns, legs, places_of
from tests.web.visit import Visitor

pytestmark = pytest.mark.reads


PAGES = ["/kratom/compare", "/kratom/route"]


@pytest.mark.parametrize("path", PAGES)
def test_an_unknown_place_is_told_and_the_others_shown(client: Visitor, path: str) -> None:
    page = client.get(f"{path}?place=us-tx&place=us-alabma&place=us-tn")
    assert "There is no place “us-alabma”; the others are shown." in page.text
    assert (columns(page) or legs(page)) == ["Texas", "Tennessee"]
    near = next(a for a in page.all(".note a") if a.get_text() == "Alabama")
    assert places_of(str(near["href"])) == ["us-tx", "us-al", "us-tn"], (
        "it takes the wrong one's place"
    )
    out = next(a for a in page.all(".note a") if a.get_text() == "Leave it out")
    assert places_of(str(out["href"])) == ["us-tx", "us-tn"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "text", ["%00", "%F0%9F%8C%BF", "x" * 3000, "<script>", "us-", "%E2%80%AE"]
)
def test_nonsense_is_no_place_and_harms_nothing(client: Visitor, path: str, text: str) -> None:
    page = client.get(f"{path}?place=us-al&place={text}&place=us-tn")
    assert "There is no place" in page.text
    assert (columns(page) or legs(page)) == ["Alabama", "Tennessee"]
    assert page.all("main script") == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_but_unknown_places(client: Visitor, path: str) -> None:
    query = "&".join(f"place=nowhere{n}" for n in range(50))
    page = client.get(f"{path}?{query}")
    assert page.text.count("There is no place") == 5
    assert columns(page) + legs(page) == []


STATES = ["al", "ar", "az", "ca", "co", "ct", "de", "fl", "ga", "hi", "ia", "id", "il", "in"]
MANY = "&".join(f"place=us-{state}" for state in STATES)


def test_more_than_twelve_are_too_many_to_compare(client: Visitor) -> None:
    page = client.get(f"/kratom/compare?{MANY}")
    assert len(columns(page)) == 12
    assert "This page takes up to 12 places. Left out: Illinois, Indiana." in page.text


def test_a_route_has_up_to_twenty_legs(client: Visitor) -> None:
    page = client.get(f"/kratom/route?{MANY}&{MANY}")
    assert len(legs(page)) == 20
    assert (
        "This page takes up to 20 places. Left out: Delaware, Florida, Georgia, Hawaii" in page.text
    )


def test_fewer_than_two_are_asked_for_more(client: Visitor) -> None:
    for path, none, one in (
        ("/kratom/compare", "Add two to twelve places", "Add at least one more"),
        ("/kratom/route", "two to twenty", "A route has at least two places."),
    ):
        assert none in client.get(path).text
        assert one in client.get(f"{path}?place=us-al").text
        assert "as_of" not in client.get(path).form("form.add")


def test_a_place_is_compared_once_but_travelled_twice(client: Visitor) -> None:
    query = "place=us-al&place=us-tn&place=US-AL"
    assert columns(client.get(f"/kratom/compare?{query}")) == ["Alabama", "Tennessee"]
    assert legs(client.get(f"/kratom/route?{query}")) == ["Alabama", "Tennessee", "Alabama"]


@pytest.mark.parametrize("path", PAGES)
def test_a_sure_name_is_added_at_once(client: Visitor, path: str) -> None:
    page = client.get(f"{path}?place=us-tx&as_of=2020-01-01")
    assert page.form("form.add").to_dict(flat=False) == {
        "place": ["us-tx"],
        "as_of": ["2020-01-01"],
        "add": [""],
    }
    for text, code in (
        ("west virginia", "us-wv"),
        ("us-mo", "us-mo"),
        ("34236", "us-fl-sarasota-county"),
        ("nashville tn", "us-tn-nashville-davidson"),
        ("Köln", "de-nw"),
    ):
        answer = client.get(f"{path}?place=us-tx&as_of=2020-01-01&add={text}", status=303)
        target = answer.response.headers["Location"]
        assert places_of(target) == ["us-tx", code]
        assert "as_of=2020-01-01" in target


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("text", "heading", "first"),
    [
        ("Georgia", "Which “Georgia”?", "us-ga"),
        (
            "22046",
            "ZIP code 22046 touches 2 counties. Which one is yours?",
            "us-va-fairfax-county",
        ),
        (
            "Sarasotta",
            "Nothing is called “Sarasotta”. Did you mean:",
            "us-fl-sarasota",
        ),
    ],
)
def test_an_unsure_name_offers_choices(
    client: Visitor, path: str, text: str, heading: str, first: str
) -> None:
    page = client.get(f"{path}?place=us-tx&add={text}")
    assert page.one("#which").get_text() == heading
    assert places_of(str(page.all(".choices a")[0]["href"])) == ["us-tx", first]


@pytest.mark.parametrize("path", PAGES)
def test_a_name_of_nothing_is_told(client: Visitor, path: str) -> None:
    page = client.get(f"{path}?place=us-tx&place=us-la&add=qqsxz")
    assert page.one("#which").get_text() == "Nothing found for “qqsxz”"
    assert (columns(page) or legs(page)) == ["Texas", "Louisiana"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", ["as_of=2015-02-30", "known_at=99999999", "add=" + "x" * 201])
def test_a_question_that_cannot_be_read(client: Visitor, path: str, query: str) -> None:
    client.get(f"{path}?place=us-al&place=us-tn&{query}", status=400)


@pytest.mark.parametrize("page", ["compare", "route"])
def test_an_unknown_topic(client: Visitor, page: str) -> None:
    client.get(f"/nothing/{page}?place=us-al", status=404)


def test_other_pages_lead_here(client: Visitor) -> None:
    foot = [str(a["href"]) for a in client.get("/kratom/us-al").all(".site-foot a")]
    assert "/kratom/compare?place=us-al" in foot
    assert "/kratom/route?place=us-al" in foot
    assert "/kratom/compare" in [str(a["href"]) for a in client.get("/kratom").all(".site-foot a")]


@pytest.mark.parametrize(
    "path", ["/7-oh/compare?place=us-fl&place=us-tx", "/7-oh/route?place=us-fl&place=us-ga"]
)
def test_every_topic_has_both(client: Visitor, path: str) -> None:
    page = client.get(path)
    assert len(columns(page) or legs(page)) == 2
