"""What each refusal tells the person who caused it: the thing or field, and what to do."""

from datetime import UTC, datetime

import pytest

from legalmap.domain import errors
from legalmap.domain.errors import AlreadyDecided, BadQuery, Invalid, Missing, Problem, Stale


def test_a_missing_thing_names_itself_and_its_near_matches() -> None:
    missing = Missing("jurisdiction", "us-la-x", near=iter(["us-la", "us-al"]))
    assert str(missing) == "There is no jurisdiction “us-la-x”."
    assert (missing.kind, missing.name) == ("jurisdiction", "us-la-x")
    assert missing.near == ("us-la", "us-al")
    assert Missing("topic", "x").near == ()


def test_an_earlier_decision_says_who_what_and_when() -> None:
    at = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
    decided = AlreadyDecided("rejected it", "Ada", at)
    assert str(decided) == "Already decided: Ada rejected it on 3 November 2026 at 09:05 UTC."


def test_a_stale_edit_names_the_record_and_both_revisions() -> None:
    stale = Stale("kratom", "us-al", base=3, current=5)
    assert str(stale) == (
        "kratom/us-al has moved on: this edit started from revision 3, published now is revision 5."
    )
    assert (stale.topic, stale.jurisdiction) == ("kratom", "us-al")
    assert (stale.base, stale.current) == (3, 5)


def test_invalid_input_names_every_field_at_fault() -> None:
    problems = [Problem("notes", "Too long."), Problem("periods", "Add one.")]
    invalid = Invalid(iter(problems))
    assert invalid.problems == tuple(problems)
    assert str(invalid) == "notes: Too long.; periods: Add one."


def test_one_field_at_fault_is_the_common_case() -> None:
    assert Invalid.at("comment", "Say why.").problems == (Problem("comment", "Say why."),)
    bad = BadQuery.at("as_of", "Enter a day.")
    assert type(bad) is BadQuery
    assert bad.problems[0].field == "as_of"


@pytest.mark.parametrize(
    ("narrower", "wider"),
    [
        # Who handles a kind of error handles its special cases with it.
        ("BadQuery", "Invalid"),
        ("OwnWork", "Forbidden"),
    ],
)
def test_special_cases(narrower: str, wider: str) -> None:
    assert issubclass(getattr(errors, narrower), getattr(errors, wider))


def test_every_error_of_the_domain_is_meant_for_people() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    refusals = [error for error in classes if issubclass(error, Exception)]
    assert len(refusals) > 5
    assert all(issubclass(error, errors.LegalmapError) for error in refusals)


def test_what_is_missing_is_named_without_control_characters() -> None:
    assert str(Missing("source", "a\x00b\u202ec")) == "There is no source “a\ufffdb\ufffdc”."
