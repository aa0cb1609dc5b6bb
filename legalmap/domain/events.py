"""What the log can say: each action as a sentence, what it carries, and what it changed in words.

Nothing else is ever written: a service that logs an action or a key that is not declared here fails.
So no password, token or address can get into the log by a mistake elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

# A key with this ending holds what its fellow without it was before the act.
BEFORE = "_before"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One act: who did what to what, with labels as they were at the time."""

    id: int
    at: datetime
    actor_id: int | None
    actor_label: str
    action: str
    subject_kind: str
    subject_id: str
    subject_label: str
    data: dict[str, Any]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are asked for; what is empty narrows nothing. ``until`` is excluded.

    ``subject`` is the number of a thing or, if it is none, its label as it was.
    """

    actor: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    topic: str = ""
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Undeclared(LookupError):
    """A service tried to log what is not in the table."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One action: "ana" + ``said`` + its subject. ``before`` and ``after`` name the states it moves
    its subject between, where they are always the same; else the keys of ``carries`` tell.
    """

    said: str
    carries: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""


def _act(said: str, carries: str = "", before: str = "", after: str = "") -> Declared:
    return Declared(said=said, carries=frozenset(carries.split()), before=before, after=after)


# Every act on a revision says of which record it is.
_OF_RECORD = "topic jurisdiction"
_VERDICT = f"{_OF_RECORD} comment reasons checks"
_WAITING = "Waiting for review"
ACTIONS: dict[str, Declared] = {
    # Proposals and their way
    "submit": _act(
        "proposed", f"{_OF_RECORD} kind intent batch base changed", "Not proposed", _WAITING
    ),
    "withdraw": _act("withdrew", f"{_OF_RECORD} why", _WAITING, "Withdrawn"),
    "approve": _act("approved", _VERDICT, _WAITING, "Approved"),
    "request-changes": _act("asked for changes to", _VERDICT, _WAITING, "Changes requested"),
    "reject": _act("rejected", _VERDICT, _WAITING, "Rejected"),
    "publish": _act("published", f"{_OF_RECORD} feed_no base"),
    # What readers suggest, and who is at what
    "suggest": _act("suggested a correction:", _OF_RECORD, "Nothing", "Open"),
    "claim": _act("took up", _OF_RECORD, "Open to anybody", "Taken for a while"),
    "unclaim": _act("left to others", _OF_RECORD, "Taken", "Open to anybody"),
    "close": _act("closed", f"{_OF_RECORD} outcome answer revision", "Open", "Closed"),
    "forget-addresses": _act("forgot", "count"),
    # People
    "account-add": _act("added the account", "role", "No such account", "Active"),
    "account-disable": _act("disabled the account", "", "Active", "Disabled, all sessions ended"),
    "account-reset": _act(
        "reset the sign-in of", "", "The earlier password", "A new password, all sessions ended"
    ),
    # Machines
    "webhook-add": _act("added the webhook", "topic since", "No such webhook", "Active"),
    "webhook-remove": _act("removed the webhook", "topic", "There", "Removed"),
    "webhook-replay": _act("replayed the webhook", "topic since since_before"),
    "webhook-fail": _act(
        "could not deliver to the webhook", "topic why failures", "Delivering", "Failing"
    ),
    "webhook-disable": _act(
        "gave up the webhook", "topic why failures", "Active", "Disabled, to be replayed by hand"
    ),
    "mail-give-up": _act("gave up", "why tries", "To be sent", "Given up"),
    # The whole
    "init": _act("loaded", "records", "Empty", "Filled with what ships"),
    "copy": _act("wrote", "feed_no", "Empty", "A copy of another database"),
    "reindex": _act("rewrote what follows from the feed:", "rows"),
    "release": _act("froze the release", "feed_no as_of", "Not released", "Frozen for good"),
}
# What the keys are called for people. Any other is called as it is spelled.
KEY_LABELS = {
    "kind": "Kind of revision",
    "intent": "What it is",
    "batch": "Sent together as",
    "base": "Started from revision",
    "changed": "Fields",
    "feed_no": "Feed number",
    "since": "Delivered up to feed number",
    "why": "Why",
    "checks": "Checked",
    "as_of": "As of",
}


def check(action: str, data: Mapping[str, Any]) -> None:
    """Raise Undeclared, naming it, for an action or a key that is not in the table."""
    declared = ACTIONS.get(action)
    if declared is None:
        raise Undeclared(f"Declare the action “{action}” in domain/events.py.")
    unknown = sorted(set(data) - declared.carries)
    if unknown:
        raise Undeclared(f"Declare what “{action}” carries: {', '.join(unknown)}.")


def said(action: str) -> str:
    """What somebody did, as it reads between their name and the thing."""
    return ACTIONS[action].said if action in ACTIONS else action.replace("-", " ")


def label_of(key: str) -> str:
    """A key of the data for people."""
    return KEY_LABELS.get(key, key.replace("_", " ").capitalize())


class Detail(msgspec.Struct, frozen=True):
    """One thing an event tells: what it was before, if it was anything, and what after."""

    what: str
    before: str
    after: str


def details(action: str, data: Mapping[str, Any]) -> list[Detail]:
    """Everything an event tells, the change of state first. Topic and place stand in its subject."""
    found = []
    declared = ACTIONS.get(action)
    if declared is not None and declared.after:
        found.append(Detail("State", declared.before, declared.after))
    for key, value in data.items():
        if key not in ("topic", "jurisdiction") and not key.endswith(BEFORE):
            before, after = _plain(data.get(f"{key}{BEFORE}")), _plain(value)
            if before or after:
                found.append(Detail(label_of(key), before, after))
    return found


def _plain(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(each)}" for key, each in value.items())
    return str(value)
