"""Changes grouped by period with the sources beside them, and warnings in the words of a reviewer."""

import pytest

from legalmap.domain.errors import Problem
from legalmap.domain.law.diff import diff
from legalmap.domain.law.payload import Payload
from legalmap.web.reviewing.changes_by_period import grouped, warned
from legalmap.web.wording.labels import field_words
from tests.build import a_bill, a_payload, a_period, a_source, the_topic

OLD, NEW = "https://law.example/old", "https://law.example/new"
BEFORE = a_payload(
    a_period(summary="First.", sources=(a_source(OLD),)),
    a_period("2020", "banned", sources=(a_source(OLD),)),
)


def shape(after: Payload) -> list[tuple[list[str], list[str]]]:
    """The fields and the links of each group."""
    groups = grouped(diff(BEFORE, after), BEFORE, after)
    return [
        ([change.field for change in group.changes], [source["url"] for source in group.sources])
        for group in groups
    ]


def test_the_changes_of_a_period_stand_beside_its_sources_as_proposed() -> None:
    after = a_payload(
        a_period(status="regulated", summary="Second.", sources=(a_source(NEW),)),
        BEFORE.periods[1],
        notes="A note.",
    )
    fields = [
        "periods.start.status",
        "periods.start.summary",
        f"periods.start.sources.{OLD}",
        f"periods.start.sources.{NEW}",
    ]
    (of_period, of_record) = sorted(shape(after), key=lambda group: not group[1])
    assert sorted(of_period[0]) == sorted(fields)
    assert of_period[1] == [NEW]
    assert of_record == (["notes"], [])


def test_a_period_that_is_gone_shows_the_sources_it_had() -> None:
    assert shape(a_payload(BEFORE.periods[0])) == [(["periods.2020"], [OLD])]


def test_no_change_is_no_group() -> None:
    assert shape(BEFORE) == []


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("periods.0.summary", ["Period from the start", "Summary"]),
        ("periods.1.sources.0.url", ["Period from 2020", "Source 1", "Link"]),
        ("pending.0.url", ["Pending HB 1", "Link"]),
        ("confidence", ["Confidence"]),
    ],
)
def test_a_warning_names_its_field_as_the_page_does(field: str, words: list[str]) -> None:
    payload = a_payload(*BEFORE.periods, pending=(a_bill(),))
    (warning,) = warned([Problem(field, "Look again.")], payload)
    assert field_words(warning.where, the_topic()) == words
    assert warning.message == "Look again."
