"""Why a reviewer sends a proposal back: a list to choose from, so that the same faults can be counted."""

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a proposal. Kept with the verdict, and shown to the author."""

    NOT_IN_SOURCE = "not-in-source"
    WRONG_DATE = "wrong-date"
    WRONG_PLACE = "wrong-place"
    WEAK_SOURCE = "weak-source"
    COPIED_TEXT = "copied-text"
    ADVICE = "advice"
    DUPLICATE = "duplicate"
    OTHER = "other"


REASON_LABELS: dict[str, str] = {
    Reason.NOT_IN_SOURCE: "The source does not say this",
    Reason.WRONG_DATE: "A date is wrong or missing",
    Reason.WRONG_PLACE: "It is the law of another place",
    Reason.WEAK_SOURCE: "The source is too weak for this",
    Reason.COPIED_TEXT: "Words are copied from a source",
    Reason.ADVICE: "It gives advice",
    Reason.DUPLICATE: "It is proposed or published already",
    Reason.OTHER: "Something else",
}
