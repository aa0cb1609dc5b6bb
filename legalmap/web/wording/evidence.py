"""What an answer rests on: the period of law that decides, whose law it is, and its sources."""

import msgspec

from legalmap.domain.law.fields import KIND_LABELS
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.sources import by_strength
from legalmap.web.http.query_params import View


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
    def is_weak(self) -> bool:
        """Whether the record itself says that its confidence is low."""
        return self.payload.confidence == "low"

    @property
    def disputing(self) -> int:
        """How many of its sources dispute it."""
        return sum(source.stance == "disputes" for source in self.period.sources)


def backing(view: View, resolution: Resolution) -> Backing | None:
    """What the answer for a place rests on; None where no level decides."""
    level = resolution.deciding_level
    if level is None or level.period is None:
        return None
    place = level.jurisdiction
    item = view.edition.records[place.code]
    is_elsewhere = place.code != resolution.place.code
    number = item.payload.periods.index(level.period) + 1
    anchor = "rule" if is_elsewhere else f"period-{number}"
    return Backing(place, item.payload, level.period, anchor, is_elsewhere)
