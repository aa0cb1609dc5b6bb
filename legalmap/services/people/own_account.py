"""One's own account: sessions, password, address, disclosed interest, and leaving."""

import msgspec

from legalmap import clock
from legalmap.domain.errors import Invalid, NotNow
from legalmap.domain.law.payload import problems_of_text
from legalmap.domain.outside.mail import is_address
from legalmap.domain.people.accounts import FORMER
from legalmap.domain.people.admin_rules import MAX_INTEREST, check_admins_stay
from legalmap.domain.people.roles import Permission, Role
from legalmap.domain.people.second_factor import Passkey
from legalmap.domain.people.sessions import Session
from legalmap.services.audit.actions import as_of_now
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import mail_delivery
from legalmap.services.people import authentication, passwords
from legalmap.services.people.accounts import log_own
from legalmap.store.people import accounts, second_factors, sessions


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of an account shows."""

    sessions: list[Session]
    has_authenticator: bool
    passkeys: list[Passkey]
    codes_left: int


def overview(tracker: Tracker, session: Session) -> Overview:
    """The sessions and second factors of the account that is signed in."""
    me = session.account.id
    with tracker.store.reading() as connection:
        return Overview(
            sessions=sessions.of_account(connection, me, clock.now()),
            has_authenticator=second_factors.totp(connection, me) is not None,
            passkeys=second_factors.passkeys(connection, me),
            codes_left=second_factors.recovery_codes_left(connection, me),
        )


def end_session(tracker: Tracker, session: Session, public_id: str) -> None:
    """End one of one's own sessions, named by its public id; raise NotNow if it has ended."""
    me = session.account
    with tracker.store.writing() as connection:
        # It comes from a form: PostgreSQL refuses a text with NUL by an error.
        if not public_id.isalnum() or not sessions.end_public(connection, me.id, public_id):
            raise NotNow("This session has ended already.")
        log_own(connection, me, "session-end", clock.now(), sessions=1)


def end_other_sessions(tracker: Tracker, session: Session) -> int:
    """End all of one's sessions but this one; gives how many."""
    me = session.account
    with tracker.store.writing() as connection:
        ended = sessions.end_of(connection, me.id, but=session.public_id)
        log_own(connection, me, "session-end", clock.now(), sessions=ended)
    return ended


def change_password(tracker: Tracker, session: Session, token: str, password: str, new: str) -> str:
    """Change the password and end all other sessions; gives the new token of this one."""
    me = session.account
    passwords.confirm(tracker, me, password)
    if new == password:
        raise Invalid.at("new_password", "This is the password you have. Choose another.")
    secret = passwords.hashed(passwords.checked(new, "new_password"))
    at = clock.now()
    with tracker.store.writing() as connection:
        accounts.update(connection, me.id, password_hash=secret)
        ended = sessions.end_of(connection, me.id, but=session.public_id)
        log_own(connection, me, "password-change", at, sessions=ended)
        return authentication.renew(connection, session, token, at)


def change_email(tracker: Tracker, session: Session, email: str, password: str) -> None:
    """Change the address for notices by mail; empty means none. The log does not hold the address."""
    me, typed = session.account, email.strip()
    if typed and not is_address(typed):
        raise Invalid.at("email", "Write one address, such as ana@example.org, or leave it empty.")
    passwords.confirm(tracker, me, password)
    with tracker.store.writing() as connection:
        as_of_now(connection, me, Permission.OWN_ACCOUNT)
        accounts.update(connection, me.id, email=typed or None)
        # Waiting mail would still go to the old address.
        mail_delivery.forget(connection, me.id)
        log_own(
            connection,
            me,
            "email-change",
            clock.now(),
            mail=_given(typed),
            mail_before=_given(me.email),
        )


def _given(email: str | None) -> str:
    return "Given" if email else "None"


def disclose(tracker: Tracker, session: Session, interest: str) -> None:
    """Set one's disclosed interest in the trade or the cause, one line, shown beside one's reviews."""
    me, typed = session.account, interest.strip()
    problems = problems_of_text("interest", typed, MAX_INTEREST, needed="")
    if not problems and "\n" in typed:
        raise Invalid.at("interest", "Write it in one line.")
    Invalid.if_any(problems)
    with tracker.store.writing() as connection:
        as_of_now(connection, me, Permission.OWN_ACCOUNT)
        accounts.update(connection, me.id, interest=typed)
        log_own(
            connection,
            me,
            "interest-change",
            clock.now(),
            interest=typed,
            interest_before=me.interest,
        )


def leave(tracker: Tracker, session: Session, password: str, *, sure: bool) -> None:
    """Leave: what the account did stays, under a handle that names nobody. It cannot be undone."""
    me = session.account
    if not sure:
        raise Invalid.at("sure", "Tick this if you want to leave. It cannot be undone.")
    passwords.confirm(tracker, me, password)
    at = clock.now()
    with tracker.store.writing() as connection:
        check_admins_stay(me, accounts.other_admins(connection, me.id))
        log_own(connection, me, "leave", at)
        second_factors.forget(connection, me.id)
        sessions.end_of(connection, me.id)
        # Drafts, claims, notices and mail are deleted; revisions and reviews are history and stay.
        accounts.forget(connection, me.id)
        accounts.update(
            connection,
            me.id,
            handle=f"{FORMER}{me.id}",
            role=Role.CONTRIBUTOR,
            password_hash=None,
            email=None,
            interest="",
            disabled_at=at,
            left_at=at,
        )
