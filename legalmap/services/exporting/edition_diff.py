"""The difference between two editions of a topic: records, fields, before and after."""

import msgspec

from legalmap.domain.law import diff
from legalmap.domain.law.diff import Change
from legalmap.domain.law.payload import NOT_RESEARCHED
from legalmap.services import contract
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats


class Difference(msgspec.Struct, frozen=True):
    """One record in two editions; ``before`` is None if the older has none."""

    before: Published | None
    after: Published

    @property
    def changes(self) -> list[Change]:
        """The fields that differ."""
        earlier = self.before.payload if self.before else NOT_RESEARCHED
        return diff.diff(earlier, self.after.payload)


def between(older: Edition, newer: Edition) -> list[Difference]:
    """The records that were published in between, sorted by code. Records are never removed."""
    differences = []
    for item in formats.items(newer):
        before = older.records.get(item.place.code)
        if before is None or before.publication.feed_no != item.publication.feed_no:
            differences.append(Difference(before, item))
    return differences


def told(differences: list[Difference]) -> tuple[contract.RecordChange, ...]:
    """Differences as the API shows them, with the payloads as they are stored."""
    if not differences:
        return ()
    sides = (side for each in differences for side in (each.before, each.after) if side)
    texts = differences[0].after.payloads.texts(side.publication for side in sides)
    return tuple(_told(difference, texts) for difference in differences)


def _told(difference: Difference, texts: dict[int, str]) -> contract.RecordChange:
    before, after = difference.before, difference.after
    return contract.RecordChange(
        jurisdiction=contract.jurisdiction(after.place),
        url=formats.url_of(after.publication.topic, after.place.code),
        feed_no_before=before.publication.feed_no if before else None,
        feed_no=after.publication.feed_no,
        revision_before=before.publication.revision_number if before else None,
        revision=after.publication.revision_number,
        changed=tuple(contract.same(contract.FieldChange, change) for change in difference.changes),
        before=contract.stored(texts[before.publication.revision_id]) if before else None,
        after=contract.stored(texts[after.publication.revision_id]),
    )
