"""The page of people: what an admin sees and does there."""

import pytest

from legalmap.services.core.tracker import Tracker
from tests.services.build import person
from tests.services.entering import an_admin
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import Visitor

ROLE = 'form[action$="/role"]'


@pytest.fixture
def root(tracker: Tracker, signed_in: SignedIn) -> Visitor:
    """An admin."""
    an_admin(tracker)
    return signed_in("root")


def test_everybody_is_listed_with_what_they_may_do(root: Visitor) -> None:
    page = root.get("/desk/people")
    names = [link.get_text() for link in page.all(".people-list a")]
    assert names == ["ana", "ben", "cleo", "dora", "root"]
    assert "ben Moderator Second factor set up" in page.text


def test_a_role_and_its_places_are_changed(root: Visitor, tracker: Tracker) -> None:
    page = root.get("/desk/people/ana")
    root.send(page, ROLE, {"role": "moderator", "remits": "us-fl\r\nkratom"})
    again = root.get("/desk/people/ana")
    assert "Moderator for us-fl, kratom" in again.text
    assert again.form(ROLE)["remits"] == "us-fl\r\nkratom"
    assert person(tracker, "ana").remits


def test_a_mistake_keeps_what_was_typed(root: Visitor, tracker: Tracker) -> None:
    page = root.get("/desk/people/ana")
    sent = {"role": "moderator", "remits": "us-fl\r\nnowhere"}
    refused = root.send(page, ROLE, sent, status=422)
    assert list(refused.errors()) == ["remits"]
    assert refused.form(ROLE)["remits"] == "us-fl\r\nnowhere"
    assert refused.form(ROLE)["role"] == "moderator"
    assert person(tracker, "ana").remits == ()


def test_a_person_is_closed_and_opened(root: Visitor, signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    closed = root.follow(root.send(root.get("/desk/people/ana"), 'form[action$="/disable"]'))
    ana.get("/desk", status=303)
    assert "Disabled" in root.get("/desk/people").text
    root.send(closed, 'form[action$="/enable"]')
    signed_in("ana").get("/desk")


def test_who_lost_a_phone_is_helped(root: Visitor, client: Visitor) -> None:
    root.send(root.get("/desk/people/ben"), 'form[action$="/second-factor"]')
    led = client.post("/sign-in", {"handle": "ben", "password": PASSWORD}, status=303)
    assert led.response.headers["Location"].startswith("/sign-in/set-up/")


def test_nobody_changes_their_own_role(root: Visitor, tracker: Tracker) -> None:
    page = root.get("/desk/people/root")
    assert not page.all(ROLE)
    assert "another admin has to" in page.text
    form = page.form('form[action="/sign-out"]')
    root.post("/desk/people/root/role", {**form, "role": "contributor"}, status=403)
    root.post("/desk/people/root/disable", form, status=403)


@pytest.mark.parametrize("name", ["nobody", "legalmap", "%00", "x" * 3_000, "a%2Fb"])
def test_a_name_that_is_none(root: Visitor, name: str) -> None:
    root.get(f"/desk/people/{name}", status=404)


def test_the_way_there_is_for_admins(root: Visitor, signed_in: SignedIn) -> None:
    there = 'nav.desk-nav a[href="/desk/people"]'
    assert root.get("/desk").all(there)
    assert not signed_in("ben").get("/desk").all(there)
