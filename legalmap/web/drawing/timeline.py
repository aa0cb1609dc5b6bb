"""The timeline of a record: its spans of law time in words, and as a picture of the same spans."""

from collections.abc import Sequence
from datetime import date

import msgspec
from markupsafe import Markup, escape

from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.naming import capital
from legalmap.domain.law.periods import FORCES, WITHOUT_FORCE, Period
from legalmap.domain.law.topics import Topic
from legalmap.web.drawing.map_drawing import label_of, swatch

UNKNOWN = "not-known"
YEAR = 365
# Lengths are in percent of the width but heights in pixels, so that letters stay readable on a phone.
TOP, TALL, HEIGHT, LETTER_ROOM, MOST_TICKS = 22, 34, 82, 4.0, 5
MARGIN, ROOM_FOR_YEAR = 3.0, 5.0
# In years, between two ticks of the axis.
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of law time. ``number`` is the period's, counted from 1; a gap has none.

    ``last`` is the last day, None where nothing ends it. ``rough_until`` is the last day on which
    it can have begun if its start is known to the month or year only.
    """

    shown: str
    label: str
    when: str
    note: str = ""
    first: date | None
    last: date | None
    number: int | None = None
    rough_until: date | None = None
    without_force: bool = False
    coming: bool = False

    @property
    def words(self) -> str:
        """“From 10 May 2016: banned”: the whole span in words."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.when}: {self.label.lower()}{note}"


class Timeline(msgspec.Struct, frozen=True):
    """The spans oldest first, the picture of them, and whether a part of it is hatched as rough."""

    spans: list[Span]
    svg: Markup
    rough: bool


def draw(topic: Topic, periods: Sequence[Period], as_of: date, today: date) -> Timeline:
    """The timeline of the periods of one record, with a line at today and at the day asked about."""
    all_spans = spans(topic, periods, as_of, today)
    axis = _axis(all_spans, as_of, today)
    drawn = [
        _patterns(topic, all_spans),
        *(_span(topic, span, axis) for span in all_spans),
        *_ticks(axis),
        *_lines(axis, as_of, today),
    ]
    svg = (
        f'<svg class="timeline" width="100%" height="{HEIGHT}" role="img"'
        ' aria-label="Timeline, the same as the list of periods below it">'
        f"{''.join(drawn)}</svg>"
    )
    rough = any(span.first is None or span.rough_until for span in all_spans if span.number)
    # Every part is our own drawing or was escaped where it was put in.
    return Timeline(all_spans, Markup(svg), rough)  # noqa: S704


def spans(topic: Topic, periods: Sequence[Period], as_of: date, today: date) -> list[Span]:
    """The periods and the gaps before, between and after them, of which nothing is known."""
    all_spans: list[Span] = []
    if periods and periods[0].effective_from is not None:
        start = periods[0].effective_from
        all_spans.append(_gap(f"Before {in_words(start)}", None, _day_before(start)))
    for index, period in enumerate(periods):
        following = periods[index + 1] if index + 1 < len(periods) else None
        coming = _coming(period, as_of, today)
        all_spans.append(_span_of(topic, period, following, number=index + 1, coming=coming))
        end = period.effective_until
        if end and (following is None or following.first_day > _shifted(end.last_day, 1)):
            until = following.effective_from if following else None
            words = f"After {in_words(end)}" + (f", before {in_words(until)}" if until else "")
            last = _day_before(until) if until else None
            all_spans.append(_gap(words, _shifted(end.last_day, 1), last))
    return all_spans


def _day_before(start: PartialDate) -> date:
    return _shifted(start.first_day, -1)


def _shifted(day: date, days: int) -> date:
    """A day moved by some days, but never beyond the years 1 and 9999, between which ``date`` counts."""
    ends = (date.min.toordinal(), date.max.toordinal())
    return date.fromordinal(min(max(day.toordinal() + days, ends[0]), ends[1]))


def _gap(when: str, first: date | None, last: date | None) -> Span:
    return Span(shown=UNKNOWN, label="Not known", when=when, first=first, last=last)


def _coming(period: Period, as_of: date, today: date) -> str:
    """Why a period does not hold yet; empty if it does.

    Of a day in the past the record does not say what was enacted by then, so no more is said.
    """
    if period.first_day <= as_of:
        return ""
    return "enacted, not yet in force" if period.first_day > today else "not in force on that day"


def _span_of(
    topic: Topic, period: Period, following: Period | None, *, number: int, coming: str
) -> Span:
    start = period.effective_from
    force = FORCES[period.force].lower() if period.force != "in-force" else ""
    return Span(
        shown=period.status,
        label=label_of(topic, period.status),
        when=_when(period, following),
        note="; ".join(note for note in (force, coming) if note),
        first=start.first_day if start else None,
        last=_last_day(period, following),
        number=number,
        rough_until=start.last_day if start and start.precision != "day" else None,
        without_force=period.force in WITHOUT_FORCE,
        coming=bool(coming),
    )


def _last_day(period: Period, following: Period | None) -> date | None:
    ends = [period.effective_until.last_day] if period.effective_until else []
    if following and following.effective_from:
        ends.append(_day_before(following.effective_from))
    return min(ends, default=None)


def _when(period: Period, following: Period | None) -> str:
    """“Until 10 May 2016”, “From 1943 until 24 August 2021”: the words of a span."""
    start, last = period.effective_from, _last_day(period, following)
    lapses = period.effective_until
    end = ""
    if lapses and last == lapses.last_day:
        end = f"through {in_words(lapses)}"
    elif following:
        end = f"until {in_words(following.effective_from)}"
    if start is None:
        return capital(end) if end else "As far back as known"
    return f"From {in_words(start)} {end}".strip()


class _Axis(msgspec.Struct, frozen=True):
    """The axis, in day numbers (``date.toordinal``): it may reach beyond the years that ``date`` can hold."""

    first: int
    last: int

    def at(self, day: date) -> float:
        """Where a day stands, in percent of the width; days off the axis stand at its ends."""
        share = (day.toordinal() - self.first) / (self.last - self.first)
        return round(min(max(share, 0), 1) * 100, 2)

    def holds(self, day: date) -> bool:
        """Whether a day stands on the axis."""
        return self.first <= day.toordinal() <= self.last


def _axis(all_spans: Sequence[Span], as_of: date, today: date) -> _Axis:
    """From a little before the first change to a little after the last, or after today.

    The span of a first law far older than all that followed is cut short: else the rest were slivers.
    """
    starts = sorted(span.first.toordinal() for span in all_spans if span.number and span.first)
    ends = [span.last.toordinal() for span in all_spans if span.number and span.last]
    last = max([today.toordinal(), *starts, *ends])
    first = min([*starts, *ends, today.toordinal()])
    cut = False
    if len(starts) > 1:
        rest = max(last - starts[1], 2 * YEAR)
        cut = starts[1] - starts[0] > 2 * rest
        first = starts[1] - rest if cut else first
    span = max(last - first, 2 * YEAR)
    # The axis grows to hold the day asked about only where that does not squeeze the spans of law.
    asked_day = as_of.toordinal()
    if not cut and first - span <= asked_day <= last + span:
        first, last = min(first, asked_day), max(last, asked_day)
    # Before the first date there has to be room for a letter; after the last a little will do.
    return _Axis(first - span // 6, last + span // 12)


def _patterns(topic: Topic, all_spans: Sequence[Span]) -> str:
    codes = dict.fromkeys(span.shown for span in all_spans)
    drawn = "".join(
        f'<pattern id="t-{escape(code)}" width="16" height="16" patternUnits="userSpaceOnUse">'
        f"{swatch(topic, code)}</pattern>"
        for code in codes
    )
    return (
        f'<defs>{drawn}<pattern id="t-rough" width="8" height="8" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="rough" d="M0 0v8"/><path class="rough-line" d="M0 0v8"/></pattern></defs>'
    )


def _span(topic: Topic, span: Span, axis: _Axis) -> str:
    left = axis.at(span.first) if span.first else 0.0
    right = axis.at(_shifted(span.last, 1)) if span.last else 100.0
    wide = round(right - left, 2)
    if wide <= 0:
        return ""
    top, tall = (TOP + TALL / 2, TALL / 2) if span.without_force else (TOP, TALL)
    box = f'x="{left}%" y="{top:g}" width="{wide}%" height="{tall:g}"'
    kind = " coming" if span.coming else " gap" if span.number is None else ""
    drawn = f'<rect class="span{kind}" {box} fill="url(#t-{escape(span.shown)})"/>'
    drawn += _mark(span, axis, left, right)
    if span.number and wide >= LETTER_ROOM:
        letter = escape(topic.status(span.shown).letter)
        middle = round(left + wide / 2, 2)
        drawn += f'<text class="letter" x="{middle}%" y="{top + tall / 2 + 5:g}">{letter}</text>'
    return f"<g><title>{escape(span.words)}</title>{drawn}</g>"


def _mark(span: Span, axis: _Axis, left: float, right: float) -> str:
    """What shows that the left end of a span is not an exact day: a break in the axis, or hatching."""
    if span.number is None:
        return ""
    if span.first and not axis.holds(span.first):
        return "".join(_break(shift) for shift in (2, 3.5))
    if span.first is None:
        until = left + 2 * MARGIN
    elif span.rough_until:
        until = max(axis.at(span.rough_until), left + MARGIN / 2)
    else:
        return ""
    wide = round(min(right, until) - left, 2)
    return f'<rect x="{left}%" y="{TOP}" width="{wide}%" height="{TALL}" fill="url(#t-rough)"/>'


def _break(x: float) -> str:
    return (
        f'<svg x="{x}%" y="{TOP - 3}" width="12" height="{TALL + 6}" overflow="visible">'
        f'<path class="break" d="M8 0L2 {TALL + 6}"/></svg>'
    )


def _ticks(axis: _Axis) -> list[str]:
    """At most five years, evenly apart, with their numbers under the bar."""
    bounds = (_shifted(date.min, day - 1) for day in (axis.first, axis.last))
    first, last = (day.year for day in bounds)
    years = range(first + 1, last + 1)
    step = next(n for n in STEPS if len(years) / n <= MOST_TICKS)
    drawn = []
    for year in (year for year in years if year % step == 0):
        x = axis.at(date(year, 1, 1))
        if ROOM_FOR_YEAR <= x <= 100 - ROOM_FOR_YEAR:
            drawn.append(
                f'<line class="tick" x1="{x}%" x2="{x}%" y1="{TOP + TALL}" y2="{TOP + TALL + 5}"/>'
                f'<text class="year" x="{x}%" y="{HEIGHT - 6}">{year}</text>'
            )
    return drawn


def _lines(axis: _Axis, as_of: date, today: date) -> list[str]:
    """A line at today, and another at the day asked about if that is not today."""
    if as_of == today:
        return [_line(axis, today, "Today", "today")]
    near = abs(axis.at(as_of) - axis.at(today)) < 8 * MARGIN
    asked_line = _line(axis, as_of, in_words(as_of), "asked")
    return [_line(axis, today, "" if near else "Today", "today"), asked_line]


def _line(axis: _Axis, day: date, words: str, kind: str) -> str:
    x = axis.at(day)
    side = "start" if x < 20 else "end" if x > 80 else "middle"
    if words and not axis.holds(day):
        words = f"‹ {words}" if x == 0 else f"{words} ›"
    return (
        f'<line class="{kind}" x1="{x}%" x2="{x}%" y1="{TOP - 4}" y2="{TOP + TALL + 4}"/>'
        f'<text class="{kind}" x="{x}%" y="13" text-anchor="{side}">{escape(words)}</text>'
    )
