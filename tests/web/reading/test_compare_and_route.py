"""Places side by side, and a route: the pages, their links and what they do with bad input."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from bs4 import Tag

from tests.web.visit import Page, Visitor

pytestmark = pytest.mark.reads


def rows(page: Page) -> dict[str, list[str]]:
    """The comparison as a person reads it: question and answers."""
    return {
        _said(row.select_one("th")): [_said(cell) for cell in row.select("td")]  # type: ignore[arg-type]
        for row in page.all(".compare tbody tr")
    }


def _said(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def columns(page: Page) -> list[str]:
    return [_said(head.select_one("a")) for head in page.all(".compare thead th")[1:]]  # type: ignore[arg-type]


def legs(page: Page) -> list[str]:
    return [_said(each.select_one("a")) for each in page.all(".leg h3")]  # type: ignore[arg-type]


def places_of(href: str) -> list[str]:
    return parse_qs(urlsplit(href).query).get("place", [])


def test_two_places_side_by_side(client: Visitor) -> None:
    with time_machine.travel(date(2026, 11, 24), tick=False):
        page = client.get("/kratom/compare?place=us-al&place=us-tn")
    assert columns(page) == ["Alabama", "Tennessee"]
    found = rows(page)
    assert found["Status ≠ differs"] == ["Banned", "Restricted"]
    assert found["Minimum age ≠ differs"] == ["Not stated", "21 years"]
    assert found["7-OH limit"] == ["Not stated", "Not stated"]
    assert found["Decided by"] == ["Alabama (state)", "Tennessee (state)"]
    assert found["In force since"] == ["10 May 2016", "2018"]
    assert found["Last verified"][0] == "31 March 2026 Verified within the age limit"
    assert found["Sources"][0].isdigit()
    assert found["Confidence"][0] == "High"
    assert "SB 1656" in found["Bills under way"][1]


def test_only_law_that_differs_is_marked_and_listed(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-al&place=us-tx")
    marked = [row for row in rows(page) if "differs" in row]
    assert "Decided by" in rows(page)
    told = _between(page.text, "Different law in:", ". These rows")
    assert [row.removesuffix(" ≠ differs").lower() for row in marked] == told.split(", ")
    assert "status" in told


def test_a_place_differs_from_itself_in_nothing(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-al&place=us-al-mobile")
    assert "No difference in the law of these places." in page.text
    assert page.all(".compare .differs") == []


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0].strip()


def test_what_nobody_researched_is_not_called_legal(client: Visitor) -> None:
    found = rows(client.get("/kratom/compare?place=us-al&place=np"))
    assert found["Status ≠ differs"][1] == "Not researched"
    assert found["Possession ≠ differs"] == ["Prohibited", "Not researched"]
    assert found["Last verified"][1] == "–"
    assert found["Confidence"][1] == "–"


def test_a_day_before_anything_known(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-tn&place=us-al&as_of=1950-01-01")
    statuses = next(answers for row, answers in rows(page).items() if row.startswith("Status"))
    assert statuses[0] in ("Legal", "Not known for this day")
    assert "This shows the law as of 1 January 1950" in page.text
    assert all("as_of=1950-01-01" in str(a["href"]) for a in page.all(".compare thead a"))


def test_removing_keeps_the_others_and_the_day(client: Visitor) -> None:
    page = client.get("/kratom/compare?place=us-al&place=us-tn&place=us-ga&as_of=2020-01-01")
    remove = [a for a in page.all(".compare thead a") if "Remove" in a.get_text()]
    assert places_of(str(remove[1]["href"])) == ["us-al", "us-ga"]
    assert columns(client.get(str(remove[1]["href"]))) == ["Alabama", "Georgia"]


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


ROUTE = "/kratom/route?place=us-tx&place=us-la&place=us-al"


def test_the_strictest_leg_is_on_top(client: Visitor) -> None:
    page = client.get(ROUTE)
    assert page.one(".verdict .answer").get_text() == (
        "The strictest on this route: kratom is banned in Louisiana and in Alabama, "
        "and possession is prohibited."
    )
    assert "Not legal advice." in _said(page.one(".verdict"))
    assert page.text.index("The strictest on this route") < page.text.index("Leg by leg")


def test_legs_that_are_alike_say_so_and_name_the_ban(client: Visitor) -> None:
    page = client.get("/kratom/route?place=us-al-mobile&place=us-la-new-orleans")
    assert page.one(".verdict .answer").get_text() == (
        "Every leg is alike: kratom is banned in Mobile and in New Orleans, "
        "and possession is prohibited."
    )


def test_a_leg_of_low_confidence_is_warned_of(client: Visitor) -> None:
    """Tennessee may have banned it meanwhile; the law of Alabama is certain."""
    page = client.get("/kratom/route?place=us-tn-memphis&place=us-al")
    memphis, alabama = page.all(".leg")
    assert "Low confidence: the sources are weak or disagree. Read the notes on Tennessee" in (
        _said(memphis)
    )
    assert memphis.select(".warn a[href='/kratom/us-tn']")
    assert "Low confidence" not in _said(alabama)


def test_a_wrong_turn_is_warned_of(client: Visitor) -> None:
    assert "Arkansas Banned borders Texas, Louisiana" in _said(client.get(ROUTE).one(".beside"))
    towns = client.get("/kratom/route?place=us-al-mobile&place=us-la-new-orleans").one(".beside")
    assert "Arkansas Banned borders Louisiana" in _said(towns)
    assert "borders New Orleans" not in _said(towns)
    quiet = client.get("/kratom/route?place=us-co&place=us-ut")
    assert quiet.all(".beside") == []


def test_each_leg_has_its_limits_and_local_bans(client: Visitor) -> None:
    page = client.get(ROUTE)
    texas, louisiana, _ = [_said(leg) for leg in page.all(".leg")]
    assert "7-OH limit 2 %" in texas
    assert "Stricter inside: Bridgeport Restricted" in texas
    assert "Possession Prohibited" in louisiana


def test_legs_that_do_not_touch_are_told_and_nothing_is_invented(client: Visitor) -> None:
    page = client.get(f"{ROUTE}&place=us-hi")
    assert [_said(gap)[:40] for gap in page.all(".gap")] == [
        "Louisiana and Alabama do not touch: the ",
        "Our map has no way over land from Alabam",
    ]
    assert "Mississippi" not in page.text


def test_a_leg_nobody_researched_may_be_stricter(client: Visitor) -> None:
    page = client.get("/kratom/route?place=in&place=np")
    assert "Not known: what holds in Nepal. It may be stricter." in page.text


def test_a_route_of_which_nothing_is_known(client: Visitor) -> None:
    page = client.get("/kratom/route?place=np&place=bt")
    assert (
        page.one(".verdict .answer").get_text().startswith("No law on kratom is known for any leg")
    )


def test_legs_move_and_go_without_scripts(client: Visitor) -> None:
    page = client.get(f"{ROUTE}&as_of=2026-01-01")
    moves = [
        [(a.get_text().split(" ")[0], str(a["href"])) for a in each.select("a")]
        for each in page.all(".order")
    ]
    assert [[word for word, _ in each] for each in moves] == [
        ["Later", "Remove"],
        ["Earlier", "Later", "Remove"],
        ["Earlier", "Remove"],
    ]
    assert legs(client.get(moves[0][0][1])) == ["Louisiana", "Texas", "Alabama"]
    assert legs(client.get(moves[2][0][1])) == ["Texas", "Alabama", "Louisiana"]
    assert legs(client.get(moves[1][2][1])) == ["Texas", "Alabama"]
    assert all("as_of=2026-01-01" in href for each in moves for _, href in each)


def test_another_day_is_another_route(client: Visitor) -> None:
    page = client.get(f"{ROUTE}&as_of=2016-01-01")
    assert page.form("form.asked").getlist("place") == ["us-tx", "us-la", "us-al"]
    assert page.one("#as-of")["value"] == "2016-01-01"
    assert "banned in" not in _said(page.one(".verdict .answer"))


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
