"""The page of one's own account, and its forms."""

import pytest
from flask import Flask

from legalmap.services.core.tracker import Tracker
from legalmap.web.http import known_browsers
from tests.build import a_payload
from tests.services.build import decide, person, propose
from tests.services.entering import an_admin, code_of
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import Visitor

HOME = "/desk/account"
NEW = "another horse battery staple"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def form_of(path: str) -> str:
    return f'main form[action="{HOME}/{path}"]'


def test_sessions_are_listed_and_ended_one_by_one(signed_in: SignedIn, app: Flask) -> None:
    there = Visitor(app)
    there.http.environ_base["HTTP_USER_AGENT"] = FIREFOX
    there.post("/sign-in", {"handle": "ana", "password": PASSWORD}, status=303)
    here = signed_in("ana")
    page = here.get(HOME)
    assert "Firefox on Linux" in page.text
    assert len(page.all(form_of("sessions/end"))) == 1
    here.send(page, form_of("sessions/end"))
    there.get("/desk", status=303)
    assert not here.get(HOME).all(form_of("sessions/end"))


def test_all_others_are_ended(signed_in: SignedIn) -> None:
    others = [signed_in("ana") for _ in range(2)]
    here = signed_in("ana")
    here.send(here.get(HOME), form_of("sessions/end-others"))
    for other in others:
        other.get("/desk", status=303)
    here.get("/desk")


def test_a_session_that_ended_meanwhile_is_told(signed_in: SignedIn) -> None:
    other, here = signed_in("ana"), signed_in("ana")
    page = here.get(HOME)
    other.send(other.get("/desk"), 'form[action="/sign-out"]')
    assert "ended already" in here.send(page, form_of("sessions/end"), status=409).text


def test_another_password(signed_in: SignedIn, client: Visitor) -> None:
    here, other = signed_in("ana"), signed_in("ana")
    sent = {"password": PASSWORD, "new_password": NEW}
    here.send(here.get(f"{HOME}/password"), form_of("password"), sent)
    here.get("/desk")
    other.get("/desk", status=303)
    client.post("/sign-in", {"handle": "ana", "password": NEW}, status=303)


REFUSED = [
    ("password", {"password": "wrong", "new_password": NEW}, "password"),
    ("password", {"password": PASSWORD, "new_password": "short"}, "new_password"),
    ("email", {"password": PASSWORD, "email": "nobody"}, "email"),
    ("email", {"password": "wrong", "email": "a@b.example"}, "password"),
    ("leave", {"password": PASSWORD}, "sure"),
    ("leave", {"password": "wrong", "sure": "y"}, "password"),
]


@pytest.mark.parametrize(("page", "sent", "field"), REFUSED)
def test_what_is_refused_is_told_at_its_field(
    signed_in: SignedIn, page: str, sent: dict[str, str], field: str
) -> None:
    ana = signed_in("ana")
    refused = ana.send(ana.get(f"{HOME}/{page}"), form_of(page), sent, status=422)
    assert list(refused.errors()) == [field]
    assert PASSWORD not in refused.response.text
    ana.get("/desk")


def test_guessing_the_password_of_an_open_session_is_slow(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    page = ana.get(f"{HOME}/leave")
    for _ in range(8):
        ana.send(page, form_of("leave"), {"password": "guess", "sure": "y"}, status=422)
    ana.send(page, form_of("leave"), {"password": PASSWORD, "sure": "y"}, status=429)
    ana.get("/desk")


def test_an_address_and_an_interest(signed_in: SignedIn, tracker: Tracker) -> None:
    ana = signed_in("ana")
    sent = {"password": PASSWORD, "email": "ana@law.example"}
    ana.send(ana.get(f"{HOME}/email"), form_of("email"), sent)
    ana.send(ana.get(HOME), form_of("interest"), {"interest": "Works for a shop"})
    page = ana.get(HOME)
    assert "ana@law.example" in page.text
    assert page.form(form_of("interest"))["interest"] == "Works for a shop"
    long = ana.send(page, form_of("interest"), {"interest": "x" * 301}, status=422)
    assert list(long.errors()) == ["interest"]
    assert person(tracker, "ana").interest == "Works for a shop"


def test_readers_see_the_interest_beside_a_review(
    signed_in: SignedIn, client: Visitor, tracker: Tracker
) -> None:
    """In the history of the record, as it stands now, and gone when it is taken back."""
    proposed = propose(tracker, a_payload(notes="Open."), jurisdiction="us-gu")
    decide(tracker, proposed)
    ben, history = signed_in("ben"), "/kratom/us-gu/history"
    for interest, shown in (("Works for a shop", True), ("", False)):
        ben.send(ben.get(HOME), form_of("interest"), {"interest": interest})
        for path in (history, f"{history}/1"):
            assert ("Works for a shop" in client.get(path).text) is shown


def test_an_app_is_turned_on_and_off_and_codes_are_renewed(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    page = ana.get(str(ana.get(HOME).one('a[href*="/set-up/authenticator"]')["href"]))
    code = code_of(page.one(".key").get_text().replace(" ", ""))
    sent = {"code": code, "password": PASSWORD}
    shown = ana.send(page, 'form[action="/sign-in/set-up/authenticator"]', sent, status=200)
    assert shown.one("main a.button")["href"] == HOME
    assert "Recovery codes: 10 left" in ana.get(HOME).text
    confirmation = ana.get(f"{HOME}/recovery-codes")
    again = ana.send(confirmation, form_of("recovery-codes"), {"password": PASSWORD}, status=200)
    assert {item.get_text() for item in again.all(".codes li")}.isdisjoint(
        {item.get_text() for item in shown.all(".codes li")}
    )
    ana.send(ana.get(f"{HOME}/authenticator"), form_of("authenticator"), {"password": PASSWORD})
    assert "Authenticator app: off" in ana.get(HOME).text


def test_a_moderator_keeps_the_last_factor(signed_in: SignedIn) -> None:
    ben = signed_in("ben")
    confirmation = ben.get(f"{HOME}/authenticator")
    refused = ben.send(confirmation, form_of("authenticator"), {"password": PASSWORD}, status=409)
    assert "only second factor" in refused.text


def test_a_passkey_of_nobody_is_not_there(signed_in: SignedIn) -> None:
    for number in ("0", "1", "9" * 40):
        signed_in("ana").get(f"{HOME}/passkeys/{number}", status=404)


def test_leaving(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    sent = {"password": PASSWORD, "sure": "y"}
    left = ana.send(ana.get(f"{HOME}/leave"), form_of("leave"), sent, status=200)
    assert "belongs to nobody now" in left.text
    assert not left.all('form[action="/sign-out"]')
    ana.get("/desk", status=303)
    ana.post("/sign-in", {"handle": "ana", "password": PASSWORD}, status=422)


def test_the_last_admin_cannot_leave(signed_in: SignedIn, tracker: Tracker) -> None:
    an_admin(tracker)
    root = signed_in("root")
    sent = {"password": PASSWORD, "sure": "y"}
    refused = root.send(root.get(f"{HOME}/leave"), form_of("leave"), sent, status=409)
    assert "last admin" in refused.text
    root.get("/desk")


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.9.1", "curl"),
        ("lynx/2.9", "lynx"),
        ("", "An unknown browser"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("x" * 100_000, "x" * 30),
    ],
)
def test_a_browser_is_called_by_three_words(agent: str, label: str) -> None:
    assert known_browsers.described(agent) == label
