"""Header by header: what every page sends, what a signed-in person's page sends, what a file sends."""

import pytest
from flask import Flask

from tests.web.conftest import SignedIn

PAGE = "/kratom/us-al"
EVERY_PAGE = [
    # Nothing inline, nothing from elsewhere, no frame around it.
    ("Content-Security-Policy", "default-src 'none'"),
    ("Content-Security-Policy", "script-src 'self'"),
    ("Content-Security-Policy", "frame-ancestors 'none'"),
    ("Content-Security-Policy", "base-uri 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    # A page may be kept but is checked each time, so that a publication shows at once.
    ("Cache-Control", "public, no-cache"),
    ("Vary", "Cookie"),
]


@pytest.mark.parametrize(("name", "holds"), EVERY_PAGE)
def test_every_page_says(app: Flask, name: str, holds: str) -> None:
    assert holds in app.test_client().get(PAGE).headers[name]


def test_no_page_allows_inline_code_or_another_host(app: Flask) -> None:
    policy = app.test_client().get(PAGE).headers["Content-Security-Policy"]
    for word in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*"):
        assert word not in policy


def test_only_a_secure_connection_promises_to_stay_secure(app: Flask) -> None:
    client = app.test_client()
    assert "Strict-Transport-Security" not in client.get(PAGE).headers
    secure = client.get(PAGE, base_url="https://localhost")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_readers_get_no_cookie(app: Flask) -> None:
    client = app.test_client()
    for path in ("/", PAGE, "/search?q=Alabama", "/sign-in", "/data", "/kratom/embed"):
        assert "Set-Cookie" not in client.get(path).headers, path


@pytest.mark.parametrize("path", ["/desk", "/desk/queue", PAGE])
def test_what_a_person_sees_signed_in_is_kept_nowhere(signed_in: SignedIn, path: str) -> None:
    headers = signed_in("ana").get(path).response.headers
    assert headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in headers


def test_the_session_cookie_is_out_of_reach(app: Flask, signed_in: SignedIn) -> None:
    signed_in("ana")
    sent = app.test_client().post(
        "/sign-in", data={"handle": "ana", "password": "correct horse battery staple"}
    )
    cookie = sent.headers["Set-Cookie"]
    for word in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie


def test_a_file_named_by_its_hash_may_be_kept_for_ever(app: Flask) -> None:
    client = app.test_client()
    with client.get("/static/css/base.css?v=0123456789") as named:
        assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert named.headers["X-Content-Type-Options"] == "nosniff"


def test_an_error_page_is_not_kept(app: Flask) -> None:
    lost = app.test_client().get("/kratom/nowhere-at-all")
    assert (lost.status_code, lost.headers["Cache-Control"]) == (404, "no-store")
    assert "default-src 'none'" in lost.headers["Content-Security-Policy"]
