"""What to look up next: it ships for the desk, is ticked off by moderators, and never leaves the desk."""

import pytest

from legalmap.domain.errors import Forbidden, Missing
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, tasks
from legalmap.services.exporting import formats
from legalmap.services.maintenance import first_load
from legalmap.services.reading.reader import Reader
from legalmap.store import log
from legalmap.store.desk import tasks as rows
from legalmap.store.engine import Store
from legalmap.store.history import records
from tests.build import TODAY
from tests.services.build import person
from tests.store.build import NOW

TEXT = "Did the bill of March pass?"


@pytest.fixture
def number(tracker: Tracker) -> int:
    """Something to look up about Alabama."""
    with tracker.store.writing() as connection:
        return rows.insert(connection, "kratom", "us-al", TEXT, NOW)


def shown(tracker: Tracker, handle: str, code: str = "us-al") -> tuple[list[str], bool]:
    """What somebody sees beside the forms of a record, and whether they may tick it off."""
    beginning = proposals.begin(tracker, person(tracker, handle), "kratom", code)
    return [task.text for task in beginning.tasks], beginning.may_tick


@pytest.mark.both_databases
def test_a_moderator_ticks_it_off_and_the_log_says_so(tracker: Tracker, number: int) -> None:
    assert shown(tracker, "ana") == ([TEXT], False)
    assert shown(tracker, "ben") == ([TEXT], True)
    assert shown(tracker, "ben", "us-fl") == ([], False)
    tasks.tick(tracker, person(tracker, "ben"), number)
    assert shown(tracker, "ben") == ([], True)
    with tracker.store.reading() as connection:
        [event] = [event for event in log.newest(connection, 9) if event.action == "task-done"]
    assert (event.actor_label, event.subject_label) == ("ben", TEXT)
    assert event.data == {"topic": "kratom", "jurisdiction": "us-al"}


def test_ticked_off_twice_it_is_done_once(tracker: Tracker, number: int) -> None:
    tasks.tick(tracker, person(tracker, "ben"), number)
    tasks.tick(tracker, person(tracker, "cleo"), number)
    with tracker.store.reading() as connection:
        done = [event for event in log.newest(connection, 9) if event.action == "task-done"]
    assert [event.actor_label for event in done] == ["ben"]


def test_who_may_not_review_may_not_tick_off(tracker: Tracker, number: int) -> None:
    with pytest.raises(Forbidden):
        tasks.tick(tracker, person(tracker, "ana"), number)
    with pytest.raises(Missing):
        tasks.tick(tracker, person(tracker, "ben"), number + 1)
    assert shown(tracker, "ana") == ([TEXT], False)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        # What it says stays, and that it is done; it is not deleted.
        "UPDATE task SET text = 'Nothing.'",
        "UPDATE task SET done_at = NULL, done_by_id = NULL",
        "DELETE FROM task",
    ],
)
def test_the_database_keeps_it(tracker: Tracker, number: int, statement: str) -> None:
    tasks.tick(tracker, person(tracker, "ben"), number)
    with pytest.raises(Exception, match="refused"), tracker.store.writing() as connection:
        connection.exec_driver_sql(statement)


def test_they_ship_for_the_desk_and_for_no_reader(shipped_store: Store) -> None:
    """No sentence of them stands in a feed entry, a payload or an export."""
    tracker = Tracker(shipped_store)
    sentences = {text for _, _, text in first_load.shipped_tasks()}
    with shipped_store.reading() as connection:
        kept = rows.open_of(connection, "kratom", "us-tn")
        [event] = [event for event in log.newest(connection, 99) if event.action == "init"]
        texts = [row[3] for row in records.all_revision_bytes(connection)]
    assert (
        [task.text for task in kept]
        == [
            text
            for topic, code, text in first_load.shipped_tasks()
            if (topic, code) == ("kratom", "us-tn")
        ]
        != []
    )
    assert event.data == {"records": 280, "tasks": 295}
    public = "\n".join(texts)
    for topic in ("kratom", "7-oh"):
        edition = Reader(tracker).edition(topic)
        files = (formats.render(edition, TODAY, name) for name in ("json", "csv", "geojson"))
        public += "\n".join(file.decode() for file in files)
    assert [text for text in sentences if text in public] == []
