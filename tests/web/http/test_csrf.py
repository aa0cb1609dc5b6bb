"""A form is taken only from our own pages and from the session it was made for."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from legalmap import clock
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import Fields, Visitor

ALABAMA = "/desk/edit/kratom/us-al"
DISCARD = "/desk/drafts/kratom/us-al/discard"
FORMS = [ALABAMA, "/desk/verify/kratom/us-al", DISCARD, "/desk/proposals/1/verdict",
         "/desk/proposals/1/withdraw", "/sign-out"]  # fmt: skip


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


def token(visitor: Visitor) -> str:
    return visitor.get(ALABAMA).form("#edit-form")["csrf_token"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("forged", [None, "", "forged", "a.b.c"])
def test_a_form_without_a_right_token(ana: Visitor, path: str, forged: str | None) -> None:
    refused = ana.post(path, {} if forged is None else {"csrf_token": forged}, status=403)
    assert "not sent from here or has grown old: go back, reload, send again" in refused.text


@pytest.mark.parametrize("path", [*FORMS, "/sign-in"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin, cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_a_form_from_another_site(ana: Visitor, path: str, headers: dict[str, str]) -> None:
    sent = {"csrf_token": token(ana), "handle": "ana", "password": PASSWORD}
    ana.post(path, sent, status=403, headers=headers)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 303),
        ("http://localhost:81", 403),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
        (None, 303),
    ],
)
def test_an_old_browser_names_its_origin(ana: Visitor, origin: str | None, status: int) -> None:
    sent = {"csrf_token": token(ana)}
    headers = {} if origin is None else {"Origin": origin}
    assert ana.http.post(DISCARD, data=sent, headers=headers).status_code == status


def test_the_token_of_another_session(ana: Visitor, signed_in: SignedIn) -> None:
    ana.post(DISCARD, {"csrf_token": token(signed_in("ana"))}, status=403)
    ana.post(DISCARD, {"csrf_token": token(signed_in("ben"))}, status=403)
    ana.post(DISCARD, {"csrf_token": token(ana)}, status=303)


def test_a_token_grows_old(ana: Visitor) -> None:
    old = token(ana)
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1)):
        ana.post(DISCARD, {"csrf_token": old}, status=403)


def test_a_token_signed_with_another_key(ana: Visitor, app: Flask) -> None:
    good = token(ana)
    app.config["SECRET_KEY"] = "y" * 40
    ana.post(DISCARD, {"csrf_token": good}, status=403)


def test_a_forged_form_changes_nothing(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form("#edit-form")
    sent["csrf_token"], sent["note"], sent["notes"] = "forged", "Why.", "Forged."
    sent["action"] = "submit"
    ana.post(ALABAMA, sent, status=403)
    assert "Nothing waits" in ana.get("/desk/queue").text


def test_what_a_stranger_sends_is_not_offered_again(ana: Visitor) -> None:
    sent = Fields({"base": "0", "notes": "Forged."})
    refused = ana.http.post(ALABAMA, data=sent)
    assert refused.status_code == 403
    assert "Forged." not in refused.text


def test_nothing_but_reading_goes_without_a_token(ana: Visitor) -> None:
    for method in ("put", "patch", "delete"):
        # No view takes one of these, with a token or without.
        assert getattr(ana.http, method)("/desk").status_code == 405


def test_the_api_takes_no_cookie_and_needs_no_token(client: Visitor) -> None:
    assert client.http.post("/api/v1/topics").status_code == 405
