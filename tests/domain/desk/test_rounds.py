"""The order of the round."""

import pytest

from legalmap.domain.desk.rounds import Due, Progress, rank
from legalmap.domain.law.dates import PartialDate
from tests.build import a_place

OLD, NEWER = PartialDate("2024-01"), PartialDate("2025-01-01")


def due(name: str, kind: str, severity: int | None = 0, verified: PartialDate | None = OLD) -> Due:
    return Due(
        topic="kratom",
        place=a_place(name, kind),
        record_id=1,
        freshness="overdue",
        last_verified=verified,
        verified_how="source-date" if verified else None,
        status="legal",
        severity=severity,
    )


# What comes first, what comes after it, and why.
ORDER = [
    ("a country before a state", due("b", "country"), due("a", "state", 4, None)),
    ("a state before a county", due("b", "state"), due("a", "county", 4, None)),
    ("a territory is as wide as a state", due("a", "territory"), due("b", "state")),
    ("a county before a town", due("b", "parish"), due("a", "town", 4, None)),
    ("then the strictest", due("b", "state", 4, NEWER), due("a", "state", 1, None)),
    ("what is not known comes last of these", due("b", "state", 0), due("a", "state", None)),
    ("then what was never verified", due("b", "state", 1, None), due("a", "state", 1, OLD)),
    ("then what was verified longest ago", due("b", "state", 1, OLD), due("a", "state", 1, NEWER)),
    ("then by code, so that the order is always the same", due("a", "state"), due("b", "state")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"), [row[1:] for row in ORDER], ids=[row[0] for row in ORDER]
)
def test_widest_reach_then_strictest_then_longest_unverified(first: Due, second: Due) -> None:
    assert sorted([second, first], key=rank) == sorted([first, second], key=rank) == [first, second]


def test_what_is_left_is_what_was_due_and_is_not_verified() -> None:
    assert Progress(since=OLD, due=12, verified=5).left == 7
