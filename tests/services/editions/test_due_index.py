"""What is due is kept in its order: a publication moves what it changed, and a page looks at what it shows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.due_index import Aged, Ageing
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import rounds
from legalmap.store.engine import Store
from tests.build import a_payload, a_period, the_topic
from tests.depth import examples
from tests.services.build import decide, person, propose
from tests.store.build import a_record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMIT = timedelta(days=the_topic().age_limit_days)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = ("us", "us-al", "us-ca", "us-ca-san-diego", "us-fl", "us-fl-sarasota-county", "th")
OLD, FRESH = NOW.date() - 3 * LIMIT, NOW.date()


def says(status: str, verified: date | None, confidence: str = "high") -> Payload:
    """A record that says so since 2016, verified on a day or never."""
    how = "checked" if verified else None
    return a_payload(
        a_period("2016", status), last_verified=verified, verified_how=how, confidence=confidence
    )


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reader(store: Store) -> Reader:
    """Seven records, all of them overdue."""
    with store.writing() as connection:
        for code in PLACES:
            a_record(connection, code, says("legal", OLD), at=LONG_AGO)
    return Reader(Tracker(store))


def published(reader: Reader, code: str, payload: Payload) -> None:
    """Somebody proposes it and somebody else approves it."""
    base = reader.edition("kratom").records
    number = base[code].publication.revision_number if code in base else 0
    if code not in base or base[code].payload != payload:
        decide(
            reader.tracker,
            propose(reader.tracker, payload, jurisdiction=code, base_number=number),
        )


contents = st.builds(
    says, st.sampled_from(["legal", "banned", "unclear"]), st.sampled_from([None, OLD, FRESH])
)
# What is published between two looks, at places with a record and at one without.
between = st.lists(st.tuples(st.sampled_from([*PLACES, "us-wv"]), contents), max_size=3)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@settings(
    max_examples=examples(6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(between, min_size=1, max_size=4))
def test_after_any_history_it_is_as_if_all_were_looked_at(
    reader: Reader, history: list[list[tuple[str, Payload]]]
) -> None:
    ageing = Ageing()
    for published_meanwhile in history:
        for code, payload in published_meanwhile:
            published(reader, code, payload)
        edition = reader.edition("kratom")
        grown = ageing.of(edition, NOW.date())
        assert grown.codes == Aged.whole(edition, NOW.date()).codes


@pytest.mark.both_databases
def test_another_day_is_looked_at_anew(reader: Reader) -> None:
    edition, ageing = reader.edition("kratom"), Ageing()
    published(reader, "th", says("legal", FRESH))
    edition = reader.edition("kratom")
    assert "th" not in ageing.of(edition, NOW.date()).codes
    later = NOW.date() + LIMIT + timedelta(days=1)
    assert "th" in ageing.of(edition, later).codes


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each record was looked at."""
    seen: Counter[str] = Counter()
    look = Aged.due

    def counted(aged: Aged, code: str) -> object:
        seen[code] += 1
        return look(aged, code)

    monkeypatch.setattr(Aged, "due", counted)
    return seen


def test_a_page_looks_at_what_it_shows(
    reader: Reader, looked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_SHOWN", 2)
    ana = person(reader.tracker, "ana")
    first = rounds.overview(reader, ana)
    assert len(looked) == len(PLACES), "once a day all are looked at"
    looked.clear()
    again = rounds.overview(reader, ana)
    assert (again.standings, again.total) == (first.standings, len(PLACES))
    assert len(again.standings) == 2
    # The one behind the last may have been reached for already.
    assert looked.total() <= 3


def test_taking_looks_no_further_than_it_takes(
    reader: Reader, looked: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "TEN", 1)
    monkeypatch.setattr(rounds, "STEP", 2)
    ana, ben = person(reader.tracker, "ana"), person(reader.tracker, "ben")
    assert len(rounds.due(reader)) == len(PLACES)
    looked.clear()
    assert rounds.take_ten(reader, ana) == 1
    assert looked.total() <= 3
    assert rounds.take_ten(reader, ben) == 1
    assert [standing.due.place.code for standing in rounds.mine(reader, ben)] == ["us"]
