"""The queue: order, filters, pages, and as many queries for many as for few."""

from typing import Any

import msgspec
import pytest

from legalmap import clock
from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.queue import QueueFilter
from legalmap.domain.people.remits import Remit
from legalmap.services.core.tracker import Tracker
from legalmap.services.reviewing import claims, queue
from tests.build import a_payload
from tests.services.build import person, propose
from tests.services.reviewing.test_racing import GRAVE
from tests.store.build import counted_queries, minutes

# The place, minutes after NOW, and what else is said, of seven proposals. All start from "not researched",
# but Alabama. States are of wide reach; Ana's first edit is a first edit.
WAITING: dict[str, dict[str, Any]] = {
    "us-al": {"at": 0},
    "us-fl": {"at": 10, "payload": GRAVE},
    "us-fl-sarasota-county": {"at": 20},
    "us-fl-sarasota": {"at": 30, "topic": "7-oh"},
    "us-al-mobile": {"at": 40, "by": "ben"},
    "hk": {"at": 50},
    "th": {"at": 60},
}


@pytest.fixture
def waiting(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """The proposals of WAITING: their places by their numbers."""
    ids = {}
    for code, fields in WAITING.items():
        more = dict(fields)
        at = minutes(more.pop("at"))
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        more.setdefault("payload", a_payload(notes="New."))
        ids[propose(tracker, jurisdiction=code, **more).id] = code
    monkeypatch.setattr(clock, "now", lambda: minutes(60 * 24 + 15))
    return ids


def shown(tracker: Tracker, criteria: QueueFilter, by: str = "ben") -> list[str]:
    page = queue.page(tracker, person(tracker, by), criteria)
    assert page.total == len(page.lines)
    return [line.revision.jurisdiction for line in page.lines]


FILTERS: list[tuple[str, QueueFilter, list[str]]] = [
    ("oldest first", QueueFilter(order="age"), [*WAITING]),
    ("one topic", QueueFilter(topic="7-oh"), ["us-fl-sarasota"]),
    (
        "a state with its counties and towns",
        QueueFilter(place="us-fl", order="age"),
        ["us-fl", "us-fl-sarasota-county", "us-fl-sarasota"],
    ),
    (
        "a county with its towns, whose codes do not say so",
        QueueFilter(place="us-fl-sarasota-county", order="age"),
        ["us-fl-sarasota-county", "us-fl-sarasota"],
    ),
    ("a territory whose code is not its country’s", QueueFilter(place="cn"), ["hk"]),
    ("a town", QueueFilter(place="us-al-mobile"), ["us-al-mobile"]),
    ("one kind", QueueFilter(intent=Intent.CORRECTION, order="age"), ["us-al"]),
    ("more than a day old", QueueFilter(age="day", order="age"), ["us-al", "us-fl"]),
    ("more than a week old", QueueFilter(age="week"), []),
    (
        "not mine",
        QueueFilter(owner="not-mine", order="age"),
        [code for code in WAITING if code != "us-al-mobile"],
    ),
    ("all at once", QueueFilter(place="us-fl", topic="7-oh", owner="free"), ["us-fl-sarasota"]),
]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("asked", "places"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS]
)
def test_filters(
    tracker: Tracker, waiting: dict[int, str], asked: QueueFilter, places: list[str]
) -> None:
    assert shown(tracker, asked) == places


@pytest.mark.both_databases
def test_the_riskiest_come_first_and_of_these_the_oldest(
    tracker: Tracker, waiting: dict[int, str]
) -> None:
    lines = queue.page(tracker, person(tracker, "ben"), QueueFilter()).lines
    order = [(-line.revision.risk, line.revision.submitted_at) for line in lines]
    assert order == sorted(order)
    assert len({line.revision.risk for line in lines}) > 1
    for level in range(3):
        of_level = queue.page(tracker, person(tracker, "ben"), QueueFilter(risk=level)).lines
        assert of_level == [line for line in lines if line.revision.risk == level]


@pytest.mark.both_databases
def test_what_others_are_at_or_what_lies_elsewhere_is_not_free(
    tracker: Tracker, waiting: dict[int, str]
) -> None:
    taken = next(number for number, code in waiting.items() if code == "us-fl")
    claims.take(tracker, person(tracker, "cleo"), taken)
    assert "us-fl" not in shown(tracker, QueueFilter(owner="free"))
    assert "us-fl" in shown(tracker, QueueFilter(owner="free"), by="cleo")
    florida = msgspec.structs.replace(
        person(tracker, "ben"), remits=(Remit(jurisdiction="us-fl"), Remit(topic="none"))
    )
    lines = queue.page(tracker, florida, QueueFilter(owner="free", order="age")).lines
    assert [line.revision.jurisdiction for line in lines] == [
        "us-fl-sarasota-county",
        "us-fl-sarasota",
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("order", ["risk", "age"])
def test_pages_follow_each_other_without_gap_or_repetition(
    tracker: Tracker, waiting: dict[int, str], order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben, criteria = person(tracker, "ben"), QueueFilter(order=order)
    whole = [line.revision.id for line in queue.page(tracker, ben, criteria).lines]
    monkeypatch.setattr(queue, "PAGE", 2)
    paged: list[int] = []
    after = None
    while True:
        page = queue.page(tracker, ben, criteria, after)
        paged += [line.revision.id for line in page.lines]
        after = page.end
        if after is None:
            break
    assert paged == whole
    assert len(paged) == len(waiting)


def test_many_are_as_many_queries_as_few(tracker: Tracker) -> None:
    sent = []
    for index in range(1, queue.PAGE + 6):
        propose(tracker, a_payload(notes=f"Reading {index}."))
        if index in (1, queue.PAGE + 5):
            ana = person(tracker, "ana")
            with counted_queries(tracker.store) as counted:
                queue.page(tracker, ana, QueueFilter(order="age"))
            sent.append(len(counted))
    assert sent[0] == sent[1] <= 7


def test_a_count_ends_where_nobody_wants_to_know(
    tracker: Tracker, waiting: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_COUNTED", 3)
    assert queue.waiting_count(tracker, person(tracker, "ana")) == 4
