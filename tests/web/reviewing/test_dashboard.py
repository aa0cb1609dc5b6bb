"""The desk, and re-verifying a record."""

import pytest

from legalmap import clock
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.deciding import APPROVE, VERDICT
from tests.web.visit import Visitor

VERIFY = "/desk/verify/kratom/us-al"
FORM = f'form[action="{VERIFY}"]'


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


@pytest.mark.parametrize("path", ["/desk", "/desk/queue", VERIFY, "/desk/edit/kratom/us-al"])
def test_the_desk_is_for_who_is_signed_in(client: Visitor, path: str) -> None:
    assert client.get(path, status=303).response.headers["Location"].startswith("/sign-in?next=")


def test_an_empty_desk_says_how_to_begin(ana: Visitor) -> None:
    desk = ana.get("/desk").text
    assert "0 proposals wait for review" in desk
    assert "0 suggestions of readers" in desk
    assert "records are due for checking" in desk
    assert "Correct an error" in desk
    assert "Nothing waits." in ana.get("/desk/queue").text


def test_throwing_away_a_draft_that_is_not_there(ana: Visitor) -> None:
    token = ana.get("/desk").form('form[action="/sign-out"]')
    ana.post("/desk/drafts/kratom/us-al/discard", token, status=303)


# Verifying


def test_one_source_is_one_source(ana: Visitor) -> None:
    page = ana.get(VERIFY)
    links = [str(box["value"]) for box in page.all('input[name="opened"]')]
    proposal = ana.send(page, FORM, {"opened": links[:1], "note": ""}).response.headers["Location"]
    assert "Checked against 1 source; nothing changed." in ana.get(proposal).text


def test_checked_and_nothing_changed(ana: Visitor, signed_in: SignedIn, client: Visitor) -> None:
    page = ana.get(VERIFY)
    links = [str(box["value"]) for box in page.all('input[name="opened"]')]
    assert len(links) == len(set(links)) == 5
    proposal = ana.send(page, FORM, {"opened": links[:2], "note": ""}).response.headers["Location"]
    ben = signed_in("ben")
    assert "check of sources" in ben.get("/desk/queue").text
    seen = ben.get(proposal)
    assert "Checked against 2 sources; nothing changed." in seen.text
    assert len(seen.all(".diff > .change")) == 4
    ben.send(seen, VERDICT, APPROVE)
    today = clock.today()
    assert f"{today.day} {today:%B %Y}" in client.get("/kratom/us-al").text


@pytest.mark.parametrize("opened", [[], ["https://elsewhere.example/"]])
def test_without_opening_a_source_nothing_is_verified(ana: Visitor, opened: list[str]) -> None:
    refused = ana.send(ana.get(VERIFY), FORM, {"opened": opened, "note": "Kept."}, status=422)
    assert "at least one" in refused.errors()["opened"]
    assert refused.form(FORM)["note"] == "Kept."


@pytest.mark.parametrize(
    ("note", "message"), [("x" * 2001, "Keep this under 2,000"), ("\x07", "invisible characters")]
)
def test_a_bad_note(ana: Visitor, note: str, message: str) -> None:
    page = ana.get(VERIFY)
    links = [str(box["value"]) for box in page.all('input[name="opened"]')]
    refused = ana.send(page, FORM, {"opened": links[:1], "note": note}, status=422)
    assert message in refused.errors()["note"]
    assert refused.form(FORM).getlist("opened") == links[:1]


def test_verifying_what_moved_on(ana: Visitor, signed_in: SignedIn) -> None:
    page = ana.get(VERIFY)
    links = [str(box["value"]) for box in page.all('input[name="opened"]')]
    dora, ben = signed_in("dora"), signed_in("ben")
    other = dora.send(dora.get(VERIFY), FORM, {"opened": links[:1]}).response.headers["Location"]
    ben.send(ben.get(other), VERDICT, APPROVE)
    refused = ana.send(page, FORM, {"opened": links, "note": "Kept."}, status=409)
    assert "moved on" in refused.text
    assert refused.form(FORM)["note"] == "Kept."
    assert refused.form(FORM)["base"] != page.form(FORM)["base"]


def test_verifying_the_same_twice_makes_one_proposal(ana: Visitor) -> None:
    page = ana.get(VERIFY)
    links = [str(box["value"]) for box in page.all('input[name="opened"]')]
    ana.send(page, FORM, {"opened": links})
    assert "You sent exactly this" in ana.send(page, FORM, {"opened": links}, status=409).text


def test_verifying_without_a_base(ana: Visitor) -> None:
    ana.send(ana.get(VERIFY), FORM, {"base": ""}, status=400)


def test_verifying_what_nobody_researched(ana: Visitor) -> None:
    ana.get("/desk/verify/kratom/us-al-mobile", status=404)


def test_ticks_outlive_the_session(ana: Visitor, client: Visitor) -> None:
    page = ana.get(VERIFY)
    links = [str(box["value"]) for box in page.all('input[name="opened"]')]
    fields = page.form(FORM)
    fields.setlist("opened", links[:2])
    sign_in = client.post(VERIFY, fields, status=403)
    who = {"handle": "ana", "password": PASSWORD}
    back = client.send(client.send(sign_in, "main form", who, status=200), FORM, status=200)
    assert back.form(FORM).getlist("opened") == links[:2]
