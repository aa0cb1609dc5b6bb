"""Notices in the desk: listed, counted beside their link, marked as read."""

import pytest

from legalmap.domain.desk.moderation import Verdict
from legalmap.services.core.tracker import Tracker
from tests.services.build import decide, propose
from tests.web.conftest import SignedIn
from tests.web.visit import Visitor


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


def test_before_anything_happened_the_page_says_what_will_be_here(ana: Visitor) -> None:
    page = ana.get("/desk/notices")
    assert "Nothing yet" in page.text
    assert not page.all(".desk-nav .unread")


def test_they_are_counted_and_marked_as_read(
    ana: Visitor, tracker: Tracker, signed_in: SignedIn
) -> None:
    for place in ("us-al", "us-ga", "us-tn"):
        decide(tracker, propose(tracker, jurisdiction=place), Verdict.REJECT)
    assert "3 unread" in ana.get("/desk").one(".desk-nav .unread").get_text()
    page = ana.get("/desk/notices")
    newest = page.all(".notices > li.new")[0]
    assert "ben rejected your proposal for Tennessee (kratom)." in newest.get_text()
    assert ana.get(str(newest.select("a")[0]["href"])).status == 200
    action = str(newest.select("form")[0]["action"])
    page = ana.follow(ana.send(page, f'form[action="{action}"]'))
    assert len(page.all(".notices > li.new")) == 2
    # Another person can neither see nor mark them.
    dora = signed_in("dora")
    dora.post(action, dora.get("/desk").form('form[action="/sign-out"]'), status=404)
    done = ana.follow(ana.send(page, 'form[action="/desk/notices/read"]'))
    assert "2 notices marked as read." in done.one(".flash").get_text()
    assert not done.all(".new, .unread")


@pytest.mark.parametrize("path", ["/desk/notices", "/desk/log"])
def test_they_are_for_who_is_signed_in(client: Visitor, path: str) -> None:
    assert client.get(path, status=303).response.headers["Location"].startswith("/sign-in?next=")
