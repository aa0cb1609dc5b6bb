"""Sources on the real data: searching them, and one link that verifies many records."""

import pytest

from legalmap.domain.desk.queue import QueueFilter
from legalmap.services.core.tracker import Tracker
from legalmap.services.reviewing import queue
from tests.services.build import person
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor

FORM = 'form[action="/desk/sources/link"]'


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    return signed_in("ana")


def most_used(visitor: Visitor) -> Page:
    return visitor.get(str(visitor.get("/desk/sources").all(".queue .card-title a")[0]["href"]))


def keys(page: Page) -> list[str]:
    return [str(box["value"]) for box in page.all('input[name="records"]')]


def test_the_link_that_most_rest_on_comes_first(ana: Visitor) -> None:
    page = ana.get("/desk/sources")
    counts = [int(tag.get_text().split()[0]) for tag in page.all(".queue .state")]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 1
    host = page.all('.queue a[href^="/desk/sources?host="]')[0]
    same = ana.get(str(host["href"]))
    hosts = {link.get_text() for link in same.all('.queue a[href^="/desk/sources?host="]')}
    assert all(name.endswith(host.get_text()) for name in hosts)
    assert "No link has that" in ana.get("/desk/sources?q=nowhere%20at%20all").text


def test_ticked_records_become_one_batch(ana: Visitor, tracker: Tracker, dialect: str) -> None:
    page = most_used(ana)
    ticked = keys(page)[:2]
    sent = ana.send(page, FORM, {"records": ticked, "note": "Read the whole list."})
    shown = ana.follow(sent)
    assert "2 checks wait" in shown.one(".flash").get_text()
    assert "2 of 2 wait" in shown.text
    lines = queue.page(tracker, person(tracker, "ben"), QueueFilter()).lines
    assert {line.revision.note for line in lines} == {"Read the whole list."}
    again = ana.get(page.path)
    assert set(keys(again)) == set(keys(page)) - set(ticked)
    late = ana.send(page, FORM, {"records": ticked}, status=409)
    assert "Nothing was sent" in late.text


def test_ticking_nothing_is_told_and_the_note_stays(ana: Visitor) -> None:
    page = ana.send(most_used(ana), FORM, {"note": "Read it."}, status=422)
    assert set(page.errors()) == {"records"}
    assert page.form(FORM)["note"] == "Read it."


def test_what_no_page_of_ours_sends_is_refused(ana: Visitor, tracker: Tracker) -> None:
    page = most_used(ana)
    ana.send(page, FORM, {"records": ["kratom/us-al"]}, status=400)
    ana.send(page, FORM, {"records": ["kratom/../us-al@1"]}, status=400)
    moved = [f"{key.split('@')[0]}@99" for key in keys(page)[:1]]
    assert "has moved on" in ana.send(page, FORM, {"records": moved}, status=409).text
    assert queue.page(tracker, person(tracker, "ben"), QueueFilter()).lines == []


@pytest.mark.parametrize("url", ["", "https://nowhere.example", "javascript:alert(1)"])
def test_a_link_nobody_cites_is_not_found(ana: Visitor, url: str) -> None:
    ana.get(f"/desk/sources/link?url={url}", status=404)
