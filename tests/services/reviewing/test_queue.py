"""The queue: order, filters, pages, and as many queries for many as for few."""

from typing import Any

import msgspec
import pytest

from legalmap import clock
from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.queue import Asked
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
    made = {}
    for code, said in WAITING.items():
        more = dict(said)
        at = minutes(more.pop("at"))
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        more.setdefault("payload", a_payload(notes="New."))
        made[propose(tracker, jurisdiction=code, **more).id] = code
    monkeypatch.setattr(clock, "now", lambda: minutes(60 * 24 + 15))
    return made


def shown(tracker: Tracker, asked: Asked, by: str = "ben") -> list[str]:
    found = queue.page(tracker, person(tracker, by), asked)
    assert found.total == len(found.lines)
    return [line.revision.jurisdiction for line in found.lines]


FILTERS: list[tuple[str, Asked, list[str]]] = [
    ("oldest first", Asked(order="age"), [*WAITING]),
    ("one topic", Asked(topic="7-oh"), ["us-fl-sarasota"]),
    (
        "a state with its counties and towns",
        Asked(place="us-fl", order="age"),
        ["us-fl", "us-fl-sarasota-county", "us-fl-sarasota"],
    ),
    (
        "a county with its towns, whose codes do not say so",
        Asked(place="us-fl-sarasota-county", order="age"),
        ["us-fl-sarasota-county", "us-fl-sarasota"],
    ),
    ("a territory whose code is not its country’s", Asked(place="cn"), ["hk"]),
    ("a town", Asked(place="us-al-mobile"), ["us-al-mobile"]),
    ("one kind", Asked(intent=Intent.CORRECTION, order="age"), ["us-al"]),
    ("more than a day old", Asked(age="day", order="age"), ["us-al", "us-fl"]),
    ("more than a week old", Asked(age="week"), []),
    (
        "not mine",
        Asked(owner="not-mine", order="age"),
        [code for code in WAITING if code != "us-al-mobile"],
    ),
    ("all at once", Asked(place="us-fl", topic="7-oh", owner="free"), ["us-fl-sarasota"]),
]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("asked", "places"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS]
)
def test_filters(
    tracker: Tracker, waiting: dict[int, str], asked: Asked, places: list[str]
) -> None:
    assert shown(tracker, asked) == places


@pytest.mark.both_databases
def test_the_riskiest_come_first_and_of_these_the_oldest(
    tracker: Tracker, waiting: dict[int, str]
) -> None:
    lines = queue.page(tracker, person(tracker, "ben"), Asked()).lines
    order = [(-line.revision.risk, line.revision.submitted_at) for line in lines]
    assert order == sorted(order)
    assert len({line.revision.risk for line in lines}) > 1
    for level in range(3):
        found = queue.page(tracker, person(tracker, "ben"), Asked(risk=level)).lines
        assert found == [line for line in lines if line.revision.risk == level]


@pytest.mark.both_databases
def test_what_others_are_at_or_what_lies_elsewhere_is_not_free(
    tracker: Tracker, waiting: dict[int, str]
) -> None:
    taken = next(number for number, code in waiting.items() if code == "us-fl")
    claims.take(tracker, person(tracker, "cleo"), taken)
    assert "us-fl" not in shown(tracker, Asked(owner="free"))
    assert "us-fl" in shown(tracker, Asked(owner="free"), by="cleo")
    florida = msgspec.structs.replace(
        person(tracker, "ben"), remits=(Remit(jurisdiction="us-fl"), Remit(topic="none"))
    )
    found = queue.page(tracker, florida, Asked(owner="free", order="age")).lines
    assert [line.revision.jurisdiction for line in found] == [
        "us-fl-sarasota-county",
        "us-fl-sarasota",
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("order", ["risk", "age"])
def test_pages_follow_each_other_without_gap_or_repetition(
    tracker: Tracker, waiting: dict[int, str], order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben, asked = person(tracker, "ben"), Asked(order=order)
    whole = [line.revision.id for line in queue.page(tracker, ben, asked).lines]
    monkeypatch.setattr(queue, "PAGE", 2)
    paged: list[int] = []
    after = None
    while True:
        found = queue.page(tracker, ben, asked, after)
        paged += [line.revision.id for line in found.lines]
        after = found.end
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
                queue.page(tracker, ana, Asked(order="age"))
            sent.append(len(counted))
    assert sent[0] == sent[1] <= 7


def test_a_count_ends_where_nobody_wants_to_know(
    tracker: Tracker, waiting: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_COUNTED", 3)
    assert queue.waiting_count(tracker, person(tracker, "ana")) == 4
