"""Questions a moderator would ask about an edit: warnings beside the fields, never a refusal.

Only new and changed parts are checked, so that old records do not drown an edit in warnings.
"""

import re
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher

import msgspec

from legalmap.domain.errors import Problem
from legalmap.domain.law import urls
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.law.sources import PRIMARY_KINDS, Source
from legalmap.domain.law.topics import Topic

# From this ratio of equal words on (difflib), a summary counts as a copy of a title.
ALIKE = 0.9
# What a rule says about a period: a field and a sentence.
Remark = tuple[str, str]


class Case(msgspec.Struct, frozen=True):
    """An edit and what it is judged by: the published record it starts from, topic, place, day."""

    payload: Payload
    base: Payload
    topic: Topic
    place: Jurisdiction
    today: date

    def before(self, period: Period) -> Period | None:
        """The published period that begins at the same date, if there is one."""
        same_start = (
            old for old in self.base.periods if old.effective_from == period.effective_from
        )
        return next(same_start, None)


def warnings(
    payload: Payload, base: Payload, topic: Topic, place: Jurisdiction, today: date
) -> list[Problem]:
    """Everything in an edit that is allowed yet worth a second look, in the order of the page."""
    case = Case(payload, base, topic, place, today)
    problems: list[Problem] = []
    known_sources = [source for period in base.periods for source in period.sources]
    for index, period in enumerate(payload.periods):
        if period not in base.periods:
            problems += _of_period(case, index, known_sources)
    for index, bill in enumerate(payload.pending):
        if bill not in base.pending:
            problems += _misleading(f"pending.{index}.url", bill.url)
    return [*problems, *_of_evidence(case)]


def _of_period(case: Case, index: int, known_sources: list[Source]) -> Iterator[Problem]:
    period, at = case.payload.periods[index], f"periods.{index}"
    earlier = case.payload.periods[index - 1] if index else None
    for check in (_dates, _status_and_summary, _strict_by_vendors):
        for field, message in check(case, period):
            yield Problem(f"{at}.{field}", message)
    if earlier and earlier.summary == period.summary:
        yield Problem(f"{at}.summary", "The period before says the same: say what changed.")
    yield from _duplicates(period, at)
    for number, source in enumerate(period.sources):
        if source not in known_sources:
            yield from _of_source(case, period, source, f"{at}.sources.{number}")


def _dates(case: Case, period: Period) -> Iterator[Remark]:
    enacted = period.enacted_on
    for field in ("effective_from", "effective_until"):
        day = getattr(period, field)
        if day and enacted and day.last_day < enacted.first_day:
            yield field, f"This is before the law was enacted ({enacted}): check both dates."
    if period.first_day > case.today and enacted is None:
        yield (
            "enacted_on",
            (
                "This law is not in force yet: enter the day it was enacted. "
                "If it is not enacted, list it under “Under way”."
            ),
        )


def _status_and_summary(case: Case, period: Period) -> Iterator[Remark]:
    before = case.before(period)
    if before and before.status != period.status:
        old_pages = {urls.same_page(source.url) for source in before.sources}
        if all(urls.same_page(source.url) in old_pages for source in period.sources):
            yield "status", "The status is another one, but no source was added that shows it."
        if before.summary == period.summary:
            yield "summary", "The status is another one, but the summary is still the old one."
    if any(is_copy(period.summary, source.title) for source in period.sources):
        yield "summary", "This is the title of a source: say in your own words what the law says."


def _strict_by_vendors(case: Case, period: Period) -> Iterator[Remark]:
    kinds = {source.kind for source in period.sources if source.stance == "supports"}
    if kinds == {"vendor"} and is_strict(case.topic, period.status):
        label = case.topic.status(period.status).label
        yield "sources", f"Only vendors support “{label}”: look for the law itself."


def is_strict(topic: Topic, code: str) -> bool:
    """Whether a status is above the middle of the topic's scale; one of severity 0 never is."""
    scale = {status.code: status.severity for status in topic.statuses if status.severity}
    return code in scale and 2 * scale[code] > min(scale.values()) + max(scale.values())


def is_copy(text: str, title: str) -> bool:
    """Whether ``text`` is nearly the same as ``title``, apart from case and punctuation."""
    words, title_words = (re.findall(r"\w+", part.casefold()) for part in (text, title))
    # Texts of such different length cannot be alike, and comparing them is slow.
    if (
        not words
        or not title_words
        or max(len(words), len(title_words)) > 1.3 * min(len(words), len(title_words))
    ):
        return False
    # autojunk would ignore the frequent words of long texts.
    return SequenceMatcher(None, words, title_words, autojunk=False).ratio() >= ALIKE


def _duplicates(period: Period, at: str) -> Iterator[Problem]:
    """The same page under two addresses. The very same link is an error, see ``payload.problems_of``."""
    first_by_page: dict[str, tuple[int, str]] = {}
    for number, source in enumerate(period.sources):
        earlier, url = first_by_page.setdefault(urls.same_page(source.url), (number, source.url))
        if earlier != number and url != source.url:
            message = f"Source {earlier + 1} of this period leads to the same page: keep one."
            yield Problem(f"{at}.sources.{number}.url", message)


def _of_source(case: Case, period: Period, source: Source, at: str) -> Iterator[Problem]:
    yield from _misleading(f"{at}.url", source.url)
    state = urls.state_of(source.url)
    # The third part of a code below a state is its letters: us-tn-nashville.
    if state and case.place.code.startswith("us-") and case.place.code[3:5] != state:
        message = (
            f"This is a page of another state’s government ({state.upper()}): is it the right one?"
        )
        yield Problem(f"{at}.url", message)
    published, enacted = source.published_on, period.enacted_on
    shows = source.stance == "supports" and source.kind != "bill"
    if shows and published and enacted and published.last_day < enacted.first_day:
        message = f"It was published before the law was enacted ({enacted}), so it cannot show it."
        yield Problem(f"{at}.published_on", message)
    if source.kind in PRIMARY_KINDS and not source.archived_url:
        message = "Pages of the law move: add the link of an archived copy."
        yield Problem(f"{at}.archived_url", message)


def _misleading(field: str, url: str) -> Iterator[Problem]:
    if urls.mixes_alphabets(url):
        message = "The host has letters of more than one alphabet and may pass for another: is it the right one?"
        yield Problem(field, message)
    if urls.is_shortened(url):
        message = (
            f"{urls.host_of(url)} hides where a link leads: enter the address of the page itself."
        )
        yield Problem(field, message)


def _of_evidence(case: Case) -> Iterator[Problem]:
    """A newer day of verification needs a source that was opened, or published, on that day."""
    day, before = case.payload.last_verified, case.base.last_verified
    if day is None or day == before:
        return
    sources = [source for period in case.payload.periods for source in period.sources]
    opened = [source.accessed_on for source in sources if source.accessed_on]
    if case.payload.verified_how == "checked" and max(opened, default=date.min) < day.first_day:
        message = "No source says that it was opened on that day: enter the day at each you opened."
        yield Problem("last_verified", message)
    dated = opened + [source.published_on.last_day for source in sources if source.published_on]
    if case.payload.verified_how == "source-date" and max(dated, default=date.min) < day.first_day:
        yield Problem("last_verified", "No source is that new: enter the date of the newest one.")
