"""How heavy an edit is: its risk, and how many reviewers it needs."""

from datetime import date

from legalmap.domain import risks
from legalmap.domain.payload import Payload
from legalmap.domain.risks import Weight
from legalmap.services.tracker import Tracker


def weigh(
    tracker: Tracker,
    topic: str,
    code: str,
    base: Payload,
    proposed: Payload,
    *,
    on: date,
    first_edit: bool,
) -> Weight:
    """The weight of an edit sent on a day, by the rules of its topic."""
    codebook, place = tracker.topic(topic), tracker.place(code)
    return Weight(
        risks.assess(codebook, place, base, proposed, today=on, first_edit=first_edit),
        risks.approvals_needed(codebook, base, proposed),
    )
