"""A database as version 0.1 left it goes through ``migrate`` and is as good as one of today.

``tests/data/version-0.1.sqlite.xz`` was made once with the code of commit dd673ab, and is never made
again: the 268 records that shipped then, six more publications (a new law, a check, a correction, its
revert, a first record, and one on 7-OH), proposals that wait or were refused, withdrawn or sent back, a
draft, a remark and a suggestion. Of the tree it holds what the maps draw and the places with a record.
"""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner

from legalmap.cli import main
from legalmap.domain.errors import NothingChanged
from legalmap.domain.law import payload, payload_forms
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.exporting import formats
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.store import schema
from legalmap.store.engine import Store
from legalmap.store.history import feed, records
from tests.browser.conftest import free_port, started
from tests.build import TODAY, a_date
from tests.conftest import app_on
from tests.conventions import pages
from tests.services.build import decide, propose
from tests.web.visit import Visitor

FILE = Path(__file__).parents[2] / "data" / "version-0.1.sqlite.xz"
SHIPPED, HEAD, REVISIONS = 268, 274, 282


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old database after ``legalmap migrate``, to be copied."""
    file = tmp_path_factory.mktemp("old") / "legalmap.sqlite3"
    file.write_bytes(lzma.decompress(FILE.read_bytes()))
    done = CliRunner().invoke(main, ["migrate"], env={"LEGALMAP_DATABASE_URL": f"sqlite:///{file}"})
    assert (done.exit_code, done.output) == (0, "The database is up to date.\n")
    return file


@pytest.fixture
def url(migrated: Path, tmp_path: Path) -> str:
    """A copy for this test alone."""
    file = tmp_path / "legalmap.sqlite3"
    file.write_bytes(migrated.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def tracker(url: str) -> Iterator[Tracker]:
    """The old database, served by the code of today."""
    tracker = Tracker(Store(url))
    yield tracker
    tracker.store.close()


def test_it_has_the_tables_of_today(tracker: Tracker) -> None:
    schema.require_current(tracker.store)
    with tracker.store.writing() as connection:
        command.check(schema._config(connection))


def test_it_is_sound_and_nothing_in_it_moved(tracker: Tracker) -> None:
    """``check`` compares the statuses and courses that were carried over with the truth, too."""
    assert integrity_check.check(tracker) == []
    with tracker.store.reading() as connection:
        assert feed.head(connection) == HEAD
        assert feed.loaded_until(connection) == SHIPPED


def test_every_stored_payload_is_read_and_written_again_byte_for_byte(tracker: Tracker) -> None:
    with tracker.store.reading() as connection:
        stored = list(records.all_revision_bytes(connection))
    assert len(stored) == REVISIONS
    for _, _, _, text, sha256 in stored:
        content = payload.from_bytes(text)
        assert content.schema == payload_forms.FIRST
        assert payload.canonical_bytes(content).decode() == text
        assert payload.sha256_of(text.encode()) == sha256


@pytest.mark.slow
def test_every_page_of_it_opens(url: str) -> None:
    """Of every record, in both topics, and of every revision that was published after the first."""
    app = app_on(url)
    visitor = Visitor(app)
    reader: Reader = app.extensions["reader"]
    for path in ("/", "/about", "/data", "/search?q=alabama", "/releases/", "/sitemap.xml"):
        assert visitor.http.get(path, follow_redirects=True).status_code == 200, path
    for topic in ("kratom", "7-oh"):
        for page in ("", "/table", "/changes", "/codebook", "/corrections", "/embed", "/course"):
            visitor.get(f"/{topic}{page}")
        visitor.get(f"/{topic}/table?known_at=5")
        for code in reader.edition(topic).codes:
            visitor.get(f"/{topic}/{code}")
    for code in ("us-al", "us-ga", "us-tn", "us-al-mobile"):
        visitor.get(f"/kratom/{code}/history")
        visitor.get(f"/kratom/{code}/history/1")
    visitor.get("/kratom/us-al/history/1/diff/0")
    reader.tracker.store.close()


def test_the_desk_of_it_opens(url: str) -> None:
    app = app_on(url)
    visitor = Visitor(app)
    store: Store = app.extensions["reader"].tracker.store
    visitor.sign_in("ana", store)
    for path in ("", "/queue", "/round", "/suggestions", "/sources", "/edit/kratom/us-ri"):
        visitor.get(f"/desk{path}")
    assert visitor.get("/desk/edit/kratom/us-ri").form("#edit-form")["notes"] == "Half a thought"
    for code in ("us-al", "us-ky", "th"):
        visitor.get(f"/desk/edit/kratom/{code}")
        visitor.get(f"/desk/verify/kratom/{code}")
    with store.reading() as connection:
        sent = connection.scalars(sa.text("SELECT revision_id FROM submission")).all()
    for revision_id in sent:
        visitor.get(f"/desk/proposals/{revision_id}")
    store.close()


@pytest.mark.parametrize("topic", ["kratom", "7-oh"])
@pytest.mark.parametrize("known_at", [None, str(SHIPPED)])
def test_every_export_of_it_is_made(tracker: Tracker, topic: str, known_at: str | None) -> None:
    edition = Reader(tracker).edition(topic, known_at)
    for name in formats.available():
        assert formats.render(edition, TODAY, name)
    export = json.loads(formats.render(edition, TODAY, "json"))
    assert len(export["records"]) == len(edition.codes)


def test_notes_of_the_first_dataset_speak_as_the_page_does(url: str) -> None:
    """It had a name of its own for the date of the evidence, which no reader can look up."""
    app = app_on(url)
    page = Visitor(app).get("/kratom/al")
    assert "known only as 2021; the date of the evidence gives the earliest day" in page.text
    assert "evidence_as_of" not in page.text
    app.extensions["reader"].tracker.store.close()


def test_what_waited_is_published_as_it_was_sent(tracker: Tracker) -> None:
    """A proposal of then is reviewed and published under the hash that its author was shown."""
    with tracker.store.reading() as connection:
        waiting = connection.scalars(sa.text("SELECT revision_id FROM waiting")).all()
        sent = records.revisions_by_id(connection, waiting)
    assert len(sent) == 3
    for revised in sent.values():
        decided = decide(tracker, revised, by="ben")
        assert decided.published_at is not None
        assert decided.stored == revised.stored
    assert integrity_check.check(tracker) == []


def test_an_edit_of_an_old_record_is_written_in_the_newest_form(tracker: Tracker) -> None:
    al = Reader(tracker).edition("kratom").records["us-al"].payload
    bill = msgspec.structs.replace(al.pending[-1], outcome="died")
    edited = msgspec.structs.replace(
        al,
        pending=(*al.pending[:-1], bill),
        last_verified=a_date("2026-11"),
        verified_how="source-date",
    )
    proposed = propose(tracker, edited, base_number=1)
    assert '"schema":2' in proposed.stored
    decide(tracker, proposed)
    assert integrity_check.check(tracker) == []
    page = Reader(tracker).edition("kratom").records["us-al"].payload
    assert page == payload.newest(edited)


def test_the_same_content_in_another_form_is_no_change(tracker: Tracker) -> None:
    al = Reader(tracker).edition("kratom").records["us-al"].payload
    with pytest.raises(NothingChanged):
        propose(tracker, payload.newest(al), base_number=1)


def test_an_old_revision_can_be_gone_back_to(tracker: Tracker) -> None:
    """What it said is the same content, though a new edit is written in another form."""
    first = proposals.payload_at(tracker, "kratom", "us-al", 0)
    back = propose(tracker, first, base_number=1, kind="revert", intent="revert")
    assert decide(tracker, back).feed_no == HEAD + 1


@pytest.mark.slow
def test_the_mirror_of_the_documents_follows_its_feed_to_the_head(
    url: str, tracker: Tracker, tmp_path: Path
) -> None:
    """Through what was published then and what is published now, in both forms."""
    al = Reader(tracker).edition("kratom").records["us-al"].payload
    decide(tracker, propose(tracker, msgspec.structs.replace(al, notes="Now."), base_number=1))
    made: dict[str, object] = {}
    exec(pages.block_with("docs/api.md", "def follow"), made)  # as it is written there
    seen = []
    with started(url, free_port(), tmp_path / "log") as site:
        for change in made["follow"](site.url):  # type: ignore[operator]
            seen.append(change["feed_no"])
            if change["feed_no"] == HEAD + 1:
                break
    assert seen == list(range(1, HEAD + 2))
