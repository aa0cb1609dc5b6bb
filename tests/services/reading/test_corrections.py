"""Which publications are corrections, by what their author said, and since when it was wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Missing
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading import corrections
from legalmap.services.reading.corrections import Correction
from legalmap.store.engine import Store
from tests.build import a_payload, a_period, a_source
from tests.services.build import decide, propose
from tests.store.build import counted_queries

DAY = datetime(2026, 12, 1, 12, tzinfo=UTC)


def law(status: str, since: str = "2020", **more: object) -> Payload:
    return a_payload(a_period(), a_period(since, status, **more))


def published(
    tracker: Tracker, day: int, payload: Payload, intent: Intent | None = None, **more: object
) -> Revision:
    """A revision of us-al, published so many days after the first of December."""
    number = int(str(more.pop("base_number", day)))
    with time_machine.travel(DAY + timedelta(days=day), tick=False):
        proposal = propose(tracker, payload, base_number=number, intent=intent, **more)
        return decide(tracker, proposal)


def found(tracker: Tracker) -> list[Correction]:
    return corrections.page(tracker, "kratom").corrections


INTENTS = [
    # What the author says it is decides, whatever the content looks like.
    (Intent.CORRECTION, law("banned"), True),
    (Intent.LAW_CHANGED, law("banned"), False),
    (Intent.VERIFICATION, a_payload(last_verified=date(2026, 11, 20)), False),
    # Nobody said: an added period is new law, a rewritten one was wrong.
    (None, law("banned"), False),
    (None, a_payload(a_period(status="banned")), True),
]


@pytest.mark.parametrize(("intent", "payload", "corrects"), INTENTS)
def test_what_is_a_correction(
    tracker: Tracker, intent: Intent | None, payload: Payload, corrects: bool
) -> None:
    published(tracker, 0, payload, intent)
    assert len(found(tracker)) == int(corrects)


@pytest.mark.both_databases
def test_what_an_older_version_published_is_told_by_its_content(tracker: Tracker) -> None:
    """It did not ask for the intent. Its rows are history: only a test may make them so."""
    published(tracker, 0, a_payload(a_period(status="banned")))
    published(tracker, 1, law("restricted"), jurisdiction="us-al")
    with tracker.store.writing() as connection:
        for statement in _unguarded(connection.dialect.name):
            connection.execute(sa.text(statement))
    (only,) = found(tracker)
    assert only.news.revision.intent is None
    assert only.news.revision.number == 1


def _unguarded(dialect: str) -> list[str]:
    off = {
        "sqlite": "DROP TRIGGER submission_no_update",
        "postgresql": "ALTER TABLE submission DISABLE TRIGGER ALL",
    }
    return [off[dialect], "UPDATE submission SET intent = NULL"]


@pytest.mark.both_databases
def test_a_proposal_that_was_not_published_corrects_nothing(tracker: Tracker) -> None:
    propose(tracker, a_payload(a_period(status="banned")), intent=Intent.CORRECTION)
    assert found(tracker) == []


def test_it_was_wrong_since_the_first_that_said_so(tracker: Tracker) -> None:
    """A check and another source in between said the same wrong thing: they do not begin it anew."""
    published(tracker, 0, law("banned"), Intent.LAW_CHANGED)
    again = law("banned", sources=(a_source(), a_source("https://news.example/1", kind="news")))
    published(tracker, 1, again)
    published(tracker, 2, law("restricted"), Intent.CORRECTION)
    newest, _ = found(tracker)
    assert newest.wrong_since == DAY
    assert newest.news.before is not None
    assert newest.news.before.number == 2


def test_what_became_wrong_later_was_right_before(tracker: Tracker) -> None:
    published(tracker, 0, law("restricted"), Intent.LAW_CHANGED)
    published(tracker, 1, law("banned"), Intent.CORRECTION)
    published(tracker, 2, law("restricted"), Intent.REVERT, kind="revert")
    newest, older = found(tracker)
    assert newest.wrong_since == DAY + timedelta(days=1)
    assert older.wrong_since == DAY
    assert newest.news.revision.kind == "revert"


def test_a_period_that_was_missing_was_missing_since_the_record_began(tracker: Tracker) -> None:
    published(tracker, 0, law("banned"), Intent.CORRECTION)
    (only,) = found(tracker)
    began = only.news.before
    assert began is not None
    assert only.wrong_since == began.published_at


@pytest.mark.both_databases
def test_pages_follow_each_other(tracker: Tracker) -> None:
    for day, status in enumerate(("banned", "restricted", "regulated", "unclear", "legal")):
        published(tracker, day, law(status), Intent.CORRECTION)
    seen, before = [], None
    while True:
        page = corrections.page(tracker, "kratom", before, limit=2)
        seen += [correction.news.revision.number for correction in page.corrections]
        if (before := page.older) is None:
            break
    assert seen == [5, 4, 3, 2, 1]


def test_a_constant_number_of_queries(tracker: Tracker, store: Store) -> None:
    counts = []
    for day, status in enumerate(("banned", "restricted", "regulated")):
        published(tracker, day, law(status), Intent.CORRECTION)
        with counted_queries(store) as sent:
            found(tracker)
        counts.append(len(sent))
    assert len(set(counts[1:])) == 1
    assert counts[-1] <= 6


def test_an_unknown_topic(tracker: Tracker) -> None:
    with pytest.raises(Missing):
        corrections.page(tracker, "tea")
