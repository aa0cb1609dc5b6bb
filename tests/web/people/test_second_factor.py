"""The second step of signing in: nothing opens before it, and nothing typed is lost in it."""

from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask

from legalmap import clock
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts
from tests.services.authenticator import Authenticator
from tests.store.build import PASSWORD, fresh_code
from tests.web.conftest import SignedIn
from tests.web.visit import PROVE, PROVING, Page, Visitor

COOKIE = "legalmap-session"
BEN = {"handle": "ben", "password": PASSWORD}
SET_UP = "/sign-in/set-up/authenticator"
SETTING_UP = f'form[action="{SET_UP}"]'
# Every page of the desk is behind the guard; of each family one.
GUARDED = ("/desk", "/desk/queue", "/desk/edit/kratom/us-al", "/desk/verify/kratom/us-al")


@pytest.fixture
def half(client: Visitor) -> Visitor:
    """Ben, after the password."""
    client.post("/sign-in", BEN, status=303)
    return client


@pytest.fixture
def dora(client: Visitor, tracker: Tracker) -> Visitor:
    """A moderator without a second factor, after the password."""
    accounts.add(tracker, "nora", Role.MODERATOR, PASSWORD)
    client.post("/sign-in", {"handle": "nora", "password": PASSWORD}, status=303)
    return client


@pytest.mark.parametrize("path", GUARDED)
def test_a_password_alone_opens_nothing(half: Visitor, path: str) -> None:
    location = half.get(path, status=303).response.headers["Location"]
    assert location.startswith(f"{PROVE}?next=")


@pytest.mark.parametrize("path", GUARDED)
def test_a_moderator_without_a_factor_sets_one_up_first(dora: Visitor, path: str) -> None:
    location = dora.get(path, status=303).response.headers["Location"]
    assert location.startswith(f"{SET_UP}?next=")


def test_nor_does_it_let_anything_be_sent(half: Visitor) -> None:
    page = half.get(PROVE)
    csrf = {"csrf_token": page.form(PROVING)["csrf_token"]}
    half.post("/desk/drafts/kratom/us-al/discard", csrf, status=303)
    resumed = half.post("/desk/edit/kratom/us-al", {**csrf, "base": "0", "notes": "Typed."}, 403)
    assert "Typed." in resumed.form(PROVING)["kept"]


def test_nor_can_another_factor_be_added_instead(half: Visitor) -> None:
    for path in (SET_UP, "/sign-in/set-up/passkey"):
        led = half.get(path, status=303).response.headers["Location"]
        assert led.startswith(PROVE)


def test_signing_out_is_possible_half_way(half: Visitor) -> None:
    half.send(half.get(PROVE), 'form[action="/sign-out"]')
    assert half.get(PROVE, status=303).response.headers["Location"].startswith("/sign-in?")


def test_the_code_leads_on_in_a_fresh_session(
    client: Visitor, app: Flask, tracker: Tracker
) -> None:
    page = client.get("/sign-in?next=/desk/queue")
    proving = client.follow(client.send(page, "main form", BEN))
    before = client.http.get_cookie(COOKIE)
    sent = client.send(proving, PROVING, {"code": fresh_code(tracker.store, "ben")})
    assert sent.response.headers["Location"] == "/desk/queue"
    assert "Sign out ben" in client.follow(sent).one(".people").get_text()
    after = client.http.get_cookie(COOKIE)
    assert before and after and before.value != after.value  # noqa: PT018 - one fact
    old = Visitor(app)
    old.http.set_cookie(COOKIE, before.value)
    assert old.get("/desk", status=303).response.headers["Location"].startswith("/sign-in?next=")


def test_a_wrong_code_is_told_at_its_field(half: Visitor) -> None:
    refused = half.send(half.get(f"{PROVE}?next=/desk/queue"), PROVING, {"code": "12"}, status=422)
    assert list(refused.errors()) == ["code"]
    assert refused.form(PROVING)["next"] == "/desk/queue"


def test_who_is_through_is_sent_on(signed_in: SignedIn) -> None:
    page = signed_in("ben").get(f"{PROVE}?next=/desk/queue", status=303)
    assert page.response.headers["Location"] == "/desk/queue"


def test_who_signs_in_again_half_way_is_asked_again(half: Visitor) -> None:
    assert half.get("/sign-in", status=303).response.headers["Location"].startswith(PROVE)
    assert half.post("/sign-in", BEN, 303).response.headers["Location"].startswith(PROVE)


def test_guessing_codes_is_slowed_down(half: Visitor, tracker: Tracker) -> None:
    for _ in range(8):
        half.send(half.get(PROVE), PROVING, {"code": "000000"}, status=422)
    code = {"code": fresh_code(tracker.store, "ben")}
    refused = half.send(half.get(PROVE), PROVING, code, status=429)
    assert 0 < int(refused.response.headers["Retry-After"]) <= 600
    assert half.get(str(refused.one("main a.button")["href"])).all(PROVING)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        code = {"code": fresh_code(tracker.store, "ben")}
        half.send(half.get(PROVE), PROVING, code)


def test_a_right_password_does_not_forgive_wrong_codes(half: Visitor) -> None:
    for _ in range(7):
        half.send(half.get(PROVE), PROVING, {"code": "000000"}, status=422)
        half.post("/sign-in", BEN, status=303)
    half.send(half.get(PROVE), PROVING, {"code": "000000"}, status=422)
    half.send(half.get(PROVE), PROVING, {"code": "000000"}, status=429)


# Setting one up


def code_for(page: Page) -> str:
    """What an app shows that has scanned the picture."""
    return pyotp.TOTP(page.one(".key").get_text().replace(" ", "")).at(clock.now())


def test_setting_up_an_app_shows_recovery_codes_and_leads_on(dora: Visitor) -> None:
    page = dora.get(f"{SET_UP}?next=/desk/queue")
    assert page.one("svg.qr path[stroke]")
    shown = dora.send(page, SETTING_UP, {"code": code_for(page)}, status=200)
    assert len(shown.all(".codes li")) == 10
    assert shown.response.headers["Cache-Control"] == "no-store"
    assert dora.get(str(shown.one("main a.button")["href"])).one("h1").get_text() == "Queue"


def test_a_wrong_first_code_keeps_the_picture(dora: Visitor) -> None:
    page = dora.get(SET_UP)
    refused = dora.send(page, SETTING_UP, {"code": "000000"}, status=422)
    assert list(refused.errors()) == ["code"]
    assert refused.one(".key").get_text() == page.one(".key").get_text()
    dora.send(refused, SETTING_UP, {"code": code_for(refused)}, status=200)


def test_what_was_typed_outlives_setting_up(dora: Visitor) -> None:
    page = dora.get(SET_UP)
    sent = {"csrf_token": page.form(SETTING_UP)["csrf_token"], "base": "0", "notes": "Typed."}
    page = dora.post("/desk/edit/kratom/us-al", sent, status=403)
    shown = dora.send(page, SETTING_UP, {"code": code_for(page)}, status=200)
    back = dora.send(shown, "main form", status=200)
    assert "Typed." in back.one('[name="notes"]').get_text()


def test_a_contributor_may_set_one_up_and_gives_the_password(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    page = ana.get(SET_UP)
    refused = ana.send(page, SETTING_UP, {"code": code_for(page)}, status=422)
    assert list(refused.errors()) == ["password"]
    sent = {"code": code_for(refused), "password": PASSWORD}
    ana.send(refused, SETTING_UP, sent, status=200)
    assert ana.get("/desk")


# Passkeys; the journey in a browser is in tests/browser/test_signing_in.py


def answered(page: Page, how: str, key: Authenticator) -> dict[str, str]:
    """What the script writes into the form."""
    return {"answer": getattr(key, how)(str(page.one("form[data-passkey]")["data-options"]))}


def test_a_passkey_is_set_up_and_shown(dora: Visitor, app: Flask) -> None:
    key = Authenticator("localhost", "http://localhost")
    page = dora.get("/sign-in/set-up/passkey")
    sent = {"name": "Blue key", **answered(page, "make", key)}
    assert dora.send(page, "form[data-passkey]", sent, status=200).all(".codes li")
    again = Visitor(app)
    signed_in_again = again.post("/sign-in", {"handle": "nora", "password": PASSWORD}, status=303)
    page = again.follow(signed_in_again)
    again.send(page, "form[data-passkey]", answered(page, "show", key))
    assert again.get("/desk")


def test_a_refused_passkey_is_told_and_the_next_try_is_a_fresh_one(dora: Visitor) -> None:
    page = dora.get("/sign-in/set-up/passkey")
    refused = dora.send(page, "form[data-passkey]", {"name": "Key", "answer": "{}"}, status=422)
    assert list(refused.errors()) == ["passkey"]
    before, after = (shown.form("form[data-passkey]")["challenge"] for shown in (page, refused))
    assert before != after


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.0.0.1", "[::1]:8000", "[::1]"])
def test_at_an_address_without_a_name_no_passkey_is_offered(
    dora: Visitor, app: Flask, host: str
) -> None:
    cookie = dora.http.get_cookie(COOKIE)
    assert cookie is not None
    headers = {"Host": host, "Cookie": f"{COOKIE}={cookie.value}"}
    bare = app.test_client(use_cookies=False)
    content = bare.get("/sign-in/set-up/passkey", headers=headers).data
    assert b"called by its number" in content
    assert b"data-passkey=" not in content
