"""The page of a place on the real data: the answer, the chain, local rules, sources, how to cite."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
import time_machine

from legalmap.web.reading.place import disagreements, readings
from tests.build import TODAY, a_payload, a_period, a_source
from tests.store.build import NOW
from tests.web.visit import Page, Visitor

pytestmark = pytest.mark.reads

PLACES = [
    "us",
    "us-al",
    "us-ny",
    "us-oh",
    "us-ms",
    "us-wv",
    "us-ca-fresno",
    "us-ca-fresno-county",
    "us-fl-sarasota-county",
    "us-al-mobile",
    "us-dc",
    "us-pr",
    "th",
    "vn",
    "gb",
    "hk",
    "aq",
    "my",
]


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """The 23rd of November 2026: New York has a law that begins a month later."""
    with time_machine.travel(NOW, tick=False):
        yield


def _after(page: Page, heading: str) -> str:
    """What stands between a heading of the second level and the next one."""
    start = next(h for h in page.all("main h2") if heading in h.get_text())
    words = []
    for sibling in start.find_next_siblings():
        if sibling.name == "h2":
            break
        words.append(sibling.get_text(" "))
    return " ".join(" ".join(words).split())


@pytest.mark.parametrize("query", ["", "?as_of=2015-01-01", "?as_of=1950-01-01&known_at=200"])
def test_every_kind_of_place_makes_a_sound_page(client: Visitor, query: str) -> None:
    """The client examines each page: valid HTML, one h1 that is in the title, ids, labels, links."""
    for topic in ("kratom", "7-oh"):
        for code in PLACES:
            page = client.get(f"/{topic}/{code}{query}")
            levels = [int(heading.name[1]) for heading in page.all("h1, h2, h3, h4")]
            jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
            assert levels[0] == 1, code
            assert jumps == [], code
            assert page.one(".answer").get_text(strip=True).endswith("."), code


def test_the_page_answers_in_the_order_a_person_asks(client: Visitor) -> None:
    order = [
        "What to know before you go",
        "Why",
        "Inside New York",
        "Local rules",
        "The record of New York",
        "Under way",
        "Open questions and notes",
        "What this covers",
        "Is something wrong?",
        "How to cite",
    ]
    headings = [h.get_text(" ", strip=True) for h in client.get("/kratom/us-ny").all("main h2")]
    assert [heading for heading in headings if heading in order] == order


def test_the_answer_stands_first(client: Visitor) -> None:
    page = client.get("/kratom/us-al")
    assert page.one(".answer").get_text(" ", strip=True) == (
        "Kratom is banned in Alabama since 10 May 2016. Possession and sale are prohibited. "
        "Newest source: 31 March 2026."
    )
    assert page.one('meta[name="description"]')["content"].startswith("Kratom is banned in Alabama")
    rows = page.one(".travel dl")
    assert [dt.get_text() for dt in rows.select("dt")] == ["Possession", "Sale", "7-OH limit"]


def test_a_town_is_told_from_others_of_its_name(client: Visitor) -> None:
    page = client.get("/kratom/us-mo-kansas-city")
    assert page.one("h1").get_text() == "Kratom in Kansas City"
    assert page.one("head > title").get_text().startswith("Kratom in Kansas City, Missouri")
    assert "in Kansas City, Missouri, since February 2026." in page.one(".answer").get_text()


@pytest.mark.parametrize(
    ("path", "words", "href"),
    [
        ("/kratom/us-al", "7-OH in Alabama", "/7-oh/us-al"),
        ("/7-oh/us?as_of=2025-08-01", "Kratom in the United States", "/kratom/us?as_of=2025-08-01"),
    ],
)
def test_the_other_topic_at_the_same_place_and_day_is_a_step_away(
    client: Visitor, path: str, words: str, href: str
) -> None:
    """Kratom and its concentrate are often taken for one thing, and their law differs."""
    [link] = [a for a in client.get(path).all(".onwards a") if a["href"] == href]
    assert link.get_text() == words
    assert client.get(href).one(".answer")


def test_a_day_is_named_beside_the_last_changes_only_if_it_was_asked_for(client: Visitor) -> None:
    assert (
        client.get("/kratom/us").all(".course details summary")[0].get_text() == "The last changes"
    )
    past = client.get("/kratom/us?as_of=2020-01-01").all(".course details summary")[0]
    assert past.get_text() == "The last changes before 1 January 2020"


def test_law_on_the_way_is_told_before_it_holds_and_not_after(client: Visitor) -> None:
    coming = "From 22 December 2026: still regulated, with a change (product rules: labelling)."
    page = client.get("/kratom/us-ny")
    assert [tag.get_text() for tag in page.all(".coming")] == [coming, *_titles(page)]
    assert not client.get("/kratom/us-ny?as_of=2026-12-22").all("p.coming")


def _titles(page: Page) -> list[str]:
    return [span.get_text() for span in page.all("rect.coming")]


def test_a_past_day_is_named_everywhere(client: Visitor) -> None:
    page = client.get("/kratom/us-al?as_of=2015-01-01")
    assert "On 1 January 2015: Kratom is legal in Alabama." in page.text
    assert "This shows the law as of 1 January 2015" in page.text
    assert "From 10 May 2016: banned." in page.text
    assert page.one("text.asked").get_text() == "1 January 2015"
    assert page.one('meta[name="description"]')["content"].startswith(
        "On 1 January 2015: Kratom is"
    )
    links = [a["href"] for a in page.all(".crumbs a, ol.chain a")]
    assert links
    assert all(str(href).endswith("?as_of=2015-01-01") for href in links)


def test_the_chain_names_what_decides(client: Visitor) -> None:
    page = client.get("/kratom/us-al-mobile")
    levels = [li.select_one("strong").get_text() for li in page.all("ol.chain li")]  # type: ignore[union-attr]
    assert levels == ["United States", "Alabama", "Mobile County", "Mobile"]
    assert "Alabama" in page.one("ol.chain .deciding strong").get_text()


def test_an_age_beside_a_ban_on_sale_is_no_advice_to_travellers(client: Visitor) -> None:
    page = client.get("/kratom/us-fl-sarasota-county")
    assert "Minimum age" not in page.one(".travel").get_text()
    assert re.search(r"Minimum age 21 years \(Florida\)", page.text)
    assert "Minimum age" not in client.get("/kratom/us-al").text


def test_many_local_rules_are_folded_counted_and_grouped_by_county(client: Visitor) -> None:
    page = client.get("/kratom/us-ms")
    section = _after(page, "Local rules")
    total, tally = re.match(
        r"(\d+) places below Mississippi have .*? own: ([^.]*)\.", section
    ).groups()  # type: ignore[union-attr]
    assert sum(int(count) for count in re.findall(r"\d+", tally)) == int(total)
    table = page.one("details.fold table.below")
    assert len(table.select("tbody tr:not(.group)")) == int(total)
    lee = next(
        body for body in table.select("tbody") if body.select('a[href="/kratom/us-ms-tupelo"]')
    )
    assert [a["href"] for a in lee.select("a")][:2] == ["/kratom/us-ms-lee-county"] * 2
    assert not page.one("details.fold").has_attr("open")


def test_few_local_rules_are_not_folded(client: Visitor) -> None:
    page = client.get("/kratom/us-ny")
    assert page.all("table.below a[href='/kratom/us-ny-suffolk-county']")
    assert not page.all("details.fold")
    assert "1 place below New York has a record of its own: 1 " in page.text


def test_a_country_counts_its_states_apart_from_its_towns(client: Visitor) -> None:
    page = client.get("/kratom/us")
    parts, local = page.all("table.below")
    assert parts.select("a[href='/kratom/us-al']")
    assert not parts.select("a[href='/kratom/us-ca-fresno']")
    assert local.select("a[href='/kratom/us-ca-fresno']")
    groups = [row.get_text(strip=True) for row in local.select(".group")]
    assert "California" in groups
    assert groups == sorted(groups)


def test_towns_near_with_a_rule_of_their_own(client: Visitor) -> None:
    near = client.get("/kratom/us-mo-kansas-city").one("ul.near")
    assert near.select("a[href='/kratom/us-mo-blue-springs']")
    assert re.search(
        r"Blue Springs .* \d+ km \(\d+ miles\) from here", near.get_text(" ", strip=True)
    )
    assert not near.select("a[href='/kratom/us-mo-kansas-city']")


def test_sources_are_grouped_and_their_kinds_explained(client: Visitor) -> None:
    page = client.get("/kratom/us-ny")
    period = page.one("#period-2")
    groups = [p.get_text() for p in period.select(".source-group")]
    assert [words.split(":")[0] for words in groups] == ["Primary", "Secondary"]
    kinds = [kind.get_text() for kind in period.select(".kind")]
    assert kinds == ["Statute", "Bill", "Bill", "Agency", "News"]
    assert period.select_one(".kind")["title"] == (  # type: ignore[index]
        "Statute: the text of an act, as passed or as compiled in a code"
    )
    assert "Somebody who sells what the law is about" in page.one("details.kinds").get_text()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("by", "Only vendors support this."),
        ("us-al", "No statute, rule, court or agency among these sources"),
    ],
)
def test_weak_support_is_named(client: Visitor, code: str, words: str) -> None:
    assert words in client.get(f"/kratom/{code}").text


def test_strong_support_is_not_called_weak(client: Visitor) -> None:
    newest = client.get("/kratom/us-ny").one("#period-3").get_text()
    assert "Only vendors" not in newest
    assert "known from reports only" not in newest


def test_the_timeline_leads_to_the_periods(client: Visitor) -> None:
    page = client.get("/kratom/us-ny")
    links = [str(a["href"]) for a in page.all(".spans a")]
    assert links == ["#period-1", "#period-2", "#period-3"]
    assert page.one("svg.timeline")["role"] == "img"
    words = " ".join(page.one(".spans").get_text(" ").split())
    assert "Regulated From 22 December 2026 (enacted, not yet in force)" in words


def test_the_history_of_the_record_leads_to_the_timeline_of_the_law(client: Visitor) -> None:
    """Whoever asks what changed may mean either."""
    history = client.get("/kratom/us-al/history")
    assert history.all('main a[href="/kratom/us-al#timeline"]')
    page = client.get("/kratom/us-al")
    assert page.one("#timeline").get_text() == "Timeline"
    assert page.all('.onwards a[href="/kratom/us-al/history"]')


def test_where_sources_disagree_both_stand_side_by_side(client: Visitor) -> None:
    page = client.get("/kratom/vn")
    left, right = page.all(".readings section")
    assert "Unclear" in left.get_text()
    assert "older vendors' lists call it banned" in right.get_text()
    assert "older vendors' lists call it banned" not in left.get_text()
    assert left.select(".sources li")
    left, right = client.get("/kratom/us-ca").all(".readings section")[:2]
    assert "The industry disputes that" in right.get_text()
    assert left.select("p + p")
    assert not client.get("/kratom/hk").all(".readings")


def test_a_disputing_source_stands_on_the_other_side() -> None:
    against = a_source("https://shop.example/", kind="vendor", stance="disputes")
    behind = a_source()
    news = a_source("https://news.example/", kind="news")
    old = a_period(None, "legal", sources=(news,))
    new = a_period("2016", "banned", sources=(news, against, behind))
    disputed = readings(a_payload(old, new, notes="Nothing else."), TODAY)
    assert [reading.period for reading in disputed] == [new]
    assert disputed[0].disputing == [against]
    assert disputed[0].supporting == [behind, news]
    assert disputed[0].words == []


def test_the_notes_speak_of_the_law_that_holds_on_the_day() -> None:
    old, new = a_period(None, "legal"), a_period("2016", "banned")
    record = a_payload(old, new, notes="Two sources disagree.")
    assert [reading.period for reading in readings(record, TODAY)] == [new]
    assert [reading.period for reading in readings(record, date(2015, 1, 1))] == [old]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("No difference between nations found.", []),
        ("It was sold before the act.", []),
        ("One is old. Sources conflict: A says yes. B is new.", ["Sources conflict: A says yes."]),
        (
            "The village bans it, against the Tribune.",
            ["The village bans it, against the Tribune."],
        ),
        (
            "Industry disputes that (Ashlynn v. Walsh). Done.",
            ["Industry disputes that (Ashlynn v. Walsh)."],
        ),
        ("A notice (no. 454) is disputed. So.", ["A notice (no. 454) is disputed."]),
        ("Start date disputed: 2012 or 2016.", ["Start date disputed: 2012 or 2016."]),
        ("The years differ.", ["The years differ."]),
    ],
)
def test_sentences_that_tell_of_a_disagreement(text: str, found: list[str]) -> None:
    assert disagreements(text) == found


def test_how_to_cite_leads_to_the_revision_for_ever(client: Visitor) -> None:
    page = client.get("/kratom/us-al")
    plain = page.one("p.cite").get_text()
    assert re.fullmatch(
        r"legalmap: “Kratom in Alabama”, revision 0\. Feed number \d+, published \d+ \w+ \d{4}\. "
        r"Accessed 23 November 2026 at feed number \d+\. http://localhost/kratom/us-al/history/0",
        plain,
    ), plain
    bibtex = page.one("details.cite pre").get_text()
    assert bibtex.startswith("@misc{legalmap-kratom-us-al,\n  author = {{legalmap}},")
    assert "url = {http://localhost/kratom/us-al/history/0}" in bibtex
    assert bibtex.count("{") == bibtex.count("}")


def test_an_answer_without_a_record_is_cited_as_seen(client: Visitor) -> None:
    page = client.get("/kratom/us-al-mobile")
    assert "“Kratom in Mobile, Alabama”, the law as of 23 November 2026." in page.text
    link = next(a for a in page.all("main a") if "known_at" in str(a["href"]))
    assert link["href"].startswith("/kratom/us-al-mobile?as_of=2026-11-23&known_at=")
    again = client.get(str(link["href"]))
    assert page.one(".answer").get_text() in again.one(".answer").get_text()


def test_names_with_an_ampersand_survive_bibtex(client: Visitor) -> None:
    assert r"Antigua \& Barbuda" in client.get("/kratom/ag").one("details.cite pre").get_text()


@pytest.mark.parametrize("path", ["us-al", "us-al-mobile?as_of=2015-01-01", "us-ny?known_at=250"])
def test_every_link_of_ours_leads_somewhere(client: Visitor, path: str) -> None:
    page = client.get(f"/kratom/{path}")
    links = {str(a["href"]) for a in page.all("main a[href^='/']") if a.find_parent("svg") is None}
    for link in links:
        answer = client.http.get(link)
        wanted = 303 if urlsplit(link).path.startswith("/desk") else 200
        assert answer.status_code == wanted, link
    assert any(link.startswith("/api/v1/kratom/resolve?place=") for link in links)


def test_the_json_beside_the_page_says_the_same(client: Visitor) -> None:
    page = client.get("/kratom/us-al?as_of=2015-01-01")
    links = [str(a["href"]) for a in page.all("main a[href^='/api/']")]
    record, resolved = (client.http.get(link).get_json() for link in links)
    assert record["as_of"] == resolved["as_of"] == "2015-01-01"
    assert "legal" in str(resolved)


def test_a_correction_needs_no_account_and_a_proposal_does(client: Visitor) -> None:
    page = client.get("/kratom/us-al")
    assert "You need no account" in _after(page, "Is something wrong?")
    assert page.one("a[href='/kratom/us-al/suggest']").get_text() == "Suggest a correction"
    assert page.one("a[href='/desk/edit/kratom/us-al']").get_text() == "Propose a change"
    assert page.all("a[href='/desk/verify/kratom/us-al']")
    fresh = client.get("/kratom/us-al-mobile")
    assert (
        fresh.one("a[href='/desk/edit/kratom/us-al-mobile']").get_text() == "Add the first record"
    )
    assert not fresh.all("a[href^='/desk/verify']")


def test_a_place_that_makes_no_law_has_nothing_to_correct(client: Visitor) -> None:
    page = client.get("/kratom/us-md-silver-spring")
    assert "A census designated place makes no law of its own" in page.text
    own = " ".join(page.all("ol.chain li")[-1].get_text(" ").split())
    assert own == "Silver Spring census designated place Makes no law of its own"
    # Nobody can research what is not there.
    assert "The record of Silver Spring" not in page.text
    assert "Nobody has researched" not in page.text
    assert not page.all("main a[href^='/desk']")


def test_a_place_with_its_own_law_still_lies_in_its_country(client: Visitor) -> None:
    page = client.get("/kratom/hk")
    assert [a.get_text() for a in page.all(".crumbs a")] == ["World", "China"]
    assert len(page.all("ol.chain li")) == 1


def test_other_spellings_lead_to_the_place_and_keep_the_day(client: Visitor) -> None:
    page = client.get("/kratom/US-AL?as_of=2015-01-01", status=301)
    assert page.response.headers["Location"].endswith("/kratom/us-al?as_of=2015-01-01")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/kratom/us-zz", 404), ("/nothing/us-al", 404), ("/kratom/us-al?as_of=x", 400)],
)
def test_what_cannot_be_answered_says_why(client: Visitor, path: str, status: int) -> None:
    assert client.get(path, status=status).one("h1")


def test_a_city_in_several_counties_names_them(client: Visitor) -> None:
    text = client.get("/kratom/us-mo-kansas-city").text
    assert (
        "Kansas City lies in 4 counties: Jackson County , Clay County , Platte County and" in text
    )


def test_the_county_code_of_a_city_leads_to_the_city(client: Visitor) -> None:
    page = client.get("/kratom/us-co-denver-county?as_of=2026-01-01", status=301)
    assert page.response.headers["Location"].endswith("/kratom/us-co-denver?as_of=2026-01-01")


def test_a_part_of_a_state_elsewhere_says_so_and_does_not_answer(client: Visitor) -> None:
    text = client.get("/kratom/re").text
    assert "Réunion is part of France, whose record says “" in text
    assert "Nobody has researched the law on kratom" in text
