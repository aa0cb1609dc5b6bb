"""Re-verifying a record: a proposal that changes only ``last_verified`` and ``accessed_on``."""

from datetime import date

import msgspec

from legalmap import clock
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.payload import Payload, problems_of_text, sources_of
from legalmap.domain.law.periods import Period
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Proposal


def propose(
    tracker: Tracker,
    actor: Account,
    topic: str,
    code: str,
    *,
    base_number: int,
    opened: set[str],
    note: str,
) -> Revision:
    """Propose "checked today, nothing changed". ``opened``: links of the sources somebody read.

    Without a ``note`` it says how many these were. Raise Invalid if none is a source of the record.
    """
    Invalid.if_any(problems_of_text("note", note, proposals.MAX_NOTE, needed=""))
    base = proposals.payload_at(tracker, topic, code, base_number)
    # A source that the form showed may have been removed meanwhile.
    read = opened & {source.url for source in sources_of(base)}
    if not read:
        raise Invalid.at("opened", "Tick the sources you opened: at least one.")
    proposal = Proposal(
        topic=topic,
        jurisdiction=code,
        base_number=base_number,
        payload=verified(base, read, clock.today()),
        note=note or f"Checked against {_sources(len(read))}; nothing changed.",
        kind="verify",
    )
    return proposals.submit(tracker, actor, proposal)


def verified(base: Payload, opened: set[str], day: date) -> Payload:
    """``base`` as verified on ``day``, with that day as ``accessed_on`` of the opened sources."""
    return msgspec.structs.replace(
        base,
        periods=tuple(_accessed(period, opened, day) for period in base.periods),
        last_verified=PartialDate(day.isoformat()),
        verified_how="checked",
    )


def _accessed(period: Period, opened: set[str], day: date) -> Period:
    sources = tuple(
        msgspec.structs.replace(source, accessed_on=day) if source.url in opened else source
        for source in period.sources
    )
    return msgspec.structs.replace(period, sources=sources)


def _sources(count: int) -> str:
    return "1 source" if count == 1 else f"{count} sources"
