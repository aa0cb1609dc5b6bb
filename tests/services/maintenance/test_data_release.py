"""``legalmap data apply``: what ships with a new version is taken over, and nothing is published by it."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid, Unusable
from legalmap.domain.events import Filter
from legalmap.domain.law.payload import Payload
from legalmap.services.audit import audit_log
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches, conflicts
from legalmap.services.maintenance import data_release, first_load, integrity_check
from legalmap.services.maintenance.first_load import ShippedRecord
from legalmap.services.reading.reader import Reader
from legalmap.store import places
from legalmap.store.engine import Store
from tests.build import a_payload, a_period
from tests.services.build import decide, person, propose
from tests.services.maintenance.test_first_load import as_before_the_merge
from tests.store.build import a_record, a_row, contents

ROWS = tuple(first_load.shipped_places())
ZIPS = tuple(first_load.shipped_zips())
NAME = data_release.release_name()
CORRECTED = a_payload(a_period("2021", "banned"), notes="Corrected.")


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the tree, which take a second to read."""
    monkeypatch.setattr(first_load, "shipped_places", lambda: iter(ROWS))
    monkeypatch.setattr(first_load, "shipped_zips", lambda: iter(ZIPS))


@pytest.fixture
def tracker(shipped_store: Store) -> Tracker:
    """What ships, as the version before left it: nothing is edited."""
    return Tracker(shipped_store)


def ships(code: str, content: Payload = CORRECTED, topic: str = "kratom") -> ShippedRecord:
    return ShippedRecord(topic, code, code.upper(), content)


def applied(tracker: Tracker, *shipped: ShippedRecord) -> list[Revision]:
    """The proposals of the batch after these were taken over."""
    data_release.apply(tracker, shipped)
    return batches.opened(tracker, person(tracker, "ben"), NAME).proposals


def test_what_ships_is_what_a_fresh_database_holds(tracker: Tracker) -> None:
    changes = data_release.changes(tracker)
    assert not changes.is_any
    assert (changes.tree.lost, changes.tree.kept) == ([], [])
    assert data_release.apply(tracker) == changes


@pytest.mark.parametrize(
    ("code", "kind", "base"), [("th", "corrected", 0), ("us-al-mobile", "new", 0)]
)
def test_a_record_that_nobody_edited_is_proposed_by_the_release(
    tracker: Tracker, code: str, kind: str, base: int
) -> None:
    head = Reader(tracker).head()
    assert data_release.changes(tracker, [ships(code)]).of_kind(kind) == [f"kratom/{code}"]
    (proposal,) = applied(tracker, ships(code))
    assert (proposal.author, proposal.batch, proposal.base_number) == ("legalmap", NAME, base)
    assert proposal.state is State.PENDING
    assert Reader(tracker).head() == head  # nothing is published by itself
    assert decide(tracker, proposal).feed_no == head + 1
    assert Reader(tracker).edition("kratom").records[code].payload == CORRECTED
    assert integrity_check.check(tracker) == []


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_what_was_proposed_once_is_not_proposed_again(
    tracker: Tracker, verdict: Verdict | None
) -> None:
    (proposal,) = applied(tracker, ships("th"))
    if verdict:
        decide(tracker, proposal, verdict)
    assert not data_release.changes(tracker, [ships("th")]).is_any
    assert [one.id for one in applied(tracker, ships("th"))] == [proposal.id]


def test_a_later_release_takes_the_place_of_one_that_waits(tracker: Tracker) -> None:
    later = msgspec.structs.replace(CORRECTED, notes="Corrected again.")
    applied(tracker, ships("th"))
    first, second = applied(tracker, ships("th", later))
    assert (first.state, second.state) == (State.WITHDRAWN, State.PENDING)


def test_a_release_that_was_published_is_what_the_next_one_starts_from(tracker: Tracker) -> None:
    (proposal,) = applied(tracker, ships("th"))
    decide(tracker, proposal)
    later = msgspec.structs.replace(CORRECTED, notes="Corrected again.")
    assert applied(tracker, ships("th", later))[-1].base_number == proposal.number


def edited_here(tracker: Tracker) -> Payload:
    """Thailand with other notes, which a person wrote and another published."""
    shipped = Reader(tracker).edition("kratom").records["th"].payload
    edit = msgspec.structs.replace(shipped, notes="As a lawyer told us.")
    decide(tracker, propose(tracker, edit, jurisdiction="th"))
    return edit


def test_where_a_record_was_edited_here_both_stand_side_by_side(tracker: Tracker) -> None:
    edit = edited_here(tracker)
    changes = data_release.changes(tracker, [ships("th")])
    assert changes.of_kind("edited") == ["kratom/th"]
    (proposal,) = applied(tracker, ships("th"))
    assert (proposal.state, proposal.base_number) == (State.STALE, 0)
    sides = conflicts.compare_sides(tracker, "kratom", "th", 0, proposal.payload)
    assert sides.theirs == edit
    assert sides.clashes
    assert Reader(tracker).edition("kratom").records["th"].payload == edit
    merged = msgspec.structs.replace(CORRECTED, notes=edit.notes)
    put_together = propose(
        tracker, merged, jurisdiction="th", base_number=1, reworks_id=proposal.id
    )
    assert decide(tracker, put_together).published_at is not None
    assert not data_release.changes(tracker, [ships("th")]).is_any


def test_an_edit_here_that_the_release_did_not_touch_stays_alone(tracker: Tracker) -> None:
    edited_here(tracker)
    assert not data_release.changes(tracker).is_any


def test_a_shipped_record_that_breaks_a_rule_is_named_and_nothing_is_taken_over(
    tracker: Tracker,
) -> None:
    bad = ships("ml", a_payload(a_period(None, "lgeal")))
    with tracker.store.reading() as connection:
        before = contents(connection)
    with pytest.raises(Invalid) as refused:
        data_release.apply(tracker, [ships("th"), bad])
    assert refused.value.problems[0].field == "kratom/ml: periods.0.status"
    with tracker.store.reading() as connection:
        assert contents(connection) == before


def without(code: str, **aliased: list[str]) -> list[dict[str, Any]]:
    """The shipped tree without a place; ``aliased``: other codes of places that are left."""
    rows = [row for row in ROWS if row["code"] != code]
    return [{**row, "aliases": row["aliases"] + aliased.get(row["code"], [])} for row in rows]


def test_a_lost_place_with_a_record_is_refused_by_name(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = without("th")
    rows = [row for row in rows if row["parent"] != "th"]
    monkeypatch.setattr(first_load, "shipped_places", lambda: iter(rows))
    assert data_release.changes(tracker).tree.lost == ["th"]
    with tracker.store.reading() as connection:
        before = contents(connection)
    with pytest.raises(Unusable, match="The places that ship lack th, which have a record here"):
        data_release.apply(tracker)
    with tracker.store.reading() as connection:
        assert contents(connection) == before


def test_a_place_without_a_record_whose_code_changes_is_found_by_the_old_one(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ISO 3166 does it now and then: Pitcairn is “px” from one day on."""
    rows = [
        {**row, "code": "px", "aliases": ["pn"]} if row["code"] == "pn" else row for row in ROWS
    ]
    monkeypatch.setattr(first_load, "shipped_places", lambda: iter(rows))
    tree = data_release.changes(tracker).tree
    assert (tree.added, tree.gone, tree.lost) == (["px"], ["pn"], [])
    data_release.apply(tracker)
    assert Tracker(tracker.store).place("pn").code == "px"
    assert not data_release.changes(tracker).is_any


def test_a_new_place_and_its_record_come_in_one(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = a_row("us-al-newtown", "town", "Newtown", "us-al", county="us-al-dale-county")
    rows = [*ROWS, row]
    monkeypatch.setattr(first_load, "shipped_places", lambda: iter(rows))
    (proposal,) = applied(tracker, ships("us-al-newtown"))
    later = Tracker(tracker.store)
    decide(later, proposal)
    assert "us-al-newtown" in Reader(later).edition("kratom").records


def test_a_name_that_changed_is_taken_over(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{**row, "name": "Siam"} if row["code"] == "th" else row for row in ROWS]
    monkeypatch.setattr(first_load, "shipped_places", lambda: iter(rows))
    assert data_release.changes(tracker).tree.changed == ["th"]
    data_release.apply(tracker)
    assert Tracker(tracker.store).place("th").name == "Siam"


def test_what_to_look_up_comes_once_also_if_it_was_done(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted(**_: object) -> Iterator[tuple[str, str, str]]:
        yield "kratom", "th", "Read the gazette."

    monkeypatch.setattr(first_load, "shipped_tasks", noted)
    assert data_release.apply(tracker).tasks == [("kratom", "th", "Read the gazette.")]
    assert not data_release.changes(tracker).is_any


def test_the_log_says_what_was_taken_over(tracker: Tracker) -> None:
    applied(tracker, ships("th"))

    boss = msgspec.structs.replace(person(tracker, "ben"), role="admin")
    events = audit_log.page(tracker, boss, Filter(action="data-apply")).entries
    assert [entry.event.data["records"] for entry in events] == [1]
    assert events[0].event.subject_label == NAME


def test_a_zip_code_that_leads_elsewhere_is_taken_over(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = {**dict(ZIPS), "36602": ["us-al-baldwin-county"]}
    monkeypatch.setattr(first_load, "shipped_zips", lambda: iter(moved.items()))
    assert data_release.apply(tracker).tree.zips
    with tracker.store.reading() as connection:
        (county,) = places.of_zip(connection, "36602")
    assert county.code == "us-al-baldwin-county"
    assert not data_release.changes(tracker).is_any


def test_a_county_that_is_part_of_a_city_now_keeps_its_record_above_it_and_that_is_said_once(
    tracker: Tracker,
) -> None:
    as_before_the_merge(tracker.store)
    with tracker.store.writing() as connection:
        a_record(connection, "us-co-denver-county")
    assert data_release.apply(tracker).tree.kept == ["us-co-denver-county"]
    again = data_release.changes(tracker)
    assert (again.is_any, again.tree.lost) == (False, [])
