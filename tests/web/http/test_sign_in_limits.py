"""Guessing is slow from everywhere, and the rightful owner is not locked out by it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from legalmap import clock
from legalmap.services.core.tracker import Tracker
from legalmap.web.http import known_browsers
from tests.store.build import PASSWORD, fresh_code
from tests.web.conftest import SignedIn
from tests.web.visit import PROVE, PROVING, Visitor

ANA = {"handle": "ana", "password": PASSWORD}
BEN = {"handle": "ben", "password": PASSWORD}


def at(app: Flask, number: int) -> Visitor:
    """A browser at an address of its own."""
    visitor = Visitor(app)
    visitor.http.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return visitor


def guess_from_everywhere(app: Flask, handle: str = "ana") -> None:
    """Thirty wrong passwords, from ten addresses."""
    for number in range(30):
        wrong = {"handle": handle, "password": "guess"}
        at(app, number % 10).post("/sign-in", wrong, status=422)


def test_guesses_from_everywhere_are_counted_together(app: Flask) -> None:
    guess_from_everywhere(app)
    refused = at(app, 99).post("/sign-in", ANA, status=429)
    assert 0 < int(refused.response.headers["Retry-After"]) <= 3_600
    assert "not locked" in refused.text
    # Other accounts are not meant.
    at(app, 99).post("/sign-in", BEN, status=303)


def test_a_browser_that_is_known_goes_on(app: Flask, signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    ana.send(ana.get("/desk"), 'form[action="/sign-out"]')
    guess_from_everywhere(app)
    at(app, 99).post("/sign-in", ANA, status=429)
    ana.http.environ_base["REMOTE_ADDR"] = "192.0.2.200"
    ana.post("/sign-in", ANA, status=303)


def test_nobody_waits_longer_than_an_hour(app: Flask) -> None:
    guess_from_everywhere(app)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        at(app, 99).post("/sign-in", ANA, status=303)


def test_a_stolen_browser_cannot_guess_for_ever(app: Flask, signed_in: SignedIn) -> None:
    """It is counted by itself, wherever it goes."""
    ana = signed_in("ana")
    ana.send(ana.get("/desk"), 'form[action="/sign-out"]')
    for number in range(30):
        ana.http.environ_base["REMOTE_ADDR"] = f"192.0.2.{number % 10}"
        ana.post("/sign-in", {"handle": "ana", "password": "guess"}, status=422)
    ana.http.environ_base["REMOTE_ADDR"] = "192.0.2.99"
    ana.post("/sign-in", ANA, status=429)
    # The owner elsewhere is not.
    at(app, 98).post("/sign-in", ANA, status=303)


def test_codes_are_guessed_even_more_slowly(app: Flask, tracker: Tracker) -> None:
    """Who gets there knows the password."""
    for number in range(10):
        half = at(app, number)
        half.post("/sign-in", BEN, status=303)
        half.send(half.get(PROVE), PROVING, {"code": "000000"}, status=422)
    late = at(app, 99)
    late.post("/sign-in", BEN, status=303)
    code = {"code": fresh_code(tracker.store, "ben")}
    late.send(late.get(PROVE), PROVING, code, status=429)


# The cookie of a browser that is known


def device_cookie(visitor: Visitor) -> str:
    cookie = visitor.http.get_cookie(known_browsers.NAME, path=known_browsers.PATH)
    assert cookie is not None
    return cookie.value


def test_there_is_none_before_everything_was_shown(client: Visitor, tracker: Tracker) -> None:
    client.get("/sign-in")
    client.post("/sign-in", {"handle": "ben", "password": "wrong"}, status=422)
    client.post("/sign-in", BEN, status=303)
    assert client.http.get_cookie(known_browsers.NAME, path=known_browsers.PATH) is None
    client.send(client.get(PROVE), PROVING, {"code": fresh_code(tracker.store, "ben")})
    assert device_cookie(client)


def test_it_goes_to_the_sign_in_only_and_says_no_name(client: Visitor) -> None:
    sent = client.post("/sign-in", ANA, status=303).response.headers.getlist("Set-Cookie")
    [device] = [cookie for cookie in sent if cookie.startswith(known_browsers.NAME)]
    assert {"HttpOnly", "SameSite=Lax", "Path=/sign-in"} <= set(device.split("; "))
    assert "ana" not in device_cookie(client)


FORGED: list[tuple[str, Callable[[str], str]]] = [
    ("nothing", lambda _: ""),
    ("no cookie of ours", lambda _: "x.y.z"),
    ("one letter changed", lambda text: ("x" if text[0] != "x" else "y") + text[1:]),
    ("the signature cut off", lambda text: text.rpartition(".")[0]),
]


@pytest.mark.parametrize(("forge"), [row[1] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_forged_one_is_none(app: Flask, client: Visitor, forge: Callable[[str], str]) -> None:
    client.post("/sign-in", ANA, status=303)
    real = device_cookie(client)
    with app.test_request_context(headers={"Cookie": f"{known_browsers.NAME}={real}"}):
        assert known_browsers.known("ana")
    with app.test_request_context(headers={"Cookie": f"{known_browsers.NAME}={forge(real)}"}):
        assert known_browsers.known("ana") == ""


def test_it_is_of_one_account_and_grows_old(app: Flask, client: Visitor) -> None:
    client.post("/sign-in", ANA, status=303)
    cookie = {"Cookie": f"{known_browsers.NAME}={device_cookie(client)}"}
    with app.test_request_context(headers=cookie):
        assert known_browsers.known("ben") == ""
    with (
        time_machine.travel(clock.now() + known_browsers.LIFE + timedelta(seconds=2)),
        app.test_request_context(headers=cookie),
    ):
        assert known_browsers.known("ana") == ""
