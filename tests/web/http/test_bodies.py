"""What is too long or too many is refused before it is read, whoever serves the application."""

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from legalmap.web.http import bodies, session
from tests.web.conftest import SignedIn
from tests.web.visit import BROWSER

FORM = "application/x-www-form-urlencoded"
SUGGEST, EDIT = "/kratom/us-al/suggest", "/desk/edit/kratom/us-al"


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_: Any) -> bytes:
        """Fail: what is refused is not waited for."""
        raise AssertionError("the body was read")

    readinto = readline = read  # type: ignore[assignment]


def unread(app: Flask, path: str, length: int, method: str = "POST", **headers: str) -> Any:
    """What is answered to a request of which nobody reads the body: status, headers, text."""
    builder = EnvironBuilder(path, method=method, headers=Headers({**BROWSER, **headers}))
    environ = builder.get_environ()
    environ.update({"wsgi.input": Unread(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": FORM})
    parts, status, answered = run_wsgi_app(app, environ)
    return int(status[:3]), answered, b"".join(parts).decode()


# The sentence, the address, the method, how many bytes are announced, and the status.
UNREAD: list[tuple[str, str, str, int, int]] = [
    ("a form to an address without a view", "/no/such/address", "POST", 3_900_000, 404),
    ("a small one to the page of a place", "/no/such", "POST", 10, 405),
    ("a form to a page that takes none", "/about", "POST", 10, 405),
    ("a form to the API where it takes none", "/api/v1/topics", "POST", 3_900_000, 405),
    ("a suggestion of more than 64 KB", SUGGEST, "POST", 65_537, 413),
    ("a sign-in of more than 64 KB", "/sign-in", "POST", 65_537, 413),
    ("an edit of who is not signed in", EDIT, "POST", 3_900_000, 413),
    ("a body with a page that is only read", "/kratom", "GET", 65_537, 413),
    ("a batch of more than a megabyte", "/api/v1/kratom/resolve", "POST", 1_000_001, 413),
]


@pytest.mark.parametrize(
    ("path", "method", "length", "status"), [row[1:] for row in UNREAD], ids=[r[0] for r in UNREAD]
)
def test_nothing_is_read_of_what_is_refused(
    app: Flask, path: str, method: str, length: int, status: int
) -> None:
    assert unread(app, path, length, method)[0] == status


def test_a_cookie_alone_lets_nobody_send_more(app: Flask) -> None:
    cookie = f"{session.NAME}={'x' * 43}"
    status, _, text = unread(app, EDIT, 3_900_000, Cookie=cookie)
    assert status == 413
    assert "more than 64 KB" in text


def test_who_is_signed_in_may_send_four_megabytes(app: Flask, signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    assert ana.http.post(EDIT, data={"note": "x" * 3_900_000}, headers=BROWSER).status_code == 403
    cookie = ana.http.get_cookie(session.NAME)
    assert cookie is not None
    status, _, text = unread(app, EDIT, 4_000_001, Cookie=f"{session.NAME}={cookie.value}")
    assert status == 413
    assert "more than 4 MB" in text


def test_a_form_that_could_not_come_back_is_not_carried_along(app: Flask) -> None:
    """Who has to sign in first keeps what they typed: on the page if it fits, else in the form itself."""
    client = app.test_client()
    carried = client.post(EDIT, data={"notes": "x" * 40_000}, headers=BROWSER)
    assert (carried.status_code, "x" * 40_000 in carried.text) == (403, True)
    refused = client.post(EDIT, data={"notes": "x" * 60_000}, headers=BROWSER)
    assert (refused.status_code, "x" * 60_000 in refused.text) == (413, False)
    assert "sign in in another window" in refused.text


# What a server may ask before it reads: the address, the method, whether somebody is signed in, the bytes.
ASKED: list[tuple[str, str, str, bool, int]] = [
    ("a suggestion", SUGGEST, "POST", False, 65_536),
    ("an edit of a stranger", EDIT, "POST", False, 65_536),
    ("an edit of who is signed in", EDIT, "POST", True, 4_000_000),
    ("a batch", "/api/v1/kratom/resolve", "POST", False, 1_000_000),
    ("a batch, whoever sends it", "/api/v1/kratom/resolve", "POST", True, 1_000_000),
    ("an address without a view", "/no/such/address", "POST", True, 0),
    ("a method no view takes", "/about", "PUT", True, 0),
]


@pytest.mark.parametrize(
    ("path", "method", "known", "most"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED]
)
def test_a_server_can_ask_before_it_reads(
    app: Flask, signed_in: SignedIn, path: str, method: str, known: bool, most: int
) -> None:
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_COOKIE": "other=1"}
    if known:
        cookie = signed_in("ana").http.get_cookie(session.NAME)
        assert cookie is not None
        environ["HTTP_COOKIE"] = f"other=1; {session.NAME}={cookie.value}"
    assert bodies.most_bytes(app, environ) == most


def test_parameters_of_an_address_are_counted(app: Flask) -> None:
    client = app.test_client()
    assert client.get(f"/about?{'a=&' * 99}").status_code == 200
    refused = client.get(f"/about?{'a=&' * 100}a=")
    assert refused.status_code == 400
    assert "at most 100 parameters" in refused.text


def test_fields_of_a_form_are_counted_before_they_are_parsed(
    app: Flask, signed_in: SignedIn
) -> None:
    client = app.test_client()
    many = client.post(SUGGEST, data=b"a=&" * 1_001, content_type=FORM, headers=BROWSER)
    assert many.status_code == 413
    assert "more than 1,000 fields" in many.text
    ana = signed_in("ana").http
    most = ana.post(EDIT, data=b"a=&" * 19_999, content_type=FORM, headers=BROWSER)
    assert most.status_code == 403, "taken apart, and sent without a token"
    more = ana.post(EDIT, data=b"a=&" * 20_001, content_type=FORM, headers=BROWSER)
    assert more.status_code == 413
    assert "more than 20,000 fields" in more.text


def test_parts_of_a_form_are_counted(app: Flask) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    many = app.test_client().post(
        SUGGEST,
        data=part * 1_200 + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=BROWSER,
    )
    assert many.status_code == 413
    assert "more than 1,000 fields" in many.text


def test_a_body_without_a_length_ends_where_it_may_not_be_longer(app: Flask) -> None:
    """A server that takes chunks says so; nobody is signed in."""
    environ = EnvironBuilder(SUGGEST, method="POST", headers=Headers(BROWSER)).get_environ()
    body = io.BytesIO(b"text=" + b"x" * 200_000)
    environ |= {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_TYPE": FORM}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"}
    environ.pop("CONTENT_LENGTH", None)
    parts, status, _ = run_wsgi_app(app, environ)
    assert status.startswith("413"), b"".join(parts)
    assert body.tell() <= 2 * bodies.MOST_OF_ANYBODY


# An address, a method, the status and what is allowed there.
ALLOWED: list[tuple[str, str, int, str]] = [
    ("/about", "POST", 405, "GET, HEAD, OPTIONS"),
    ("/about", "OPTIONS", 200, "GET, HEAD, OPTIONS"),
    ("/desk/queue/next", "GET", 405, "OPTIONS, POST"),
    ("/api/v1/topics", "DELETE", 405, "GET, HEAD, OPTIONS"),
    ("/api/v1/kratom/resolve", "OPTIONS", 200, "GET, HEAD, OPTIONS, POST"),
]


@pytest.mark.parametrize(("path", "method", "status", "allowed"), ALLOWED)
def test_what_an_address_takes_is_said(
    app: Flask, path: str, method: str, status: int, allowed: str
) -> None:
    answer = app.test_client().open(path, method=method)
    assert answer.status_code == status
    assert ", ".join(sorted(answer.headers["Allow"].split(", "))) == allowed
