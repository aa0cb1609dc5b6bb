"""What the log can hold: the words for each action, the data it may carry, and the change it makes.

Logging an action or a key that is not declared here raises Undeclared, so no password, token or
address gets into the log by a mistake elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

# Under these two keys an event holds what the act changed, as values by key; "state" is one such key.
BEFORE, AFTER, STATE = "before", "after", "state"
# A single value may stand beside its earlier value: "role" and "role_before".
_BEFORE = "_before"
# Not listed among the details: the subject names topic and place, and the changes are unpacked.
_ELSEWHERE = frozenset({"topic", "jurisdiction", BEFORE, AFTER})
# Keys whose values are codes, shown as words.
CODES = frozenset({STATE, "intent", "kind", "outcome", "role"})


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One act: who did what to which subject, with labels as they were at the time."""

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
    """Which events to list; an empty field narrows nothing. ``since`` is inclusive, ``until`` exclusive.

    ``subject`` is the number of the subject or, if it is not a number, its label at the time.
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
    """A service tried to log an action or a key that is not in the table."""


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One action, told as "ana" + ``verb`` + the subject. ``carries``: the keys its data may have.

    ``before`` and ``after`` are the states it moves its subject between, where these never vary.
    """

    verb: str
    carries: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""


def _act(verb: str, carries: str = "", before: str = "", after: str = "") -> Declared:
    return Declared(verb=verb, carries=frozenset(carries.split()), before=before, after=after)


# Every act on a revision names its record.
_OF_RECORD = "topic jurisdiction"
_CHANGE = f"{BEFORE} {AFTER}"
_VERDICT = f"{_OF_RECORD} {_CHANGE} state comment reasons checks"
_CLAIM = f"{_OF_RECORD} {_CHANGE} held_by until"
_WAITING = "Waiting for review"
_NEW_PASSWORD = "The earlier password", "A new one"
ACTIONS: dict[str, Declared] = {
    # Proposals, from submission to publication
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
    # Readers' suggestions. Their addresses are never logged.
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
    "account-recover": _act("set a new password by the link for", "sessions", *_NEW_PASSWORD),
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
    "password-change": _act("changed the password of", "sessions", *_NEW_PASSWORD),
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
    # The tracker as a whole
    "init": _act("loaded", "records tasks", "Empty", "Filled with what ships"),
    "data-apply": _act("took over", "added changed gone records tasks"),
    "copy": _act("wrote", "feed_no", "Empty", "A copy of another database"),
    "reindex": _act("rewrote what follows from the feed:", "rows"),
    "release": _act("froze the release", "feed_no as_of", "Not released", "Frozen for good"),
}
# What the keys are called for people; any other key is shown as it is spelled.
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
    """Raise Undeclared for an action, or for keys of ``data``, that the table lacks."""
    declared = ACTIONS.get(action)
    if declared is None:
        raise Undeclared(f"Declare the action “{action}” in domain/events.py.")
    sides = [data[side] for side in (BEFORE, AFTER) if isinstance(data.get(side), Mapping)]
    unknown = sorted(set(data).union(*sides) - declared.carries)
    if unknown:
        raise Undeclared(f"Declare what “{action}” carries: {', '.join(unknown)}.")


def said(action: str) -> str:
    """The words for an action, to stand between the person and the subject; undeclared ones as spelled."""
    return ACTIONS[action].verb if action in ACTIONS else action.replace("-", " ")


def label_of(key: str) -> str:
    """What a key of the data is called for people."""
    return KEY_LABELS.get(key, key.replace("_", " ").capitalize())


class Detail(msgspec.Struct, frozen=True):
    """One line of an event: a label, and the value before and after; either may be empty."""

    what: str
    before: str
    after: str


def details(action: str, data: Mapping[str, Any]) -> list[Detail]:
    """The lines of an event, what it changed first; topic and place are left to the subject."""
    result = _changed(ACTIONS.get(action), data.get(BEFORE), data.get(AFTER))
    for key in data:
        before, after = _value(data, f"{key}{_BEFORE}"), _value(data, key)
        if (before or after) and key not in _ELSEWHERE and not key.endswith(_BEFORE):
            result.append(Detail(label_of(key), before, after))
    return result


def _changed(declared: Declared | None, before: Any, after: Any) -> list[Detail]:
    # A log that reaches back to the first version may hold anything under these keys.
    earlier, later = (side if isinstance(side, Mapping) else {} for side in (before, after))
    keys = dict.fromkeys((*earlier, *later))
    result = [Detail(label_of(key), _value(earlier, key), _value(later, key)) for key in keys]
    if declared is not None and declared.after and STATE not in keys:
        result.insert(0, Detail(label_of(STATE), declared.before, declared.after))
    return [detail for detail in result if detail.before or detail.after]


def _value(side: Mapping[str, Any], key: str) -> str:
    """A value as text; a code as words: “changes-requested” is “Changes requested”."""
    text = _plain(side.get(key))
    return text.replace("-", " ").capitalize() if key.removesuffix(_BEFORE) in CODES else text


def _plain(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    return str(value)
