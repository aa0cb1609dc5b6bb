"""What an author says an edit is: it decides what the form asks and what readers are told."""

from enum import StrEnum

from legalmap.domain.payload import Payload


class Intent(StrEnum):
    """Why somebody edits a record. Kept with the submission, for good."""

    LAW_CHANGED = "law-changed"
    CORRECTION = "correction"
    VERIFICATION = "verification"
    FIRST_RECORD = "first-record"
    REVERT = "revert"


INTENT_LABELS: dict[Intent, str] = {
    Intent.LAW_CHANGED: "The law changed",
    Intent.CORRECTION: "Correct an error",
    Intent.VERIFICATION: "Checked, nothing changed",
    Intent.FIRST_RECORD: "First record of a place",
    Intent.REVERT: "Back to an earlier revision",
}


def intent_of(kind: str, base: Payload, proposed: Payload) -> Intent:
    """What an edit is, where nobody said so: read from its kind and from what it started from."""
    if kind == "verify":
        return Intent.VERIFICATION
    if kind == "revert":
        return Intent.REVERT
    if not base.periods:
        return Intent.FIRST_RECORD
    grew = len(proposed.periods) > len(base.periods)
    return Intent.LAW_CHANGED if grew else Intent.CORRECTION
