"""Every route × everybody who may ask × own and others' work: the table of ``permissions`` is true.

The rows are asked of a real application on the shipped data. A route without a row fails.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import pytest
from flask import Flask

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.domain.accounts import Account
from legalmap.domain.records import Revision
from legalmap.domain.roles import Permission, Role
from legalmap.services import editing, joining, suggesting
from legalmap.services.editing import Proposal
from legalmap.services.reading import Reader
from legalmap.services.tracker import Tracker
from legalmap.store import accounts, factors
from legalmap.web import session
from tests.build import a_payload
from tests.services.build import decide, propose
from tests.store.build import NOW, TOTP_SECRET, a_password_hash, fill_shipped
from tests.web.permissions import ROLES, TABLE, Outcome, Row, Whose
from tests.web.visit import BROWSER, Visitor

# Who asks under which name. Another's work is that of dora.
NAMES = {"contributor": "ana", "moderator": "ben", "admin": "dana", "disabled": "eve"}
ANOTHER = "dora"
# Nothing ships for it: revisions 1 and 2 are published here.
PLACE = "gl"
EXAMPLES = {
    "topic": "kratom",
    "code": "us-al",
    "number": "0",
    "newer": "0",
    "older": "0",
    "format": "json",
    "release": "2026.1",
    "filename": "kratom.json",
    "handle": "cleo",
}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


class Session(NamedTuple):
    """What a browser holds: the cookie, and the token in its forms."""

    cookie: str
    token: str


class Site:
    """A running application, people of every role, and fresh work to try things on."""

    def __init__(self, app: Flask) -> None:
        """Everybody signs in once; eve's account is closed afterwards."""
        self.app = app
        reader: Reader = app.extensions["reader"]
        self.tracker: Tracker = reader.tracker
        with self.tracker.store.writing() as connection:
            for handle, role in (("dana", Role.ADMIN), ("eve", Role.MODERATOR)):
                number = accounts.insert(connection, handle, role, a_password_hash(), NOW)
                factors.set_totp(connection, number, TOTP_SECRET, None)
        self._words = count()
        self._publish_two_revisions()
        self.sessions = {role: self._session(role) for role in ROLES}
        with self.tracker.store.writing() as connection:
            accounts.update(connection, self.person("eve").id, disabled_at=NOW)

    def _session(self, role: str) -> Session:
        if role not in NAMES:
            return Session("", "")
        visitor = Visitor(self.app)
        visitor.sign_in(NAMES[role], self.tracker.store)
        cookie = visitor.http.get_cookie(session.NAME)
        assert cookie is not None
        form = visitor.get("/desk").form('form[action="/sign-out"]')
        return Session(cookie.value, form["csrf_token"])

    def person(self, handle: str) -> Account:
        """One of the people by name."""
        with self.tracker.store.reading() as connection:
            found = accounts.by_handle(connection, handle)
        assert found is not None
        return found

    def proposal(self, by: str, **more: str) -> Revision:
        """Something fresh to be decided."""
        payload = a_payload(notes=f"Note {next(self._words)}.")
        begun = editing.begin(self.tracker, self.person(by), "kratom", PLACE)
        sent = Proposal(
            topic="kratom",
            jurisdiction=PLACE,
            base_number=begun.base_number,
            payload=payload,
            note="A note.",
            **more,
        )
        return editing.submit(self.tracker, self.person(by), sent)

    def _publish_two_revisions(self) -> None:
        for number in range(2):
            payload = a_payload(notes=f"Reading {number}.")
            decide(
                self.tracker, propose(self.tracker, payload, jurisdiction=PLACE, base_number=number)
            )

    def suggestion(self) -> int:
        """Something fresh that a reader wrote."""
        text, link = f"Wrong, {next(self._words)}.", f"https://law.example/{next(self._words)}"
        return suggesting.suggest(self.tracker, "kratom", "us-al", text=text, url=link)

    def ask(self, row: Row, role: str) -> Outcome:
        """Send what a row describes, in the name of a role, about work that nobody touched before."""
        method, _, route = row.route.partition(" ")
        own = NAMES.get(role, "ana") if row.whose is Whose.OWN else ANOTHER
        path, form = row.path or re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route), dict(row.form)
        names: dict[str, object] = dict(EXAMPLES)
        if "{revision_id}" in path:
            work = self.proposal(own)
            names["revision_id"] = work.id
            form["payload_sha256"] = work.payload_sha256
        if "{number_of_a_proposal}" in path:
            names["number_of_a_proposal"] = self.proposal(own).number
        if "{batch}" in path:
            work = self.proposal(own, batch="b" * 32)
            names |= {"batch": work.batch, "batched": work.id}
            form["payload_sha256"] = work.payload_sha256
        if "{token}" in path:
            names["token"] = joining.invite(self.tracker, self.person("dana"), Role.CONTRIBUTOR)
        if "{invitation_id}" in path:
            joining.invite(self.tracker, self.person("dana"), Role.CONTRIBUTOR)
            names["invitation_id"] = joining.listed(self.tracker, self.person("dana"))[0].id
        if "{suggestion}" in path:
            names["suggestion"] = self.suggestion()
        return self._outcome(role, method, path.format(**names), form)

    def _outcome(self, role: str, method: str, path: str, form: dict[str, str]) -> Outcome:
        # Whoever leaves leaves a session of their own, so that the others can go on.
        leaves = path == "/sign-out" and role != "disabled"
        known = self._session(role) if leaves else self.sessions[role]
        http = self.app.test_client()
        if known.cookie:
            http.set_cookie(session.NAME, known.cookie)
        if method == "GET":
            response = http.get(path, headers=BROWSER)
        else:
            sent = {**form, "csrf_token": known.token}
            body = {"json": {"places": []}} if path.startswith("/api/") else {"data": sent}
            response = http.open(path, method=method, headers=BROWSER, **body)
        assert response.status_code < 500, f"{path}: {response.data[:500]!r}"
        assert b"not sent from here" not in response.data, f"{path} was not even asked"
        sign_in = response.headers.get("Location", "").startswith("/sign-in")
        if sign_in or (b'action="/sign-in"' in response.data and response.status_code == 403):
            return Outcome.SIGN_IN
        refused = {403: Outcome.FORBIDDEN, 404: Outcome.NOT_FOUND}
        return refused.get(response.status_code, Outcome.ALLOWED)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for the whole table."""
    url = f"sqlite:///{tmp_path_factory.mktemp('permissions') / 'legalmap.sqlite'}"
    fill_shipped(url)
    app = create_app(Settings(database_url=url, secret_key="x" * 40, secure_cookies=False))
    yield Site(app)
    app.extensions["reader"].tracker.store.close()


def named(row: Row) -> str:
    """How a row is called among the tests."""
    return f"{row.route} {row.whose}".strip()


@pytest.mark.parametrize("row", TABLE, ids=named)
def test_the_table_is_true(site: Site, row: Row) -> None:
    assert {role: site.ask(row, role) for role in ROLES} == row.who, row.sentence


def routes(app: Flask) -> dict[str, Permission]:
    """Every route with the permission that its view declares."""
    return {
        f"{method} {rule.rule}": app.view_functions[rule.endpoint].permission
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"})
    }


def test_every_route_has_a_row_and_every_row_a_route(site: Site) -> None:
    assert sorted(routes(site.app)) == sorted({row.route for row in TABLE})


def test_what_is_somebodys_work_is_asked_for_own_and_others(site: Site) -> None:
    kinds: dict[str, set[Whose]] = {}
    for row in TABLE:
        kinds.setdefault(row.route, set()).add(row.whose)
    for route in routes(site.app):
        if "revision_id" in route:
            assert kinds[route] >= {Whose.OWN, Whose.ANOTHERS}, route


def test_the_guard_says_the_same_as_the_table(site: Site) -> None:
    """Where the table lets nobody in without an account, the view itself asks for a permission."""
    declared = routes(site.app)
    for row in TABLE:
        public = declared[row.route] in {Permission.READ, Permission.SIGN_IN, Permission.SUGGEST}
        assert public == (row.who["nobody"] is not Outcome.SIGN_IN), named(row)


def test_every_row_says_why_and_none_twice() -> None:
    names = [(row.route, row.whose, row.path) for row in TABLE]
    assert len(set(names)) == len(names)
    assert all(row.sentence for row in TABLE)
    assert all(row.who.keys() == set(ROLES) for row in TABLE)
