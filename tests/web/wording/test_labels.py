"""How far evidence reaches, what became of a bill, and answers in words."""

from datetime import date

import pytest
import time_machine

from legalmap.web.wording import labels
from tests.build import a_bill, a_date, the_topic


@pytest.mark.parametrize(
    ("reached", "how", "words"),
    [
        # The word "verified" stands for a check by a person, and for nothing else.
        ("2026-04-08", "checked", "Verified 8 April 2026"),
        ("2026-04-08", "source-date", "Newest source: 8 April 2026"),
        ("2026-04", "source-date", "Newest source: April 2026"),
        ("2026", "source-date", "Newest source: 2026"),
        (None, None, "No dated source"),
    ],
)
def test_how_far_evidence_reaches(reached: str | None, how: str | None, words: str) -> None:
    assert labels.evidence(a_date(reached), how) == words


@pytest.mark.parametrize(
    ("expected", "outcome", "words"),
    [
        # What became of it is known.
        ("2026-04", "enacted", "Enacted."),
        ("2026-04", "died", "Did not become law."),
        (None, "died", "Did not become law."),
        # News is still to be expected: on the day itself, in the running month and year too.
        ("2026-11-23", "open", "Expected 23 November 2026."),
        ("2026-11", "open", "Expected November 2026."),
        ("2026", "open", "Expected 2026."),
        # The whole day, month or year is past, and nobody has told us.
        (
            "2026-11-22",
            "open",
            "Was expected 22 November 2026; what became of it is not known here.",
        ),
        ("2026-10", "open", "Was expected October 2026; what became of it is not known here."),
        ("2025", "open", "Was expected 2025; what became of it is not known here."),
        # Nothing was said about when.
        (None, "open", ""),
    ],
)
def test_what_became_of_a_bill(expected: str | None, outcome: str, words: str) -> None:
    with time_machine.travel(date(2026, 11, 23), tick=False):
        assert labels.outlook(a_bill(expected_on=a_date(expected), outcome=outcome)) == words


def test_answers_in_words() -> None:
    topic = the_topic()
    answers = {
        "possession_min_age": (21, "21 years"),
        "alkaloid_limits": ("At most 400 ppm.", "At most 400 ppm."),
        "reach": ("unincorporated", "Unincorporated land only"),
    }
    for code, (value, words) in answers.items():
        assert labels.answer(value, topic.variable(code)) == words
        assert labels.answer(None, topic.variable(code)) == "Not stated"
