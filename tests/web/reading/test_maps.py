"""Maps: what was drawn before is only taken again where nothing has changed; what is to come is told."""

import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.web.drawing import map_drawing
from legalmap.web.drawing.map_drawing import Wish
from legalmap.web.reading import maps
from tests.build import TODAY, a_payload, a_period
from tests.services.build import decide, propose
from tests.web.visit import Page, Visitor

WISHES = [
    Wish(as_of=TODAY),
    Wish(as_of=TODAY, query="?as_of=2026-11-23"),
    Wish(as_of=TODAY, only="banned"),
    Wish(as_of=TODAY, mark="us-al"),
    Wish(as_of=TODAY, apart="b"),
]


@pytest.mark.parametrize("view", ["world", "us", "us/fl"])
def test_a_map_drawn_again_is_one_drawn_for_the_first_time(tracker: Tracker, view: str) -> None:
    """After a publication, for a wish of any kind, and whatever was drawn in between."""
    reader = Reader(tracker)

    def drawn(wish: Wish) -> str:
        return str(
            map_drawing.draw(tracker, reader.edition("kratom"), view, wish, title="A map").svg
        )

    before = [drawn(wish) for wish in WISHES]
    stand = reader.edition("kratom").records["us-fl"].publication
    banned = a_payload(a_period(None, "banned"))
    decide(
        tracker, propose(tracker, banned, jurisdiction="us-fl", base_number=stand.revision_number)
    )
    after = [drawn(wish) for wish in WISHES]
    map_drawing._kept.clear()
    assert after == [drawn(wish) for wish in WISHES]
    assert all(earlier != other for earlier, other in zip(before, after, strict=True))


def test_what_is_kept_of_maps_is_bounded(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_drawing, "MOST_KEPT", 100)
    edition = Reader(tracker).edition("kratom")
    for view in ("world", "us", "us/fl"):
        map_drawing.draw(tracker, edition, view, Wish(as_of=TODAY), title="A map")
        assert 0 < len(map_drawing._kept) <= 100


def test_of_many_turns_to_come_the_next_are_told_and_the_way_to_the_others(
    client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(page: Page) -> list[str]:
        return [item.get_text() for item in page.all(".course > div > ol.turns li")]

    monkeypatch.setattr(maps, "NEXT_TURNS", 500)
    every = told(client.get("/kratom?as_of=2014-01-01"))
    monkeypatch.setattr(maps, "NEXT_TURNS", 5)
    # Another address, because the first is kept as it was made.
    page = client.get("/kratom?as_of=2014-01-01&box=0,0,900,900")
    assert told(page) == every[:5]
    (more,) = page.all(".course > div > p a")
    assert more.get_text() == f"{len(every) - 5} more after these"
    assert "as_of=20" in str(more["href"])
