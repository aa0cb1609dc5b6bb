"""What a page says about the day asked for: the past, today, and a day still to come."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.store.build import NOW
from tests.web.visit import Visitor

pytestmark = pytest.mark.reads

TO_COME = "this is what is enacted so far, and it may change until then."


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """The 23rd of November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("path", ["", "/us-ny", "/route?place=us-ny", "/compare?place=us-ny"])
@pytest.mark.parametrize(
    ("day", "noted", "is_to_come"),
    [
        # Who asks for no day is shown today's law, and nothing need be said.
        (None, False, False),
        ("2026-11-22", True, False),
        ("2026-11-23", True, False),
        ("2026-11-24", True, True),
        ("2027-02-01", True, True),
    ],
)
def test_law_of_a_day_to_come_is_no_promise(
    client: Visitor, path: str, day: str | None, noted: bool, is_to_come: bool
) -> None:
    query = f"{'&' if '?' in path else '?'}as_of={day}" if day else ""
    text = client.get(f"/kratom{path}{query}").text
    assert ("This shows the law as of" in text) == noted
    assert (TO_COME in text) == is_to_come
