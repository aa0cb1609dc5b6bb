"""The site answers for the hosts it is told of, and its absolute addresses name no other."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.store.engine import Store
from legalmap.web.http.hosts import Hosts

SITES = ("https://law.example", "http://other.example:8080")
Making = Callable[..., Flask]

# The sentence, the sites that are set, a Host header, and whether it is answered.
HOSTS: list[tuple[str, tuple[str, ...], str, bool]] = [
    ("this machine by name", (), "localhost", True),
    ("this machine at any port", (), "localhost:54321", True),
    ("this machine by number", (), "127.0.0.1:8000", True),
    ("this machine by IPv6", (), "[::1]:8000", True),
    ("a name is written as one likes", (), "LocalHost", True),
    ("a stranger", (), "law.example", False),
    ("a name that begins like ours", (), "localhost.evil.example", False),
    ("another number of this machine", (), "127.0.0.2", False),
    ("an address that listens everywhere", (), "0.0.0.0:8000", False),
    ("a port that is none", (), "localhost:x", False),
    ("a port of 5,000 digits", (), f"localhost:{'9' * 5_000}", False),
    ("a name in another script", (), "xn--80ak6aa92e.com", False),
    ("a label that is no name at all", (), "xn--", False),
    ("an open bracket", (), "[", False),
    ("nothing", (), "", False),
    ("a name and a password", (), "localhost@evil.example", False),
    ("two in one", (), "localhost, evil.example", False),
    ("a name of 12 KB", (), "x" * 12_000, False),
    ("the first site", SITES, "law.example", True),
    ("the first site in capitals", SITES, "LAW.example", True),
    ("its usual port", SITES, "law.example:443", True),
    ("another port of it", SITES, "law.example:8443", False),
    ("the second site", SITES, "other.example:8080", True),
    ("the second without its port", SITES, "other.example", False),
    ("a part of it", SITES, "www.law.example", False),
    ("this machine, which is not in the list", SITES, "localhost", False),
]


@pytest.mark.parametrize(
    ("sites", "host", "answered"), [row[1:] for row in HOSTS], ids=[row[0] for row in HOSTS]
)
def test_which_hosts_are_ours(sites: tuple[str, ...], host: str, answered: bool) -> None:
    assert Hosts(sites).allow(host) is answered


@pytest.fixture
def making(sqlite_store: Store) -> Iterator[Making]:
    """Applications on one database, with settings of a test's own."""
    url, made = sqlite_store.engine.url.render_as_string(hide_password=False), []

    def make(**more: object) -> Flask:
        settings = Settings(database_url=url, secret_key="x" * 40, secure_cookies=False, **more)  # type: ignore[arg-type]
        made.append(create_app(settings))
        return made[-1]

    yield make
    for app in made:
        app.extensions["reader"].tracker.store.close()


ADDRESSES = [
    ("GET", "/kratom"),
    ("GET", "/nowhere/at/all"),
    ("GET", "/static/css/base.css"),
    ("GET", "/api/v1/topics"),
    ("POST", "/sign-in"),
    ("OPTIONS", "/api/v1/topics"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_stranger_is_told_what_to_set(app: Flask, method: str, path: str) -> None:
    answer = app.test_client().open(path, method=method, headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "LEGALMAP_SITE_URL" in answer.text
    assert "evil.example" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store" or method == "OPTIONS"


def test_a_request_without_a_host_is_for_whoever_listens(app: Flask) -> None:
    """HTTP/1.0 has none; whether 1.1 may go without, the server decides."""
    client = app.test_client()
    answer = client.get("/about", environ_overrides={"HTTP_HOST": None})
    assert answer.status_code == 200


def test_absolute_addresses_name_the_first_site(making: Making) -> None:
    app = making(sites=SITES)
    for host in ("law.example", "other.example:8080"):
        answer = app.test_client().get("/kratom/changes.atom", headers={"Host": host})
        assert answer.status_code == 200
        assert "<id>tag:law.example,2026:/kratom</id>" in answer.text
        assert 'href="https://law.example/kratom/changes.atom"' in answer.text
        assert "other.example" not in answer.text


# What a proxy says of the host that a reader asked for, and the status.
FORWARDED = [("law.example", 200), ("evil.example", 421), ("law.example, evil.example", 421)]


@pytest.mark.parametrize(("named", "status"), FORWARDED)
def test_what_a_proxy_says_is_held_to_the_same_list(
    making: Making, named: str, status: int
) -> None:
    client = making(sites=SITES, behind_proxy=1).test_client()
    headers = {"Host": "127.0.0.1:8000", "X-Forwarded-Host": named, "X-Forwarded-Proto": "https"}
    assert client.get("/about", headers=headers).status_code == status


def test_links_for_people_name_the_site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets an invitation or a passkey for a host that somebody else made up."""
    monkeypatch.setitem(app.extensions, "hosts", Hosts(("https://law.example", "http://localhost")))
    with app.test_request_context("/desk/people", headers={"Host": "localhost"}):
        from legalmap.web.http.hosts import site_url
        from legalmap.web.people import second_factor

        assert site_url() == "https://law.example"
        known = second_factor.site()
        assert known is not None
        assert (known.host, known.origin) == ("law.example", "https://law.example")
