"""Two people at work on a database: one proposes a change of a record, the other approves it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.services.people import accounts
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import review
from legalmap.store.engine import Store
from tests.bench.speed.filled import TOPIC


class Publisher:
    """Publishes through the services, as the desk does, each change in another record."""

    def __init__(self, store: Store) -> None:
        self._tracker = Tracker(store)
        self._author = self._person("bench-author", Role.CONTRIBUTOR)
        self._reviewer = self._person("bench-reviewer", Role.MODERATOR)
        self._codes = sorted(Reader(self._tracker).edition(TOPIC).records)

    @classmethod
    @contextmanager
    def of(cls, file: Path) -> Iterator["Publisher"]:
        """The two at a SQLite file."""
        store = Store(f"sqlite:///{file}")
        try:
            yield cls(store)
        finally:
            store.close()

    def _person(self, handle: str, role: Role) -> Account:
        accounts.add(self._tracker, handle, role)
        return accounts.active(self._tracker, handle)

    def next_code(self) -> str:
        """The place whose record is changed next, from the middle of the alphabet on."""
        return self._codes.pop(len(self._codes) // 2)

    def publish(self, code: str) -> tuple[bytes, float]:
        """Publish a change; gives a word that only it has, and when it was committed (monotonic)."""
        word = f"Benchmarked{time.monotonic_ns()}"
        beginning = proposals.begin(self._tracker, self._author, TOPIC, code)
        notes = f"{beginning.payload.notes} {word}"
        proposal = Proposal(
            topic=TOPIC,
            jurisdiction=code,
            base_number=beginning.base_number,
            payload=msgspec.structs.replace(beginning.payload, notes=notes),
            note="The benchmark adds a word.",
        )
        made = proposals.submit(self._tracker, self._author, proposal)
        review.decide(
            self._tracker,
            self._reviewer,
            made.id,
            Verdict.APPROVE,
            payload_sha256=made.payload_sha256,
            checks=[check.code for check in self._tracker.topic(TOPIC).review.checklist],
        )
        return word.encode(), time.monotonic()
