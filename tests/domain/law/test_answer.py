"""The answer that a person takes away: its rules one sentence a row, and what holds of every answer."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.law.answer import Answer, answer_of
from legalmap.domain.law.caveats import Code
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.inside import Inside, Profile, gathered, profile_of
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.resolution import Level
from legalmap.domain.law.resolving import resolve
from tests.build import a_bill, a_payload, a_period, a_place, the_topic
from tests.strategies import payloads

TOPIC = the_topic()
DAY = date(2026, 11, 23)
COUNTRY = a_place("us", name="the country")
STATE = a_place("us-al", "state", parent="us", name="Alabama")
COUNTY = a_place("us-al-mobile-county", "county", parent="us-al", name="Mobile County")
CITY = a_place("us-al-mobile", "city", parent="us-al", county=COUNTY.code, name="Mobile")
CHAIN = (COUNTRY, STATE, COUNTY, CITY)
FREE = {"possession": "allowed", "sale": "allowed"}
SEVERITY = {status.code: status.severity for status in TOPIC.statuses}
STRICTNESS = [None, "yes", "unknown", "partly", "no"]


def answer_at(*records: Payload | None, inside: Inside | None = None, day: date = DAY) -> Answer:
    """The answer at the last of as many levels as there are records, widest first, without the country."""
    levels = [Level(place, record) for place, record in zip(CHAIN[1:], records, strict=False)]
    return answer_of(TOPIC, resolve(levels, TOPIC, day, day), inside=inside or {})


def a_law(status: str = "regulated", since: str | None = "2020", **answers: Any) -> Payload:
    """A record of one period; answers that are None are left out."""
    kept = {code: value for code, value in (FREE | answers).items() if value is not None}
    return a_payload(a_period(since, status, answers=kept, summary="It is law. And more."))


SINCE: dict[str, tuple[list[Any], str | None, str | None]] = {
    # The periods; since when the status holds, and since when the rules of today.
    "one period": ([("2020", "regulated")], "2020", "2020"),
    "new rules under the same status": (
        [("2019", "legal"), ("2023-07-01", "regulated"), ("2026-06-22", "regulated")],
        "2023-07-01",
        "2026-06-22",
    ),
    "another status between breaks the run": (
        [("2019", "banned"), ("2021", "legal"), ("2023", "banned")],
        "2023",
        "2023",
    ),
    "since before anything known": ([(None, "legal"), ("2021", "legal")], None, "2021"),
    "a law that lapsed breaks the run": (
        [("2019", "banned", {"until": "2019-06-30"}), ("2020", "banned")],
        "2020",
        "2020",
    ),
    "a law replaced the day after it lapsed does not": (
        [("2019", "banned", {"until": "2019-12-31"}), ("2020-01-01", "banned")],
        "2019",
        "2020-01-01",
    ),
    "law that a court stopped breaks the run": (
        [("2019", "banned", {"force": "enjoined"}), ("2020", "banned")],
        "2020",
        "2020",
    ),
}


@pytest.mark.parametrize(("periods", "status", "rules"), SINCE.values(), ids=SINCE)
def test_since_when_without_a_break(
    periods: list[Any], status: str | None, rules: str | None
) -> None:
    made = [a_period(row[0], row[1], **(row[2] if len(row) > 2 else {})) for row in periods]
    since = answer_at(a_payload(*made)).since
    assert since
    texts = [start.text if start else None for start in (since.status, since.rules)]
    assert texts == [status, rules]
    assert since.has_new_rules is (status != rules)


def test_many_places_inside_are_counted_by_reach_and_the_first_named() -> None:
    towns = [a_place(f"us-al-{name}", "town", name=name.upper()) for name in "abcd"]
    county = a_place("us-al-e-county", "county", name="E County")
    inside = gathered((Profile("banned", "no", "no"), place) for place in [*towns, county])
    [group] = answer_at(a_law(), inside=inside).inside
    assert (group.total, group.by_reach) == (5, {2: 1, 3: 4})
    assert group.named == "1 county and 4 towns (E County, A, B and 2 more)"


MAY: dict[str, tuple[dict[str, Any], tuple[Any, Any], tuple[Any, Any]]] = {
    # What the law says; having it: what it comes to, from what age; buying it.
    "both allowed": ({}, ("yes", None), ("yes", None)),
    "buyers need an age": ({"min_age": 21}, ("yes", None), ("yes", 21)),
    "having it under an age is an offence": (
        {"min_age": 21, "possession_min_age": 21},
        ("yes", 21),
        ("yes", 21),
    ),
    "an age beside a ban says nothing": (
        {"sale": "prohibited", "min_age": 21},
        ("yes", None),
        ("no", None),
    ),
    "not known": ({"possession": "unknown"}, ("unknown", None), ("yes", None)),
    "not stated": ({"sale": None}, ("yes", None), (None, None)),
}


@pytest.mark.parametrize(("answers", "have", "buy"), MAY.values(), ids=MAY)
def test_what_one_may_do_and_from_what_age(
    answers: dict[str, Any], have: tuple[Any, Any], buy: tuple[Any, Any]
) -> None:
    answer = answer_at(a_law(**answers))
    assert (answer.have.meaning, answer.have.from_age) == have
    assert (answer.buy.meaning, answer.buy.from_age) == buy


def test_a_limit_is_given_in_percent_and_as_the_law_words_it() -> None:
    words = "7-OH at most 0.5 mg per gram"
    answer = answer_at(a_law(seven_oh_limit_percent=2, alkaloid_limits=words))
    assert [(limit.value, limit.unit) for limit in answer.limits] == [(2, "percent"), (words, "")]


BANNED_TOWN = gathered([(Profile("banned", "no", "no"), a_place("us-al-x", "town", name="X"))])
UNCLEAR_TOWN = gathered([(Profile("unclear"), a_place("us-al-x", "town", name="X"))])
OLDER_TOWN = gathered(
    [(Profile("regulated", "yes", "yes", buyer_age=21), a_place("us-al-x", "town", name="X"))]
)
ALIKE_TOWN = gathered([(Profile("regulated", "yes", "yes"), a_place("us-al-x", "town", name="X"))])
CAVEATS: dict[str, tuple[list[Payload | None], dict[str, Any], Code | None, str]] = {
    # The records of state, county and city; what is inside; the caveat that is raised, and words in it.
    "a ban inside": ([a_law()], BANNED_TOWN, Code.INSIDE, "Stricter inside: banned in X."),
    "a town that is unclear": ([a_law()], UNCLEAR_TOWN, Code.INSIDE, "unclear in X."),
    "a town with a higher age": ([a_law()], OLDER_TOWN, Code.INSIDE, "further rules in X."),
    "a town with the same rules is no news": ([a_law()], ALIKE_TOWN, None, ""),
    "an unclear law says why": (
        [a_law("unclear")],
        {},
        Code.UNCLEAR,
        "The record of Alabama says: It is law.",
    ),
    "who has no rule of its own has nothing to be stricter than": (
        [a_law("varies")],
        BANNED_TOWN,
        Code.INSIDE,
        "Inside: banned in X.",
    ),
    "gaps of one record are told together": (
        [a_law(sale="unknown", possession="unknown")],
        {},
        Code.NOT_STATED,
        "It is not known whether possession and sale are allowed. The record of Alabama says: It is",
    ),
    "a gap is told as such": ([a_law(sale="unknown")], {}, Code.NOT_STATED, "whether sale is"),
    "a county's status may not reach a city": (
        [a_law(), a_law("banned"), None],
        {},
        Code.COUNTY_REACH,
        "the answer would be “regulated”, by Alabama.",
    ),
    "nor may its rule on one variable": (
        [a_law(), a_law(min_age=21, seven_oh_limit_percent=2), None],
        {},
        Code.COUNTY_REACH,
        "the rule on minimum age and 7-OH limit does not come from it.",
    ),
    "its record says that it does not": (
        [a_law(), a_law(min_age=21, reach="unincorporated"), None],
        {},
        Code.COUNTY_REACH,
        "The rule of Mobile County is for land outside cities and towns, by its record.",
    ),
    "a county's rule that reaches all of it": (
        [a_law(), a_law(min_age=21, reach="whole-county"), a_law()],
        {},
        None,
        "",
    ),
    "a county's rule that the state has too": (
        [a_law(min_age=21), a_law(min_age=21), a_law()],
        {},
        None,
        "",
    ),
    "a state that leaves it to counties nobody has researched": (
        [a_law(local_rules="allowed"), None],
        {},
        Code.LOCAL_NOT_RESEARCHED,
        "Alabama lets counties and towns make stricter rules, and nobody has researched those of",
    ),
    "a state that bars local rules leaves nothing open": (
        [a_law(local_rules="preempted"), None],
        {},
        None,
        "",
    ),
    "low confidence": (
        [msgspec.structs.replace(a_law(), confidence="low")],
        {},
        Code.LOW_CONFIDENCE,
        "weak or disagree",
    ),
}


@pytest.mark.parametrize(("records", "inside", "code", "words"), CAVEATS.values(), ids=CAVEATS)
def test_what_stands_beside_an_answer(
    records: list[Payload | None], inside: dict[str, Any], code: Code | None, words: str
) -> None:
    answer = answer_at(*records, inside=inside)
    if code is None:
        expected = {Code.NOT_RESEARCHED_BELOW} if records[-1] and len(records) < 3 else set()
        assert {caveat.code for caveat in answer.caveats} == expected
        return
    caveat = answer.caveat(code)
    assert words in (caveat.text if caveat else ""), answer.caveats
    assert not answer.is_unconditional


BILLS: dict[str, tuple[dict[str, Any], date, Code | None]] = {
    # The bill, the day asked about, the caveat.
    "an open bill": ({}, DAY, Code.PENDING),
    "a bill whose day is to come": ({"expected_on": "2026-12"}, DAY, Code.PENDING),
    "a bill whose day is past": ({"expected_on": "2026-03"}, DAY, Code.PENDING_OVERDUE),
    "a bill that died": ({"outcome": "died"}, DAY, None),
    "a bill that was enacted": ({"outcome": "enacted"}, DAY, None),
    "a bill of today says nothing of the past": ({}, date(2024, 1, 1), None),
}


@pytest.mark.parametrize(("changed", "day", "code"), BILLS.values(), ids=BILLS)
def test_bills_by_outcome(changed: dict[str, Any], day: date, code: Code | None) -> None:
    if "expected_on" in changed:
        changed = {**changed, "expected_on": PartialDate(changed["expected_on"])}
    record = msgspec.structs.replace(a_law(), pending=(a_bill(**changed),))
    answer = answer_at(record, day=day)
    pending = [caveat.code for caveat in answer.caveats if caveat.code.startswith("pending")]
    assert pending == ([code] if code else [])
    overtaken = code == Code.PENDING_OVERDUE
    assert getattr(answer.evidence, "is_overtaken", None) is overtaken


def test_what_is_enacted_is_told_with_what_holds_then() -> None:
    record = a_payload(a_period("2020", "regulated"), a_period("2026-12-15", "banned"))
    [change] = answer_at(record).coming
    assert (change.day, change.then.status, change.is_soon(DAY)) == (
        date(2026, 12, 15),
        "banned",
        True,
    )


def test_law_that_lapses_is_told_too() -> None:
    [change] = answer_at(a_payload(a_period("2026-10", "banned", until="2026-12-31"))).coming
    assert (change.day, change.start, change.then.outcome) == (date(2027, 1, 1), None, "not-known")


def test_the_age_of_the_evidence_says_nothing_of_a_day_in_the_past() -> None:
    record = a_payload(a_period("2020", "regulated"), last_verified=date(2022, 1, 1))
    now, past = answer_at(record).evidence, answer_at(record, day=date(2021, 1, 1)).evidence
    assert now
    assert past
    assert (now.freshness, past.freshness) == ("overdue", None)
    assert now.is_checked
    assert now.best_kind == "statute"


@st.composite
def chains(draw: st.DrawFn) -> list[Level]:
    """State, county and city, each with or without a record."""
    return [Level(place, draw(st.none() | payloads())) for place in CHAIN]


@given(chains(), st.dates(date(2014, 1, 1), date(2027, 1, 1)))
def test_an_answer_is_never_milder_than_what_holds_for_certain(
    levels: list[Level], day: date
) -> None:
    answer = answer_of(TOPIC, resolve(levels, TOPIC, day, day))
    for level in answer.resolution.levels:
        if not level.counts or level.period is None:
            continue
        assert SEVERITY[answer.status or ""] >= SEVERITY[level.period.status]
        own = level.period.answers
        for act, variable in ((answer.have, "possession"), (answer.buy, "sale")):
            meaning = TOPIC.meaning(variable, own.get(variable))
            assert STRICTNESS.index(act.meaning) >= STRICTNESS.index(meaning)
        if answer.buy.meaning != "no":
            assert (answer.buy.from_age or 0) >= own.get("min_age", 0)
        if answer.have.meaning != "no":
            assert (answer.have.from_age or 0) >= own.get("possession_min_age", 0)


@given(chains(), st.lists(payloads(), max_size=3), st.dates(date(2014, 1, 1), date(2027, 1, 1)))
def test_a_plain_yes_is_said_only_if_nothing_says_otherwise(
    levels: list[Level], towns: list[Payload], day: date
) -> None:
    wide = levels[:2]
    resolved = resolve(wide, TOPIC, day, day)
    town = a_place("us-al-x", "town", parent="us-al", name="X")
    inner = [resolve([*wide, Level(town, record)], TOPIC, day, day) for record in towns]
    inside = gathered((profile_of(at, TOPIC), town) for at in inner)
    answer = answer_of(TOPIC, resolved, inside=inside)
    if not answer.is_unconditional:
        return
    assert {answer.have.meaning, answer.buy.meaning} == {"yes"}
    assert all(SEVERITY[at.status or ""] <= SEVERITY[answer.status or ""] for at in inner)
    for level in answer.resolution.levels:
        assert level.next_period is None or level.next_period.first_day > day + timedelta(days=30)


@given(chains(), payloads())
def test_a_bill_adds_a_caveat_and_changes_nothing_else(levels: list[Level], other: Payload) -> None:
    def answered(pending: Any) -> Answer:
        record = levels[1].payload or other
        changed = Level(STATE, msgspec.structs.replace(record, pending=pending))
        chain = [levels[0], changed, *levels[2:]]
        return answer_of(TOPIC, resolve(chain, TOPIC, DAY, DAY))

    without, bill = answered(()), answered((a_bill(),))
    for name in ("status", "outcome", "have", "buy", "limits", "inside", "gaps", "since"):
        assert getattr(without, name) == getattr(bill, name)
    told = not without.resolution.levels[1].predates_evidence(DAY)
    assert len(bill.caveats) == len(without.caveats) + told
    assert without.is_unconditional == bill.is_unconditional
