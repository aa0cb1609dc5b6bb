"""What holds at a place once every level is taken together: standings, verdict, answers, caveats."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.law.periods import FORCES
from legalmap.domain.law.resolution import Level, Resolution
from legalmap.domain.law.resolving import resolve
from tests.build import TODAY, a_date, a_payload, a_period, a_place, the_topic
from tests.strategies import STATUSES, answers

TOPIC = the_topic()
DAY = date(2026, 1, 1)
NATION = a_place("us")
STATE = a_place("us-fl", "state", parent="us")
COUNTY = a_place("us-fl-c-county", "county", parent="us-fl", name="C County")
CITY = a_place("us-fl-v", "city", parent="us-fl", county="us-fl-c-county", name="Venice")
PLACES = (NATION, STATE, COUNTY, CITY)
SEVERITY = {
    "legal": 1,
    "regulated": 2,
    "unclear": 3,
    "restricted": 4,
    "banned": 5,
}


def law(status: str, **changed: Any) -> Payload:
    """A record with one undated period of that status."""
    return a_payload(a_period(None, status, **changed))


def preempting(status: str, **changed: Any) -> Payload:
    """The same, leaving no room for local rules."""
    return law(status, answers={"local_rules": "preempted"}, **changed)


def resolved(*records: Payload | None, on: date = DAY) -> Resolution:
    """The answer for a chain of as many levels as there are records, widest first."""
    levels = [Level(place, record) for place, record in zip(PLACES, records, strict=False)]
    return resolve(levels, TOPIC, on, TODAY)


def standings(resolution: Resolution) -> list[str]:
    """What became of each level, widest first."""
    return [level.standing for level in resolution.levels]


@pytest.mark.parametrize(
    ("records", "status", "deciding"),
    [
        # One level alone decides.
        ([law("regulated")], "regulated", "us"),
        # The strictest level decides, wherever in the chain it stands.
        ([law("legal"), law("banned")], "banned", "us-fl"),
        ([law("banned"), law("legal")], "banned", "us"),
        ([law("legal"), law("banned"), law("regulated")], "banned", "us-fl"),
        ([law("legal"), law("legal"), law("legal"), law("restricted")], "restricted", "us-fl-v"),
        # A level that is not researched neither helps nor hinders.
        ([law("legal"), None, None, law("banned")], "banned", "us-fl-v"),
        ([None, law("regulated"), None], "regulated", "us-fl"),
        # Of equals the widest decides: its rule reaches furthest.
        ([law("banned"), law("banned")], "banned", "us"),
        # Unclear is stricter than regulated and milder than restricted.
        ([law("regulated"), law("unclear")], "unclear", "us-fl"),
        ([law("restricted"), law("unclear")], "restricted", "us"),
        # Varies is transparent: the levels below decide.
        ([law("varies"), law("legal")], "legal", "us-fl"),
        ([law("legal"), law("varies"), law("regulated")], "regulated", "us-fl-c-county"),
        # A level that leaves it to those below does not hide what stands above it.
        ([law("restricted"), law("varies")], "restricted", "us"),
        # Law that a court stopped does not count; law that is only challenged does.
        ([law("legal"), law("banned", force="enjoined")], "legal", "us"),
        ([law("legal"), law("banned", force="struck-down")], "legal", "us"),
        ([law("legal"), law("banned", force="challenged")], "banned", "us-fl"),
        # Below a level that preempts local rules nothing counts, stricter or not.
        ([law("legal"), preempting("regulated"), law("banned")], "regulated", "us-fl"),
        ([preempting("legal"), law("banned"), law("banned")], "legal", "us"),
        # Law that lapsed without a successor does not count.
        ([law("legal"), law("banned", until="2025")], "legal", "us"),
    ],
)
def test_who_decides(records: list[Payload | None], status: str, deciding: str) -> None:
    resolution = resolved(*records)
    assert (resolution.outcome, resolution.status) == ("decided", status)
    assert resolution.deciding == deciding
    assert resolution.shown == status
    assert resolution.deciding_level is not None
    assert resolution.deciding_level.jurisdiction.code == deciding


@pytest.mark.parametrize(
    ("records", "outcome", "shown"),
    [
        # No record anywhere on the chain: not researched. A record without periods is none.
        ([None], "not-researched", "not-researched"),
        ([None, NOT_RESEARCHED, None], "not-researched", "not-researched"),
        # The levels above leave it to a place nobody has researched.
        ([law("varies"), None], "not-researched", "not-researched"),
        # The place itself leaves it to those below: that is its answer.
        ([law("varies")], "varies", "varies"),
        ([None, law("varies")], "varies", "varies"),
        ([law("banned", force="enjoined"), law("varies")], "varies", "varies"),
        # There is a record, but it says nothing of that day.
        ([a_payload(a_period("2026-02", "banned"))], "not-known", "not-known"),
        ([law("banned", until="2025")], "not-known", "not-known"),
        # All there is was stopped by a court: what holds instead nobody has recorded.
        ([law("banned", force="enjoined")], "not-known", "not-known"),
        ([None, law("banned", force="struck-down"), None], "not-known", "not-known"),
    ],
)
def test_when_nothing_decides(records: list[Payload | None], outcome: str, shown: str) -> None:
    resolution = resolved(*records)
    assert (resolution.outcome, resolution.shown) == (outcome, shown)
    assert resolution.status == ("varies" if outcome == "varies" else None)
    place = PLACES[len(records) - 1].code
    assert resolution.deciding == (place if outcome == "varies" else None)
    assert all(answer.levels == () for answer in resolution.answers.values())


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # Every level keeps its own answer, whether it counts or not.
        ([law("legal"), None], ["counts", "not-researched"]),
        ([law("legal"), NOT_RESEARCHED], ["counts", "not-researched"]),
        ([law("varies"), law("legal")], ["varies", "counts"]),
        ([law("legal", force="enjoined")], ["enjoined"]),
        ([law("legal", force="struck-down")], ["struck-down"]),
        ([law("legal", until="2025")], ["not-known"]),
        # Preemption reaches through every level below, not only the next.
        (
            [law("legal"), preempting("legal"), law("banned"), law("banned")],
            ["counts", "counts", "preempted", "preempted"],
        ),
        # A level set aside cannot hand the power back.
        (
            [preempting("legal"), law("legal", answers={"local_rules": "allowed"}), law("banned")],
            ["counts", "preempted", "preempted"],
        ),
        # A level that is not researched does not lift the preemption above it.
        ([preempting("legal"), None, law("banned")], ["counts", "not-researched", "preempted"]),
        # Preemption is named before any other reason to set a level aside…
        ([preempting("legal"), law("varies")], ["counts", "preempted"]),
        ([preempting("legal"), law("banned", force="enjoined")], ["counts", "preempted"]),
        # …but not where there is nothing to set aside.
        ([preempting("legal"), law("banned", until="2025")], ["counts", "not-known"]),
        # Law without force preempts nothing.
        ([preempting("legal", force="enjoined"), law("banned")], ["enjoined", "counts"]),
        ([preempting("legal", force="struck-down"), law("banned")], ["struck-down", "counts"]),
        ([preempting("legal", until="2025"), law("banned")], ["not-known", "counts"]),
        # Neither does a level that leaves the matter to those below.
        ([preempting("varies"), law("banned")], ["varies", "counts"]),
    ],
)
def test_what_becomes_of_each_level(records: list[Payload | None], expected: list[str]) -> None:
    assert standings(resolved(*records)) == expected


def test_a_preempted_level_names_who_preempts_it() -> None:
    resolution = resolved(law("legal"), preempting("regulated"), law("banned"), law("legal"))
    assert [level.because_of for level in resolution.levels] == [None, None, "us-fl", "us-fl"]


def test_the_nearest_counting_ancestor_says_whether_local_rules_are_allowed() -> None:
    allowing = law("legal", answers={"local_rules": "allowed"})
    resolution = resolved(allowing, preempting("legal"), law("banned"))
    assert standings(resolution) == ["counts", "counts", "preempted"]
    assert resolution.levels[2].because_of == "us-fl"


@pytest.mark.parametrize(
    ("code", "given_by", "value", "levels"),
    [
        # An age: the largest.
        ("min_age", [18, 21, None], 21, ("us-fl",)),
        ("min_age", [21, 18, None], 21, ("us",)),
        # Every level that gives the resolved value is named.
        ("min_age", [21, None, 21], 21, ("us", "us-fl-c-county")),
        # A limit: the smallest.
        ("seven_oh_limit_percent", [2, 1, None], 1, ("us-fl",)),
        ("seven_oh_limit_percent", [0, 1, 2], 0, ("us",)),
        # Possession and sale: the strictest of allowed < unknown < restricted < prohibited.
        ("possession", ["allowed", "unknown", None], "unknown", ("us-fl",)),
        ("sale", ["restricted", "allowed", "unknown"], "restricted", ("us",)),
        ("sale", ["restricted", "prohibited", "allowed"], "prohibited", ("us-fl",)),
        # Local rules: what the level nearest to the place says.
        ("local_rules", [None, "allowed", None], "allowed", ("us-fl",)),
        # Product rules: all of them, in the order of the codebook, each once.
        (
            "product_rules",
            [["packaging", "testing"], ["labeling"], ["testing"]],
            ["labeling", "testing", "packaging"],
            ("us", "us-fl", "us-fl-c-county"),
        ),
        # A level that demands nothing is no source of the union.
        ("product_rules", [["testing"], [], None], ["testing"], ("us",)),
        # Limits in words: every level's own, the nearest first, each once.
        (
            "alkaloid_limits",
            ["At most 400 ppm.", "At most 1 mg.", "At most 400 ppm."],
            "At most 400 ppm.; At most 1 mg.",
            ("us", "us-fl", "us-fl-c-county"),
        ),
        ("alkaloid_limits", ["At most 1 mg.", None, None], "At most 1 mg.", ("us",)),
        # Having it: the highest age; how far a county's rule reaches: as the nearest level says.
        ("possession_min_age", [None, 18, 21], 21, ("us-fl-c-county",)),
        ("reach", [None, None, "unincorporated"], "unincorporated", ("us-fl-c-county",)),
        # Nobody answers: no value, and no rules.
        ("alkaloid_limits", [None, None, None], None, ()),
        ("min_age", [None, None, None], None, ()),
        ("product_rules", [None, None, None], [], ()),
    ],
)
def test_each_variable_resolves_by_its_own_rule(
    code: str, given_by: list[Any], value: Any, levels: tuple[str, ...]
) -> None:
    records = [law("legal", answers={} if v is None else {code: v}) for v in given_by]
    answer = resolved(*records).answers[code]
    assert (answer.value, answer.levels) == (value, levels)


def test_the_nearest_level_wins_over_a_wider_one() -> None:
    rules = TOPIC.variable("local_rules")
    assert rules.resolve == "nearest"
    allowing = law("legal", answers={"local_rules": "allowed"})
    preempted = resolved(allowing, preempting("legal")).answers["local_rules"]
    assert (preempted.value, preempted.levels) == ("preempted", ("us-fl",))


def test_a_level_that_does_not_count_answers_nothing() -> None:
    strict = {"min_age": 21, "sale": "prohibited", "product_rules": ["testing"]}
    stopped = law("banned", force="enjoined", answers=strict)
    answers_given = resolved(law("legal", answers={"min_age": 18}), stopped).answers
    assert answers_given["min_age"].value == 18
    assert answers_given["sale"].value is None
    assert answers_given["product_rules"].value == []


def test_every_variable_of_the_codebook_has_an_answer() -> None:
    assert list(resolved(None).answers) == [variable.code for variable in TOPIC.variables]


@pytest.mark.parametrize(
    ("day", "status", "coming"),
    [
        # The day asked about chooses the period, and the one after it is named beside it.
        (date(2015, 12, 31), None, "regulated"),
        (date(2016, 1, 1), "regulated", "banned"),
        (date(2019, 12, 31), "regulated", "banned"),
        (date(2020, 1, 1), "banned", None),
    ],
)
def test_the_law_of_a_day(day: date, status: str | None, coming: str | None) -> None:
    record = a_payload(a_period("2016-01-01", "regulated"), a_period("2020-01-01", "banned"))
    resolution = resolved(record, on=day)
    assert (resolution.status, resolution.as_of) == (status, day)
    upcoming = resolution.levels[0].next_period
    assert (upcoming.status if upcoming else None) == coming


def test_preemption_begins_with_the_law_that_preempts() -> None:
    state = a_payload(
        a_period("2016-01-01", "legal"),
        a_period("2020-01-01", "regulated", answers={"local_rules": "preempted"}),
    )
    before, after = (
        resolved(None, state, law("banned"), on=day) for day in (date(2019, 12, 31), DAY)
    )
    assert (before.status, after.status) == ("banned", "regulated")


def test_freshness_is_counted_to_today_not_to_the_day_asked_about() -> None:
    old = a_payload(last_verified=date(2020, 1, 1))
    level = resolved(old, on=date(2020, 1, 2)).levels[0]
    assert (level.freshness, level.last_verified) == ("overdue", a_date("2020-01-01"))
    unverified = a_payload(last_verified=None, verified_how=None)
    assert resolved(unverified).levels[0].freshness == "never"
    assert resolved(None).levels[0].freshness is None


def codes(resolution: Resolution) -> list[str]:
    """The caveats that stand beside the answer."""
    return [caveat.code for caveat in resolution.caveats]


def test_an_uncertain_start_is_said_beside_the_answer() -> None:
    resolution = resolved(a_payload(a_period("2026", "banned")))
    assert codes(resolution) == ["start-uncertain"]
    assert resolution.levels[0].start_uncertain
    assert "took effect some day in 2026" in resolution.caveats[0].text
    assert codes(resolved(a_payload(a_period("2025", "banned")))) == []


def test_a_note_on_who_controls_a_place_stands_first() -> None:
    place = a_place("xc", note="Administered by another government than the one that claims it.")
    record = a_payload(a_period("2026", "banned"))
    resolution = resolve([Level(place, record)], TOPIC, DAY, TODAY)
    assert codes(resolution) == ["control", "start-uncertain"]
    assert resolution.caveats[0].text == place.note


@pytest.mark.parametrize(
    ("state", "county", "city", "rest"),
    [
        # Inside a city the reader learns what holds if the county's rule does not reach it.
        ("regulated", "banned", None, "the answer would be “regulated”, by US-FL"),
        ("legal", "banned", "restricted", "the answer would be “restricted”, by Venice"),
        (None, "banned", None, "nothing else is known here"),
    ],
)
def test_how_far_a_county_reaches(
    state: str | None, county: str, city: str | None, rest: str
) -> None:
    records = [law(status) if status else None for status in (state, county, city)]
    resolution = resolved(None, *records)
    assert codes(resolution) == ["county-reach"]
    text = resolution.caveats[0].text
    assert "Venice is a city: read the record of C County" in text
    assert text.endswith(f"If it does not reach Venice, {rest}.")


def test_outside_cities_a_county_reaches_and_says_where_to_ask_again() -> None:
    resolution = resolved(None, law("legal"), law("banned"))
    assert codes(resolution) == ["county-reach"]
    assert resolution.caveats[0].text.endswith(
        "if you are in a city or town of C County, look that city or town up."
    )


def test_a_county_that_does_not_decide_needs_no_caveat() -> None:
    assert codes(resolved(None, law("banned"), law("legal"), law("legal"))) == []
    assert codes(resolved(None, law("banned"), law("banned"), law("legal"))) == []


RECORDS = st.none() | st.builds(
    law,
    STATUSES,
    force=st.sampled_from(list(FORCES)),
    answers=answers(),
    until=st.sampled_from((None, None, "2025")),
)
CHAINS = st.lists(RECORDS, min_size=1, max_size=4)


@given(CHAINS)
def test_never_milder_than_the_strictest_level_that_counts(chain: list[Payload | None]) -> None:
    """The rule said a second time: walk down, stop at preemption, take the strictest."""
    severities, blocked = [], False
    for record in chain:
        period = record.periods[0] if record else None
        if period is None or blocked or period.effective_until or period.status == "varies":
            continue
        if period.force in ("in-force", "challenged"):
            severities.append(SEVERITY[period.status])
            blocked = period.answers.get("local_rules") == "preempted"
    status = resolved(*chain).status
    if severities:
        assert status is not None
        assert SEVERITY[status] == max(severities)
    else:
        assert status in (None, "varies")


@given(CHAINS)
def test_a_level_counts_or_says_why_not(chain: list[Payload | None]) -> None:
    resolution = resolved(*chain)
    assert len(resolution.levels) == len(chain)
    for level in resolution.levels:
        assert level.counts == (level.standing == "counts")
        assert (level.because_of is not None) == (level.standing == "preempted")
        aside = level.standing in ("preempted", "varies", "enjoined", "struck-down")
        assert aside + level.counts + (level.period is None) == 1


@given(CHAINS, RECORDS)
def test_a_level_more_never_makes_the_answer_milder(
    chain: list[Payload | None], below: Payload | None
) -> None:
    before, after = resolved(*chain[:3]), resolved(*chain[:3], below)
    if before.outcome == "decided":
        assert after.status is not None
        assert SEVERITY[after.status] >= SEVERITY[before.status or ""]


@given(CHAINS)
def test_each_answer_comes_from_levels_that_count(chain: list[Payload | None]) -> None:
    resolution = resolved(*chain)
    counting = {level.jurisdiction.code for level in resolution.levels if level.counts}
    for answer in resolution.answers.values():
        assert set(answer.levels) <= counting
        assert bool(answer.levels) == (answer.value not in (None, []))


METRO = a_place("us-fl-m", "city", parent="us-fl", county_code="us-fl-m-county", name="Metro")
ENCLAVE = a_place("us-fl-e", "city", parent="us-fl", county="us-fl-m", name="Enclave")
QUARTER = a_place("us-fl-q", "community", parent="us-fl", county="us-fl-m", name="Quarter")


@pytest.mark.parametrize(
    ("place", "caveats"),
    [
        # Its rule is the city's own: there is no land in it that it does not reach.
        (METRO, []),
        # Who lives in a quarter of it without a government lives in the city.
        (QUARTER, []),
        # A town inside that governs itself may not be reached.
        (ENCLAVE, ["county-reach"]),
    ],
)
def test_how_far_a_city_and_county_in_one_reaches(place: Jurisdiction, caveats: list[str]) -> None:
    chain = [NATION, STATE, METRO] if place is METRO else [NATION, STATE, METRO, place]
    levels = [Level(level, law("banned") if level is METRO else None) for level in chain]
    resolution = resolve(levels, TOPIC, DAY, TODAY)
    assert (resolution.status, resolution.deciding) == ("banned", "us-fl-m")
    assert codes(resolution) == caveats


ISLAND = a_place("re", "territory", part_of="us", name="Island")


@pytest.mark.parametrize(
    ("own", "state", "says"),
    [
        # Nobody has researched the island: its state gets a word, and no more.
        (None, law("banned"), "whose record says “banned”. Whether that law holds in Island"),
        (None, None, "which nobody has researched here either"),
        # It has a record of its own, and needs no word.
        (law("legal"), law("banned"), None),
    ],
)
def test_the_state_of_a_part_elsewhere_gets_a_word_and_never_answers(
    own: Payload | None, state: Payload | None, says: str | None
) -> None:
    resolution = resolve([Level(ISLAND, own)], TOPIC, DAY, TODAY, [Level(NATION, state)])
    assert resolution.status == (None if own is None else "legal")
    assert codes(resolution) == ([] if says is None else ["part-of"])
    assert says is None or says in resolution.caveats[0].text


WIDE = a_place("us-fl-w", "city", parent="us-fl", counties=("us-fl-c-county", "us-fl-d-county"))
OTHER = a_place("us-fl-d-county", "county", parent="us-fl", name="D County")


@pytest.mark.parametrize(
    ("state", "county", "caveats"),
    [
        # A county that says nothing needs no word.
        (law("legal"), None, []),
        # Its rule is stricter, but nobody knows in which part of the city one stands.
        (law("legal"), law("banned"), ["several-counties"]),
        # Where the state leaves no room for local rules it counts nowhere.
        (preempting("legal"), law("banned"), []),
    ],
)
def test_no_county_of_several_counts_but_each_with_a_rule_is_named(
    state: Payload, county: Payload | None, caveats: list[str]
) -> None:
    levels = [Level(NATION), Level(STATE, state), Level(WIDE)]
    resolution = resolve(levels, TOPIC, DAY, TODAY, [Level(COUNTY), Level(OTHER, county)])
    assert (resolution.status, resolution.deciding) == ("legal", "us-fl")
    assert codes(resolution) == caveats
    assert all("D County has a rule of its own, “banned”" in c.text for c in resolution.caveats)
