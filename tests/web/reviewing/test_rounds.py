"""The verification round on the real data: the list, taking ten, working through them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from legalmap.domain.desk.queue import QueueFilter
from legalmap.services.core.tracker import Tracker
from legalmap.services.reviewing import queue
from tests.services.build import person
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor

TAKE = 'form[action^="/desk/round/take"]'
VERIFY = 'form[action$="/verify"]'
SKIP = 'form[action$="/skip"]'
# Long after everything that ships was verified, and no month in which it was loaded.
LATER = datetime(2028, 3, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    return signed_in("ana")


def names(page: Page) -> list[str]:
    return [link.get_text() for link in page.all("table.round tbody th a")]


def took(visitor: Visitor) -> Page:
    return visitor.follow(visitor.send(visitor.get("/desk/round"), TAKE))


def test_the_list_begins_with_countries_and_narrows(ana: Visitor) -> None:
    page = ana.get("/desk/round?topic=kratom")
    kinds = [cell.get_text() for cell in page.all("table.round tbody th .small")]
    assert kinds[0] == "country, Kratom"
    assert "This month, all of us" in page.text
    assert "Only you see this" in page.text
    texas = ana.get("/desk/round?topic=kratom&place=Texas")
    assert names(texas)[0] == "Texas"
    assert names(ana.get("/desk/round?place=us-tx&topic=kratom")) == names(texas)
    assert "Nothing is due here" in ana.get("/desk/round?place=us-al-mobile").text
    ana.get("/desk/round?place=us-xx", status=404)
    ana.get("/desk/round?topic=tea", status=400)


def test_ten_are_worked_through_one_after_the_other(
    ana: Visitor, signed_in: SignedIn, tracker: Tracker
) -> None:
    work = took(ana)
    assert "10 records left" in work.text
    first = work.one("h1").get_text()
    # Nothing ticked: told, and what was written stays.
    wrong = ana.send(work, VERIFY, {"note": "Read it all."}, status=422)
    assert set(wrong.errors()) == {"opened"}
    assert wrong.form(VERIFY)["note"] == "Read it all."
    url = str(work.all('input[name="opened"]')[0]["value"])
    following = ana.follow(ana.send(wrong, VERIFY, {"opened": [url]}))
    assert "9 records left" in following.text
    assert following.one("h1").get_text() != first
    (sent,) = queue.page(tracker, person(tracker, "ben"), QueueFilter()).lines
    assert (sent.revision.kind, sent.revision.note) == ("verify", "Read it all.")
    theirs = took(signed_in("dora"))
    taken = {link["href"] for link in work.all(".batch-list a")}
    assert not taken & {link["href"] for link in theirs.all(".batch-list a")}


def test_skipping_asks_why_and_tells_others(ana: Visitor, signed_in: SignedIn) -> None:
    work = took(ana)
    silent = ana.send(work, SKIP, status=422)
    assert set(silent.errors()) == {"why"}
    following = ana.follow(ana.send(silent, SKIP, {"why": "The link is dead."}))
    assert "9 records left" in following.text
    assert "ana skipped it just now: The link is dead." in signed_in("ben").get("/desk/round").text
    assert "skipped 1" in ana.get("/desk/round").text
    assert "skipped 1" not in signed_in("ben").get("/desk/round").text
    late = ana.send(work, SKIP, {"why": "Once more."}, status=409)
    assert "You do not have this record any more" in late.text


def test_one_may_choose_which_of_ten_comes_now(ana: Visitor) -> None:
    work = took(ana)
    third = work.all(".batch-list a")[2]
    assert third.get_text() in ana.get(str(third["href"])).one("h1").get_text()
    assert "10 records left" in ana.get("/desk/round/work?at=kratom/us-xx").text


def test_what_is_given_back_others_can_take(ana: Visitor, signed_in: SignedIn) -> None:
    took(ana)
    full = ana.get("/desk/round")
    assert not full.all(TAKE)
    back = ana.follow(ana.send(full, 'form[action="/desk/round/release"]'))
    assert "10 given back" in back.one(".flash").get_text()
    assert "You have taken none" in ana.get("/desk/round/work").text
    assert "10 records left" in took(signed_in("dora")).text


def test_taking_where_nothing_is_free_is_told(ana: Visitor, signed_in: SignedIn) -> None:
    ana.send(ana.get("/desk/round?place=th&topic=kratom"), TAKE)
    ben = signed_in("ben")
    page = ben.send(ben.get("/desk/round?place=th&topic=kratom"), TAKE, status=409)
    assert "Nothing is free here" in page.text


def test_on_both_databases(ana: Visitor, dialect: str) -> None:
    work = took(ana)
    url = str(work.all('input[name="opened"]')[0]["value"])
    assert "9 records left" in ana.follow(ana.send(work, VERIFY, {"opened": [url]})).text
    assert "You sent" not in work.text


def test_readers_are_sent_to_sign_in(client: Visitor) -> None:
    for path in ("/desk/round", "/desk/round/work", "/desk/sources", "/desk/sources/link"):
        assert client.get(path, status=303).response.headers["Location"].startswith("/sign-in")
