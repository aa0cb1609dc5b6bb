"""The timeline: the spans in words, and the picture that shows the same spans to scale."""

import itertools
from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag

from legalmap.domain.law.periods import Period
from legalmap.web.drawing import timeline
from tests.build import TODAY, a_period, the_topic


def _drawn(*periods: Period, as_of: date = TODAY) -> BeautifulSoup:
    drawn = timeline.draw(the_topic(), periods, as_of, TODAY)
    return BeautifulSoup(drawn.svg, "html.parser")


def _words(*periods: Period, as_of: date = TODAY) -> list[str]:
    return [span.words for span in timeline.spans(the_topic(), periods, as_of, TODAY)]


def _box(span: Tag) -> tuple[float, float]:
    left, wide = (float(str(span[name]).removesuffix("%")) for name in ("x", "width"))
    return left, left + wide


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        ([a_period(None, "legal")], ["As far back as known: legal"]),
        (
            [a_period(None, "legal"), a_period("2016-05-10", "banned")],
            ["Until 10 May 2016: legal", "From 10 May 2016: banned"],
        ),
        (
            [a_period("1943", "banned"), a_period("2021-08", "legal")],
            [
                "Before 1943: not known",
                "From 1943 until August 2021: banned",
                "From August 2021: legal",
            ],
        ),
        (
            [a_period(None, "legal"), a_period("2026-12-22", "banned")],
            [
                "Until 22 December 2026: legal",
                "From 22 December 2026: banned (enacted, not yet in force)",
            ],
        ),
        (
            [
                a_period(None, "legal"),
                a_period("2025-01-01", "banned", until="2025-06-30"),
                a_period("2026-01-01", "restricted"),
            ],
            [
                "Until 1 January 2025: legal",
                "From 1 January 2025 through 30 June 2025: banned",
                "After 30 June 2025, before 1 January 2026: not known",
                "From 1 January 2026: restricted",
            ],
        ),
        (
            # What follows on the day after the last leaves no gap.
            [
                a_period("2025-01-01", "banned", until="2025-06-30"),
                a_period("2025-07-01", "restricted"),
            ],
            [
                "Before 1 January 2025: not known",
                "From 1 January 2025 through 30 June 2025: banned",
                "From 1 July 2025: restricted",
            ],
        ),
        (
            [a_period("2025", "banned", until="2026")],
            ["Before 2025: not known", "From 2025 through 2026: banned", "After 2026: not known"],
        ),
        (
            [a_period(None, "banned", force="enjoined")],
            ["As far back as known: banned (enjoined: a court has stopped its enforcement)"],
        ),
    ],
)
def test_the_spans_in_words(periods: list[Period], words: list[str]) -> None:
    assert _words(*periods) == words


def test_of_a_past_day_we_do_not_say_what_was_enacted_by_then() -> None:
    words = _words(a_period(None, "legal"), a_period("2016", "banned"), as_of=date(2015, 1, 1))
    assert words[1] == "From 2016: banned (not in force on that day)"


def test_the_picture_has_each_span_in_its_pattern_side_by_side() -> None:
    drawn = _drawn(
        a_period(None, "legal"),
        a_period("2018-01-01", "regulated"),
        a_period("2022-01-01", "banned"),
    )
    spans = drawn.select("rect.span")
    assert [span["fill"] for span in spans] == [
        "url(#t-legal)",
        "url(#t-regulated)",
        "url(#t-banned)",
    ]
    assert {str(pattern["id"]) for pattern in drawn.select("pattern")} >= {
        "t-legal",
        "t-regulated",
        "t-banned",
    }
    boxes = [_box(span) for span in spans]
    assert boxes[0][0] == 0
    assert boxes[0][1] == pytest.approx(boxes[1][0], abs=0.02)
    assert boxes[1][1] == pytest.approx(boxes[2][0], abs=0.02)
    assert boxes[2][1] == pytest.approx(100, abs=0.02)
    assert [text.get_text() for text in drawn.select("text.letter")] == ["L", "R", "B"]
    titles = [title.get_text() for title in drawn.select("g > title")]
    assert titles[1] == "From 1 January 2018 until 1 January 2022: regulated"


def test_four_years_are_drawn_twice_as_wide_as_two() -> None:
    drawn = _drawn(
        a_period("2018-01-01", "legal"),
        a_period("2022-01-01", "banned"),
        a_period("2024-01-01", "legal"),
    )
    four, two = (_box(span) for span in drawn.select("rect.span:not(.gap)")[:2])
    assert (four[1] - four[0]) / (two[1] - two[0]) == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("since", "rough"), [("2020-03-05", 0), ("2020-03", 1), ("2020", 1), (None, 1)]
)
def test_a_start_known_roughly_is_hatched(since: str | None, rough: int) -> None:
    assert len(_drawn(a_period(since, "banned")).select('rect[fill="url(#t-rough)"]')) == rough
    assert timeline.draw(the_topic(), [a_period(since)], TODAY, TODAY).rough is bool(rough)


def test_the_hatching_of_a_year_spans_that_year() -> None:
    drawn = _drawn(a_period("2018", "banned"), a_period("2022-01-01", "legal"))
    hatched = _box(drawn.select('rect[fill="url(#t-rough)"]')[0])
    banned = _box(drawn.select('rect[fill="url(#t-banned)"]')[0])
    assert hatched[0] == banned[0]
    assert (hatched[1] - hatched[0]) * 4 == pytest.approx(banned[1] - banned[0], rel=0.01)


def test_law_on_the_way_is_dashed_and_stands_right_of_today() -> None:
    drawn = _drawn(a_period("2020", "legal"), a_period("2027-06-01", "banned"))
    coming = drawn.select("rect.span.coming")
    today = float(str(drawn.select("line.today")[0]["x1"]).removesuffix("%"))
    assert [span["fill"] for span in coming] == ["url(#t-banned)"]
    assert _box(coming[0])[0] > today


def test_law_a_court_has_stopped_is_drawn_at_half_the_height() -> None:
    drawn = _drawn(a_period("2020", "legal"), a_period("2024", "banned", force="enjoined"))
    full, half = (float(str(span["height"])) for span in drawn.select("rect.span:not(.gap)"))
    assert half == full / 2


def test_the_day_asked_about_has_a_line_of_its_own() -> None:
    record = (a_period(None, "legal"), a_period("2016", "banned"))
    assert not _drawn(*record).select("line.asked")
    picture = _drawn(*record, as_of=date(2018, 7, 1))
    assert picture.select("text.asked")[0].get_text() == "1 July 2018"
    assert [text.get_text() for text in picture.select("text.today")] == ["Today"]


@pytest.mark.parametrize(
    ("as_of", "words", "x"),
    [(date(1900, 1, 1), "‹ 1 January 1900", 0), (date(2100, 1, 1), "1 January 2100 ›", 100)],
)
def test_a_day_far_off_stands_at_the_end(as_of: date, words: str, x: float) -> None:
    drawn = _drawn(a_period(None, "legal"), a_period("2016", "banned"), as_of=as_of)
    assert drawn.select("text.asked")[0].get_text() == words
    assert drawn.select("line.asked")[0]["x1"] == f"{x}%"


def test_a_law_far_older_than_the_rest_is_cut_and_says_so() -> None:
    old = _drawn(a_period("1943", "banned"), a_period("2021-08-24", "legal"))
    assert len(old.select("path.break")) == 2
    assert _box(old.select('rect[fill="url(#t-legal)"]')[0])[0] < 70
    assert not _drawn(a_period("2015", "banned"), a_period("2021", "legal")).select("path.break")


@pytest.mark.parametrize("since", ["0001", "0001-01-01", "9998", "9999-12-31"])
def test_the_ends_of_the_calendar_can_be_drawn(since: str) -> None:
    assert _drawn(a_period(since, "banned")).select("svg.timeline")


@pytest.mark.parametrize("since", ["1943", "2016", "2026-05"])
def test_few_years_are_named_so_that_they_fit_a_phone(since: str) -> None:
    years = [int(text.get_text()) for text in _drawn(a_period(since, "banned")).select("text.year")]
    assert 1 <= len(years) <= 5
    assert len({later - year for year, later in itertools.pairwise(years)}) <= 1
