"""The queue page: what it shows of each proposal, its filters, and going on to the next."""

import pytest

from legalmap.domain.people.remits import Remit
from legalmap.services.core.tracker import Tracker
from legalmap.services.reviewing import queue
from legalmap.store.people import accounts
from tests.services.build import person
from tests.web.conftest import SignedIn
from tests.web.deciding import APPROVE, VERDICT, against, approve
from tests.web.reviewing.test_review import propose
from tests.web.visit import Visitor

FLORIDA = "/desk/edit/7-oh/us-fl"
TENNESSEE = "/desk/edit/kratom/us-tn"
QUEUE = "/desk/queue"
NEXT = "#next"


def names(visitor: Visitor, path: str = QUEUE) -> list[str]:
    """The places on a page of the queue, in their order."""
    return [link.get_text() for link in visitor.get(path).all(".queue > li .card-title a")]


def test_each_line_says_what_why_by_whom_and_how_risky(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    propose(ana)
    propose(ben, FLORIDA, notes="Newer.")
    lines = [item.get_text(" ", strip=True) for item in ben.get(QUEUE).all(".queue > li")]
    assert [line.split()[0] for line in lines] == ["Alabama", "Florida"]
    assert ["Yours" in line for line in lines] == [False, True]
    assert "just now · by ana · 1 field changed · correct an error" in lines[0]
    assert "The statute changed." in lines[0]
    assert "Medium risk" in lines[0]
    assert "It is this author’s first edit." in lines[0]
    assert "It is about a whole country, territory or state." in lines[0]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("?topic=7-oh", ["Florida"]),
        ("?place=us-al", ["Alabama"]),
        ("?place=Alabama", ["Alabama"]),
        ("?place=us&order=age", ["Alabama", "Florida"]),
        ("?kind=correction&whose=not-mine", ["Alabama"]),
        ("?risk=high", []),
        ("?age=week", []),
        ("?topic=&place=&kind=&risk=&age=&whose=&order=risk", ["Alabama", "Florida"]),
    ],
)
def test_filters(signed_in: SignedIn, query: str, places: list[str]) -> None:
    propose(signed_in("ana"))
    ben = signed_in("ben")
    propose(ben, FLORIDA, notes="Newer.")
    assert names(ben, f"{QUEUE}{query}") == places


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?risk=enormous", "Choose from: low, medium, high"),
        ("?place=Nowhereland-on-Sea", "Enter a name or a code"),
        ("?after=9-9-9", "This link is damaged"),
        ("?topic=tea", "Choose from"),
        ("?whose=mine", "Choose from"),
    ],
)
def test_a_filter_that_cannot_be_read_says_what_can(
    signed_in: SignedIn, query: str, says: str
) -> None:
    assert says in signed_in("ben").get(f"{QUEUE}{query}", status=400).text


def test_further_on_and_to_the_beginning(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    ana = signed_in("ana")
    propose(ana)
    propose(ana, TENNESSEE)
    first = ana.get(f"{QUEUE}?order=age")
    assert not first.all('a[href="/desk/queue?order=age"]')
    second = ana.get(str(first.one('a[rel="next"]')["href"]))
    assert names(ana, second.path) == ["Tennessee"]
    assert not second.all('a[rel="next"]')
    assert second.one('.pages a[href="/desk/queue?order=age"]')


def test_a_verdict_opens_the_next_of_the_same_filter_until_nothing_waits(
    signed_in: SignedIn,
) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    propose(ana, FLORIDA)
    first, second = propose(ana), propose(ana, TENNESSEE)
    opened = ben.send(ben.get(f"{QUEUE}?topic=kratom&order=age"), NEXT).response.headers
    assert opened["Location"] == f"{first}?topic=kratom&order=age"
    page = ben.get(opened["Location"])
    assert "You are at it until" in page.text
    after = ben.follow(ben.send(page, VERDICT, APPROVE))
    assert after.path == f"{second}?topic=kratom&order=age"
    assert "Approved: readers see it now." in after.soup.get_text()
    end = ben.follow(ben.send(after, VERDICT, against("reject")))
    assert end.path == f"{QUEUE}?topic=kratom&order=age"
    assert "Nothing else waits for you here." in end.soup.get_text()
    assert "Nothing waits that is like this." in end.text


def test_skipping_leaves_it_to_others(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    first, second = propose(ana), propose(ana, TENNESSEE)
    page = ben.follow(ben.send(ben.get(f"{QUEUE}?order=age"), NEXT))
    skipped = ben.send(page, NEXT).response.headers["Location"]
    assert skipped == f"{second}?order=age"
    assert "at it" not in ben.get(first).text
    assert "ben is at it" in signed_in("cleo").get(QUEUE).text


def test_contributors_see_the_queue_and_take_nothing(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    proposal = propose(ana)
    page = ana.get(QUEUE)
    assert names(ana) == ["Alabama"]
    assert not page.all(NEXT)
    token = page.form('form[action="/sign-out"]')
    ana.post("/desk/queue/next", token, status=403)
    ana.post(f"{proposal}/claim", token, status=403)
    assert not signed_in("dora").get(proposal).all(".claim-bar")


def test_taking_leaving_and_taking_over(signed_in: SignedIn) -> None:
    proposal = propose(signed_in("ana"))
    ben, cleo = signed_in("ben"), signed_in("cleo")
    claim, release = f'form[action="{proposal}/claim"]', f'form[action="{proposal}/release"]'
    before = cleo.get(proposal)
    assert "You are at it" in ben.follow(ben.send(ben.get(proposal), claim)).text
    assert "ben is at it until" in cleo.send(before, claim, status=409).text
    over = cleo.follow(cleo.send(cleo.get(proposal), claim))
    assert "You are at it" in over.text
    cleo.follow(cleo.send(over, release))
    approve(ben, proposal)
    assert "at it" not in ben.get(proposal).text


def test_who_moderates_elsewhere_reads_it_and_is_told_why_they_cannot_decide(
    signed_in: SignedIn, tracker: Tracker
) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    here, elsewhere = propose(ana), propose(ana, TENNESSEE)
    with tracker.store.writing() as connection:
        accounts.replace_remits(
            connection, person(tracker, "ben").id, [Remit(topic="kratom", jurisdiction="us-al")]
        )
    page = ben.get(elsewhere)
    assert "You moderate other places or topics" in page.text
    assert not page.all(VERDICT)
    ben.post(f"{elsewhere}/claim", page.form('form[action="/sign-out"]'), status=403)
    assert names(ben, f"{QUEUE}?whose=free") == ["Alabama"]
    opened = ben.follow(ben.send(ben.get(QUEUE), NEXT))
    assert opened.path == here
    end = ben.follow(ben.send(opened, VERDICT, APPROVE))
    assert "Nothing else waits for you here." in end.soup.get_text()
