"""Re-verifying moves last_verified and accessed_on and nothing else, and is reviewed like any edit."""

from datetime import date

import pytest
import time_machine

from legalmap.domain.errors import Invalid
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.diff import diff
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import verification
from legalmap.services.reading.reader import Reader
from tests.services.build import decide, person

TODAY = date(2026, 11, 23)
URL = "https://law.example/act"


@pytest.mark.both_databases
@time_machine.travel(TODAY, tick=False)
def test_only_the_days_move(tracker: Tracker) -> None:
    before = Reader(tracker).edition("kratom").records["us-al"].payload
    revision = verification.propose(
        tracker, person(tracker, "ana"), "kratom", "us-al", base_number=0, opened={URL}, note=""
    )
    decide(tracker, revision)
    after = Reader(tracker).edition("kratom").records["us-al"].payload
    changed = {change.path[-1] for change in diff(before, after)}
    assert changed == {"accessed_on", "last_verified"}
    assert after.last_verified == PartialDate(TODAY.isoformat())
    assert after.verified_how == "checked"


def test_at_least_one_source_was_opened(tracker: Tracker) -> None:
    with pytest.raises(Invalid, match="opened"):
        verification.propose(
            tracker,
            person(tracker, "ana"),
            "kratom",
            "us-al",
            base_number=0,
            opened={"https://elsewhere.example"},
            note="",
        )
