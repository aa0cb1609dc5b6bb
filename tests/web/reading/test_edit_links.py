"""Public pages give people of the desk one click to each kind of edit, and readers nothing of it."""

import pytest
from flask import Flask

from legalmap.services.core.tracker import Tracker
from tests.build import a_payload
from tests.services.build import decide, propose
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor


def links(page: Page) -> dict[str, str]:
    """The links of the desk on a page, by what they say."""
    tags = page.all(".edit-links a, a[href*='revert=']")
    return {" ".join(link.get_text().split()): str(link["href"]) for link in tags}


@pytest.mark.parametrize("path", ["/kratom/us-al", "/kratom/us-al/history"])
def test_the_pages_of_a_record_lead_to_each_kind_of_edit(signed_in: SignedIn, path: str) -> None:
    """And every link leads somewhere."""
    ana = signed_in("ana")
    by_words = links(ana.get(path))
    assert by_words == {
        "The law changed": "/desk/edit/kratom/us-al?intent=law-changed",
        "Correct an error": "/desk/edit/kratom/us-al?intent=correction",
        "Checked, nothing changed": "/desk/verify/kratom/us-al",
    }
    for href in by_words.values():
        ana.get(href)


def test_a_place_without_a_record_leads_to_its_first(signed_in: SignedIn) -> None:
    """There is nothing to correct, check or go back to."""
    page = signed_in("ana").get("/kratom/us-al-mobile")
    assert links(page) == {"Add the first record": "/desk/edit/kratom/us-al-mobile"}


@pytest.mark.parametrize("path", ["/kratom/us-al", "/kratom/us-al/history", "/kratom/us-al-mobile"])
def test_readers_see_nothing_of_it(client: Visitor, signed_in: SignedIn, path: str) -> None:
    """Before and after somebody of the desk has looked at the page, byte by byte."""
    before = client.get(path)
    assert links(before) == {}
    assert b"edit-links" not in before.response.data
    signed_in("ana").get(path)
    assert client.get(path).response.data == before.response.data


def test_an_earlier_revision_leads_back_to_it(
    app: Flask, signed_in: SignedIn, tracker: Tracker
) -> None:
    """From the history and from the page of the revision itself; the present one does not."""
    decide(tracker, propose(tracker, a_payload(notes="New.")))
    ana = signed_in("ana")
    history = links(ana.get("/kratom/us-al/history"))
    assert history["Go back to this revision 0"] == "/desk/edit/kratom/us-al?revert=0"
    assert not any(label.endswith("revision 1") for label in history)
    revision = links(ana.get("/kratom/us-al/history/0"))
    assert list(revision.values()) == ["/desk/edit/kratom/us-al?revert=0"]
    assert links(Visitor(app).get("/kratom/us-al/history/0")) == {}
    assert ana.get("/desk/edit/kratom/us-al?revert=0").form("#edit-form")["notes"] != "New."
