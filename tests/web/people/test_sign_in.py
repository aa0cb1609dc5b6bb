"""Signing in and out."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from legalmap import clock
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts
from legalmap.web.http.next_url import local_path
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import Visitor

RIGHT = {"handle": "ana", "password": PASSWORD}
COOKIE = "legalmap-session"


def test_signing_in_and_out(client: Visitor) -> None:
    page = client.get("/sign-in")
    client.send(page, "main form", RIGHT)
    desk = client.get("/desk")
    assert "Sign out ana" in desk.one(".people").get_text()
    client.send(desk, 'form[action="/sign-out"]')
    assert client.post("/desk/edit/kratom/us-al", {"base": "0"}, status=403)


def test_before_signing_in_there_is_no_cookie(client: Visitor) -> None:
    assert "Set-Cookie" not in client.get("/sign-in").response.headers
    assert not client.get("/sign-in").all('input[name="csrf_token"]')


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Visitor) -> None:
    cookie = client.post("/sign-in", RIGHT, status=303).response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_each_sign_in_gets_a_fresh_token_and_ends_the_one_before(
    client: Visitor, app: Flask
) -> None:
    client.post("/sign-in", RIGHT, status=303)
    first = client.http.get_cookie(COOKIE)
    client.post("/sign-in", RIGHT, status=303)
    second = client.http.get_cookie(COOKIE)
    assert first and second and first.value != second.value  # noqa: PT018 - one fact
    old = Visitor(app)
    old.http.set_cookie(COOKIE, first.value)
    assert old.get("/desk", status=303).response.headers["Location"].startswith("/sign-in")


def test_after_signing_out_the_token_is_dead(signed_in: SignedIn, app: Flask) -> None:
    ana = signed_in("ana")
    cookie = ana.http.get_cookie(COOKIE)
    assert cookie
    ana.send(ana.get("/desk"), 'form[action="/sign-out"]')
    old = Visitor(app)
    old.http.set_cookie(COOKIE, cookie.value)
    old.get("/desk", status=303)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"handle": "ana", "password": "wrong"}, "password"),
        ({"handle": "nobody", "password": PASSWORD}, "password"),
        ({"handle": "legalmap", "password": PASSWORD}, "password"),
        ({"handle": "ana\x00", "password": PASSWORD}, "password"),
        ({"handle": "", "password": PASSWORD}, "handle"),
        ({"handle": "ana", "password": ""}, "password"),
        ({"handle": "ana", "password": "x" * 1001}, "password"),
        ({}, "handle"),
    ],
)
def test_what_does_not_open_a_session(client: Visitor, sent: dict[str, str], field: str) -> None:
    refused = client.post("/sign-in", sent, status=422)
    assert field in refused.errors()
    assert "Set-Cookie" not in refused.response.headers
    assert PASSWORD not in refused.response.text


def test_a_wrong_name_and_a_wrong_password_read_the_same(client: Visitor) -> None:
    wrong_password = client.post("/sign-in", {"handle": "ana", "password": "wrong"}, status=422)
    other = client.post("/sign-in", {"handle": "nobody", "password": "wrong"}, status=422)
    assert wrong_password.errors() == other.errors()


def test_a_disabled_account_is_out_at_once(signed_in: SignedIn, tracker: Tracker) -> None:
    ana = signed_in("ana")
    accounts.disable(tracker, "ana")
    ana.get("/desk", status=303)
    ana.post("/sign-in", RIGHT, status=422)


# Where signing in leads


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/desk/queue", "/desk/queue"),
        ("/desk/edit/kratom/us-al?rework=3", "/desk/edit/kratom/us-al?rework=3"),
        ("/", "/"),
        (None, "/desk"),
        ("", "/desk"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/\\evil.example", "/desk"),
        ("\\\\evil.example", "/desk"),
        ("/\t/evil.example", "/desk"),
        ("/\r\nSet-Cookie: a=b", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("desk", "/desk"),
        ("///evil.example", "/desk"),
        ("/" + "a" * 3000, "/desk"),
        ("/é", "/desk"),
    ],
)
def test_only_paths_of_this_site(asked: str | None, led: str) -> None:
    assert local_path(asked) == led


def test_a_page_that_needs_an_account_leads_back_to_itself(client: Visitor) -> None:
    refused = client.get("/desk/queue", status=303)
    page = client.follow(refused)
    assert client.send(page, "main form", RIGHT).response.headers["Location"] == "/desk/queue"


def test_who_is_signed_in_is_sent_on(signed_in: SignedIn) -> None:
    page = signed_in("ana").get("/sign-in?next=/desk/queue", status=303)
    assert page.response.headers["Location"] == "/desk/queue"


# Guessing


def guess(client: Visitor, handle: str, times: int, status: int = 422) -> None:
    for _ in range(times):
        client.post("/sign-in", {"handle": handle, "password": "guess"}, status=status)


def test_guessing_is_slowed_down_but_nobody_is_locked_out_for_good(client: Visitor) -> None:
    guess(client, "ana", 8)
    refused = client.post("/sign-in", RIGHT, status=429)
    assert 0 < int(refused.response.headers["Retry-After"]) <= 600
    assert "Wait" in refused.text
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        client.post("/sign-in", RIGHT, status=303)


def test_the_owner_signs_in_from_another_address(client: Visitor, app: Flask) -> None:
    guess(client, "ana", 8)
    guess(client, "ana", 1, status=429)
    elsewhere = Visitor(app)
    elsewhere.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    elsewhere.post("/sign-in", RIGHT, status=303)


def test_one_address_guesses_at_many_names(client: Visitor) -> None:
    for number in range(40):
        guess(client, f"name-{number}", 1)
    guess(client, "another", 1, status=429)


def test_addresses_of_one_household_count_together(app: Flask) -> None:
    for number in range(8):
        visitor = Visitor(app)
        visitor.http.environ_base["REMOTE_ADDR"] = f"2001:db8::{number + 1}"
        guess(visitor, "ana", 1)
    visitor.http.environ_base["REMOTE_ADDR"] = "2001:db8::ffff"
    guess(visitor, "ana", 1, status=429)


def test_signing_in_rightly_forgets_the_wrong_attempts(client: Visitor) -> None:
    guess(client, "ana", 7)
    client.post("/sign-in", RIGHT, status=303)
    guess(client, "ana", 7)


def test_trying_again_later_keeps_what_was_typed(client: Visitor) -> None:
    sign_in = client.post("/desk/edit/kratom/us-al", {"base": "0", "notes": "Typed."}, status=403)
    guess(client, "ana", 8)
    refused = client.send(sign_in, "main form", RIGHT, status=429)
    assert "Typed." in refused.form("main form")["kept"]


def test_a_parcel_for_another_page_is_not_passed_on(client: Visitor) -> None:
    sent = {**RIGHT, "next": "/desk", "kept": '[["a", "b"]]'}
    assert client.post("/sign-in", sent, status=303).response.headers["Location"] == "/desk"


def test_what_was_to_be_said_to_one_person_is_not_said_to_the_next(
    signed_in: SignedIn, tracker: Tracker
) -> None:
    """On a computer that several use: signing out takes along what no page has told yet."""
    visitor = signed_in("ben")
    token = visitor.get("/desk").form('form[action="/sign-out"]')
    redirected = visitor.post("/desk/queue/next", token, status=303)
    assert "SameSite=Lax" in redirected.response.headers["Set-Cookie"]
    visitor.post("/sign-out", token, status=303)
    visitor.sign_in("ana", tracker.store)
    assert "Nothing else waits for you" not in str(visitor.get("/desk").soup)
