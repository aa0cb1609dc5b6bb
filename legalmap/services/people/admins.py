"""What admins do with accounts: roles and remits, disabling and enabling, lost second factors."""

from datetime import datetime

import msgspec

from legalmap import clock
from legalmap.domain.errors import Invalid, LegalmapError, Missing, NotNow
from legalmap.domain.law.jurisdictions import looks_like_code
from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.domain.people.admin_rules import (
    MAX_REMITS,
    check_admins_stay,
    check_other,
    check_remits,
    in_words,
)
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Permission, Role, require
from legalmap.domain.people.second_factor import is_needed
from legalmap.services.audit.actions import as_of_now
from legalmap.services.core.tracker import Tracker
from legalmap.services.people.accounts import close, log_on, person_called
from legalmap.store.engine import Connection
from legalmap.store.people import accounts, second_factors, sessions


class Member(msgspec.Struct, frozen=True):
    """One account as admins see it. ``seen_at``: last use of any session; None if there was none."""

    account: Account
    has_factor: bool
    seen_at: datetime | None


def members(tracker: Tracker, actor: Account) -> list[Member]:
    """All accounts by handle, without that of the system and those of people who left."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    with tracker.store.reading() as connection:
        people = accounts.everyone(connection)
        having = second_factors.owners(connection)
        seen = sessions.last_seen(connection)
    return [
        Member(person, person.id in having, seen.get(person.id))
        for person in people
        if person.handle != SYSTEM_HANDLE and person.left_at is None
    ]


def member(tracker: Tracker, actor: Account, handle: str) -> Account:
    """The account with that handle; raise Missing if there is none."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    with tracker.store.reading() as connection:
        return person_called(connection, handle)


def remits_of(tracker: Tracker, text: str) -> tuple[Remit, ...]:
    """The remits written in ``text``, one a line: a topic, a place, or both. Raise Invalid, naming the line."""
    lines = [line.split() for line in text.lower().splitlines() if line.strip()]
    if len(lines) > MAX_REMITS:
        raise Invalid.at("remits", f"Keep it to {MAX_REMITS} lines.")
    remits = [_remit(tracker, number, words) for number, words in enumerate(lines, start=1)]
    return tuple(dict.fromkeys(remits))


def _remit(tracker: Tracker, number: int, words: list[str]) -> Remit:
    topics = [word for word in words if word in tracker.topics]
    codes = [word for word in words if word not in tracker.topics]
    try:
        places = [_place_called(tracker, code) for code in codes]
    except Missing as error:
        raise Invalid.at(
            "remits",
            f"Line {number}: there is no topic and no place “{error.name[:60]}”. Write the code of "
            "a place, such as us-fl, that of a topic, or both.",
        ) from None
    if len(topics) > 1 or len(places) > 1:
        raise Invalid.at("remits", f"Line {number}: write one topic, one place, or one of each.")
    return Remit(topics[0] if topics else None, places[0] if places else None)


def _place_called(tracker: Tracker, code: str) -> str:
    if not looks_like_code(code):
        raise Missing("jurisdiction", code)
    return tracker.place(code).code


def change_role(
    tracker: Tracker, actor: Account, handle: str, role: Role, remits: tuple[Remit, ...]
) -> Account:
    """Change somebody's role and remits; raise NotNow if that would leave the site without an admin."""
    check_remits(role, remits)
    with tracker.store.writing() as connection:
        person = managed(connection, actor, handle)
        if person.left_at is not None:
            raise NotNow(f"“{handle}” has left.")
        if role is not Role.ADMIN:
            check_admins_stay(person, accounts.other_admins(connection, person.id))
        accounts.update(connection, person.id, role=role)
        accounts.replace_remits(connection, person.id, remits)
        changed = person_called(connection, handle)
        # A role that needs a second factor must set it up after a fresh sign-in with the password, not in a
        # session that somebody else may have taken over.
        if is_needed(changed) and not second_factors.has_any(connection, person.id):
            sessions.end_of(connection, person.id)
        log_on(
            connection,
            actor,
            "account-role",
            person,
            clock.now(),
            role=role.value,
            role_before=person.role.value,
            remits=in_words(remits),
            remits_before=in_words(person.remits),
        )
        return changed


def managed(connection: Connection, actor: Account, handle: str) -> Account:
    """Somebody else's account, within a transaction; raise Forbidden unless the actor is still an admin."""
    as_of_now(connection, actor, Permission.MANAGE_ACCOUNTS)
    person = person_called(connection, handle)
    check_other(actor, person)
    return person


def disable(tracker: Tracker, actor: Account, handle: str) -> None:
    """Disable somebody's account: ends its sessions and claims. What it did stays."""
    with tracker.store.writing() as connection:
        close(connection, actor, managed(connection, actor, handle))


def enable(tracker: Tracker, actor: Account, handle: str) -> None:
    """Enable a disabled account, with the password and second factors it had."""
    with tracker.store.writing() as connection:
        person = managed(connection, actor, handle)
        if person.is_active or person.left_at is not None:
            raise NotNow(f"“{handle}” is not disabled.")
        accounts.update(connection, person.id, disabled_at=None)
        log_on(connection, actor, "account-enable", person, clock.now())


def reset_factors(tracker: Tracker, actor: Account, handle: str) -> None:
    """Delete all second factors of somebody who lost them. They set up new ones at the next sign-in."""
    with tracker.store.writing() as connection:
        person = managed(connection, actor, handle)
        if not second_factors.has_any(connection, person.id):
            raise NotNow(f"“{handle}” has no second factor.")
        second_factors.forget(connection, person.id)
        sessions.end_of(connection, person.id)
        log_on(connection, actor, "account-factors-reset", person, clock.now())


def why_not(actor: Account, person: Account) -> str:
    """Why ``actor`` cannot manage this account, in a sentence; empty if they can."""
    try:
        check_other(actor, person)
    except LegalmapError as error:
        return str(error)
    return ""
