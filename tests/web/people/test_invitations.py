"""From the invitation to the desk: the link shown once, a name and a password, then the second factor."""

import pytest
from flask import Flask

from legalmap.services.core.tracker import Tracker
from legalmap.services.people import one_time_links
from tests.services.build import person
from tests.services.entering import an_admin, code_of
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor

INVITE = 'form[action="/desk/people/invitations"]'
JOIN = 'form[action^="/join/"]'
NORA = {"handle": "nora", "password": PASSWORD}


@pytest.fixture
def root(tracker: Tracker, signed_in: SignedIn) -> Visitor:
    """An admin."""
    an_admin(tracker)
    return signed_in("root")


def link_on(page: Page) -> str:
    """The path of the link that is shown this once."""
    link = page.one(".fresh-link code").get_text()
    assert link.startswith("http://localhost/join/")
    return link.removeprefix("http://localhost")


def test_from_the_invitation_to_the_desk(root: Visitor, client: Visitor) -> None:
    sent = {"role": "moderator", "remits": "kratom us-fl\r\nth", "note": "Of the library"}
    invited = root.send(root.get("/desk/people"), INVITE, sent, status=200)
    assert invited.response.headers["Cache-Control"] == "no-store"
    link = link_on(invited)
    listed = root.get("/desk/people")
    assert link not in listed.response.text
    assert "Of the library" in listed.text

    page = client.get(link)
    assert "root invites you as moderator for kratom us-fl, th" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    setting_up = client.follow(client.send(page, JOIN, NORA))
    code = code_of(setting_up.one(".key").get_text().replace(" ", ""))
    shown = client.send(setting_up, 'form[action$="/authenticator"]', {"code": code}, status=200)
    assert len(shown.all(".codes li")) == 10
    assert "Sign out nora" in client.get("/desk").one(".people").get_text()
    assert "nora joined" in root.get("/desk/people").text


def test_a_contributor_is_at_the_desk_at_once(root: Visitor, client: Visitor) -> None:
    invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
    joined = client.send(client.get(link_on(invited)), JOIN, NORA)
    assert joined.response.headers["Location"] == "/desk"
    assert client.get("/desk")


def test_a_link_that_was_used_says_so(root: Visitor, client: Visitor, app: Flask) -> None:
    invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
    page = client.get(link_on(invited))
    client.send(page, JOIN, NORA)
    late = Visitor(app)
    assert "used already" in late.get(link_on(invited), status=409).text
    again = late.post(link_on(invited), {**NORA, "handle": "emil"}, status=409)
    assert "used already" in again.text


def test_a_link_that_was_made_up_is_none(client: Visitor) -> None:
    for token in ("x", "x" * 5_000, "%00", "..%2F..", "<b>"):
        client.get(f"/join/{token}", status=404)


def test_a_bad_choice_is_told_at_its_field(root: Visitor, client: Visitor) -> None:
    invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
    page = client.get(link_on(invited))
    taken = client.send(page, JOIN, {**NORA, "handle": "ana"}, status=422)
    assert list(taken.errors()) == ["handle"]
    assert PASSWORD not in taken.response.text
    short = client.send(taken, JOIN, {"handle": "nora", "password": "short"}, status=422)
    assert list(short.errors()) == ["password"]
    assert short.form(JOIN)["handle"] == "nora"


def test_an_invitation_is_taken_back(root: Visitor, client: Visitor) -> None:
    invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
    root.send(invited, 'form[action$="/revoke"]')
    assert "taken back" in client.get(link_on(invited), status=409).text


def test_who_is_signed_in_is_told_and_signed_out(root: Visitor, signed_in: SignedIn) -> None:
    invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
    ana = signed_in("ana")
    page = ana.get(link_on(invited))
    assert "You are signed in as ana" in page.text
    ana.send(page, JOIN, NORA)
    assert "Sign out nora" in ana.get("/desk").one(".people").get_text()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"role": "owner"}, "role"),
        ({"role": "contributor", "remits": "us-fl"}, "remits"),
        ({"role": "moderator", "remits": "nowhere"}, "remits"),
        ({"role": "moderator", "note": "x" * 301}, "note"),
        ({"role": "moderator", "note": "a\x07b"}, "note"),
    ],
)
def test_a_bad_invitation_is_told_at_its_field(
    root: Visitor, tracker: Tracker, sent: dict[str, str], field: str
) -> None:
    refused = root.send(root.get("/desk/people"), INVITE, sent, status=422)
    assert list(refused.errors()) == [field]
    if "remits" in sent:
        assert sent["remits"] in refused.form(INVITE)["remits"]
    assert not refused.all(".fresh-link")
    assert one_time_links.listed(tracker, person(tracker, "root")) == []


def test_a_room_of_people_joins_at_once_and_only_failures_are_counted(
    root: Visitor, app: Flask
) -> None:
    for number in range(12):
        invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
        one = Visitor(app)
        one.send(one.get(link_on(invited)), JOIN, {**NORA, "handle": f"nora-{number}"})


def test_who_fails_too_often_at_one_link_waits(root: Visitor, client: Visitor) -> None:
    invited = root.send(root.get("/desk/people"), INVITE, {"role": "contributor"}, status=200)
    for _ in range(8):
        client.send(client.get(link_on(invited)), JOIN, {**NORA, "handle": "ana"}, status=422)
    client.send(client.get(link_on(invited)), JOIN, NORA, status=429)
