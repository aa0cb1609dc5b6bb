"""What must stand beside an answer: sentences with codes, from one list."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """Why a caveat stands there; tools tell them apart by it. A code is never renamed."""

    # Of the place and the law that reaches it.
    CONTROL = "control"
    PART_OF = "part-of"
    SEVERAL_COUNTIES = "several-counties"
    COUNTY_REACH = "county-reach"
    START_UNCERTAIN = "start-uncertain"
    CHALLENGED = "challenged"
    COURT = "court"
    # Of what is not known.
    UNCLEAR = "unclear"
    NOT_STATED = "not-stated"
    INSIDE = "inside"
    LOCAL_NOT_RESEARCHED = "local-not-researched"
    NOT_RESEARCHED_BELOW = "not-researched-below"
    # Of what is to come.
    CHANGE_AHEAD = "change-ahead"
    PENDING = "pending"
    PENDING_OVERDUE = "pending-overdue"
    # Of the evidence.
    LOW_CONFIDENCE = "low-confidence"
    DUE = "due"
    OVERDUE = "overdue"
    # Of the question.
    WHOSE_DAY = "whose-day"
    ZIP_REACH = "zip-reach"
    POINT_REACH = "point-reach"
    NEAREST_PLACE = "nearest-place"
    NEIGHBOUR = "neighbour"
    NOT_ADVICE = "not-advice"


class Caveat(msgspec.Struct, frozen=True, gc=False):
    """A sentence that must stand beside the answer; ``code`` lets tools tell them apart."""

    code: str
    text: str
