"""The codebook: which values a variable takes, and what the shipped topics promise the engine."""

import re
from typing import Any

import msgspec
import pytest

from legalmap.domain.errors import Missing
from legalmap.domain.law.roles import Roles
from legalmap.domain.law.topics import Topic, Variable
from tests.build import the_topic

TOPIC = the_topic()
TOPICS = [TOPIC, the_topic("7-oh")]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        # One of the choices.
        ("possession", "restricted"),
        # Whole numbers from the least to the largest.
        ("min_age", 1),
        ("min_age", 99),
        # Numbers with or without a fraction, both ends included.
        ("seven_oh_limit_percent", 0),
        ("seven_oh_limit_percent", 0.04),
        ("seven_oh_limit_percent", 100.0),
        # Several choices, one, or none.
        ("product_rules", ["testing", "labeling"]),
        ("product_rules", ["labeling"]),
        ("product_rules", []),
        ("product_rules", ("labeling",)),
    ],
)
def test_a_value_of_the_codebook(code: str, value: Any) -> None:
    assert TOPIC.variable(code).problem(value) is None


@pytest.mark.parametrize(
    ("code", "value", "message"),
    [
        # A choice must be one of the codebook, spelt as there; the message says which there are.
        ("sale", "Allowed", "'Allowed' is not in the codebook. Choose from: allowed, unknown,"),
        ("sale", "", "'' is not in the codebook"),
        ("sale", 1, "1 is not in the codebook"),
        ("sale", None, "None is not in the codebook"),
        ("sale", ["allowed"], "['allowed'] is not in the codebook"),
        ("sale", {}, "{} is not in the codebook"),
        # Several choices come as a list, each known and each once.
        ("product_rules", "labeling", "Give a list of: labeling, testing,"),
        ("product_rules", {"labeling": 1}, "Give a list of: labeling"),
        ("product_rules", ["labeling", "gold"], "'gold' is not in the codebook"),
        ("product_rules", [["labeling"]], "['labeling'] is not in the codebook"),
        ("product_rules", ["testing", "testing"], "Name each value once."),
        # An age is a whole number within its bounds; yes and no are no numbers.
        ("min_age", 0, "Enter a number from 1 to 99."),
        ("min_age", 100, "Enter a number from 1 to 99."),
        ("min_age", 18.5, "Enter a whole number."),
        ("min_age", "18", "Enter a whole number."),
        ("min_age", True, "Enter a whole number."),
        ("min_age", [18], "Enter a whole number."),
        # A share is a finite number within its bounds.
        ("seven_oh_limit_percent", -0.1, "Enter a number from 0 to 100."),
        ("seven_oh_limit_percent", 100.1, "Enter a number from 0 to 100."),
        ("seven_oh_limit_percent", False, "Enter a number."),
        ("seven_oh_limit_percent", "2 %", "Enter a number."),
        ("seven_oh_limit_percent", float("nan"), "Enter a number."),
        ("seven_oh_limit_percent", float("inf"), "Enter a number."),
    ],
)
def test_another_value_is_refused_with_what_to_do(code: str, value: Any, message: str) -> None:
    assert (TOPIC.variable(code).problem(value) or "").startswith(message)


def test_a_huge_value_is_not_repeated_whole() -> None:
    assert len(TOPIC.variable("sale").problem("x" * 100_000) or "") < 200
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert TOPIC.variable("sale").problem(deep)


def a_number(**bounds: float) -> Variable:
    """A variable that is a number within ``bounds``."""
    return Variable(code="n", label="N", help="", type="number", resolve="largest", **bounds)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        # A variable may be bounded on one side only.
        (a_number(minimum=0), -1, "Enter a number of at least 0."),
        (a_number(maximum=9), 10, "Enter a number of at most 9."),
        (a_number(minimum=0), 10**15, None),
        # Without bounds every number will do that has one spelling in every language, and no other.
        (a_number(), -(10.0**15), None),
        (a_number(), 0.0001, None),
        (a_number(), 1_234.5678, None),
        (
            a_number(minimum=0),
            10**400,
            "Enter a number of at most 15 digits, with at most 4 decimals.",
        ),
        (a_number(), -1e300, "Enter a number of at most 15 digits, with at most 4 decimals."),
        (a_number(), 0.00001, "Enter a number of at most 15 digits, with at most 4 decimals."),
        (a_number(), 33.33333, "Enter a number of at most 15 digits, with at most 4 decimals."),
        (a_number(), float("-inf"), "Enter a number."),
    ],
)
def test_bounds_that_are_left_out(variable: Variable, value: float, message: str | None) -> None:
    assert variable.problem(value) == message


def test_a_status_is_found_by_its_code() -> None:
    assert TOPIC.status("banned").label == "Banned"
    with pytest.raises(Missing) as missing:
        TOPIC.status("baned")
    assert str(missing.value) == "There is no status “baned”."
    assert missing.value.near == tuple(status.code for status in TOPIC.statuses)


def test_a_variable_is_found_by_its_code() -> None:
    assert TOPIC.variable("min_age").unit == "years"
    with pytest.raises(Missing) as missing:
        TOPIC.variable("age")
    assert (missing.value.kind, missing.value.name) == ("variable", "age")
    assert "min_age" in missing.value.near


def test_a_choice_the_codebook_dropped_is_shown_by_its_code() -> None:
    rules = TOPIC.variable("product_rules")
    assert rules.label_of("labeling") == "Labelling"
    assert rules.label_of("gone") == "gone"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_the_scale_stands_mildest_first_with_varies_beside_it(topic: Topic) -> None:
    scale = [status.severity for status in topic.statuses if not status.transparent]
    assert scale == sorted(set(scale))
    assert [status.code for status in topic.statuses if status.transparent] == ["varies"]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_each_variable_resolves_by_a_rule_that_fits_its_type(topic: Topic) -> None:
    fitting = {
        "integer": {"largest", "smallest", "nearest"},
        "number": {"largest", "smallest", "nearest"},
        "choice": {"strictest", "nearest"},
        "choices": {"union", "nearest"},
        "text": {"union", "nearest"},
    }
    assert all(variable.resolve in fitting[variable.type] for variable in topic.variables)
    with_choices = [v for v in topic.variables if v.type in ("choice", "choices")]
    assert all(variable.choices for variable in with_choices)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_preemption_is_a_question_of_every_codebook(topic: Topic) -> None:
    codes = [choice.code for choice in topic.variable("local_rules").choices]
    assert codes == ["allowed", "preempted"]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a role of a variable that is not there": (
        {"roles": {"sale": "sales"}},
        "roles.sale: there is no variable “sales”; choose from possession,",
    ),
    "a role of a variable of another type": (
        {"roles": {"buyer_age": "sale"}},
        "roles.buyer_age: “sale” is of type choice; this role is for integer.",
    ),
    "two roles of one variable": (
        {"roles": {"possession_age": "min_age"}},
        "roles.possession_age: “min_age” has the role buyer_age already.",
    ),
    "a role that there is not": ({"roles": {"seller": "sale"}}, "unknown field `seller`"),
    "a headline of a variable that is not there": (
        {"roles": {"headline": ["sale", "age"]}},
        "roles.headline: there is no variable “age”",
    ),
    "a headline that names one twice": (
        {"roles": {"headline": ["sale", "sale"]}},
        "roles.headline: name each variable once.",
    ),
    "a choice without a meaning": (
        {"meanings": {"reach": {"whole-county": "yes"}}},
        "meanings.reach: say what “unincorporated” means: yes, partly, no or unknown.",
    ),
    "a status without a meaning": (
        {"meanings": {"status": {}}},
        "meanings.status: say what “legal” means",
    ),
    "a meaning of a choice that is not there": (
        {"meanings": {"local_rules": {"allowed": "no", "preempted": "yes", "barred": "yes"}}},
        "meanings.local_rules: there is no “barred”; choose from allowed, preempted.",
    ),
    "a meaning of a variable without such a role": (
        {"meanings": {"product_rules": {"labeling": "yes"}}},
        "meanings.product_rules: no variable of that code has a role that needs a meaning.",
    ),
    "a meaning that is none": (
        {"meanings": {"reach": {"whole-county": "perhaps"}}},
        "Invalid enum value 'perhaps'",
    ),
}


@pytest.mark.parametrize(("changed", "message"), FAULTS.values(), ids=FAULTS)
def test_a_role_or_meaning_that_fits_nothing_is_refused_by_name(
    changed: dict[str, Any], message: str
) -> None:
    raw = msgspec.to_builtins(TOPIC)
    for name, part in changed.items():
        raw[name] = raw[name] | part
    with pytest.raises(msgspec.ValidationError, match=re.escape(message)):
        msgspec.convert(raw, Topic)


def test_a_topic_may_leave_roles_out() -> None:
    bare = msgspec.structs.replace(
        TOPIC, roles=Roles(), meanings={"status": TOPIC.meanings["status"]}
    )
    assert bare.headline == []
    assert bare.meaning(bare.roles.sale, "allowed") is None


def test_status_codes_letters_and_patterns_tell_apart_without_colour() -> None:
    for part in ("code", "label", "letter", "pattern"):
        values = [getattr(status, part) for status in TOPIC.statuses]
        assert len(set(values)) == len(values), part


def test_a_misspelt_key_of_a_topic_file_is_named() -> None:
    raw = {**msgspec.to_builtins(TOPIC), "age_limit": 270}
    with pytest.raises(msgspec.ValidationError, match="unknown field `age_limit`"):
        msgspec.convert(raw, Topic)
