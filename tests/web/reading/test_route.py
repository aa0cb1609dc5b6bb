"""A route: its strictest leg, what each leg says, and moving its places."""

import pytest

from tests.web.reading.comparing import legs, words_of
from tests.web.visit import Visitor

pytestmark = pytest.mark.reads


ROUTE = "/kratom/route?place=us-tx&place=us-la&place=us-al"


def test_the_strictest_leg_is_on_top(client: Visitor) -> None:
    page = client.get(ROUTE)
    assert page.one(".verdict .answer").get_text() == (
        "The strictest on this route: kratom is banned in Louisiana and in Alabama, "
        "and possession is prohibited."
    )
    assert "Not legal advice." in words_of(page.one(".verdict"))
    assert page.text.index("The strictest on this route") < page.text.index("Leg by leg")


def test_legs_that_are_alike_say_so_and_name_the_ban(client: Visitor) -> None:
    page = client.get("/kratom/route?place=us-al-mobile&place=us-la-new-orleans")
    assert page.one(".verdict .answer").get_text() == (
        "Every leg is alike: kratom is banned in Mobile and in New Orleans, "
        "and possession is prohibited."
    )


def test_a_leg_of_low_confidence_is_warned_of(client: Visitor) -> None:
    """Maryland may have banned its sale meanwhile; the law of Alabama is certain."""
    page = client.get("/kratom/route?place=us-md-baltimore&place=us-al")
    baltimore, alabama = page.all(".leg")
    assert "Low confidence: the sources are weak or disagree. Read the notes on Maryland" in (
        words_of(baltimore)
    )
    assert baltimore.select(".warn a[href='/kratom/us-md']")
    assert "Low confidence" not in words_of(alabama)


def test_a_wrong_turn_is_warned_of(client: Visitor) -> None:
    assert "Arkansas Banned borders Texas, Louisiana" in words_of(client.get(ROUTE).one(".beside"))
    towns = client.get("/kratom/route?place=us-al-mobile&place=us-la-new-orleans").one(".beside")
    assert "Arkansas Banned borders Louisiana" in words_of(towns)
    assert "borders New Orleans" not in words_of(towns)
    quiet = client.get("/kratom/route?place=us-co&place=us-ut")
    assert quiet.all(".beside") == []


def test_each_leg_has_its_limits_and_local_bans(client: Visitor) -> None:
    page = client.get(ROUTE)
    texas, louisiana, _ = [words_of(leg) for leg in page.all(".leg")]
    assert "7-OH limit 2 %" in texas
    assert "Stricter inside: Bridgeport Restricted" in texas
    assert "Possession Prohibited" in louisiana


def test_legs_that_do_not_touch_are_told_and_nothing_is_invented(client: Visitor) -> None:
    page = client.get(f"{ROUTE}&place=us-hi")
    assert [words_of(gap)[:40] for gap in page.all(".gap")] == [
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
        [(a.get_text().split(" ")[0], str(a["href"])) for a in order.select("a")]
        for order in page.all(".order")
    ]
    assert [[word for word, _ in order] for order in moves] == [
        ["Later", "Remove"],
        ["Earlier", "Later", "Remove"],
        ["Earlier", "Remove"],
    ]
    assert legs(client.get(moves[0][0][1])) == ["Louisiana", "Texas", "Alabama"]
    assert legs(client.get(moves[2][0][1])) == ["Texas", "Alabama", "Louisiana"]
    assert legs(client.get(moves[1][2][1])) == ["Texas", "Alabama"]
    assert all("as_of=2026-01-01" in href for order in moves for _, href in order)


def test_another_day_is_another_route(client: Visitor) -> None:
    page = client.get(f"{ROUTE}&as_of=2016-01-01")
    assert page.form("form.asked").getlist("place") == ["us-tx", "us-la", "us-al"]
    assert page.one("#as-of")["value"] == "2016-01-01"
    assert "banned in" not in words_of(page.one(".verdict .answer"))
