"""How much harm a wrong edit could do, and why."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given

from legalmap.domain.desk.risk import REASONS, Risk, approvals_needed, level_of, said, weigh
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.law.topics import ReviewRules, Topic
from tests.build import TODAY, a_payload, a_period, a_place, a_source, the_topic
from tests.strategies import payloads

TOWN = a_place("us-al-mobile", "city")
PROHIBITED, ALLOWED = {"possession": "prohibited"}, {"possession": "allowed"}
LEGAL = a_payload(a_period(answers=ALLOWED))
BANNED = a_payload(a_period(answers=ALLOWED), a_period("2020", "banned", answers=PROHIBITED))
TO_COME = a_payload(a_period(answers=ALLOWED), a_period("2030", "banned", answers=PROHIBITED))
LAPSED = a_payload(a_period("2020", "legal", answers=PROHIBITED, until="2021"))
VENDOR = (a_source("https://shop.example", kind="vendor"),)


def found(base: Payload, proposed: Payload, **changed: Any) -> set[Risk]:
    """The reasons that ``weigh`` finds for an edit of a town by somebody known."""
    fields: dict[str, Any] = {"place": TOWN, "first_edit": False, **changed}
    place = fields.pop("place")
    return set(weigh(the_topic(), place, base, proposed, today=TODAY, **fields).risks)


@pytest.mark.parametrize(
    ("base", "proposed", "risks"),
    [
        # Nothing but another summary.
        (LEGAL, a_payload(a_period(answers=ALLOWED, summary="Other words.")), set()),
        # Possession becomes prohibited, and the status stricter.
        (LEGAL, BANNED, {Risk.GRAVE, Risk.STRICTNESS}),
        # It ceases to be.
        (BANNED, LEGAL, {Risk.GRAVE, Risk.STRICTNESS}),
        # It will become so.
        (LEGAL, TO_COME, {Risk.GRAVE, Risk.STRICTNESS}),
        # It was so, for a year that is over; the status of the last period is the same.
        (a_payload(a_period("2020", "legal", answers=ALLOWED)), LAPSED, {Risk.GRAVE, Risk.STRICTNESS}),
        # A milder status alone.
        (a_payload(a_period(status="restricted")), a_payload(a_period(status="regulated")), {Risk.STRICTNESS}),
        # Where nothing was known, any status is news.
        (NOT_RESEARCHED, LEGAL, {Risk.STRICTNESS}),
        # A changed period that rests on shops alone.
        (LEGAL, a_payload(a_period(answers=ALLOWED, sources=(*LEGAL.periods[0].sources, *VENDOR))), set()),
        (LEGAL, a_payload(a_period(answers=ALLOWED, sources=VENDOR)), {Risk.VENDOR_ONLY, Risk.SOURCES_REMOVED}),
        # A period that rested on shops before and is left as it was.
        (a_payload(a_period(sources=VENDOR)), a_payload(a_period(sources=VENDOR), confidence="low"), set()),
    ],
)  # fmt: skip
def test_what_an_edit_changes_is_its_risk(
    base: Payload, proposed: Payload, risks: set[Risk]
) -> None:
    assert found(base, proposed) == risks


def test_who_edits_and_where_is_a_risk_too() -> None:
    assert found(LEGAL, LEGAL, first_edit=True) == {Risk.FIRST_EDIT}
    for kind in ("country", "territory", "state", "district"):
        assert found(LEGAL, LEGAL, place=a_place("xx", kind)) == {Risk.WIDE_REACH}
    for kind in ("county", "parish", "city", "town", "village"):
        assert found(LEGAL, LEGAL, place=a_place("xx", kind)) == set()


@pytest.mark.parametrize(
    ("risks", "level"),
    [
        ((), 0),
        ((Risk.WIDE_REACH,), 0),
        ((Risk.WIDE_REACH, Risk.FIRST_EDIT), 1),
        ((Risk.STRICTNESS,), 1),
        # One grave reason is never low, and never alone: it has a status beside it.
        ((Risk.GRAVE,), 1),
        ((Risk.GRAVE, Risk.STRICTNESS), 2),
        ((Risk.VENDOR_ONLY, Risk.SOURCES_REMOVED), 2),
    ],
)
def test_the_level_is_the_sum(risks: tuple[Risk, ...], level: int) -> None:
    assert level_of(risks) == level


def test_every_risk_has_a_sentence() -> None:
    assert set(REASONS) == set(Risk)
    for risk in Risk:
        assert said(risk, the_topic()).endswith(".")
    assert said(Risk.GRAVE, the_topic()) == "“Possession: prohibited” begins or ceases to hold."


def test_a_topic_that_no_longer_calls_anything_grave_says_so() -> None:
    plain = msgspec.structs.replace(the_topic(), review=ReviewRules())
    assert said(Risk.GRAVE, plain).startswith("“What the topic once called grave”")


def careful() -> Topic:
    """The topic with two approvals for what is grave."""
    topic = the_topic()
    rules = msgspec.structs.replace(topic.review, two_approvals=True)
    return msgspec.structs.replace(topic, review=rules)


def test_a_topic_may_ask_for_two_approvals() -> None:
    assert approvals_needed(careful(), LEGAL, BANNED) == 2
    assert approvals_needed(careful(), BANNED, LEGAL) == 2
    assert approvals_needed(careful(), LEGAL, LEGAL) == 1
    assert approvals_needed(the_topic(), LEGAL, BANNED) == 1


def test_a_topic_without_a_grave_answer_never_asks_for_two() -> None:
    rules = msgspec.structs.replace(careful().review, grave=None)
    plain = msgspec.structs.replace(the_topic(), review=rules)
    assert approvals_needed(plain, LEGAL, BANNED) == 1


@given(one=payloads(), other=payloads())
def test_what_is_grave_one_way_is_grave_the_other_way(one: Payload, other: Payload) -> None:
    assert approvals_needed(careful(), one, other) == approvals_needed(careful(), other, one)
    assert approvals_needed(careful(), one, one) == 1


def test_a_status_the_codebook_no_longer_has_is_no_fault() -> None:
    payload = a_payload(a_period(status="gone"))
    assert (
        weigh(the_topic(), TOWN, payload, payload, today=date(2026, 1, 1), first_edit=False).risks
        == ()
    )
