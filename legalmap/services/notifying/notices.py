"""Notices: people concerned by an act are told in the desk and, if they gave an address, by mail.

They are written in the transaction of the act. Nobody is notified of their own acts. The sentences are
in ``templates/mail/notices``, each named for the act.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from legalmap import clock
from legalmap.domain.desk.moderation import State
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.suggestions import Outcome, Suggestion
from legalmap.domain.errors import Missing
from legalmap.domain.outside.mail import KEPT, SITE
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.core import texts
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import mail_delivery
from legalmap.store import places
from legalmap.store.desk import notices
from legalmap.store.desk.notices import Notice, Recipient
from legalmap.store.engine import Connection
from legalmap.store.history import discussions, submissions

SHOWN = 100
# What the column of the table takes.
_LONGEST = 500
# The acts that decide something about a proposal: its authors are told.
_VERDICTS = frozenset({"approve", "assent", "request-changes", "reject"})


def tell(
    connection: Connection, actor: Account, action: str, revised: Revision, at: datetime
) -> None:
    """Notify everybody whom an act on a revision concerns; called by ``actions.log_act`` for every act."""
    if action in _VERDICTS:
        _write(connection, actor, revised.authors, action, revised, at)
    elif action in _OTHERS:
        _OTHERS[action](connection, actor, revised, at)


def _remarked(connection: Connection, actor: Account, revised: Revision, at: datetime) -> None:
    concerned = discussions.participants(connection, revised.id) | revised.authors
    _write(connection, actor, concerned, "remark", revised, at)


def _submitted(connection: Connection, actor: Account, revised: Revision, at: datetime) -> None:
    """A rework concerns those who took part in the earlier proposal. A new proposal concerns nobody yet."""
    if revised.reworks_id is not None:
        concerned = discussions.participants(connection, revised.reworks_id)
        _write(connection, actor, concerned, "submit", revised, at)


def _published(connection: Connection, actor: Account, revised: Revision, at: datetime) -> None:
    """Authors of waiting proposals for the same record: these are now based on an older revision."""
    for waiting in submissions.undecided_of(connection, revised.record_id):
        if waiting.state is State.STALE:
            _write(connection, actor, waiting.authors, "stale", waiting, at)


_OTHERS: dict[str, Callable[[Connection, Account, Revision, datetime], None]] = {
    "remark": _remarked,
    "submit": _submitted,
    "publish": _published,
}


def _write(
    connection: Connection,
    actor: Account,
    concerned: Iterable[int],
    template: str,
    revised: Revision,
    at: datetime,
) -> None:
    # Most acts concern nobody but the actor: the place is looked up only for somebody to tell.
    others = set(concerned) - {actor.id}
    people = notices.recipients(connection, others) if others else []
    if people:
        record = _record_named(connection, revised.jurisdiction, revised.topic)
        text = _text(template, who=actor.handle, what=record)[:_LONGEST]
        _send(connection, people, text, f"/desk/proposals/{revised.id}", at)


def _text(template: str, **values: str) -> str:
    return texts.rendered(f"mail/notices/{template}.txt", **values).rstrip("\n")


def _record_named(connection: Connection, code: str, topic: str) -> str:
    """A record as people call it, such as “Alabama (kratom)”."""
    place = places.get(connection, code)
    return f"{place.name if place else code} ({topic})"


def tell_owner(
    connection: Connection, person: Account, template: str, actor: Account, at: datetime
) -> None:
    """Tell somebody what ``actor`` did with their account, by one of ``templates/mail/notices``."""
    people = notices.recipients(connection, {person.id})
    _send(connection, people, _text(template, who=actor.handle), "/desk/account", at)


def _send(
    connection: Connection, people: list[Recipient], text: str, path: str, at: datetime
) -> None:
    notices.insert(connection, [person.id for person in people], text=text, path=path, at=at)
    for person in people:
        if person.email:
            _mail(connection, person.email, "notice", person.id, text=text, path=path)


def _mail(
    connection: Connection,
    address: str,
    template: str,
    account_id: int | None = None,
    **values: object,
) -> None:
    """A mail by a file of ``templates/mail``: its first paragraph is the subject, the rest the body."""
    text = texts.rendered(f"mail/{template}.txt", site=SITE, **values)
    subject, _, body = text.partition("\n\n")
    mail_delivery.post(connection, address, subject, body, account_id)


def tell_reader(
    connection: Connection, suggestion: Suggestion, outcome: Outcome, answer: str
) -> None:
    """Mail the outcome to the reader who made a suggestion, if they left an address: they have no desk."""
    if not suggestion.email:
        return
    _mail(
        connection,
        suggestion.email,
        "suggestion-closed",
        what=_record_named(connection, suggestion.jurisdiction, suggestion.topic),
        outcome=outcome.value,
        answer=answer,
        topic=suggestion.topic,
        code=suggestion.jurisdiction,
        days=KEPT.days,
    )


def of_account(tracker: Tracker, actor: Account) -> list[Notice]:
    """The notices of this account: unread first, then newest first, at most SHOWN."""
    require(actor.role, Permission.OWN_ACCOUNT)
    with tracker.store.reading() as connection:
        return notices.of_account(connection, actor.id, SHOWN)


def unread_count(tracker: Tracker, actor: Account) -> int:
    """How many notices of this account are unread."""
    with tracker.store.reading() as connection:
        return notices.unread_count(connection, actor.id)


def mark_read(tracker: Tracker, actor: Account, notice_id: int) -> None:
    """Mark one notice as read; raise Missing if it is not theirs. Private, so it is not logged."""
    require(actor.role, Permission.OWN_ACCOUNT)
    with tracker.store.writing() as connection:
        # Somebody else's notice looks as if it did not exist.
        if not notices.is_of(connection, actor.id, notice_id):
            raise Missing("notice", str(notice_id))
        notices.mark_read(connection, actor.id, clock.now(), notice_id)


def mark_all_read(tracker: Tracker, actor: Account) -> int:
    """Mark all notices as read; gives how many were unread."""
    require(actor.role, Permission.OWN_ACCOUNT)
    with tracker.store.writing() as connection:
        return notices.mark_read(connection, actor.id, clock.now())
