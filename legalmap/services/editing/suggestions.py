"""Suggestions of readers without an account: received, claimed by a contributor, answered.

A suggestion never becomes a proposal by itself: a contributor reads it, checks the link, and writes one.
"""

from datetime import datetime

import msgspec

from legalmap import clock
from legalmap.domain.desk.claims import Claim, check_free, claimed, told
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.suggestions import (
    ADDRESS_LIFE,
    CLAIM_LIFE,
    Outcome,
    Suggestion,
    check_answer,
    problems_of,
)
from legalmap.domain.errors import AlreadyDecided, Invalid, Missing, NotNow, existing
from legalmap.domain.law import urls
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import notices
from legalmap.services.places import search
from legalmap.store import log
from legalmap.store.desk import claims, suggestions
from legalmap.store.engine import Connection

MOST_LISTED = 100
MOST_BESIDE = 10
# How many may be open for one place: the limit for somebody who floods it.
MOST_OPEN_OF_PLACE = 200
# Who acts, in the log, where nobody is signed in.
READER = "a reader"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of suggestions, how many are open in all, and live claims by suggestion id.

    ``awaited``: ids of those whose readers left an address. Who took one up sees it, nobody else.
    """

    suggestions: list[Suggestion]
    awaited: frozenset[int]
    open_count: int
    claims: dict[int, Claim]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion with its claim and other suggestions for the same record, newest first.

    ``awaited``: whether its reader left an address, which only who took it up sees.
    """

    suggestion: Suggestion
    claim: Claim | None
    awaited: bool
    others: list[Suggestion]


def place_for(tracker: Tracker, topic: str, code: str) -> Jurisdiction:
    """The place a suggestion is for; raise Missing if it is unknown or can have no record."""
    tracker.topic(topic)
    place = search.place(tracker, code)
    # A census designated place makes no law of its own, so there is nothing to correct.
    if place.kind == "community":
        raise Missing("record", f"{topic}/{place.code}")
    return place


def suggest(
    tracker: Tracker, topic: str, code: str, *, text: str, url: str, email: str = ""
) -> int:
    """Receive a suggestion; gives its number. Raise Invalid with every field at fault, NotNow for a copy."""
    place = place_for(tracker, topic, code)
    text, url, email = text.strip(), urls.plainly(url.strip()), email.strip()
    check(text, url, email)
    at = clock.now()
    with tracker.store.writing() as connection:
        _forget(connection, at)
        _refuse_flood(connection, topic, place.code, text, url)
        values = {"topic": topic, "jurisdiction_code": place.code, "text": text, "url": url}
        # The address is stored only to answer once; see ``forget_old_addresses``.
        number = suggestions.insert(connection, {**values, "email": email or None, "at": at})
        suggestion = _one(connection, number)
        _log(connection, None, "suggest", suggestion, at)
    return number


def check(text: str, url: str, email: str) -> None:
    """Raise Invalid with every field at fault."""
    Invalid.if_any(problems_of(text, url, email))


def _refuse_flood(connection: Connection, topic: str, code: str, text: str, url: str) -> None:
    """Raise NotNow for a copy of an open suggestion, or if too many are open for the place."""
    earlier = suggestions.of_place(connection, topic, code, MOST_OPEN_OF_PLACE)
    waiting = [other for other in earlier if other.closed_at is None]
    if any((other.text, other.url) == (text, url) for other in waiting):
        raise NotNow("Exactly this was suggested already: it waits for somebody to look at it.")
    if len(waiting) == MOST_OPEN_OF_PLACE:
        raise NotNow("Very many suggestions wait for this place. Come back in a few days.")


def listed(
    tracker: Tracker, actor: Account, *, topic: str | None = None, is_open: bool = True
) -> Listed:
    """Open suggestions, oldest first; or closed ones, last closed first. At most MOST_LISTED."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        page = suggestions.listed(connection, topic=topic, is_open=is_open, limit=MOST_LISTED)
        claims_by_id = claims.live(
            connection, "suggestion", [suggestion.id for suggestion in page], clock.now()
        )
        return Listed(
            suggestions=[_for(actor, item, claims_by_id.get(item.id)) for item in page],
            awaited=frozenset(item.id for item in page if item.email),
            open_count=suggestions.count_open(connection, topic),
            claims=claims_by_id,
        )


def sheet(tracker: Tracker, actor: Account, number: int) -> Sheet:
    """The page of one suggestion; raise Missing if there is none with that number."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        suggestion = _one(connection, number)
        claims_by_id = claims.live(connection, "suggestion", [number], clock.now())
        beside = suggestions.of_place(
            connection, suggestion.topic, suggestion.jurisdiction, MOST_BESIDE + 1
        )
    others = [other for other in beside if other.id != number][:MOST_BESIDE]
    claim = claims_by_id.get(number)
    return Sheet(
        suggestion=_for(actor, suggestion, claim),
        claim=claim,
        awaited=suggestion.email is not None,
        others=[_for(actor, other, None) for other in others],
    )


def _for(actor: Account, suggestion: Suggestion, claim: Claim | None) -> Suggestion:
    """A suggestion as somebody may see it: the reader's address only for who took it up."""
    if claim is not None and claim.account_id == actor.id:
        return suggestion
    return msgspec.structs.replace(suggestion, email=None)


def claim(tracker: Tracker, actor: Account, number: int, *, over: bool = False) -> Claim:
    """Claim a suggestion for a day; raise NotNow if somebody else has it, unless taken ``over``."""
    require(actor.role, Permission.PROPOSE)
    at = clock.now()
    with tracker.store.writing() as connection:
        _forget(connection, at)
        suggestion = _open(connection, number)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        earlier_claim = _free(connection, actor, number, at, over=over)
        new_claim = claimed(actor, number, at, CLAIM_LIFE)
        claims.put(connection, "suggestion", new_claim)
        if event := told(earlier_claim, new_claim):
            action, data = event
            _log(connection, actor, action, suggestion, at, **data)
    return new_claim


def release(tracker: Tracker, actor: Account, number: int) -> None:
    """Give one's claim on a suggestion back; nothing happens if there is none."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.writing() as connection:
        suggestion, at = _one(connection, number, lock=True), clock.now()
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        own_claim = claims.live(connection, "suggestion", [number], at).get(number)
        if own_claim is not None and own_claim.account_id == actor.id:
            claims.drop(connection, "suggestion", number)
            _log(connection, actor, "unclaim", suggestion, at)


def close(
    tracker: Tracker, actor: Account, number: int, outcome: Outcome, answer: str
) -> Suggestion:
    """Close a suggestion as declined or duplicate; the reason is mailed to the reader's address, if any."""
    require(actor.role, Permission.PROPOSE)
    if outcome is Outcome.PROPOSED:
        raise Invalid.at("outcome", "Send a proposal: that closes it.")
    check_answer(outcome, answer)
    at = clock.now()
    with tracker.store.writing() as connection:
        suggestion = _open(connection, number)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        _free(connection, actor, number, at)
        _close(connection, actor, suggestion, at, outcome, answer.strip())
        return _one(connection, number)


def close_proposed(
    connection: Connection, actor: Account, number: int, revised: Revision, at: datetime
) -> None:
    """Close a suggestion in the transaction that submits the proposal answering it.

    One that was closed meanwhile stays as it is: the proposal is just as good.
    """
    suggestion = check_about(connection, number, revised.topic, revised.jurisdiction, lock=True)
    if suggestion.closed_at is None:
        _close(connection, actor, suggestion, at, Outcome.PROPOSED, "", revised.id)


def check_about(
    connection: Connection, number: int, topic: str, code: str, *, lock: bool = False
) -> Suggestion:
    """The suggestion with that number; raise Missing unless it is for this very record."""
    suggestion = _one(connection, number, lock=lock)
    if (suggestion.topic, suggestion.jurisdiction) != (topic, code):
        raise Missing("suggestion", f"{number} for {topic}/{code}")
    return suggestion


def forget_old_addresses(tracker: Tracker) -> int:
    """Delete addresses left longer than ADDRESS_LIFE ago; gives how many."""
    at = clock.now()
    # Mostly there is nothing to do, and looking needs no lock for writing.
    with tracker.store.reading() as connection:
        if not suggestions.has_addresses(connection, at - ADDRESS_LIFE):
            return 0
    with tracker.store.writing() as connection:
        return _forget(connection, at)


def _forget(connection: Connection, at: datetime) -> int:
    count = suggestions.forget_addresses(connection, at - ADDRESS_LIFE)
    if count:
        label = f"addresses left before {at - ADDRESS_LIFE:%Y-%m-%d}"
        subject = ("suggestion", "", label)
        log.append(connection, "legalmap", "forget-addresses", subject, at, count=count)
    return count


def _close(
    connection: Connection,
    actor: Account,
    suggestion: Suggestion,
    at: datetime,
    outcome: Outcome,
    answer: str,
    revision_id: int | None = None,
) -> None:
    suggestions.close(
        connection,
        suggestion.id,
        actor_id=actor.id,
        at=at,
        outcome=outcome,
        answer=answer,
        revision_id=revision_id,
    )
    claims.drop(connection, "suggestion", suggestion.id)
    notices.tell_reader(connection, suggestion, outcome, answer)
    data = {"outcome": outcome.value, "answer": answer, "revision": revision_id}
    _log(connection, actor, "close", suggestion, at, **data)


def _open(connection: Connection, number: int) -> Suggestion:
    suggestion = _one(connection, number, lock=True)
    if suggestion.closed_at is not None and suggestion.outcome is not None:
        how = suggestion.outcome.label.lower()
        raise AlreadyDecided(
            f"closed it ({how})", suggestion.closed_by or "Somebody", suggestion.closed_at
        )
    return suggestion


def _free(
    connection: Connection, actor: Account, number: int, at: datetime, *, over: bool = False
) -> Claim | None:
    """The live claim, if any; raise NotNow if it is somebody else's, unless taken ``over``."""
    current_claim = claims.live(connection, "suggestion", [number], at).get(number)
    check_free(current_claim, actor.id, at, over=over)
    return current_claim


def _one(connection: Connection, number: int, *, lock: bool = False) -> Suggestion:
    suggestion = suggestions.find(connection, number, lock=lock)
    return existing(suggestion, "suggestion", str(number))


def _log(
    connection: Connection,
    actor: Account | None,
    action: str,
    suggestion: Suggestion,
    at: datetime,
    **data: object,
) -> None:
    """Log an act on a suggestion, never with the address that was left."""
    subject = ("suggestion", suggestion.id, suggestion.label)
    data |= {"topic": suggestion.topic, "jurisdiction": suggestion.jurisdiction}
    log.append(connection, actor or READER, action, subject, at, **data)
