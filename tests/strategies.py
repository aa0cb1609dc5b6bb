"""Hypothesis strategies for domain values: dates, timelines and whole records of the kratom topic."""

from datetime import date
from typing import Any

import msgspec
from hypothesis import strategies as st

from legalmap.domain.law import payload_forms
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.payload import Payload, normalised
from legalmap.domain.law.periods import FORCES, Period
from legalmap.domain.law.sources import SOURCE_KINDS, Source
from tests.build import a_bill, a_period, a_source, the_topic

WORDS = st.text("ab é+.“", min_size=1, max_size=4).filter(str.strip)
LINKS = st.sampled_from([f"https://law.example/{name}" for name in ("a", "a+", "a++", "b", "c")])
STATUSES = st.sampled_from([status.code for status in the_topic().statuses])


def partial_dates() -> st.SearchStrategy[PartialDate]:
    """Dates of every precision, often close to each other."""
    near = st.dates(date(2015, 11, 1), date(2017, 3, 1))
    cut = st.sampled_from((4, 7, 10))
    days = st.one_of(near, st.dates())
    return st.builds(lambda day, end: PartialDate(day.isoformat()[:end]), days, cut)


@st.composite
def timelines(draw: st.DrawFn) -> tuple[Period, ...]:
    """Periods oldest first whose first days differ, some lapsing, the first perhaps undated."""
    starts = draw(st.lists(partial_dates(), max_size=4, unique_by=lambda start: start.first_day))
    texts: list[str | None] = [start.text for start in sorted(starts)]
    if draw(st.booleans()):
        texts.insert(0, None)
    return tuple(_lapsing(draw, a_period(text)) for text in texts)


def _lapsing(draw: st.DrawFn, period: Period) -> Period:
    end = draw(st.none() | st.dates(min_value=period.first_day))
    return a_period(
        period.effective_from.text if period.effective_from else None,
        until=end.isoformat() if end else None,
    )


def answers() -> st.SearchStrategy[dict[str, Any]]:
    """Answers the codebook of kratom allows, each of them optional."""
    kinds: dict[str, st.SearchStrategy[Any]] = {}
    for variable in the_topic().variables:
        codes = st.sampled_from([choice.code for choice in variable.choices] or ["-"])
        kinds[variable.code] = {
            "choice": codes,
            "choices": st.lists(codes, unique=True, max_size=3),
            "integer": st.integers(1, 99),
            "number": st.integers(0, 1_000_000).map(lambda part: part / 10_000),
            "text": WORDS,
        }[variable.type]
    return st.fixed_dictionaries({}, optional=kinds)


def sources() -> st.SearchStrategy[tuple[Source, ...]]:
    """Up to three sources of different links, in any order."""
    one = st.builds(
        a_source,
        LINKS,
        title=WORDS,
        kind=st.sampled_from(SOURCE_KINDS),
        published_on=st.none() | partial_dates(),
        stance=st.sampled_from(("supports", "disputes")),
    )
    return st.lists(one, max_size=3, unique_by=lambda source: source.url).map(tuple)


def periods() -> st.SearchStrategy[tuple[Period, ...]]:
    """Up to three periods of different starts, oldest first."""
    one = st.builds(
        a_period,
        st.sampled_from((None, "2015", "2016-05", "2016-05-10", "2020")),
        STATUSES,
        force=st.sampled_from(list(FORCES)),
        answers=answers(),
        summary=WORDS,
        sources=sources(),
        until=st.sampled_from((None, "2021")),
    )
    several = st.lists(one, max_size=3, unique_by=lambda period: period.first_day)
    return several.map(lambda found: tuple(sorted(found, key=lambda p: p.first_day)))


def payloads() -> st.SearchStrategy[Payload]:
    """Whole records, normalised; many share periods, links and bills with one another."""
    refs = st.sampled_from(("HB 1", "SB 2"))
    bills = st.builds(
        a_bill,
        refs,
        LINKS,
        what=WORDS,
        expected_on=st.none() | partial_dates(),
        outcome=st.sampled_from(("open", "enacted", "died")),
    )
    made = st.builds(
        Payload,
        periods=periods(),
        last_verified=st.none() | partial_dates(),
        verified_how=st.sampled_from((None, "checked", "source-date")),
        confidence=st.sampled_from((None, "high", "low")),
        # A record has each bill once (problems_of).
        pending=st.lists(bills, max_size=2, unique_by=lambda bill: (bill.ref, bill.url)).map(tuple),
        notes=st.text("ab\n", max_size=3),
    )
    return made.map(normalised)


def stored_payloads() -> st.SearchStrategy[Payload]:
    """Whole records as they may be stored: in the newest form, or in the first and saying what it can."""
    return payloads() | payloads().map(_in_the_first_form)


def _in_the_first_form(payload: Payload) -> Payload:
    reached = payload.last_verified
    return msgspec.structs.replace(
        payload,
        schema=payload_forms.FIRST,
        pending=tuple(msgspec.structs.replace(bill, outcome="open") for bill in payload.pending),
        last_verified=PartialDate(reached.first_day.isoformat()) if reached else None,
    )
