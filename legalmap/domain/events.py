"""What the log can say: each action as a sentence, what it carries, and what it changed in words.

Nothing else is ever written: a service that logs an action or a key that is not declared here fails.
So no password, token or address can get into the log by a mistake elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

# These two hold what the act changed: values by their keys, of which the state is one.
BEFORE, AFTER, STATE = "before", "after", "state"
# A single value may stand beside what it was: "role" and "role_before".
_BEFORE = "_before"
# What is shown another way: the subject names its topic and place.
_ELSEWHERE = frozenset({"topic", "jurisdiction", BEFORE, AFTER})
# What these hold are codes that read as words.
CODES = frozenset({STATE, "intent", "kind", "outcome", "role"})


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
_CHANGE = f"{BEFORE} {AFTER}"
_VERDICT = f"{_OF_RECORD} {_CHANGE} state comment reasons checks"
_CLAIM = f"{_OF_RECORD} {_CHANGE} held_by until"
_WAITING = "Waiting for review"
ACTIONS: dict[str, Declared] = {
    # Proposals and their way
    "submit": _act(
        "proposed", f"{_OF_RECORD} kind intent batch base changed", "Not proposed", _WAITING
    ),
    "withdraw": _act("withdrew", f"{_OF_RECORD} why", _WAITING, "Withdrawn"),
    "assent": _act(
        "gave the first approval to", _VERDICT, _WAITING, "Waiting for a second approval"
    ),
    "approve": _act("approved", _VERDICT, _WAITING, "Approved"),
    "request-changes": _act("asked for changes to", _VERDICT, _WAITING, "Changes requested"),
    "reject": _act("rejected", _VERDICT, _WAITING, "Rejected"),
    "publish": _act("published", f"{_OF_RECORD} feed_no base"),
    "remark": _act("remarked on", f"{_OF_RECORD} text"),
    "claim": _act("took up", _CLAIM, "Free", "Taken up"),
    "take-over": _act("took over", _CLAIM),
    "unclaim": _act("left to others", _CLAIM, "Taken up", "Free"),
    # What readers suggest. Where they can be reached is never said.
    "suggest": _act("suggested a correction:", _OF_RECORD, "Nothing", "Open"),
    "close": _act("closed", f"{_OF_RECORD} outcome answer revision", "Open", "Closed"),
    "forget-addresses": _act("forgot", "count"),
    "skip": _act("skipped", f"{_OF_RECORD} why"),
    # What to look up next
    "task-done": _act("looked up", _OF_RECORD, "To be looked up", "Done"),
    # People
    "account-add": _act("added the account", "role", "No such account", "Active"),
    "account-disable": _act("disabled the account", "", "Active", "Disabled, all sessions ended"),
    "account-reset": _act(
        "reset the sign-in of",
        "second_factors",
        "The earlier password",
        "A new password, all sessions ended",
    ),
    "account-link": _act(
        "made a link for a new password of", "", "No such link", "Open, for a week"
    ),
    "account-recover": _act(
        "set a new password by the link for", "sessions", "The earlier password", "A new one"
    ),
    "account-enable": _act("let in again", "", "Disabled", "Active"),
    "account-role": _act("changed the role of", "role role_before remits remits_before"),
    "account-factors-reset": _act(
        "took away the second factors of", "", "To be shown", "To be set up anew"
    ),
    "invite": _act("made the", "role remits", "No such link", "Open"),
    "invite-revoke": _act("took back the", "", "Open", "Revoked"),
    "join": _act("joined as", "role remits invitation invited_by", "No such account", "Active"),
    "leave": _act("left the account", "", "Active", "Anonymised"),
    "session-end": _act("signed out browsers of", "sessions"),
    "password-change": _act(
        "changed the password of", "sessions", "The earlier password", "A new one"
    ),
    "email-change": _act("changed the address of", "mail mail_before"),
    "interest-change": _act("disclosed an interest of", "interest interest_before"),
    "sign-in": _act("signed in as", "second_factor browser"),
    "authenticator-add": _act(
        "set up an authenticator app for", "authenticator authenticator_before"
    ),
    "authenticator-remove": _act(
        "turned off the authenticator app of", "", "An authenticator app", "None"
    ),
    "passkey-add": _act("added a passkey to", "passkeys passkeys_before"),
    "passkey-remove": _act("removed a passkey from", "passkeys passkeys_before"),
    "recovery-codes": _act("made new recovery codes for", "codes codes_before"),
    # Machines
    "webhook-add": _act("added the webhook", "topic since", "No such webhook", "Active"),
    "webhook-remove": _act("removed the webhook", "topic", "There", "Removed"),
    "webhook-replay": _act("replayed the webhook", "topic since before after"),
    "webhook-fail": _act(
        "could not deliver to the webhook", "topic why failures", "Delivering", "Failing"
    ),
    "webhook-disable": _act(
        "gave up the webhook", "topic why failures", "Active", "Disabled, to be replayed by hand"
    ),
    "mail-give-up": _act("gave up", "why tries", "To be sent", "Given up"),
    # The whole
    "init": _act("loaded", "records tasks", "Empty", "Filled with what ships"),
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
    "sessions": "Sessions ended",
    "codes": "Codes left",
    "why": "Why",
    "checks": "Checked",
    "as_of": "As of",
    "held_by": "Taken up by",
    "until": "Until",
}


def check(action: str, data: Mapping[str, Any]) -> None:
    """Raise Undeclared, naming it, for an action or a key that is not in the table."""
    declared = ACTIONS.get(action)
    if declared is None:
        raise Undeclared(f"Declare the action “{action}” in domain/events.py.")
    sides = [data[side] for side in (BEFORE, AFTER) if isinstance(data.get(side), Mapping)]
    unknown = sorted(set(data).union(*sides) - declared.carries)
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
    """Everything an event tells, what it changed first. Topic and place stand in its subject."""
    found = _changed(ACTIONS.get(action), data.get(BEFORE), data.get(AFTER))
    for key in data:
        before, after = _value(data, f"{key}{_BEFORE}"), _value(data, key)
        if (before or after) and key not in _ELSEWHERE and not key.endswith(_BEFORE):
            found.append(Detail(label_of(key), before, after))
    return found


def _changed(declared: Declared | None, before: Any, after: Any) -> list[Detail]:
    was, is_now = (side if isinstance(side, Mapping) else {} for side in (before, after))
    keys = dict.fromkeys((*was, *is_now))
    found = [Detail(label_of(key), _value(was, key), _value(is_now, key)) for key in keys]
    if declared is not None and declared.after and STATE not in keys:
        found.insert(0, Detail(label_of(STATE), declared.before, declared.after))
    return [detail for detail in found if detail.before or detail.after]


def _value(side: Mapping[str, Any], key: str) -> str:
    said = _plain(side.get(key))
    return _worded(said) if key.removesuffix(_BEFORE) in CODES else said


def _worded(code: str) -> str:
    """A code as words: “changes-requested” is “Changes requested”."""
    return code.replace("-", " ").capitalize()


def _plain(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(each)}" for key, each in value.items())
    return str(value)
