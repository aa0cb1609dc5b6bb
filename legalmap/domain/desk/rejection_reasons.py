"""Why a reviewer sends a proposal back: a fixed list, so that faults can be counted."""

from legalmap.domain.labelled import Labelled


class Reason(Labelled):
    """What is wrong with a proposal. Stored with the verdict and shown to the author."""

    NOT_IN_SOURCE = "not-in-source", "The source does not say this"
    WRONG_DATE = "wrong-date", "A date is wrong or missing"
    WRONG_PLACE = "wrong-place", "It is the law of another place"
    WEAK_SOURCE = "weak-source", "The source is too weak for this"
    COPIED_TEXT = "copied-text", "Words are copied from a source"
    ADVICE = "advice", "It gives advice"
    DUPLICATE = "duplicate", "It is proposed or published already"
    OTHER = "other", "Something else"


REASON_LABELS = {reason.value: reason.label for reason in Reason}
