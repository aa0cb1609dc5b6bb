"""What kind of edit an author says they make: it decides what the form asks and how readers hear of it."""

import msgspec

from legalmap.domain.errors import Problem
from legalmap.domain.labelled import Labelled
from legalmap.domain.law import diff
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period


class Intent(Labelled):
    """Why somebody edits a record. Stored with the submission, for good."""

    LAW_CHANGED = "law-changed", "The law changed"
    CORRECTION = "correction", "Correct an error"
    VERIFICATION = "verification", "Checked, nothing changed"
    FIRST_RECORD = "first-record", "First record of a place"
    REVERT = "revert", "Back to an earlier revision"


def intent_of(kind: str, base: Payload, proposed: Payload) -> Intent:
    """The intent of an edit whose author stated none: derived from its kind and its base."""
    if kind == "verify":
        return Intent.VERIFICATION
    if kind == "revert":
        return Intent.REVERT
    if not base.periods:
        return Intent.FIRST_RECORD
    grew = len(proposed.periods) > len(base.periods)
    return Intent.LAW_CHANGED if grew else Intent.CORRECTION


# The only fields that a check of the sources may change.
_VERIFIED = frozenset({"last_verified", "verified_how", "accessed_on"})


def problems_of(intent: Intent, base: Payload, proposed: Payload) -> list[Problem]:
    """Why an edit is not what its author says it is, at the field ``intent``; empty if it is.

    Whether a revert equals the earlier revision is not checked here: only the store knows that revision.
    """
    message = _contradiction(intent, base, proposed)
    return [Problem("intent", message)] if message else []


def _contradiction(intent: Intent, base: Payload, proposed: Payload) -> str:
    if intent is Intent.LAW_CHANGED:
        return _unlike_a_change_of_law(base, proposed)
    if intent is Intent.FIRST_RECORD and base.periods:
        return "This place has a record already: choose what kind of edit this is."
    if intent is Intent.CORRECTION and not base.periods:
        return (
            "Nothing is published here yet, so there is nothing to correct: this is a first record."
        )
    if intent is Intent.VERIFICATION and not _is_a_check(base, proposed):
        return "A check changes nothing but its days: choose “Correct an error” for anything else."
    return ""


def _unlike_a_change_of_law(base: Payload, proposed: Payload) -> str:
    proposed_by_start = {period.effective_from: period for period in proposed.periods}
    if any(
        _without_end(proposed_by_start.get(period.effective_from)) != _without_end(period)
        for period in base.periods
    ):
        return (
            "“The law changed” leaves the older periods as they are. "
            "If one of them is wrong, choose “Correct an error”."
        )
    # All older periods are still there, so the only differences left are a new one or an end.
    if proposed.periods == base.periods:
        return (
            "Nothing here says how the law changed: add a period or the day the last one ended, "
            "or choose another kind of edit."
        )
    return ""


def _without_end(period: Period | None) -> Period | None:
    return msgspec.structs.replace(period, effective_until=None) if period else None


def _is_a_check(base: Payload, proposed: Payload) -> bool:
    fields = {change.path[-1] for change in diff.diff(base, proposed)}
    return bool(base.periods) and fields <= _VERIFIED
