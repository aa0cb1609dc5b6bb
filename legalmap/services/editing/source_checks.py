"""Verifying by link: somebody who has read one source verifies every record that cites it."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from legalmap import clock
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid, Missing, NothingChanged, Problem, Stale
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.law.sources import Source
from legalmap.domain.law.urls import host_of
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.editing import batches
from legalmap.services.editing import proposals as editing_service
from legalmap.services.editing.proposals import Proposal
from legalmap.services.editing.verification import verified
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.services.reading.reader import Reader
from legalmap.store.desk import rounds

MOST_LISTED = 50
MOST_AT_ONCE = 200
# How many payloads are loaded in one query.
STEP = 500


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link, a source that cites it, how many records do, and how many of these are due for a check."""

    url: str
    source: Source
    records: int
    due: int

    @property
    def host(self) -> str:
        """The host name in the link."""
        return host_of(self.url)


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """One record that cites a link, the periods that do, and whether it can be verified now.

    ``others``: how many other links it cites.
    """

    topic: str
    place: Jurisdiction
    number: int
    freshness: Freshness
    periods: list[Period]
    others: int
    is_checked_today: bool
    # Id of a proposal for the record that waits for a verdict.
    proposal: int | None

    @property
    def key(self) -> str:
        """The value of its checkbox; holds the revision on screen, so that a newer one is noticed."""
        return f"{self.topic}/{self.place.code}@{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether a verification can be sent for it."""
        return not self.is_checked_today and self.proposal is None


class Chosen(msgspec.Struct, frozen=True):
    """A record somebody ticked, and the number of the revision they saw."""

    topic: str
    code: str
    number: int


def links(reader: Reader, actor: Account, *, words: str = "", host: str = "") -> list[Link]:
    """All cited links, most cited first. ``host``: only of it and its subdomains. ``words``: only with all
    of them in the link, title or publisher.
    """
    require(actor.role, Permission.PROPOSE)
    today = clock.today()
    counts: dict[str, tuple[Source, int, int]] = {}
    for edition, item, payload in _everything(reader):
        is_due = edition.freshness_of(item, today) != "fresh"
        for url, source in _sources(payload).items():
            first_source, count, due = counts.get(url, (source, 0, 0))
            counts[url] = (first_source, count + 1, due + is_due)
    all_links = (
        Link(url=url, source=source, records=count, due=due)
        for url, (source, count, due) in counts.items()
    )
    wanted = (link for link in all_links if _is_wanted(link, words.casefold(), host.casefold()))
    return sorted(wanted, key=lambda link: (-link.records, -link.due, link.url))


def _is_wanted(link: Link, words: str, host: str) -> bool:
    text = f"{link.url} {link.source.title} {link.source.publisher}".casefold()
    of_host = not host or link.host == host or link.host.endswith(f".{host}")
    return of_host and all(word in text for word in words.split())


def _everything(reader: Reader) -> Iterator[tuple[Edition, Published, Payload]]:
    """Every record of every topic with its payload."""
    # A large map does not fit in the cache of payloads, and a query for each record would be slow.
    for topic in reader.tracker.topics:
        edition = reader.edition(topic)
        items = iter(edition.records.values())
        while step := list(islice(items, STEP)):
            contents = step[0].payloads.need(item.publication for item in step)
            for item in step:
                yield edition, item, contents[item.publication.revision_id]


def _sources(payload: Payload) -> dict[str, Source]:
    return {source.url: source for period in payload.periods for source in period.sources}


def resting_on(reader: Reader, actor: Account, url: str) -> tuple[Source, list[Resting]]:
    """A source citing the link and the records that do, least fresh first; raise Missing if none does."""
    require(actor.role, Permission.PROPOSE)
    with reader.tracker.store.reading() as connection:
        waiting = rounds.waiting_of(connection)
    records: list[Resting] = []
    source: Source | None = None
    for edition, item, payload in _everything(reader):
        if url in (sources := _sources(payload)):
            source = source or sources[url]
            fresh = edition.freshness_of(item, clock.today())
            records.append(_resting(item, payload, url, fresh, waiting))
    if source is None:
        raise Missing("source", url)
    order = {"never": 0, "overdue": 1, "due": 2, "fresh": 3}
    records.sort(key=lambda record: (order[record.freshness], record.place.name, record.topic))
    return source, records


def _resting(
    item: Published, payload: Payload, url: str, freshness: Freshness, waiting: dict[int, int]
) -> Resting:
    return Resting(
        topic=item.publication.topic,
        place=item.place,
        number=item.publication.revision_number,
        freshness=freshness,
        periods=[
            period
            for period in payload.periods
            if any(source.url == url for source in period.sources)
        ],
        others=len(_sources(payload)) - 1,
        # A second verification on the same day would change nothing, and be refused.
        is_checked_today=verified(payload, {url}, clock.today()) == payload,
        proposal=waiting.get(item.publication.record_id),
    )


def verify(
    reader: Reader, actor: Account, url: str, chosen: Iterable[Chosen], *, note: str = ""
) -> list[Revision]:
    """Propose for each chosen record that nothing changed, in one batch, all or none.

    Raises Invalid if nothing was chosen, or a record that does not cite the link; Stale for the first
    record published anew since it was on screen; NothingChanged for one verified today already.
    """
    # The same box sent twice counts once.
    ticked = list(dict.fromkeys(chosen))
    if not ticked:
        raise Invalid.at("records", "Tick the records for which you read the source: at least one.")
    if len(ticked) > MOST_AT_ONCE:
        raise Invalid.at("records", f"Send at most {MOST_AT_ONCE} at once.")
    note = note.strip() or f"Checked against {url}; nothing changed."
    Invalid.if_any(editing_service.note_problems(note))
    batch = batches.new_name()
    proposals = [_proposal(reader, url, record, note, batch) for record in ticked]
    return editing_service.submit_all(reader.tracker, actor, proposals)


def _proposal(reader: Reader, url: str, chosen: Chosen, note: str, batch: str) -> Proposal:
    edition = reader.edition(chosen.topic)
    item = edition.records.get(chosen.code)
    record_name = f"{chosen.topic}/{chosen.code}"
    if item is None or url not in _sources(item.payload):
        raise Invalid([Problem("records", f"{record_name} does not rest on this link.")])
    if item.publication.revision_number != chosen.number:
        current = item.publication.revision_number
        raise Stale(chosen.topic, chosen.code, chosen.number, current)
    verified_payload = verified(item.payload, {url}, clock.today())
    if verified_payload == item.payload:
        raise NothingChanged(f"{record_name} was checked against this link today already.")
    return Proposal(
        topic=chosen.topic,
        jurisdiction=chosen.code,
        base_number=chosen.number,
        payload=verified_payload,
        note=note,
        kind="verify",
        batch=batch,
    )
