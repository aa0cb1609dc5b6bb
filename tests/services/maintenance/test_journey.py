"""A database as version 0.1 left it becomes as good as one of today: migrate, data status, data apply, review."""

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from legalmap.cli import main
from legalmap.domain.desk.moderation import State
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law.payload import content_bytes, normalised
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches
from legalmap.services.exporting import formats
from legalmap.services.maintenance import data_release, first_load, integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.store.desk import tasks
from legalmap.store.engine import Store
from tests.browser.conftest import free_port, started
from tests.build import TODAY
from tests.conventions import pages
from tests.services.build import decide, person, propose
from tests.services.maintenance.test_old_database import FILE, HEAD

NAME = data_release.release_name()
NEW, CORRECTED, EDITED = 12, 253, 4


def run(url: str, *words: str) -> str:
    done = CliRunner().invoke(main, words, env={"LEGALMAP_DATABASE_URL": url})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def url(tmp_path: Path) -> str:
    file = tmp_path / "legalmap.sqlite3"
    file.write_bytes(lzma.decompress(FILE.read_bytes()))
    return f"sqlite:///{file}"


@pytest.fixture
def tracker(url: str) -> Iterator[Tracker]:
    tracker = Tracker(Store(url))
    yield tracker
    tracker.store.close()


def files_of(tracker: Tracker, feed_no: int) -> dict[tuple[str, str], bytes]:
    """Every export dated at a feed number."""
    reader = Reader(tracker)
    return {
        (topic, name): formats.render(reader.edition(topic, str(feed_no)), TODAY, name)
        for topic in tracker.topics
        for name in formats.available()
    }


def settle(tracker: Tracker, proposal: Revision) -> None:
    """Approve it; where it was edited here, somebody first puts the release on top of the edit."""
    if proposal.state is State.STALE:
        edition = Reader(tracker).edition(proposal.topic)
        proposal = propose(
            tracker,
            proposal.payload,
            topic=proposal.topic,
            jurisdiction=proposal.jurisdiction,
            base_number=edition.records[proposal.jurisdiction].publication.revision_number,
            reworks_id=proposal.id,
        )
    decide(tracker, proposal)


@pytest.mark.slow
def test_an_old_database_ends_with_the_content_of_a_fresh_one(
    url: str, tracker: Tracker, tmp_path: Path
) -> None:
    assert run(url, "migrate") == "The database is up to date.\n"
    told = run(url, "data", "status")
    for count, what in ((NEW, "new"), (CORRECTED, "corrected"), (EDITED, "edited here too")):
        assert f"{count} records {what}" in told
    before = files_of(tracker, HEAD)
    assert f"the batch “{NAME}”" in run(url, "data", "apply")
    assert Reader(tracker).head() == HEAD
    batch = batches.opened(tracker, person(tracker, "ben"), NAME)
    assert len(batch.proposals) == NEW + CORRECTED + EDITED
    for proposal in batch.proposals:
        settle(tracker, proposal)
    assert says_what_ships(tracker)
    assert run(url, "data", "status") == f"{NAME}:\n  Nothing to take over.\n"
    assert integrity_check.check(tracker) == []
    assert files_of(tracker, HEAD) == before
    assert mirrored(url, tmp_path, HEAD + len(batch.proposals))


def says_what_ships(tracker: Tracker) -> bool:
    """Whether each shipped record and task is here, word for word."""
    reader = Reader(tracker)
    with tracker.store.reading() as connection:
        noted = tasks.every(connection)
    return set(first_load.shipped_tasks()) <= noted and all(
        content_bytes(reader.edition(item.topic).records[item.jurisdiction].payload)
        == content_bytes(normalised(item.payload))
        for item in first_load.shipped_records()
    )


def mirrored(url: str, tmp_path: Path, head: int) -> bool:
    """Whether the mirror of docs/api.md, as it is written there, follows the feed to its head."""
    made: dict[str, Any] = {}
    exec(pages.block_with("docs/api.md", "def follow"), made)
    with started(url, free_port(), tmp_path / "log") as site:
        for number, change in enumerate(made["follow"](site.url), start=1):
            assert change["feed_no"] == number
            if number == head:
                return True
    return False
