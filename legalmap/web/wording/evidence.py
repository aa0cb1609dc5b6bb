"""Who says so: the rule that decides what holds at a place, where it stands, and what is behind it."""

import msgspec

from legalmap.domain.law.evidence import by_strength
from legalmap.domain.law.fields import KIND_LABELS
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.law.resolving import Resolution
from legalmap.web.http.query_params import View


class Backing(msgspec.Struct, frozen=True):
    """The period that decides and the place whose law it is; ``anchor`` is where the page shows it."""

    place: Jurisdiction
    payload: Payload
    period: Period
    anchor: str
    is_elsewhere: bool

    @property
    def kinds(self) -> str:
        """The kinds of source that support it, the strongest first: “statute, agency, news”."""
        supporting = [source for source in self.period.sources if source.stance == "supports"]
        labels = dict.fromkeys(
            KIND_LABELS[source.kind] for source in by_strength(tuple(supporting))
        )
        return ", ".join(label.lower() for label in labels)

    @property
    def is_weak(self) -> bool:
        """Whether those who made the record would not rely on it themselves."""
        return self.payload.confidence == "low"

    @property
    def disputing(self) -> int:
        """How many of its sources read the law another way."""
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
