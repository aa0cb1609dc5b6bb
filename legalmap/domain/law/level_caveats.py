"""What must be said of the levels of law beside what they come to: how far they reach, and since when."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.combining import combined, standings, strictest
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.jurisdictions import INCORPORATED, Jurisdiction
from legalmap.domain.law.naming import listed, named
from legalmap.domain.law.resolution import Level, LevelAnswer
from legalmap.domain.law.topics import Topic

USUALLY = "County rules usually reach only land outside cities and towns, unless they say otherwise"


def level_caveats(
    levels: Sequence[Level],
    answers: Sequence[LevelAnswer],
    topic: Topic,
    as_of: date,
    beside: Sequence[Level],
) -> Iterator[Caveat]:
    """The caveats of a resolution; arguments as of ``resolving.resolve``, with what each level says."""
    place = levels[-1].jurisdiction
    if place.note:
        yield Caveat(Code.CONTROL, place.note)
    yield from _uncertain_starts(answers)
    yield from _county_reach(place, answers, topic)
    yield from _elsewhere(place, answers, topic, as_of, beside)
    yield from _several_counties(levels, topic, as_of, beside)


def _uncertain_starts(answers: Sequence[LevelAnswer]) -> Iterator[Caveat]:
    for answer in answers:
        if answer.start_uncertain and answer.period:
            start = in_words(answer.period.effective_from)
            yield Caveat(
                Code.START_UNCERTAIN,
                f"The law of {named(answer.jurisdiction)} took effect some day in {start}; "
                "on the day asked about it may not yet have been in force.",
            )


def _county_reach(
    place: Jurisdiction, answers: Sequence[LevelAnswer], topic: Topic
) -> Iterator[Caveat]:
    """A word on each county whose rule counts, makes a difference, and may not reach all of the place."""
    for county in answers:
        if not county.counts or not _reach_is_open(place, county, topic):
            continue
        counting = [answer for answer in answers if answer.counts]
        falls_away = _falls_away(county, counting, topic)
        if falls_away:
            yield Caveat(Code.COUNTY_REACH, _reach_words(place, county, topic, falls_away))


def _reach_is_open(place: Jurisdiction, level: LevelAnswer, topic: Topic) -> bool:
    """Whether the rule of a county may not hold in all of a place.

    That of a city and county in one is sure to reach it all, but for the towns in it that govern themselves.
    """
    county = level.jurisdiction
    if county.is_county:
        return place.code != county.code and place.kind in INCORPORATED
    return county.rules_county and level.meaning(topic, topic.roles.reach) != "yes"


def _falls_away(
    county: LevelAnswer, counting: Sequence[LevelAnswer], topic: Topic
) -> tuple[str, ...]:
    """What would be different if a county's rule did not count: the status as a sentence, and labels."""
    without = [answer for answer in counting if answer is not county]
    period, other = county.period, strictest(without, topic)
    if period is None:
        return ()
    words = []
    severity = topic.status(other.period.status).severity if other and other.period else -1
    if topic.status(period.status).severity > severity:
        words.append(_otherwise(other, topic))
    changed = [
        f"{variable.label[0].lower()}{variable.label[1:]}"
        for variable in topic.variables
        if variable.code in period.answers
        and variable.code != topic.roles.reach
        and combined(variable, counting).value != combined(variable, without).value
    ]
    if changed and not words:
        words.append(f"the rule on {listed(changed)} does not come from it")
    return tuple(words)


def _otherwise(other: LevelAnswer | None, topic: Topic) -> str:
    if other is None or other.period is None:
        return "nothing else is known here"
    label = topic.status(other.period.status).label.lower()
    return f"the answer would be “{label}”, by {named(other.jurisdiction)}"


def _reach_words(
    place: Jurisdiction, level: LevelAnswer, topic: Topic, falls_away: Sequence[str]
) -> str:
    """The warning that county ordinances usually bind unincorporated land only."""
    county = level.jurisdiction.name
    is_outside = level.meaning(topic, topic.roles.reach) == "no"
    if level.jurisdiction.is_county:
        rule = f"{county} is a city and county in one, and some towns in it govern themselves"
    else:
        outside = f"The rule of {county} is for land outside cities and towns, by its record"
        rule = outside if is_outside else USUALLY
    if place.kind not in INCORPORATED:
        return f"{rule}: if you are in a city or town of {county}, look that city or town up."
    where = f"{place.name} is a {place.word}"
    read = "" if is_outside else f": read the record of {county} for how far its rule reaches"
    return f"{rule}. {where}{read}. If it does not reach {place.name}, {'; '.join(falls_away)}."


def _elsewhere(
    place: Jurisdiction,
    answers: Sequence[LevelAnswer],
    topic: Topic,
    as_of: date,
    beside: Sequence[Level],
) -> Iterable[Caveat]:
    """A word on the state of a part of it that nobody has researched; never an answer."""
    if any(answer.period for answer in answers):
        return
    for state in beside:
        if state.jurisdiction.code == place.part_of:
            answer = standings([state], topic, as_of, as_of)[0]
            record = "which nobody has researched here either"
            if answer.period:
                label = topic.status(answer.period.status).label.lower()
                record = f"whose record says “{label}”"
            yield Caveat(
                Code.PART_OF,
                f"{place.name} is part of {named(state.jurisdiction)}, {record}. "
                f"Whether that law holds in {place.name} has not been checked.",
            )


def _several_counties(
    levels: Sequence[Level], topic: Topic, as_of: date, beside: Sequence[Level]
) -> Iterable[Caveat]:
    """What the county of only a part of a place says, if it could count there."""
    place = levels[-1].jurisdiction
    for county in beside:
        if county.jurisdiction.code not in place.counties:
            continue
        answer = standings([*levels[:-1], county], topic, as_of, as_of)[-1]
        if answer.counts and answer.period:
            label = topic.status(answer.period.status).label.lower()
            yield Caveat(
                Code.SEVERAL_COUNTIES,
                f"{place.name} lies in {len(place.counties)} counties. {county.jurisdiction.name} has a rule "
                f"of its own, “{label}”, which reaches at most the part of {place.name} in it.",
            )
