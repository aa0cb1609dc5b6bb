"""A running application with people of every role, and fresh work to try things on."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import TestResponse

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, suggestions
from legalmap.services.editing.proposals import Proposal
from legalmap.services.people import one_time_links
from legalmap.services.reading.reader import Reader
from legalmap.store import tables
from legalmap.store.desk import tasks
from legalmap.store.engine import inserted_id
from legalmap.store.people import accounts, second_factors
from legalmap.web.http import session
from tests.build import a_payload
from tests.services.build import decide, propose
from tests.store.build import NOW, PASSWORD, TOTP_SECRET, a_password_hash
from tests.web.permissions import ROLES, Outcome, Row, Whose
from tests.web.visit import BROWSER, PROVING, Visitor

# Who asks under which name. Another's work is that of dora.
NAMES = {
    "disabled": "eve",
    "half": "hal",
    "contributor": "ana",
    "elsewhere": "otto",
    "moderator": "ben",
    "admin": "dana",
}
MORE = {"eve": Role.MODERATOR, "hal": Role.MODERATOR, "otto": Role.MODERATOR, "dana": Role.ADMIN}
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
}


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
            for handle, role in MORE.items():
                account_id = accounts.insert(connection, handle, role, a_password_hash(), NOW)
                second_factors.set_totp(connection, account_id, TOTP_SECRET, None)
                if handle == "otto":
                    accounts.replace_remits(connection, account_id, [Remit(jurisdiction="th")])
        self._words = count()
        self._makers: dict[str, Callable[[str], object]] = {
            "revision_id": lambda by: self.proposal(by).id,
            "number_of_a_proposal": lambda by: self.proposal(by).number,
            "batch": lambda by: self.proposal(by, batch="b" * 32).batch,
            "batched": lambda _: self._last.id,
            "suggestion": lambda _: self.suggestion(),
            "task": lambda _: self.task(),
            "handle": self.account,
            "passkey": self.passkey,
            "notice": self.notice,
            "token": lambda _: self.invitation()[0],
            "invitation": lambda _: self.invitation()[1],
            "recovery": lambda by: one_time_links.offer(
                self.tracker, self.person("dana"), self.account(by)
            ),
        }
        self._publish_two_revisions()
        self.sessions = {role: self._session(role) for role in ROLES}
        self._close("eve", NOW)

    def _session(self, role: str) -> Session:
        if role not in NAMES:
            return Session("", "")
        visitor = Visitor(self.app)
        if role == "half":
            who = {"handle": NAMES[role], "password": PASSWORD}
            form = visitor.follow(visitor.post("/sign-in", who, status=303)).form(PROVING)
        else:
            visitor.sign_in(NAMES[role], self.tracker.store)
            form = visitor.get("/desk").form('form[action="/sign-out"]')
        cookie = visitor.http.get_cookie(session.NAME)
        assert cookie is not None
        return Session(cookie.value, form["csrf_token"])

    def person(self, handle: str) -> Account:
        """One of the people by name."""
        with self.tracker.store.reading() as connection:
            account = accounts.by_handle(connection, handle)
        assert account is not None
        return account

    def proposal(self, by: str, **more: str) -> Revision:
        """Something fresh to be decided."""
        payload = a_payload(notes=f"Note {next(self._words)}.")
        begun = proposals.begin(self.tracker, self.person(by), "kratom", PLACE)
        sent = Proposal(
            topic="kratom",
            jurisdiction=PLACE,
            base_number=begun.base_number,
            payload=payload,
            note="A note.",
            **more,
        )
        # Who is closed has sent it before that.
        closed = self.person(by).disabled_at
        self._close(by, None)
        revision = proposals.submit(self.tracker, self.person(by), sent)
        self._close(by, closed)
        self._last = revision
        return revision

    def _close(self, handle: str, at: datetime | None) -> None:
        with self.tracker.store.writing() as connection:
            accounts.update(connection, self.person(handle).id, disabled_at=at)

    def _publish_two_revisions(self) -> None:
        for number in range(2):
            payload = a_payload(notes=f"Reading {number}.")
            decide(
                self.tracker, propose(self.tracker, payload, jurisdiction=PLACE, base_number=number)
            )

    def suggestion(self) -> int:
        """Something fresh that a reader wrote."""
        text, link = f"Wrong, {next(self._words)}.", f"https://law.example/{next(self._words)}"
        return suggestions.suggest(self.tracker, "kratom", "us-al", text=text, url=link)

    def task(self) -> int:
        """Something to look up about Alabama."""
        with self.tracker.store.writing() as connection:
            return tasks.insert(connection, "kratom", "us-al", "Did the bill pass?", NOW)

    def account(self, owner: str) -> str:
        """The name of an account: one's own, or a fresh one with a second factor."""
        if owner != ANOTHER:
            return owner
        handle = f"new-{next(self._words)}"
        with self.tracker.store.writing() as connection:
            made = accounts.insert(connection, handle, Role.CONTRIBUTOR, a_password_hash(), NOW)
            second_factors.set_totp(connection, made, TOTP_SECRET, None)
        return handle

    def passkey(self, owner: str) -> int:
        """A fresh passkey of somebody."""
        name, owner_id = f"key-{next(self._words)}", self.person(owner).id
        with self.tracker.store.writing() as connection:
            if owner == NAMES["contributor"]:
                # Whoever adds a passkey has shown it.
                connection.execute(
                    tables.session.update()
                    .values(proved_at=NOW)
                    .where(tables.session.c.account_id == owner_id)
                )
            return second_factors.insert_passkey(
                connection,
                account_id=owner_id,
                credential_id=name,
                public_key="key",
                sign_count=0,
                name=name,
                created_at=NOW,
            )

    def _forget_passkeys(self) -> None:
        """Or who has none otherwise would have to show it from now on."""
        with self.tracker.store.writing() as connection:
            connection.execute(tables.passkey.delete())

    def notice(self, owner: str) -> int:
        """A fresh notice to somebody."""
        row = {"account_id": self.person(owner).id, "at": NOW, "text": "News.", "path": "/desk"}
        with self.tracker.store.writing() as connection:
            return inserted_id(connection, tables.notice, row)

    def invitation(self) -> tuple[str, int]:
        """The token and the number of a fresh invitation."""
        admin = self.person("dana")
        token = one_time_links.invite(self.tracker, admin, Role.CONTRIBUTOR)
        return token, max(made.id for made in one_time_links.listed(self.tracker, admin))

    def ask(self, row: Row, role: str) -> Outcome:
        """Send what a row describes, in the name of a role, about work that nobody touched before."""
        path, form = self.aim(row, NAMES.get(role, "ana") if row.whose is Whose.OWN else ANOTHER)
        response = self.send(role, row.route.partition(" ")[0], path, form)
        assert response.status_code < 500, f"{path}: {response.data[:500]!r}"
        assert b"not sent from here" not in response.data, f"{path} was not even asked"
        self._forget_passkeys()
        return outcome_of(response)

    def aim(self, row: Row, author: str) -> tuple[str, dict[str, Any]]:
        """The path and form of a row, with fresh work of an author in it."""
        route = row.route.partition(" ")[2]
        path = row.path or re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        names: dict[str, object] = dict(EXAMPLES)
        form = dict(row.form)
        for name, make in self._makers.items():
            if f"{{{name}}}" in path:
                names[name] = make(author)
        if {"revision_id", "batched"} & names.keys():
            form["payload_sha256"] = self._last.payload_sha256
        return path.format(**names), form

    def send(self, role: str, method: str, path: str, form: Any) -> TestResponse:
        """Whoever leaves leaves a session of their own, so that the others can go on."""
        leaves = path == "/sign-out" and role != "disabled"
        known = self._session(role) if leaves else self.sessions[role]
        http = self.app.test_client()
        if known.cookie:
            http.set_cookie(session.NAME, known.cookie)
        if method == "GET":
            return http.get(path, headers=BROWSER)
        sent = {**form, "csrf_token": known.token}
        body = {"json": {"places": []}} if path.startswith("/api/") else {"data": sent}
        return http.open(path, method=method, headers=BROWSER, **body)


def outcome_of(response: TestResponse) -> Outcome:
    """What an answer means for who asked."""
    status, where = response.status_code, response.headers.get("Location", "")
    if where.startswith(("/sign-in/second-factor", "/sign-in/set-up")):
        return Outcome.PROVE
    if where.startswith("/sign-in"):
        return Outcome.SIGN_IN
    if status == 401:
        return Outcome.SIGN_IN
    if status == 403 and b'action="/sign-in' in response.data:
        return Outcome.SIGN_IN if b'action="/sign-in"' in response.data else Outcome.PROVE
    return {403: Outcome.FORBIDDEN, 404: Outcome.NOT_FOUND}.get(status, Outcome.ALLOWED)
