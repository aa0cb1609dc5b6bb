"""A batch on one page: each proposal is opened and decided by itself, then the next one opens."""

import pytest

from legalmap.domain.desk.queue import QueueFilter
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches
from legalmap.services.reviewing import claims, queue
from tests.services.build import BANNED, person
from tests.services.build import propose as propose_for
from tests.web.conftest import SignedIn
from tests.web.deciding import APPROVE, VERDICT, against
from tests.web.visit import Page, Visitor

PLACES = ("us-gu", "us-vi", "us-as")


@pytest.fixture
def batch(tracker: Tracker) -> str:
    """Three first records that ana sent together."""
    name = batches.new_name()
    for code in PLACES:
        propose_for(tracker, BANNED, jurisdiction=code, batch=name)
    return f"/desk/batches/{name}"


def opened(page: Page) -> str:
    return page.one('.batch-list a[aria-current="true"]').get_text()


def states(page: Page) -> list[str]:
    return [state.get_text() for state in page.all(".batch-list .state")]


def test_one_after_the_other_is_opened_and_decided(
    signed_in: SignedIn, batch: str, tracker: Tracker, dialect: str
) -> None:
    ben = signed_in("ben")
    page = ben.get(batch)
    assert "3 of 3 wait" in page.text
    order = []
    for verdict in (APPROVE, against("reject"), APPROVE):
        order.append(opened(page))
        page = ben.follow(ben.send(page, VERDICT, verdict))
    assert len(set(order)) == 3
    assert "Every proposal of this batch is decided" in page.text
    assert states(page) == ["Published", "Rejected", "Published"]
    assert queue.page(tracker, person(tracker, "ben"), QueueFilter()).lines == []
    assert "All decided" in ben.get("/desk/batches").text


def test_nothing_approves_more_than_what_is_open(signed_in: SignedIn, batch: str) -> None:
    page = signed_in("ben").get(batch)
    (form,) = page.all('main form[method="post"]')
    assert str(form["action"]).endswith("/verdict")
    assert "approve all" not in page.text.lower()


def test_which_one_is_open_can_be_chosen(signed_in: SignedIn, batch: str) -> None:
    ben = signed_in("ben")
    links = ben.get(batch).all(".batch-list a")
    last = ben.get(str(links[-1]["href"]).removesuffix("#open"))
    assert opened(last) == links[-1].get_text()
    ben.send(last, VERDICT, APPROVE)
    assert opened(ben.get(batch)) == links[0].get_text()


def test_what_readers_would_see_stands_in_it_as_in_the_review_of_one(
    signed_in: SignedIn, batch: str
) -> None:
    ben = signed_in("ben")
    page = ben.get(batch)
    alone = ben.get(str(page.one('.batch-open a[href^="/desk/proposals/"]')["href"]))
    for part in (".preview-answers", ".preview-maps", "#verdict"):
        assert str(page.one(part)) == str(alone.one(part)), part
    assert len(page.all(".preview-maps svg.map")) == 2


def test_from_queue_and_review_one_gets_to_the_batch(signed_in: SignedIn, batch: str) -> None:
    ben = signed_in("ben")
    links = ben.get("/desk/queue").all(f'.queue a[href^="{batch}"]')
    assert len(links) == len(PLACES)
    page = ben.get(str(links[-1]["href"]).removesuffix("#open"))
    review = ben.get(str(page.one('.batch-open a[href^="/desk/proposals/"]')["href"]))
    assert review.one(f'a[href^="{batch}"]')["href"] == links[-1]["href"]


def test_one_can_be_skipped_until_it_is_the_last(signed_in: SignedIn, batch: str) -> None:
    ben = signed_in("ben")
    page = ben.get(batch)
    skipped = opened(page)
    page = ben.get(str(page.one("#next")["href"]).removesuffix("#open"))
    assert opened(page) != skipped
    for _ in PLACES[1:]:
        page = ben.follow(ben.send(page, VERDICT, APPROVE))
    assert opened(page) == skipped
    assert page.all("#next") == []


def test_who_is_at_one_is_told(signed_in: SignedIn, batch: str, tracker: Tracker) -> None:
    ben = signed_in("ben")
    number = int(
        str(ben.get(batch).one('.batch-open a[href^="/desk/proposals/"]')["href"]).rpartition("/")[
            2
        ]
    )
    claims.take(tracker, person(tracker, "cleo"), number)
    page = ben.get(batch)
    assert "cleo is at it until" in page.all(".batch-open .warn")[0].get_text()
    assert page.all(VERDICT), "a claim forbids nothing"


def test_a_verdict_without_its_checks_or_reasons_is_told_there(
    signed_in: SignedIn, batch: str
) -> None:
    ben = signed_in("ben")
    page = ben.get(batch)
    assert set(ben.send(page, VERDICT, status=422).errors()) == {"verdict"}
    unchecked = ben.send(page, VERDICT, {"verdict": "approve", "comment": "Fine."}, status=422)
    assert "checks" in unchecked.errors()
    assert unchecked.form(VERDICT)["comment"] == "Fine."
    assert opened(unchecked) == opened(page)


def test_two_who_decide_the_same_are_told(signed_in: SignedIn, batch: str) -> None:
    ben, cleo = signed_in("ben"), signed_in("cleo")
    theirs = cleo.get(batch)
    ben.send(ben.get(batch), VERDICT, APPROVE)
    late = cleo.send(theirs, VERDICT, against("reject", "My reasons."), status=409)
    assert "ben" in late.one('[role="alert"]').get_text()
    assert late.one("#unsent").get_text(strip=True) == "My reasons."
    assert "2 of 3 wait" in late.text


def test_its_author_and_contributors_read_and_do_not_decide(
    signed_in: SignedIn, batch: str
) -> None:
    for name in ("ana", "dora"):
        page = signed_in(name).get(batch)
        assert "What is left is for others to decide" in page.text
        assert not page.all(VERDICT)


@pytest.mark.parametrize("end", ["?open=x", "?open=1", "?open=99999999999"])
def test_what_is_not_in_the_batch_cannot_be_opened(
    signed_in: SignedIn, batch: str, end: str
) -> None:
    ben: Visitor = signed_in("ben")
    ben.get(f"{batch}{end}", status=404 if end == "?open=1" else 400)
    ben.get("/desk/batches/none", status=404)
