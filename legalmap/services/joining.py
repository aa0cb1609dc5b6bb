"""Invitations by link: made by admins, used once to make an account, never shown a second time."""

import re
import secrets

from legalmap import clock
from legalmap.domain.accounts import Account
from legalmap.domain.errors import Invalid, Missing, NotNow
from legalmap.domain.invitations import LIFE, MAX_NOTE, Invitation
from legalmap.domain.payload import problems_of_text
from legalmap.domain.people import check_remits, in_words
from legalmap.domain.remits import Remit
from legalmap.domain.roles import Permission, Role, may, require
from legalmap.services import accounts as making
from legalmap.services import passwords, signing
from legalmap.services.accounts import log_own
from legalmap.services.acting import as_of_now
from legalmap.services.signing import hashed
from legalmap.services.tracker import Tracker
from legalmap.store import accounts, invitations, log
from legalmap.store.engine import Connection

MOST_LISTED = 100
# No row has a greater number; the databases refuse to look for one.
BIGGEST_ID = 2**31 - 1


def invite(
    tracker: Tracker, actor: Account, role: Role, remits: tuple[Remit, ...] = (), note: str = ""
) -> str:
    """Make an invitation; gives the token of its link, which is kept nowhere."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    check_remits(role, remits)
    problems = problems_of_text("note", note, MAX_NOTE, needed="")
    if problems:
        raise Invalid(problems)
    token, at = secrets.token_urlsafe(32), clock.now()
    with tracker.store.writing() as connection:
        as_of_now(connection, actor, Permission.MANAGE_ACCOUNTS)
        invitation_id = invitations.insert(
            connection,
            token_sha256=hashed(token),
            role=role,
            remits=remits,
            note=note.strip(),
            inviter_id=actor.id,
            created_at=at,
            expires_at=at + LIFE,
        )
        _log(connection, actor, "invite", invitation_id, role=role.value, remits=in_words(remits))
    return token


def _log(
    connection: Connection, actor: Account, action: str, invitation_id: int, **data: object
) -> None:
    subject = ("invitation", invitation_id, f"invitation {invitation_id}")
    log.append(connection, actor, action, subject, clock.now(), **data)


def listed(tracker: Tracker, actor: Account) -> list[Invitation]:
    """The newest invitations, whatever became of them."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    with tracker.store.reading() as connection:
        return invitations.newest(connection, MOST_LISTED)


def revoke(tracker: Tracker, actor: Account, invitation_id: int) -> None:
    """Take an invitation back that was not used yet."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    at = clock.now()
    with tracker.store.writing() as connection:
        as_of_now(connection, actor, Permission.MANAGE_ACCOUNTS)
        found = invitations.by_id(connection, min(invitation_id, BIGGEST_ID))
        if found is None:
            raise Missing("invitation", str(invitation_id))
        found.require_open(at)
        invitations.revoke(connection, invitation_id, at)
        _log(connection, actor, "invite-revoke", invitation_id)


def opened(tracker: Tracker, token: str) -> Invitation:
    """The invitation of a link; raise Missing or NotNow if it cannot be used."""
    with tracker.store.reading() as connection:
        return _usable(connection, token)


def _usable(connection: Connection, token: str) -> Invitation:
    found = invitations.by_token(connection, hashed(token))
    if found is None:
        raise Missing("invitation", f"{re.sub('[^A-Za-z0-9_-]', '', token)[:8]}…")
    found.require_open(clock.now())
    inviter = accounts.by_id(connection, found.inviter_id)
    # Who was sent away leaves no doors open.
    if inviter is None or not (inviter.is_active and may(inviter.role, Permission.MANAGE_ACCOUNTS)):
        raise NotNow("Who invited you is no admin any more. Ask another one for an invitation.")
    return found


def join(tracker: Tracker, token: str, handle: str, password: str, label: str = "") -> str:
    """Make the account of an invitation and sign in to it; gives the token of the session."""
    opened(tracker, token)
    password_hash = passwords.hashed(passwords.checked(password))
    at = clock.now()
    with tracker.store.writing() as connection:
        found = _usable(connection, token)
        person = making.insert(connection, handle.strip().lower(), found.role, password_hash, at)
        accounts.replace_remits(connection, person.id, found.remits)
        if not invitations.use(connection, found.id, person.id, at):
            raise NotNow("This invitation was used a moment ago.")
        log_own(
            connection,
            person,
            "join",
            at,
            role=person.role.value,
            remits=in_words(found.remits),
            invitation=found.id,
            invited_by=found.inviter,
        )
        return signing.open_first(connection, person, label, at)
