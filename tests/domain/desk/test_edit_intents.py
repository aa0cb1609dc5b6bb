"""What an edit is, where nobody said so, and whether it is what somebody said."""

from datetime import date

import pytest
from hypothesis import given

from legalmap.domain.desk.edit_intents import Intent, intent_of, problems_of
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.services.editing import verification
from tests.build import a_payload, a_period, a_source
from tests.strategies import payloads

ONE = a_payload(a_period())
TWO = a_payload(a_period(), a_period("2020", "banned"))
OTHER = a_payload(a_period(status="banned"))


@pytest.mark.parametrize(
    ("kind", "base", "proposed", "intent"),
    [
        # A check of the sources is one, whatever it moved.
        ("verify", ONE, ONE, Intent.VERIFICATION),
        # Going back is going back, even to nothing.
        ("revert", TWO, ONE, Intent.REVERT),
        # Where nothing was researched, the first record.
        ("edit", NOT_RESEARCHED, TWO, Intent.FIRST_RECORD),
        # A period more: the law changed.
        ("edit", ONE, TWO, Intent.LAW_CHANGED),
        # The same number of periods: what was said of them was wrong.
        ("edit", ONE, OTHER, Intent.CORRECTION),
        # One period less: it should never have been there.
        ("edit", TWO, ONE, Intent.CORRECTION),
    ],
)
def test_the_intent_follows_from_the_content(
    kind: str, base: Payload, proposed: Payload, intent: Intent
) -> None:
    assert intent_of(kind, base, proposed) is intent


def test_every_intent_has_a_label() -> None:
    assert all(intent.label for intent in Intent)


ENDED = a_payload(a_period(until="2026-12-31"))
TOUCHED = a_payload(a_period(summary="Other words."), a_period("2020", "banned"))
DATED = a_payload(a_period(), a_period("2021", "banned"))
EARLIER = a_payload(a_period("2010", "regulated"), a_period("2015"))
LATER = a_payload(last_verified=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("intent", "base", "proposed", "said"),
    [
        # A new period, or an end, says how the law changed; the rest of the record may move with it.
        (Intent.LAW_CHANGED, ONE, TWO, ""),
        (Intent.LAW_CHANGED, ONE, ENDED, ""),
        (Intent.LAW_CHANGED, a_payload(a_period("2015")), EARLIER, ""),
        (Intent.LAW_CHANGED, ONE, a_payload(*TWO.periods, notes="New.", confidence="low"), ""),
        # Notes or a day of verification alone do not.
        (Intent.LAW_CHANGED, ONE, LATER, "Nothing here says how the law changed"),
        (Intent.LAW_CHANGED, ONE, ONE, "Nothing here says how the law changed"),
        # The older periods stay: nothing in them, nor their beginning, nor that they are there.
        (Intent.LAW_CHANGED, ONE, TOUCHED, "leaves the older periods as they are"),
        (Intent.LAW_CHANGED, TWO, DATED, "leaves the older periods as they are"),
        (Intent.LAW_CHANGED, TWO, ONE, "leaves the older periods as they are"),
        (Intent.LAW_CHANGED, ONE, OTHER, "leaves the older periods as they are"),
        # An error may be anywhere, but only in what is published.
        (Intent.CORRECTION, ONE, TWO, ""),
        (Intent.CORRECTION, TWO, TOUCHED, ""),
        (Intent.CORRECTION, NOT_RESEARCHED, ONE, "this is a first record"),
        (Intent.FIRST_RECORD, NOT_RESEARCHED, ONE, ""),
        (Intent.FIRST_RECORD, ONE, TWO, "has a record already"),
        # A check moves days alone.
        (Intent.VERIFICATION, ONE, LATER, ""),
        (Intent.VERIFICATION, ONE, OTHER, "A check changes nothing but its days"),
        (Intent.VERIFICATION, NOT_RESEARCHED, ONE, "A check changes nothing but its days"),
        # Whether it is what an earlier revision said is not for the domain to know.
        (Intent.REVERT, TWO, ONE, ""),
    ],
)
def test_an_edit_is_what_its_author_says(
    intent: Intent, base: Payload, proposed: Payload, said: str
) -> None:
    """Else the sentence says what to choose or change, at the field “intent”."""
    problems = problems_of(intent, base, proposed)
    assert [problem.field for problem in problems] == (["intent"] if said else [])
    assert all(said in problem.message for problem in problems)


@given(payloads())
def test_what_the_desk_makes_of_a_check_is_one(base: Payload) -> None:
    """“Checked, nothing changed” is never told that it changed something."""
    opened = {source.url for period in base.periods for source in period.sources}
    checked = verification.verified(base, opened, date(2026, 11, 24))
    if base.periods:
        assert problems_of(Intent.VERIFICATION, base, checked) == []


def test_a_check_may_open_some_of_the_sources() -> None:
    """Each that was opened carries the day."""
    base = a_payload(a_period(sources=(a_source(), a_source("https://law.example/2"))))
    checked = verification.verified(base, {"https://law.example/2"}, date(2026, 11, 24))
    assert problems_of(Intent.VERIFICATION, base, checked) == []
