"""Taking over what ships with a new version: places at once, records as proposals that people review.

Nothing is published by it. A record that nobody edited here is proposed as it ships now; where it was
edited, the proposal waits beside that edit, for a person to put both together. What was proposed once,
whatever became of it, is not proposed again.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from legalmap import clock, paths
from legalmap.domain.errors import Unusable, existing
from legalmap.domain.law import payload
from legalmap.domain.law.payload import canonical_bytes, content_bytes, from_bytes, sha256_of
from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.services.audit.actions import log_act, revision_of
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.services.maintenance import first_load
from legalmap.services.maintenance.first_load import ShippedRecord
from legalmap.store import log, places
from legalmap.store.desk import tasks
from legalmap.store.engine import Connection
from legalmap.store.history import feed, records, submissions
from legalmap.store.history.records import Told
from legalmap.store.people import accounts
from legalmap.store.places import TreeChange

Key = tuple[str, str]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped record that differs from what stands here, and the revision it is proposed on.

    ``edited``: it was edited here since it shipped. ``replaces``: ids of earlier proposals of the same kind
    that still wait.
    """

    record: ShippedRecord
    base_number: int
    kind: Literal["new", "corrected", "edited"]
    replaces: tuple[int, ...] = ()


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that ``apply`` would do."""

    name: str
    tree: TreeChange
    deliveries: list[Delivery]
    tasks: list[tuple[str, str, str]]

    @property
    def is_any(self) -> bool:
        """Whether there is anything to take over."""
        return bool(self.tree.is_any or self.deliveries or self.tasks)

    def of_kind(self, kind: str) -> list[str]:
        """The records of one kind, as topic/place."""
        items = (item.record for item in self.deliveries if item.kind == kind)
        return [f"{item.topic}/{item.jurisdiction}" for item in items]


class _Here(msgspec.Struct):
    """What one record says here, and what was ever shipped to it."""

    current: Told | None = None
    own: list[Told] = []


def release_name() -> str:
    """The name of the batch of this version's data."""
    return f"Shipped data {(paths.DATA / 'release.txt').read_text(encoding='utf-8').strip()}"


def changes(tracker: Tracker, shipped: Iterable[ShippedRecord] | None = None) -> Changes:
    """What the shipped places, records and tasks would change here; raise Invalid for a file that breaks a rule."""
    with tracker.store.reading() as connection:
        return _changes(connection, tracker, shipped)


def _changes(
    connection: Connection, tracker: Tracker, shipped: Iterable[ShippedRecord] | None
) -> Changes:
    if shipped is None:
        shipped = first_load.shipped_records(topics=tracker.topics)
    system = _system(connection)
    here: dict[Key, _Here] = {}
    for told in records.told_by(connection, system.id):
        known = here.setdefault((told.topic, told.jurisdiction), _Here())
        if told.is_current:
            known.current = told
        if told.own:
            known.own.append(told)
    noted = tasks.every(connection)
    return Changes(
        name=release_name(),
        tree=places.tree_change(connection, first_load.shipped_places(), first_load.shipped_zips()),
        deliveries=list(_deliveries(tracker, shipped, here)),
        tasks=[
            task for task in first_load.shipped_tasks(topics=tracker.topics) if task not in noted
        ],
    )


def _system(connection: Connection) -> Account:
    return existing(accounts.by_handle(connection, SYSTEM_HANDLE), "account", SYSTEM_HANDLE)


def _deliveries(
    tracker: Tracker, shipped: Iterable[ShippedRecord], here: dict[Key, _Here]
) -> Iterator[Delivery]:
    nothing = _Here()
    for item in shipped:
        known = here.get((item.topic, item.jurisdiction), nothing)
        content = payload.normalised(item.payload)
        if known.current and _says(known.current, content):
            continue
        if any(_says(own, content) for own in known.own):
            continue
        first_load.validate(tracker, item, content)
        record = ShippedRecord(item.topic, item.jurisdiction, item.name, content)
        yield _delivery(record, known)


def _says(told: Told, content: payload.Payload) -> bool:
    """Whether a revision has this content, in whatever form it is stored."""
    if told.payload_sha256 == sha256_of(canonical_bytes(content)):
        return True
    return content_bytes(from_bytes(told.payload)) == content_bytes(content)


def _delivery(record: ShippedRecord, known: _Here) -> Delivery:
    current = known.current
    replaces = tuple(own.id for own in known.own if own.waits)
    if current is None or not (current.number or current.is_published):
        return Delivery(record=record, base_number=0, kind="new", replaces=replaces)
    if current.own:
        base = current.number
        return Delivery(record=record, base_number=base, kind="corrected", replaces=replaces)
    # What shipped last is what the edit here and the release have in common.
    base = max(own.number for own in known.own if own.is_published or own.number == 0)
    return Delivery(record=record, base_number=base, kind="edited", replaces=replaces)


def refuse_lost(tree: TreeChange) -> None:
    """Raise Unusable, naming them, if places with a record would be lost."""
    if tree.lost:
        raise Unusable(
            f"The places that ship lack {', '.join(tree.lost)}, which have a record here. Add them again, "
            "or name them among the aliases of what they are part of now. Nothing was changed."
        )


def apply(tracker: Tracker, shipped: Iterable[ShippedRecord] | None = None) -> Changes:
    """Take it over, all or nothing; gives what was done. Raise what ``changes`` raises, Unusable for lost places."""
    with tracker.store.writing() as connection:
        records.lock_making(connection)
        feed.lock(connection)
        done = _changes(connection, tracker, shipped)
        refuse_lost(done.tree)
        if not done.is_any:
            return done
        if done.tree.is_any:
            places.refill(connection, first_load.shipped_places())
            places.fill_zips(connection, first_load.shipped_zips())
        # What is proposed may be of a place that is new.
        _propose(connection, tracker.within(connection), done)
        at = clock.now()
        tasks.insert_all(connection, done.tasks, at)
        counts = {
            "added": len(done.tree.added),
            "changed": len(done.tree.changed),
            "gone": len(done.tree.gone),
            "records": len(done.deliveries),
            "tasks": len(done.tasks),
        }
        subject = ("database", "", done.name)
        log.append(connection, _system(connection), "data-apply", subject, at, **counts)
    return done


def _propose(connection: Connection, tracker: Tracker, done: Changes) -> None:
    system = _system(connection)
    for item in done.deliveries:
        for revision_id in item.replaces:
            _withdraw(connection, system, revision_id, done.name)
        proposal = Proposal(
            topic=item.record.topic,
            jurisdiction=item.record.jurisdiction,
            base_number=item.base_number,
            payload=item.record.payload,
            note=f"{done.name}.",
            batch=done.name,
            may_be_stale=item.kind == "edited",
        )
        proposals.insert(connection, tracker, system, proposal)


def _withdraw(connection: Connection, system: Account, revision_id: int, name: str) -> None:
    at, why = clock.now(), f"{name} says something newer."
    submissions.withdraw(connection, revision_id, system.id, at, why)
    log_act(connection, system, "withdraw", revision_of(connection, revision_id), at, why=why)
