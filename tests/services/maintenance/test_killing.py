"""kill -9 in the middle of publishing: the change is there wholly or not at all."""

import os
import signal
import subprocess
import sys

import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.services.build import decide, propose

pytestmark = pytest.mark.both_databases

# Approves a proposal and stops the process dead after a given number of SQL statements.
PUBLISHER = """
import os, signal, sys
import sqlalchemy as sa
from legalmap.services.core.tracker import Tracker
from legalmap.store.history import records
from legalmap.store.engine import Store
from tests.services.build import decide

url, revision_id, statements = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
tracker = Tracker(Store(url))
with tracker.store.reading() as connection:
    revision = records.revision_by_id(connection, revision_id)
left = statements

@sa.event.listens_for(tracker.store.engine, "after_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

decide(tracker, revision)
print("published")
"""


def publish_and_die(url: str, revision_id: int, statements: int) -> bool:
    """Run the publisher; gives whether it lived to the end."""
    done = subprocess.run(
        [sys.executable, "-c", PUBLISHER, url, str(revision_id), str(statements)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode == 0


@pytest.mark.slow
def test_a_publication_is_whole_or_absent_wherever_the_process_dies(tracker: Tracker) -> None:
    url = tracker.store.engine.url.render_as_string(hide_password=False)
    revision = propose(tracker)
    outcomes = []
    # The first statements read who reviews; the writing ones follow, one of them each round.
    for statements in range(8, 40, 4):
        lived = publish_and_die(url, revision.id, statements)
        after = Tracker(Store(url))
        assert integrity_check.check(after) == []
        outcomes.append((lived, Reader(after).head()))
        after.store.close()
        if lived:
            break
    assert outcomes[-1] == (True, 2), outcomes
    assert {head for lived, head in outcomes if not lived} == {1}, outcomes


def test_what_was_not_finished_can_be_done_again(tracker: Tracker) -> None:
    url = tracker.store.engine.url.render_as_string(hide_password=False)
    revision = propose(tracker)
    assert not publish_and_die(url, revision.id, 12)
    assert decide(tracker, revision).feed_no == 2
