"""Sentences: for every status, outcome, kind of date and level one row with the words it must give."""

from datetime import date
from typing import Any

import pytest

from legalmap.domain.law.answer import answer_of
from legalmap.domain.law.inside import Profile, gathered
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.resolution import Level, Resolution
from legalmap.domain.law.resolving import resolve
from legalmap.web.wording import sentences
from tests.build import TODAY, a_date, a_payload, a_period, a_place, the_topic

US = a_place("us", name="United States")
ALABAMA = a_place("us-al", "state", name="Alabama", parent="us")
MOBILE_COUNTY = a_place("us-al-mobile-county", "county", name="Mobile County", parent="us-al")
MOBILE = a_place(
    "us-al-mobile", "city", name="Mobile", parent="us-al", county="us-al-mobile-county"
)
VARIES = a_payload(a_period("2014-02", "varies"))
BOTH = {"possession": "prohibited", "sale": "prohibited"}
ALLOWED = {"possession": "allowed", "sale": "allowed"}


def _resolved(*levels: tuple[Jurisdiction, Payload | None], as_of: date = TODAY) -> Resolution:
    return resolve([Level(*level) for level in levels], the_topic(), as_of, as_of)


def _said(*levels: tuple[Jurisdiction, Payload | None], as_of: date = TODAY) -> str:
    answer = answer_of(the_topic(), _resolved(*levels, as_of=as_of))
    return " ".join(sentences.sentences(answer, the_topic()))


def _in_alabama(
    since: str | None, status: str, answers: dict[str, Any], as_of: date = TODAY, **changed: Any
) -> str:
    record = a_payload(a_period(since, status, answers=answers, **changed))
    return _said((US, VARIES), (ALABAMA, record), as_of=as_of)


@pytest.mark.parametrize(
    ("since", "status", "answers", "words"),
    [
        (
            "2016-05-10",
            "banned",
            BOTH,
            "Kratom is banned in Alabama since 10 May 2016. Possession and sale are prohibited.",
        ),
        ("2016-05", "banned", BOTH, "Kratom is banned in Alabama since May 2016. Poss"),
        ("2016", "banned", BOTH, "Kratom is banned in Alabama since 2016. Poss"),
        (None, "legal", ALLOWED, "Kratom is legal in Alabama. Possession and sale are allowed."),
        (
            "2016",
            "restricted",
            {"possession": "allowed", "sale": "prohibited", "min_age": 21},
            "Kratom is restricted in Alabama since 2016. Possession is allowed. Sale is prohibited. "
            "Verified",
        ),
        (
            "2016",
            "regulated",
            {**ALLOWED, "min_age": 21},
            "Possession and sale are allowed. Buyers must be 21 or older. Verified",
        ),
        (
            "2016",
            "unclear",
            {"possession": "unknown", "sale": "unknown"},
            "The law on kratom is unclear in Alabama since 2016. "
            "It is not known whether possession and sale are allowed. Why: No law names it. Verified",
        ),
        (
            "2016",
            "restricted",
            {"possession": "unknown", "sale": "restricted"},
            "It is not known whether possession is allowed. Sale is restricted. Verified",
        ),
        (
            "2016",
            "banned",
            {"sale": "prohibited"},
            "The law found here does not say whether possession is allowed.",
        ),
        (
            "2016",
            "banned",
            {},
            "The law found here does not say whether possession and sale are allowed.",
        ),
    ],
)
def test_what_a_state_says(
    since: str | None, status: str, answers: dict[str, Any], words: str
) -> None:
    assert words in _in_alabama(since, status, answers)


@pytest.mark.parametrize(
    ("reached", "how", "words"),
    [
        # A person checked it.
        ("2026-11-01", "checked", "Verified 1 November 2026."),
        ("2026-01-01", "checked", "Verified 1 January 2026; evidence due for re-checking."),
        # Nobody did: it is as old as its newest source, told as exactly as that is known.
        ("2026-11-01", "source-date", "Newest source: 1 November 2026."),
        ("2026-10", "source-date", "Newest source: October 2026."),
        ("2024", "source-date", "Newest source: 2024; evidence overdue for re-checking."),
        (None, None, "No dated source."),
    ],
)
def test_how_far_the_evidence_reaches(reached: str | None, how: str | None, words: str) -> None:
    period = a_period("2016", "banned", answers=BOTH)
    record = a_payload(period, last_verified=a_date(reached), verified_how=how)
    said = _said((ALABAMA, record))
    assert said.endswith(f" {words}")
    assert ("erified" in said) is (how == "checked")


def test_a_law_that_lapses_says_until_when() -> None:
    spoken = _in_alabama("2026-06-12", "banned", BOTH, until="2026-12-09")
    assert spoken.startswith("Kratom is banned in Alabama from 12 June 2026 until 9 December 2026.")
    spoken = _in_alabama(None, "banned", BOTH, until="2026-12")
    assert spoken.startswith("Kratom is banned in Alabama until December 2026.")


def test_a_challenged_law_holds_and_says_so() -> None:
    spoken = _in_alabama("2016", "banned", BOTH, force="challenged")
    assert "is banned in Alabama" in spoken
    assert "The law is in force but challenged in court." in spoken


def test_the_topic_stands_in_a_sentence_as_it_is_written() -> None:
    topic = the_topic("7-oh")
    record = a_payload(a_period("2016", "unclear"))
    resolution = resolve([Level(ALABAMA, record)], topic, TODAY, TODAY)
    assert sentences.sentences(answer_of(topic, resolution), topic)[0].startswith(
        "The law on 7-OH is unclear in Alabama"
    )


STATE_BAN = a_payload(a_period("2016-05-10", "banned", answers=BOTH))
STATE_FREE = a_payload(a_period(None, "legal", answers=ALLOWED))
CITY_BAN = a_payload(a_period("2017-04", "banned", answers=BOTH))
ENJOINED = a_payload(a_period("2017-04", "banned", answers=BOTH, force="enjoined"))
STRUCK = a_payload(a_period("2017-04", "banned", answers=BOTH, force="struck-down"))
PREEMPTING = a_payload(a_period("2016", "legal", answers={**ALLOWED, "local_rules": "preempted"}))


@pytest.mark.parametrize(
    ("state", "county", "city", "words"),
    [
        (STATE_BAN, None, None, "banned in Mobile since 10 May 2016, by the law of Alabama."),
        (STATE_FREE, None, None, "Kratom is legal in Mobile, by the law of Alabama. Poss"),
        (STATE_FREE, None, CITY_BAN, "Kratom is banned in Mobile, Alabama, since April 2017. Poss"),
        (
            STATE_FREE,
            CITY_BAN,
            None,
            "banned in Mobile, Alabama, since April 2017, by the law of Mobile County.",
        ),
        (
            STATE_FREE,
            None,
            ENJOINED,
            "A law of Mobile (banned) does not count: a court has stopped its enforcement.",
        ),
        (STATE_FREE, None, STRUCK, "A law of Mobile (banned) does not count: a court has struck"),
        (
            PREEMPTING,
            None,
            CITY_BAN,
            "A law of Mobile (banned) does not count: Alabama preempts local rules.",
        ),
        (None, None, None, "Nobody has researched the law on kratom in Mobile, Alabama yet."),
    ],
)
def test_what_a_city_is_told(
    state: Payload | None, county: Payload | None, city: Payload | None, words: str
) -> None:
    spoken = _said((US, VARIES), (ALABAMA, state), (MOBILE_COUNTY, county), (MOBILE, city))
    assert words in spoken


def test_not_researched_is_not_legal() -> None:
    spoken = _said((US, None), (ALABAMA, None))
    assert spoken == (
        "Nobody has researched the law on kratom in Alabama yet. "
        "That does not mean that it is legal."
    )


def test_before_anything_known() -> None:
    spoken = _in_alabama("2016", "banned", BOTH, as_of=date(1950, 1, 2))
    assert spoken == "What the law on kratom in Alabama said on 2 January 1950 is not known."


def test_a_country_that_leaves_it_to_its_states() -> None:
    assert _said((US, VARIES)).startswith(
        "The law on kratom varies in the United States since February 2014: look at its parts. Verified"
    )


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (
            a_period("2026-12-22", "banned", answers=BOTH),
            "From 22 December 2026: banned. Possession and sale are prohibited.",
        ),
        (
            a_period("2027-07", "banned", answers=BOTH),
            "From some day in July 2027: banned. Possession and sale are prohibited.",
        ),
        (
            a_period("2027", "regulated", answers={**ALLOWED, "min_age": 21}),
            "From some day in 2027: still regulated, with a change (minimum age: 21 years).",
        ),
        (
            a_period("2027", "regulated", answers={**ALLOWED, "product_rules": ["labeling"]}),
            "From some day in 2027: still regulated, with a change "
            "(minimum age: none stated; product rules: labelling).",
        ),
        (
            a_period("2027-01-01", "regulated", answers={**ALLOWED, "min_age": 18}),
            "From 1 January 2027 the law of Alabama changes; what is said here stays as it is.",
        ),
        (a_period("2027-01-01", "varies"), "From 1 January 2027: varies."),
    ],
)
def test_law_on_the_way(then: Any, words: str) -> None:
    now = a_period("2016", "regulated", answers={**ALLOWED, "min_age": 18})
    levels = ((ALABAMA, a_payload(now, then)),)
    answer = answer_of(the_topic(), _resolved(*levels))
    assert [sentences.coming(answer, one, the_topic()) for one in answer.coming] == [words]


def test_law_on_the_way_at_a_level_above_is_named() -> None:
    state = a_payload(a_period(None, "legal"), a_period("2027-01-01", "banned", answers=BOTH))
    levels = ((ALABAMA, state), (MOBILE_COUNTY, None))
    answer = answer_of(the_topic(), _resolved(*levels))
    assert [sentences.coming(answer, one, the_topic()) for one in answer.coming] == [
        "From 1 January 2027: banned, by the law of Alabama. Possession and sale are prohibited."
    ]


def test_a_law_about_to_lapse_says_what_is_known_then() -> None:
    record = a_payload(a_period("2026-06-12", "banned", answers=BOTH, until="2026-12-09"))
    answer = answer_of(the_topic(), _resolved((ALABAMA, record)))
    assert [sentences.coming(answer, one, the_topic()) for one in answer.coming] == [
        "The law of Alabama lapses after 9 December 2026: what holds then is not known."
    ]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (
            {"possession_min_age": 21, "min_age": 21},
            "Possession is allowed from age 21; below it, possession is prohibited. "
            "Sale is allowed. Buyers must be 21 or older.",
        ),
        (
            {"possession_min_age": 18},
            "Possession is allowed from age 18; below it, possession is prohibited. Sale is allowed.",
        ),
    ],
)
def test_having_it_under_an_age_is_never_called_allowed(
    answers: dict[str, Any], words: str
) -> None:
    assert words in _in_alabama("2016", "regulated", ALLOWED | answers)


def test_new_rules_do_not_make_the_status_young() -> None:
    record = a_payload(
        a_period("2023-07-01", "regulated", answers=ALLOWED),
        a_period("2026-06-22", "regulated", answers=ALLOWED),
    )
    assert _said((ALABAMA, record)).startswith(
        "Kratom is regulated in Alabama since 1 July 2023, with these rules since 22 June 2026."
    )


def test_what_is_stricter_inside_is_part_of_the_answer() -> None:
    record = a_payload(a_period("2020", "regulated", answers=ALLOWED))
    inside = gathered([(Profile("banned", "no", "no"), MOBILE)])
    answer = answer_of(the_topic(), _resolved((ALABAMA, record)), inside=inside)
    assert "Stricter inside: banned in Mobile." in sentences.sentences(answer, the_topic())


def test_a_state_that_leaves_it_to_counties_says_so_of_one_that_nobody_has_researched() -> None:
    state = a_payload(a_period("2020", "regulated", answers={**ALLOWED, "local_rules": "allowed"}))
    assert (
        "Alabama lets counties and towns make stricter rules, and nobody has researched those of "
        "Mobile County." in _said((ALABAMA, state), (MOBILE_COUNTY, None))
    )


@pytest.mark.parametrize(
    ("code", "kind", "name", "words"),
    [
        ("us", "country", "United States", "in the United States"),
        ("us-dc", "district", "District of Columbia", "in the District of Columbia"),
        ("us-vi", "territory", "U.S. Virgin Islands", "in the U.S. Virgin Islands"),
        ("us-mp", "territory", "Northern Mariana Islands", "in the Northern Mariana Islands"),
        ("us-al", "state", "Alabama", "in Alabama"),
        ("us-ri", "state", "Rhode Island", "in Rhode Island"),
        ("gb", "country", "United Kingdom", "in the United Kingdom"),
        ("ae", "country", "United Arab Emirates", "in the United Arab Emirates"),
        ("nl", "country", "Netherlands", "in the Netherlands"),
        ("ph", "country", "Philippines", "in the Philippines"),
        ("gm", "country", "Gambia", "in the Gambia"),
        ("im", "territory", "Isle of Man", "in the Isle of Man"),
        ("fo", "territory", "Faroe Islands", "in the Faroe Islands"),
        ("tf", "territory", "French Southern Territories", "in the French Southern Territories"),
        ("nf", "territory", "Norfolk Island", "in Norfolk Island"),
        ("hk", "territory", "Hong Kong", "in Hong Kong"),
        ("va", "country", "Vatican City", "in Vatican City"),
        ("au-act", "state", "Australian Capital Territory", "in the Australian Capital Territory"),
        ("za-wc", "state", "Western Cape", "in the Western Cape"),
        ("cv", "country", "Cape Verde", "in Cape Verde"),
        # A town may be called like islands and takes no article for it.
        ("us-fl-bay-harbor-islands", "town", "Bay Harbor Islands", "in Bay Harbor Islands"),
        ("us-ct-x", "county", "Capitol Planning Region", "in the Capitol Planning Region"),
        ("us-ak-x", "county", "Nome Census Area", "in the Nome Census Area"),
        ("us-al-mobile-county", "county", "Mobile County", "in Mobile County"),
    ],
)
def test_articles(code: str, kind: str, name: str, words: str) -> None:
    assert sentences.in_place(a_place(code, kind, name=name)) == words


def test_the_preempting_level_is_named_in_the_chain() -> None:
    resolution = _resolved((ALABAMA, PREEMPTING), (MOBILE_COUNTY, CITY_BAN))
    assert [sentences.standing(level, resolution) for level in resolution.levels] == [
        "Decides: the strictest rule that counts",
        "Set aside: Alabama preempts local rules",
    ]
