"""From the forgotten password to the desk: the link shown once, a new password, then the second factor."""

import pytest
from flask import Flask

from legalmap.services.core.tracker import Tracker
from tests.services.entering import an_admin, code_of
from tests.store.build import PASSWORD, TOTP_SECRET
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor

OFFER = 'form[action$="/password-link"]'
RECOVER = 'form[action^="/recover/"]'
NEW = {"password": f"{PASSWORD}, another"}


@pytest.fixture
def root(tracker: Tracker, signed_in: SignedIn) -> Visitor:
    """An admin."""
    an_admin(tracker)
    return signed_in("root")


def offered(root: Visitor, handle: str) -> Page:
    return root.send(root.get(f"/desk/people/{handle}"), OFFER, status=200)


def link_on(page: Page) -> str:
    """The path of the link that is shown this once."""
    link = page.one(".fresh-link code").get_text()
    assert link.startswith("http://localhost/recover/")
    return link.removeprefix("http://localhost")


def test_from_the_link_to_the_desk(root: Visitor, client: Visitor) -> None:
    link = offered(root, "ben")
    assert link.response.headers["Cache-Control"] == "no-store"
    assert not root.get("/desk/people/ben").all(".fresh-link")
    page = client.get(link_on(link))
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "For the account ben" in page.text
    proving = client.follow(client.send(page, RECOVER, NEW))
    code = {"code": code_of(TOTP_SECRET)}
    client.send(proving, 'form[action="/sign-in/second-factor"]', code)
    assert "Sign out ben" in client.get("/desk").one(".people").get_text()


def test_a_short_password_is_told_at_its_field(root: Visitor, client: Visitor) -> None:
    page = client.get(link_on(offered(root, "ana")))
    refused = client.send(page, RECOVER, {"password": "short"}, status=422)
    assert list(refused.errors()) == ["password"]
    assert "short" not in refused.response.text.replace("shortcut", "")
    assert client.send(refused, RECOVER, NEW).response.headers["Location"] == "/desk"


def test_a_link_that_was_used_or_made_up_says_what_to_do(
    root: Visitor, client: Visitor, app: Flask
) -> None:
    link = link_on(offered(root, "ana"))
    client.send(client.get(link), RECOVER, NEW)
    late = Visitor(app)
    for path in (link, "/recover/x", f"/recover/{'x' * 5_000}", "/recover/%00", "/recover/<b>"):
        assert "Ask an admin for a new one" in late.get(path, status=409).text, path
    assert "Ask an admin for a new one" in late.post(link, NEW, status=409).text


def test_who_is_signed_in_is_told_and_signed_out(root: Visitor, signed_in: SignedIn) -> None:
    """Also where the browser is signed in to the very account whose sessions end."""
    for handle, visitor in [(handle, signed_in(handle)) for handle in ("ana", "dora")]:
        page = visitor.get(link_on(offered(root, "ana")))
        assert f"You are signed in as {handle}" in page.text
        visitor.send(page, RECOVER, NEW)
        assert "Sign out ana" in visitor.get("/desk").one(".people").get_text()


def test_the_page_of_oneself_and_of_who_is_closed_offer_none(root: Visitor) -> None:
    assert not root.get("/desk/people/root").all(OFFER)
    root.send(root.get("/desk/people/ana"), 'form[action$="/disable"]')
    assert not root.get("/desk/people/ana").all(OFFER)
