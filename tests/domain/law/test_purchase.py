"""The rules of a sale in one table: what the law says, what is asked, the verdict and who decides it."""

from datetime import date
from typing import Any

import pytest

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.purchase import (
    GRAVITY,
    PRODUCTS,
    Permit,
    Purchase,
    gravest,
    permit,
    with_places_inside,
)
from legalmap.domain.law.resolution import Level
from legalmap.domain.law.resolving import resolve
from legalmap.services.core.tracker import shipped_topics
from tests.build import a_payload, a_period

DAY = date(2026, 11, 23)
TOPICS = shipped_topics()
STATE = Jurisdiction(code="us-al", kind="state", name="Alabama", parent="us")
CITY = Jurisdiction(code="us-al-mobile", kind="city", name="Mobile", parent="us-al")
FREE = {"possession": "allowed", "sale": "allowed"}
RULED = {**FREE, "min_age": 21}
ADULT = {"age": 30, "product": "leaf"}


def permit_of(
    answers: dict[str, Any],
    asked: dict[str, Any],
    status: str = "regulated",
    topic: str = "kratom",
    **more: Any,
) -> Permit:
    force = more.pop("force", "in-force")
    last = more.pop("last_verified", date(2026, 11, 1))
    period = a_period(None, status, answers=answers, force=force)
    levels = [Level(STATE, a_payload(period, last_verified=last)), Level(CITY)]
    return permit(resolve(levels, TOPICS[topic], DAY, DAY), TOPICS[topic], Purchase(**asked))


TABLE = {
    # The law, what is asked, the verdict, the rule that decides, what is missing.
    "all is allowed and old enough": (RULED, ADULT, "allowed", "status", ()),
    "exactly old enough": (RULED, {**ADULT, "age": 21}, "allowed", "status", ()),
    "a year too young": (RULED, {**ADULT, "age": 20}, "not-allowed", "age", ()),
    "no age given": (RULED, {"product": "leaf"}, "unclear", "age", ("age",)),
    "no age recorded, none given": (FREE, {"product": "leaf"}, "unclear", "age", ("age",)),
    "no age recorded, a minor": (FREE, {**ADULT, "age": 17}, "unclear", "age", ()),
    "no age recorded, an adult": (FREE, {**ADULT, "age": 18}, "allowed", "status", ()),
    "no product given": (FREE, {"age": 30}, "unclear", "product", ("product",)),
    "sale prohibited": ({**FREE, "sale": "prohibited"}, ADULT, "not-allowed", "sale", ()),
    "sale restricted": ({**FREE, "sale": "restricted"}, ADULT, "unclear", "sale", ()),
    "sale unknown": ({**FREE, "sale": "unknown"}, ADULT, "unclear", "sale", ("record:sale",)),
    "sale not recorded": ({"possession": "allowed"}, ADULT, "unclear", "sale", ("record:sale",)),
    "possession prohibited": (
        {**FREE, "possession": "prohibited"},
        ADULT,
        "not-allowed",
        "possession",
        (),
    ),
    "possession unknown": (
        {**FREE, "possession": "unknown"},
        ADULT,
        "unclear",
        "possession",
        ("record:possession",),
    ),
    "extracts barred": (
        {**FREE, "product_rules": ["no-extracts"]},
        {**ADULT, "product": "extract"},
        "not-allowed",
        "product",
        (),
    ),
    "extracts barred, leaf asked": (
        {**FREE, "product_rules": ["no-extracts"]},
        ADULT,
        "allowed",
        "status",
        (),
    ),
    "synthetics barred": (
        {**FREE, "product_rules": ["no-synthetics"]},
        {**ADULT, "product": "synthetic"},
        "not-allowed",
        "product",
        (),
    ),
    "inhalation barred": (
        {**FREE, "product_rules": ["no-inhalation"]},
        {**ADULT, "product": "inhalation"},
        "not-allowed",
        "product",
        (),
    ),
    "7-OH where synthetics are barred": (
        {**FREE, "product_rules": ["no-synthetics"]},
        {**ADULT, "product": "7-oh"},
        "unclear",
        "product",
        (),
    ),
    "7-OH under the law of kratom alone": (
        FREE,
        {**ADULT, "product": "7-oh"},
        "unclear",
        "product",
        (),
    ),
    "under the limit": (
        {**FREE, "seven_oh_limit_percent": 2},
        {**ADULT, "seven_oh_percent": 2.0},
        "allowed",
        "status",
        (),
    ),
    "over the limit": (
        {**FREE, "seven_oh_limit_percent": 2},
        {**ADULT, "seven_oh_percent": 2.1},
        "not-allowed",
        "seven-oh",
        (),
    ),
    "a limit, and no share given": (
        {**FREE, "seven_oh_limit_percent": 2},
        ADULT,
        "unclear",
        "seven-oh",
        ("seven_oh_percent",),
    ),
    "a limit nobody recorded": (
        {**FREE, "product_rules": ["alkaloid-limit"]},
        {**ADULT, "seven_oh_percent": 0.1},
        "unclear",
        "seven-oh",
        ("record:seven_oh_limit_percent",),
    ),
    "two reasons against, the gravest decides": (
        {**RULED, "seven_oh_limit_percent": 2},
        {"age": 20, "product": "leaf"},
        "not-allowed",
        "age",
        ("seven_oh_percent",),
    ),
}


@pytest.mark.parametrize(
    ("answers", "asked", "verdict", "rule", "missing"), TABLE.values(), ids=TABLE
)
def test_the_gravest_rule_decides(
    answers: dict[str, Any], asked: dict[str, Any], verdict: str, rule: str, missing: tuple
) -> None:
    result = permit_of(answers, asked)
    assert (result.verdict, result.deciding.rule, result.missing) == (verdict, rule, missing)
    assert result.deciding in result.findings


STATUSES = {"legal": "allowed", "regulated": "allowed", "unclear": "unclear"} | {
    "restricted": "unclear",
    "banned": "not-allowed",
}


@pytest.mark.parametrize(("status", "verdict"), STATUSES.items())
def test_a_status_alone_can_forbid_and_never_allow_what_a_rule_does_not(
    status: str, verdict: str
) -> None:
    assert permit_of(FREE, ADULT, status).verdict == verdict
    assert permit_of({**FREE, "sale": "prohibited"}, ADULT, status).verdict == "not-allowed"


@pytest.mark.parametrize("last", [None, date(2025, 1, 1)])
def test_old_evidence_supports_no_yes_but_still_a_no(last: date | None) -> None:
    result = permit_of(FREE, ADULT, last_verified=last)
    assert (result.verdict, result.deciding.rule) == ("unclear", "freshness")
    assert permit_of(FREE, ADULT, "banned", last_verified=last).verdict == "not-allowed"


def test_an_allowance_is_never_bare() -> None:
    result = permit_of({**RULED, "product_rules": ["labeling"]}, ADULT, force="challenged")
    codes = [caveat.code for caveat in result.caveats]
    assert result.verdict == "allowed"
    assert codes[0] == "not-advice"
    assert {"challenged", "local-not-researched"} <= set(codes)
    assert result.conditions == ("labeling", "min-age-21")


def test_law_that_a_court_stopped_is_named() -> None:
    result = permit_of(FREE, ADULT, "banned", force="enjoined")
    assert result.verdict == "unclear"
    assert "court" in [caveat.code for caveat in result.caveats]


def test_a_place_nobody_researched_is_unclear() -> None:
    topic = TOPICS["kratom"]
    result = permit(resolve([Level(CITY)], topic, DAY, DAY), topic, Purchase(**ADULT))
    assert (result.verdict, result.missing) == ("unclear", ("record",))


@pytest.mark.parametrize("product", [each for each in PRODUCTS if each != "7-oh"])
def test_a_topic_that_is_one_product_says_nothing_of_another(product: str) -> None:
    asked = {**ADULT, "product": product}
    assert permit_of(FREE, asked, topic="7-oh").verdict == "unclear"
    assert permit_of(FREE, {**ADULT, "product": "7-oh"}, topic="7-oh").verdict == "allowed"


def test_of_places_that_differ_none_is_taken() -> None:
    assert gravest(["allowed", "allowed"]) == "allowed"
    assert gravest(["allowed", "not-allowed"]) == "unclear"
    assert list(GRAVITY) == ["allowed", "unclear", "not-allowed"]


ALLOWED = permit_of(FREE, ADULT)
UNCLEAR = permit_of({**FREE, "sale": "unknown"}, ADULT)
BARRED = permit_of({**FREE, "sale": "prohibited"}, ADULT)
WIDE = {
    # The wide place, the places inside, its verdict, the rule that decides it, what it names.
    "nothing is recorded inside": (ALLOWED, [], "allowed", "status", ""),
    "all inside is allowed too": (ALLOWED, [ALLOWED], "allowed", "status", ""),
    "one place inside prohibits": (ALLOWED, [ALLOWED, BARRED], "unclear", "inside", "in Town 1:"),
    "one place inside is unclear": (ALLOWED, [UNCLEAR], "unclear", "inside", "Unclear in Town 0:"),
    "a prohibition is named before an unclear place": (
        ALLOWED,
        [UNCLEAR, BARRED],
        "unclear",
        "inside",
        "Not allowed in Town 1:",
    ),
    "unclear by itself stays so by its own rule": (UNCLEAR, [BARRED], "unclear", "sale", ""),
    "prohibited by itself": (BARRED, [UNCLEAR, ALLOWED], "not-allowed", "sale", ""),
    "many are counted": (ALLOWED, [BARRED] * 8, "unclear", "inside", "Town 4 and 3 more places"),
}


@pytest.mark.parametrize(("outer", "inside", "verdict", "rule", "words"), WIDE.values(), ids=WIDE)
def test_a_wide_place_is_never_milder_than_what_is_recorded_inside(
    outer: Permit, inside: list[Permit], verdict: str, rule: str, words: str
) -> None:
    towns = [
        (
            Jurisdiction(code=f"us-al-town-{n}", kind="city", name=f"Town {n}", parent="us-al"),
            judged,
        )
        for n, judged in enumerate(inside)
    ]
    whole = with_places_inside(outer, towns)
    assert (whole.verdict, whole.deciding.rule) == (verdict, rule)
    assert words in whole.deciding.text
    stricter = any(GRAVITY[judged.verdict] > GRAVITY[outer.verdict] for judged in inside)
    assert ("place" in whole.missing) == stricter
