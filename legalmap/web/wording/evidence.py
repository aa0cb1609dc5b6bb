"""What an answer rests on: the period of law that decides, whose law it is, and its sources."""

import msgspec

from legalmap.domain.law.answer import Answer
from legalmap.domain.law.fields import KIND_LABELS
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.law.sources import by_strength


class Backing(msgspec.Struct, frozen=True):
    """The period that decides, and the place whose law it is.

    ``anchor`` is the id on the page of the answer where it is shown; ``is_elsewhere``: another place's law.
    """

    place: Jurisdiction
    payload: Payload
    period: Period
    anchor: str
    is_elsewhere: bool

    @property
    def kinds(self) -> str:
        """The kinds of its supporting sources, strongest first: “statute, agency, news”."""
        supporting = [source for source in self.period.sources if source.stance == "supports"]
        labels = dict.fromkeys(
            KIND_LABELS[source.kind] for source in by_strength(tuple(supporting))
        )
        return ", ".join(label.lower() for label in labels)

    @property
    def disputing(self) -> int:
        """How many of its sources dispute it."""
        return sum(source.stance == "disputes" for source in self.period.sources)


def backing(answer: Answer) -> Backing | None:
    """What the answer for a place rests on; None where no level decides."""
    level = answer.deciding
    if level is None or level.period is None or level.payload is None:
        return None
    place = level.jurisdiction
    is_elsewhere = place.code != answer.place.code
    number = level.payload.periods.index(level.period) + 1
    anchor = "rule" if is_elsewhere else f"period-{number}"
    return Backing(place, level.payload, level.period, anchor, is_elsewhere)
