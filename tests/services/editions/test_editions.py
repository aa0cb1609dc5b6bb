"""An edition that grew out of the one before is the edition made from nothing; so are its files."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legalmap import clock
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.resolution import Level, Resolution
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions import contents, editions
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats
from legalmap.services.exporting.files import Files
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.store.history import records
from tests.build import a_payload, a_period
from tests.depth import examples
from tests.store.build import PLACES, a_publication, a_record, counted_queries

DAY = date(2026, 11, 23)
CODES = sorted(row["code"] for row in PLACES)
STATUSES = ("legal", "regulated", "banned", "varies")
FORMATS = ("json", "ndjson", "csv", "sources", "geojson")
SAID = st.builds(
    lambda since, status, rule: a_payload(
        a_period(since, status, answers={"local_rules": rule} if rule else {})
    ),
    st.sampled_from((None, "2015", "2026-11-23", "2027-01-01")),
    st.sampled_from(STATUSES),
    st.sampled_from((None, "preempted")),
)


def publish(store: Store, code: str, payload: Payload) -> None:
    """Make this what readers see of a place, by review where there is a record already."""
    with store.writing() as connection:
        known = records.find(connection, "kratom", code)
        if known is None:
            a_record(connection, code, payload)
            return
        base = records.revision_by_id(connection, known.current_revision_id)
        assert base is not None
        a_publication(connection, base, payload)


def fresh(store: Store) -> Tracker:
    """A tracker that remembers nothing."""
    return Tracker(store)


def said_by(tracker: Tracker, edition: Edition) -> dict[str, object]:
    """Everything an edition says of every place of the test tree."""
    return {
        "feed_no": edition.feed_no,
        "changed_at": edition.changed_at,
        "turns": list(edition.turns),
        "roots": edition.roots,
        "began": edition.began,
        "directly_below": edition.directly_below,
        "by_degree": edition.by_degree,
        "records": {
            code: (item.publication, item.payload) for code, item in edition.records.items()
        },
        "resolved": {code: edition.resolve(tracker.place(code), DAY) for code in CODES},
        "glances": {code: edition.glance(tracker.place(code), DAY).shown for code in CODES},
        "statuses": edition.statuses(DAY),
        "shown": edition.shown(DAY),
        "below": {code: [item.place.code for item in edition.below(code)] for code in CODES},
        "inside": {
            (code, day): edition.inside(tracker.place(code), day)
            for code in CODES
            for day in (DAY, clock.today())
        },
        "parts": edition.researched_by_part,
    }


@contextmanager
def limits(**changed: int) -> Iterator[None]:
    """Other bounds, so that a small tracker behaves as a huge one."""
    rooms = (contents, editions, formats)
    before = [
        (room, name, getattr(room, name))
        for name in changed
        for room in rooms
        if hasattr(room, name)
    ]
    for room, name, _ in before:
        setattr(room, name, changed[name])
    try:
        yield
    finally:
        for room, name, value in before:
            setattr(room, name, value)


# The day before a law takes effect, that day, when another does, and when checks are overdue.
DAYS = (date(2026, 11, 22), DAY, date(2027, 1, 1), date(2029, 1, 1))
HISTORIES = st.lists(
    st.tuples(st.sampled_from(CODES), SAID, st.none() | st.sampled_from(DAYS)), max_size=12
)


@pytest.mark.slow
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=HISTORIES,
    held=st.sampled_from((0, 5_000)),
    apart=st.sampled_from((0, 3, 500)),
)
def test_after_any_history_it_is_as_if_made_from_nothing(
    sqlite_template, tmp_path_factory, history: list, held: int, apart: int
) -> None:
    """``held`` 0: as if the topic had more records than fit in memory. None: nobody looks.

    ``apart``: how soon what has grown is laid together.
    """
    file = tmp_path_factory.mktemp("history") / "legalmap.sqlite"
    file.write_bytes(sqlite_template.read_bytes())
    store = Store(f"sqlite:///{file}")
    with limits(KEPT_PAYLOADS=held, STRETCH=2, MOST_APART=apart):
        reader, files = Reader(fresh(store)), Files()
        seen = {0: said_by(reader.tracker, reader.edition("kratom"))}
        for code, payload, day in history:
            publish(store, code, payload)
            if day is None:
                continue
            again = Reader(fresh(store))
            edition, anew = reader.edition("kratom"), again.edition("kratom")
            seen[edition.feed_no] = said_by(reader.tracker, edition)
            assert seen[edition.feed_no] == said_by(again.tracker, anew)
            for form in FORMATS:
                grown = files.of(edition, day, form, newest=True)
                assert grown.content == formats.render(anew, day, form)
                assert grown.length == len(grown.content)
                assert grown.sha256 == hashlib.sha256(grown.content).hexdigest()
        for feed_no, payloads in seen.items():
            past = Reader(fresh(store))
            assert said_by(past.tracker, past.edition("kratom", str(feed_no))) == payloads
    store.close()


@pytest.fixture
def filled(store: Store) -> Tracker:
    """A banned country, a state that differs, a county and its town; the second topic stays empty."""
    for code, status in {
        "us": "legal",
        "us-fl": "regulated",
        "us-fl-sarasota-county": "banned",
    }.items():
        publish(store, code, a_payload(a_period(None, status)))
    return Tracker(store)


def test_the_newest_edition_costs_no_query_while_nothing_is_published(sqlite_store: Store) -> None:
    publish(sqlite_store, "us", a_payload())
    reader = Reader(Tracker(sqlite_store))
    reader.edition("kratom").resolve(reader.tracker.place("us"), DAY)
    with counted_queries(sqlite_store) as sent:
        edition = reader.edition("kratom")
        edition.resolve(reader.tracker.place("us"), DAY)
        assert edition.records["us"].payload.periods
    assert sent == []


@pytest.mark.both_databases
def test_what_another_connection_publishes_shows_at_the_next_look(filled: Tracker) -> None:
    reader = Reader(filled)
    assert reader.edition("kratom").resolve(filled.place("us-fl"), DAY).status == "regulated"
    other = Store(filled.store.engine.url.render_as_string(hide_password=False))
    publish(other, "us-fl", a_payload(a_period(None, "banned")))
    other.close()
    assert reader.edition("kratom").resolve(filled.place("us-fl"), DAY).status == "banned"


@pytest.mark.parametrize("history", [0, 30])
def test_one_record_of_the_past_costs_the_same_however_long_the_history(
    filled: Tracker, history: int
) -> None:
    for _ in range(history):
        publish(filled.store, "us-fl", a_payload(a_period(None, "banned")))
        publish(filled.store, "us-fl", a_payload(a_period(None, "legal")))
    filled.places(["us", "us-fl", "us-fl-sarasota-county"])
    reader = Reader(filled)
    reader.head()
    with counted_queries(filled.store) as sent:
        edition = reader.edition("kratom", "3")
        resolution = edition.resolve(filled.place("us-fl-sarasota-county"), DAY)
    assert resolution.status == "banned"
    # Where the chain stood with what it said, in one look; PostgreSQL is asked for the head as well.
    statements = [statement for statement in sent if "payload" in statement]
    assert len(statements) == 1
    assert len(sent) <= (2 if filled.store.is_sqlite else 3)


def test_who_asks_for_many_records_of_the_past_gets_them_in_one_look(
    filled: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MANY", 4)
    reader = Reader(filled)
    edition = reader.edition("kratom", "2")
    for code in CODES:
        edition.resolve(filled.place(code), DAY)
    with counted_queries(filled.store) as sent:
        assert sorted(edition.records) == ["us", "us-fl"]
        for code in CODES:
            edition.resolve(filled.place(code), date(2020, 1, 1))
    assert sent == []


def test_the_statuses_of_the_past_come_from_narrow_rows(filled: Tracker) -> None:
    assert Reader(filled).edition("kratom", "2").statuses(DAY) == {
        "us": "legal",
        "us-fl": "regulated",
    }
    assert Reader(filled).edition("7-oh", "2").statuses(DAY) == {}


@pytest.fixture
def resolved_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places that were resolved, not found among what is kept."""
    resolved: list[str] = []
    true = contents.resolve

    def counted(levels: list[Level], *rest: Any) -> Resolution:
        resolved.append(levels[-1].jurisdiction.code)
        return true(levels, *rest)

    monkeypatch.setattr(contents, "resolve", counted)
    return resolved


@pytest.mark.parametrize(
    ("moved", "anew"),
    [
        # Another place changed.
        ("us-al", []),
        # What is below a place that changed was made of it too …
        ("us", ["us", "us-fl", "us-fl-sarasota-county"]),
        ("us-fl", ["us-fl", "us-fl-sarasota-county"]),
        # … and what is above it was not.
        ("us-fl-sarasota-county", ["us-fl-sarasota-county"]),
    ],
)
def test_after_a_publication_only_what_it_can_have_changed_is_resolved(
    filled: Tracker, resolved_anew: list[str], moved: str, anew: list[str]
) -> None:
    reader, codes = Reader(filled), ["us", "us-fl", "us-fl-sarasota-county"]
    before = reader.edition("kratom")
    for code in codes:
        before.resolve(filled.place(code), DAY)
    publish(filled.store, moved, a_payload(a_period(None, "unclear")))
    del resolved_anew[:]
    for _ in range(2):
        for code in codes:
            reader.edition("kratom").resolve(filled.place(code), DAY)
    assert resolved_anew == anew
    # A request that still runs on the edition before is told what that one says.
    assert before.resolve(filled.place("us-fl"), DAY).status == "regulated"


def test_what_is_imagined_is_seen_by_nobody_else(filled: Tracker, resolved_anew: list[str]) -> None:
    edition, place = Reader(filled).edition("kratom"), filled.place("us-fl")
    edition.resolve(filled.place("us"), DAY)
    edition.shown(DAY)
    del resolved_anew[:]
    imagined = edition.imagined("us-fl", a_payload(a_period(None, "banned")))
    assert imagined.resolve(place, DAY).status == imagined.shown(DAY)["us-fl"] == "banned"
    assert imagined.resolve(filled.place("us"), DAY).status == "legal"
    assert edition.resolve(place, DAY).status == edition.shown(DAY)["us-fl"] == "regulated"
    assert resolved_anew.count("us") == 1, "for the whole map only"


def test_no_more_resolutions_are_kept_than_there_is_room_for(
    filled: Tracker, resolved_anew: list[str]
) -> None:
    with limits(KEPT_RESOLUTIONS=2):
        edition = Reader(filled).edition("kratom")
    for code in ("us", "us-fl", "us", "us-al", "us", "us-fl"):
        edition.resolve(filled.place(code), DAY)
    assert resolved_anew == ["us", "us-fl", "us-al", "us-fl"], "what was asked for last stays"


def test_below_is_what_the_chain_says_on_the_whole_tree(shipped_store: Store) -> None:
    """A place's answer depends on the levels of its chain: each must know it as one of those below."""
    tracker = Tracker(shipped_store)
    edition = Reader(tracker).edition("kratom")
    for code in edition.codes:
        for level in edition.chain_of(tracker.place(code))[:-1]:
            assert code in edition.codes_below(level.code)


def test_what_is_inside_costs_nothing_the_second_time(
    shipped_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a place with many records below none is looked at, and of a place with none nothing ever is."""
    tracker, day = Tracker(shipped_store), clock.today()
    edition, looked_at = Reader(tracker).edition("kratom"), list[str]()
    true = type(edition).profiles_of

    def counted(self: Any, codes: Any, as_of: date) -> Any:
        codes = list(codes)
        looked_at.extend(codes)
        return true(self, codes, as_of)

    monkeypatch.setattr(type(edition), "profiles_of", counted)
    assert edition.answer(tracker.place("us-fl-sarasota-county"), day).inside == ()
    assert looked_at == []
    assert edition.answer(tracker.place("us-fl"), day).inside
    assert len(looked_at) == len(edition.records)
    del looked_at[:]
    for code in ("us", "us-il", "us-fl"):
        assert edition.answer(tracker.place(code), day).inside
    assert looked_at == []


def test_nothing_is_inside_a_town_whose_name_others_begin_with(shipped_store: Store) -> None:
    edition = Reader(Tracker(shipped_store)).edition("kratom")
    assert {"us-ca-orange", "us-ca-orange-county", "us-wa-spokane-valley"} <= set(edition.codes)
    assert edition.codes_below("us-ca-orange") == edition.codes_below("us-wa-spokane") == []


@pytest.mark.parametrize("day", [clock.today(), date(2024, 1, 1)], ids=["kept", "looked up"])
def test_what_is_inside_is_what_is_recorded_below(shipped_store: Store, day: date) -> None:
    tracker = Tracker(shipped_store)
    edition = Reader(tracker).edition("kratom")
    for code in ("us", "us-il", "us-ca-orange-county", "us-ca-orange", "gb", "de"):
        inside = edition.inside(tracker.place(code), day)
        places = [place.code for alike in inside.values() for place in alike.places]
        assert sorted(places) == sorted(edition.codes_below(code)), code
        assert sum(sum(alike.by_reach.values()) for alike in inside.values()) == len(places)
