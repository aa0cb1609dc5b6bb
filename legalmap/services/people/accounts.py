"""Accounts: add, disable and reset them from the command line; the two accounts of a demo."""

import re
from datetime import datetime
from typing import Any

import msgspec

from legalmap import clock
from legalmap.domain.errors import Invalid, Missing, NotNow
from legalmap.domain.people.accounts import FORMER, SYSTEM_HANDLE, Account
from legalmap.domain.people.admin_rules import check_admins_stay
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import passwords
from legalmap.store import log
from legalmap.store.desk import claims
from legalmap.store.engine import Connection
from legalmap.store.people import accounts, second_factors, sessions

DEMO_PEOPLE = (("demo-ana", Role.CONTRIBUTOR), ("demo-ben", Role.MODERATOR))
# Lower case only: no two handles may differ in case alone.
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")


class Credentials(msgspec.Struct, frozen=True):
    """A handle with the password just set, to be shown once."""

    handle: str
    password: str
    role: Role


def add(tracker: Tracker, handle: str, role: Role, password: str | None = None) -> Credentials:
    """Add an account; without ``password`` a random one is made. Raise Invalid for a bad handle or password."""
    secret = passwords.checked(password)
    with tracker.store.writing() as connection:
        at = clock.now()
        person = insert(connection, handle, role, passwords.hashed(secret), at)
        log_on(connection, None, "account-add", person, at, role=role.value)
    return Credentials(handle, secret, role)


def insert(
    connection: Connection, handle: str, role: Role, password_hash: str, at: datetime
) -> Account:
    """Add an account within a transaction; raise Invalid if the handle is taken or not allowed."""
    if not HANDLE.fullmatch(handle):
        raise Invalid.at("handle", "Use 1 to 40 of a-z, 0-9, dot, dash and underscore.")
    if handle.startswith(FORMER):
        raise Invalid.at("handle", f"Names that begin with “{FORMER}” are for who has left.")
    if accounts.by_handle(connection, handle) is not None:
        raise Invalid.at("handle", f"There is an account “{handle}” already.")
    accounts.insert(connection, handle, role, password_hash, at)
    return person_called(connection, handle)


def log_on(
    connection: Connection,
    actor: Account | None,
    action: str,
    person: Account,
    at: datetime,
    **data: Any,
) -> None:
    """Log an act on an account. ``actor`` None: it came from the command line."""
    subject = ("account", person.id, person.handle)
    log.append(connection, actor or "command line", action, subject, at, **data)


def log_own(
    connection: Connection, person: Account, action: str, at: datetime, **data: Any
) -> None:
    """Log what somebody did with their own account."""
    log_on(connection, person, action, person, at, **data)


def everyone(tracker: Tracker) -> list[Account]:
    """All accounts but that of the system."""
    with tracker.store.reading() as connection:
        return [
            person for person in accounts.everyone(connection) if person.handle != SYSTEM_HANDLE
        ]


def disable(tracker: Tracker, handle: str) -> None:
    """Disable an account: ends its sessions and claims. What it did stays. Raise NotNow for the last admin."""
    with tracker.store.writing() as connection:
        close(connection, None, person_called(connection, handle))


def close(connection: Connection, actor: Account | None, person: Account) -> None:
    """Disable an account within a transaction; raise NotNow if it is disabled already or the last admin."""
    if not person.is_active:
        raise NotNow(f"“{person.handle}” is disabled already.")
    # Else nobody could manage accounts any more but by the command line.
    check_admins_stay(person, accounts.other_admins(connection, person.id))
    at = clock.now()
    accounts.update(connection, person.id, disabled_at=at)
    sessions.end_of(connection, person.id)
    claims.drop_of(connection, person.id)
    log_on(connection, actor, "account-disable", person, at)


def reset(
    tracker: Tracker, handle: str, password: str | None = None, *, factors_too: bool = False
) -> Credentials:
    """Set a new password, end all sessions, and enable the account if it was disabled.

    ``factors_too``: delete the second factors as well, for somebody who has lost all of them.
    """
    secret = passwords.checked(password)
    with tracker.store.writing() as connection:
        person = person_called(connection, handle)
        if person.left_at is not None:
            raise NotNow(f"“{handle}” has left: invite them anew.")
        at = clock.now()
        accounts.update(
            connection, person.id, password_hash=passwords.hashed(secret), disabled_at=None
        )
        sessions.end_of(connection, person.id)
        if factors_too:
            second_factors.forget(connection, person.id)
        outcome = "Taken away" if factors_too else "Kept"
        log_on(connection, None, "account-reset", person, at, second_factors=outcome)
    return Credentials(handle, secret, person.role)


def person_called(connection: Connection, handle: str) -> Account:
    """The account with that handle; raise Missing, naming the others, if there is none."""
    person = accounts.by_handle(connection, handle) if HANDLE.fullmatch(handle) else None
    if person is None or handle == SYSTEM_HANDLE:
        handles = [other.handle for other in accounts.everyone(connection)]
        shown = "".join(char if char.isprintable() else "\ufffd" for char in handle[:60])
        raise Missing("account", shown, [name for name in handles if name != SYSTEM_HANDLE])
    return person


def make_demo_people(tracker: Tracker) -> list[Credentials]:
    """Two accounts for a demo, with new random passwords: two, as nobody can review their own proposal."""
    credentials = []
    for handle, role in DEMO_PEOPLE:
        with tracker.store.writing() as connection:
            if accounts.by_handle(connection, handle) is None:
                accounts.insert(connection, handle, role, None, clock.now(), is_demo=True)
        credentials.append(reset(tracker, handle, factors_too=True))
    return credentials


def disable_demo_people(tracker: Tracker) -> None:
    """Disable the demo accounts: a server that is not a demo must not have them."""
    with tracker.store.writing() as connection:
        for person in accounts.everyone(connection):
            if person.is_demo and person.is_active:
                close(connection, None, person)


def active(tracker: Tracker, handle: str) -> Account:
    """The account with that handle, for acts by the command line; raise Missing, or Invalid if disabled."""
    with tracker.store.reading() as connection:
        person = person_called(connection, handle)
    if not person.is_active:
        raise Invalid.at(
            "account", f"“{handle}” is disabled: run “legalmap account reset {handle}”."
        )
    return person
