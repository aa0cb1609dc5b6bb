"""Notices: whom an act concerns is told in the desk and, where they left an address, by mail.

They are written in the transaction of the act. Nobody is told of what they did themselves.
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
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import mail_delivery
from legalmap.store import places
from legalmap.store.desk import notices
from legalmap.store.desk.notices import Notice, Recipient
from legalmap.store.engine import Connection
from legalmap.store.history import discussions, submissions

SHOWN = 100
_LONGEST = 500
# What an author is told of a verdict.
_VERDICTS = {
    "approve": "{who} approved your proposal for {what}. It is published.",
    "assent": "{who} gave your proposal for {what} the first of two approvals.",
    "request-changes": "{who} asked for changes to your proposal for {what}.",
    "reject": "{who} rejected your proposal for {what}.",
}
_OUTCOMES = {
    Outcome.PROPOSED: "It became a proposal: once another person has reviewed it, the page changes.",
    Outcome.DECLINED: "Nothing was changed.",
    Outcome.DUPLICATE: "It had been suggested before.",
}
_STALE = (
    "The record of {what} has moved on: your proposal starts from an older revision. Open it to take "
    "it over."
)


def tell(
    connection: Connection, actor: Account, action: str, revised: Revision, at: datetime
) -> None:
    """Tell everybody whom this act on a revision concerns. ``actions.log_act`` calls it for each act."""
    if action in _VERDICTS:
        _write(connection, actor, revised.authors, _VERDICTS[action], revised, at)
    elif action in _OTHERS:
        _OTHERS[action](connection, actor, revised, at)


def _remarked(connection: Connection, actor: Account, revised: Revision, at: datetime) -> None:
    concerned = discussions.participants(connection, revised.id) | revised.authors
    sentence = "{who} remarked on the proposal for {what}."
    _write(connection, actor, concerned, sentence, revised, at)


def _submitted(connection: Connection, actor: Account, revised: Revision, at: datetime) -> None:
    """Only a proposal that takes an earlier one up concerns anybody yet."""
    if revised.reworks_id is not None:
        concerned = discussions.participants(connection, revised.reworks_id)
        sentence = "{who} sent a new version of the proposal for {what}."
        _write(connection, actor, concerned, sentence, revised, at)


def _published(connection: Connection, actor: Account, revised: Revision, at: datetime) -> None:
    """Whoever waits with a proposal for the same record has now started from an older revision."""
    for waiting in submissions.undecided_of(connection, revised.record_id):
        if waiting.state is State.STALE:
            _write(connection, actor, waiting.authors, _STALE, waiting, at)


_OTHERS: dict[str, Callable[[Connection, Account, Revision, datetime], None]] = {
    "remark": _remarked,
    "submit": _submitted,
    "publish": _published,
}


def _write(
    connection: Connection,
    actor: Account,
    concerned: Iterable[int],
    sentence: str,
    revised: Revision,
    at: datetime,
) -> None:
    others = set(concerned) - {actor.id}
    people = notices.recipients(connection, others) if others else []
    if not people:
        return
    place = places.get(connection, revised.jurisdiction)
    what = f"{place.name if place else revised.jurisdiction} ({revised.topic})"
    text = sentence.format(who=actor.handle, what=what)[:_LONGEST]
    _send(connection, people, text, f"/desk/proposals/{revised.id}", at)


def tell_owner(connection: Connection, person: Account, text: str, at: datetime) -> None:
    """Tell somebody what was done with their account."""
    people = notices.recipients(connection, {person.id})
    _send(connection, people, text, "/desk/account", at)


def _send(
    connection: Connection, people: list[Recipient], text: str, path: str, at: datetime
) -> None:
    notices.insert(connection, [person.id for person in people], text=text, path=path, at=at)
    for person in people:
        if person.email:
            body = f"{text}\n\n{SITE}{path}\n\nTo get no more mail: {SITE}/desk/account\n"
            mail_delivery.post(connection, person.email, text, body, person.id)


def tell_reader(
    connection: Connection, suggestion: Suggestion, outcome: Outcome, answer: str
) -> None:
    """Answer who suggested something and left an address: by mail alone, for they have no desk."""
    if not suggestion.email:
        return
    place = places.get(connection, suggestion.jurisdiction)
    what = f"{place.name if place else suggestion.jurisdiction} ({suggestion.topic})"
    parts = (
        f"Somebody read what you suggested for {what}. {_OUTCOMES[outcome]}",
        answer,
        f"{SITE}/{suggestion.topic}/{suggestion.jurisdiction}",
        f"This is the only answer. Your address is forgotten within {KEPT.days} days after it.",
    )
    body = "\n\n".join(part for part in parts if part) + "\n"
    mail_delivery.post(connection, suggestion.email, f"Your suggestion for {what}", body)


def of_account(tracker: Tracker, actor: Account) -> list[Notice]:
    """What somebody was told: the unread first, then the newest."""
    require(actor.role, Permission.OWN_ACCOUNT)
    with tracker.store.reading() as connection:
        return notices.of_account(connection, actor.id, SHOWN)


def unread_count(tracker: Tracker, actor: Account) -> int:
    """How much somebody has not read yet."""
    with tracker.store.reading() as connection:
        return notices.unread_count(connection, actor.id)


def mark_read(tracker: Tracker, actor: Account, notice_id: int) -> None:
    """Mark one notice as read; raise Missing if it is not theirs. Like a draft, this is private."""
    require(actor.role, Permission.OWN_ACCOUNT)
    with tracker.store.writing() as connection:
        if not notices.is_of(connection, actor.id, notice_id):
            raise Missing("notice", str(notice_id))
        notices.mark_read(connection, actor.id, clock.now(), notice_id)


def mark_all_read(tracker: Tracker, actor: Account) -> int:
    """Mark everything as read; gives how much there was."""
    require(actor.role, Permission.OWN_ACCOUNT)
    with tracker.store.writing() as connection:
        return notices.mark_read(connection, actor.id, clock.now())
