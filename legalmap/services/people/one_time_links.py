"""One-time links that admins make: an invitation, or a new password for somebody who forgot theirs.

The token of a link is shown once and stored only as a hash. A link for a new password stands in for the
password alone: the second factor is still required.
"""

import re
import secrets
from datetime import datetime

import msgspec

from legalmap import clock
from legalmap.domain.errors import Invalid, NotNow, existing
from legalmap.domain.law.payload import problems_of_text
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.admin_rules import check_remits, in_words
from legalmap.domain.people.invitations import LIFE, MAX_NOTE, Invitation
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Permission, Role, may, require
from legalmap.services.audit.actions import as_of_now
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import notices
from legalmap.services.people import accounts as account_service
from legalmap.services.people import authentication, passwords
from legalmap.services.people.accounts import log_on, log_own
from legalmap.services.people.admins import managed
from legalmap.services.people.authentication import hashed
from legalmap.store import log
from legalmap.store.engine import Connection
from legalmap.store.people import accounts, invitations, second_factors, sessions

MOST_LISTED = 100
# The greatest id of a row. PostgreSQL refuses to look for a greater number.
BIGGEST_ID = 2**31 - 1
# A link for a new password is stored as a challenge of this purpose.
_PURPOSE = "password"
_CLOSED = "This link was used, replaced or taken back, or has expired. Ask an admin for a new one."


def invite(
    tracker: Tracker, actor: Account, role: Role, remits: tuple[Remit, ...] = (), note: str = ""
) -> str:
    """Make an invitation; gives the token of its link, which is stored only as a hash."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    check_remits(role, remits)
    Invalid.if_any(problems_of_text("note", note, MAX_NOTE, needed=""))
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
    """The newest invitations, also used, revoked and expired ones; at most MOST_LISTED."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    with tracker.store.reading() as connection:
        return invitations.newest(connection, MOST_LISTED)


def revoke(tracker: Tracker, actor: Account, invitation_id: int) -> None:
    """Revoke an invitation; raise Missing, or NotNow if it was used, revoked or has expired."""
    require(actor.role, Permission.MANAGE_ACCOUNTS)
    at = clock.now()
    with tracker.store.writing() as connection:
        as_of_now(connection, actor, Permission.MANAGE_ACCOUNTS)
        invited = invitations.by_id(connection, min(invitation_id, BIGGEST_ID))
        existing(invited, "invitation", str(invitation_id)).require_open(at)
        invitations.revoke(connection, invitation_id, at)
        _log(connection, actor, "invite-revoke", invitation_id)


def invitation(tracker: Tracker, token: str) -> Invitation:
    """The invitation with that token; raise Missing, or NotNow if it cannot be used any more."""
    with tracker.store.reading() as connection:
        return _open_invitation(connection, token)


def _open_invitation(connection: Connection, token: str) -> Invitation:
    shown = f"{re.sub('[^A-Za-z0-9_-]', '', token)[:8]}…"
    invited = existing(invitations.by_token(connection, hashed(token)), "invitation", shown)
    invited.require_open(clock.now())
    if not _is_admin_still(connection, invited.inviter_id):
        raise NotNow("Who invited you is no admin any more. Ask another one for an invitation.")
    return invited


def join(tracker: Tracker, token: str, handle: str, password: str, label: str = "") -> str:
    """Make the account that an invitation is for and sign in; gives the token of the session."""
    # Before the password is hashed, which takes a while: a bad token must not be able to keep us busy.
    invitation(tracker, token)
    password_hash = passwords.hashed(passwords.checked(password))
    at = clock.now()
    with tracker.store.writing() as connection:
        invited = _open_invitation(connection, token)
        person = account_service.insert(
            connection, handle.strip().lower(), invited.role, password_hash, at
        )
        accounts.replace_remits(connection, person.id, invited.remits)
        # Two people may use the same link at the same moment: only one update succeeds.
        if not invitations.use(connection, invited.id, person.id, at):
            raise NotNow("This invitation was used a moment ago.")
        log_own(
            connection,
            person,
            "join",
            at,
            role=person.role.value,
            remits=in_words(invited.remits),
            invitation=invited.id,
            invited_by=invited.inviter,
        )
        return authentication.open_first(connection, person, label, at)


class Opened(msgspec.Struct, frozen=True):
    """The account a recovery link is for, and until when it works."""

    account: Account
    expires_at: datetime


def offer(tracker: Tracker, actor: Account, handle: str) -> str:
    """Make a link by which somebody else sets a new password; gives its token. Voids an earlier link."""
    token, at = secrets.token_urlsafe(32), clock.now()
    with tracker.store.writing() as connection:
        person = managed(connection, actor, handle)
        if not person.is_active:
            raise NotNow(f"“{handle}” cannot sign in: let them in again first.")
        second_factors.end_challenges_of(connection, person.id, _PURPOSE)
        second_factors.insert_challenge(
            connection,
            at,
            LIFE,
            id=hashed(token),
            account_id=person.id,
            purpose=_PURPOSE,
            value=str(actor.id),
        )
        log_on(connection, actor, "account-link", person, at)
        # Somebody who did not ask for the link has to learn of it.
        notices.tell_owner(connection, person, "account-link", actor, at)
    return token


def recovery(tracker: Tracker, token: str) -> Opened:
    """What a recovery link is for; raise NotNow if it cannot be used any more."""
    with tracker.store.reading() as connection:
        return _open_recovery(connection, token)


def _open_recovery(connection: Connection, token: str) -> Opened:
    link = second_factors.challenge_called(connection, hashed(token), _PURPOSE, clock.now())
    person = accounts.by_id(connection, link.account_id) if link else None
    if link is None or person is None or not person.is_active:
        raise NotNow(_CLOSED)
    if not _is_admin_still(connection, int(link.value)):
        raise NotNow(_CLOSED)
    return Opened(person, link.expires_at)


def _is_admin_still(connection: Connection, maker_id: int) -> bool:
    """Whether the maker of a link may still make one: links of a former admin are void."""
    maker = accounts.by_id(connection, maker_id)
    return maker is not None and maker.is_active and may(maker.role, Permission.MANAGE_ACCOUNTS)


def recover(tracker: Tracker, token: str, password: str, label: str = "") -> str:
    """Set a new password by a link and end all sessions; gives the token of a new one, as after a sign-in."""
    recovery(tracker, token)
    secret = passwords.hashed(passwords.checked(password))
    at = clock.now()
    with tracker.store.writing() as connection:
        person = _open_recovery(connection, token).account
        if not second_factors.end_challenge(connection, hashed(token)):
            raise NotNow(_CLOSED)
        accounts.update(connection, person.id, password_hash=secret)
        ended = sessions.end_of(connection, person.id)
        log_own(connection, person, "account-recover", at, sessions=ended)
        return authentication.open_first(connection, person, label, at)
