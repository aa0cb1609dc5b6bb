"""The answer to a reader's question in plain sentences, made from a resolution."""

from typing import Any

from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.jurisdictions import COUNTIES, INCORPORATED, Jurisdiction
from legalmap.domain.law.periods import WITHOUT_FORCE
from legalmap.domain.law.resolution import LevelAnswer, Resolution
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services.editions.law_changes import Turn
from legalmap.web.wording import labels

# English says “the” before these names, and no rule tells which: “the Bahamas”, “the Gambia”.
_STATES = ("ae", "bs", "cf", "do", "gb", "gm", "km", "mv", "nl", "ph", "sc", "us")
_TERRITORIES = ("bq", "io", "um", "us-dc", "xg")
_SUBDIVISIONS = ("ba-bih", "br-df", "co-dc", "dk-84", "es-md", "il-d", "il-m", "il-z", "it-23")
_MORE_SUBDIVISIONS = ("ng-fc", "nz-wtc", "za-ec", "za-fs", "za-nc", "za-wc")
_WITH_ARTICLE = frozenset((*_STATES, *_TERRITORIES, *_SUBDIVISIONS, *_MORE_SUBDIVISIONS))
_ARTICLE_BEFORE = ("Isle of", "Federation of")
_ARTICLE_ENDINGS = ("Islands", "Territory", "Territories", "Highlands", "Census Area")
_ARTICLE_ENDINGS_OF_COUNTIES = ("Census Area", "Planning Region")
_LOCAL = COUNTIES | INCORPORATED | {"community"}


def named(place: Jurisdiction) -> str:
    """The name within a sentence: “Alabama”, “the United States”."""
    # A town may be called Bay Harbor Islands and takes no article for it.
    endings = _ARTICLE_ENDINGS_OF_COUNTIES if place.kind in _LOCAL else _ARTICLE_ENDINGS
    article = (
        place.code in _WITH_ARTICLE
        or place.name.startswith(_ARTICLE_BEFORE)
        or place.name.endswith(endings)
    )
    return f"the {place.name}" if article else place.name


def in_place(place: Jurisdiction) -> str:
    """“in Alabama”, “in the United States”."""
    return f"in {named(place)}"


def region_of(resolution: Resolution) -> Jurisdiction | None:
    """The state of a county or town, which tells it from others of that name; None for other places."""
    place = resolution.place
    if place.kind not in _LOCAL:
        return None
    above = (level.jurisdiction for level in resolution.levels)
    return next((level for level in above if level.code == place.parent), None)


def sentences(resolution: Resolution, topic: Topic) -> list[str]:
    """What holds, since when and by whom; possession and sale; how far its evidence reaches."""
    law = f"the law on {topic.sentence_name}"
    where = _where(resolution)
    if resolution.outcome == "not-researched":
        return [f"Nobody has researched {law} {where} yet. That does not mean that it is legal."]
    if resolution.outcome == "not-known":
        day = in_words(resolution.as_of)
        return [f"What {law} {where} said on {day} is not known.", *_set_aside(resolution, topic)]
    if resolution.outcome == "varies":
        first = f"{capital(law)} varies {where}{_since(resolution)}: look at its parts."
        return [first, *_verified(resolution.deciding_level)]
    return [
        _verdict(resolution, topic, where),
        *_rules(resolution, topic),
        *_challenged(resolution.deciding_level),
        *_set_aside(resolution, topic),
        *_verified(resolution.deciding_level),
    ]


def coming(now: Resolution, then: Resolution, topic: Topic) -> str:
    """What a law that is enacted but not yet in force will change; ``then`` is the resolution of its first day."""
    level = next(lv for lv in now.levels if lv.next_period and _starts(lv) == then.as_of)
    start = level.next_period.effective_from if level.next_period else None
    changed = [
        f"{variable.label.lower()}: {_spoken(then.answers[variable.code].value, variable)}"
        for variable in topic.variables
        if then.answers[variable.code].value != now.answers[variable.code].value
    ]
    if then.status != now.status:
        first = f"{_from(start)}: {_label(then, topic)}{_by_law_of(then)}."
        return " ".join([first, *(_rules(then, topic) if then.outcome == "decided" else [])])
    if changed:
        return f"{_from(start)}: still {_label(then, topic)}, with a change ({'; '.join(changed)})."
    law = f"the law of {named(level.jurisdiction)}"
    return f"{_from(start)} {law} changes; what is said here stays as it is."


def _starts(level: LevelAnswer) -> Any:
    return level.next_period.first_day if level.next_period else None


def _from(start: PartialDate | None) -> str:
    """“From 1 July 2027”; of a law known only to begin in July, “From some day in July 2027”."""
    exact = start is None or start.precision == "day"
    return f"From {in_words(start)}" if exact else f"From some day in {in_words(start)}"


def _spoken(value: Any, variable: Variable) -> str:
    if value is None or value == []:
        return "none stated"
    if variable.type == "choices":
        return ", ".join(variable.label_of(code).lower() for code in value)
    if variable.type == "choice":
        return variable.label_of(value).lower()
    return f"{value} {variable.unit}".strip()


def _where(resolution: Resolution) -> str:
    """“in Fresno, California”; without the state if its law decides, as it is named for that."""
    region = region_of(resolution)
    if region is None or region.code == resolution.deciding:
        return in_place(resolution.place)
    return f"{in_place(resolution.place)}, {region.name}"


def _verdict(resolution: Resolution, topic: Topic, where: str) -> str:
    since = f"{_since(resolution)}{_by_law_of(resolution)}"
    comma = "," if ", " in where and since.startswith((" since", " from")) else ""
    if topic.meaning("status", resolution.status) == "unknown":
        subject, verb = f"The law on {topic.sentence_name}", "is unclear"
    else:
        subject, verb = capital(topic.sentence_name), f"is {_label(resolution, topic)}"
    return f"{subject} {verb} {where}{comma}{since}."


def capital(text: str) -> str:
    """``text`` with a capital at its beginning."""
    return text[0].upper() + text[1:]


def _label(resolution: Resolution, topic: Topic) -> str:
    return topic.status(resolution.status).label.lower() if resolution.status else "not known"


def _since(resolution: Resolution) -> str:
    level = resolution.deciding_level
    period = level.period if level else None
    if period is None:
        return ""
    start, end = period.effective_from, period.effective_until
    if end is not None:
        return f"{f' from {in_words(start)}' if start else ''} until {in_words(end)}"
    return f" since {in_words(start)}" if start else ""


def _by_law_of(resolution: Resolution) -> str:
    level = resolution.deciding_level
    if level is None or level.jurisdiction.code == resolution.place.code:
        return ""
    return f", by the law of {named(level.jurisdiction)}"


def _rules(resolution: Resolution, topic: Topic) -> list[str]:
    """Possession and sale in as few sentences as possible, and the age from which people may buy."""
    roles = topic.roles
    value = {code: answer.value for code, answer in resolution.answers.items()}
    subjects = {"possession": roles.possession, "sale": roles.sale}
    groups: dict[str | None, list[str]] = {}
    for subject, code in subjects.items():
        if code:
            groups.setdefault(value[code], []).append(subject)
    rules = [
        _rule(answer, topic.meaning(subjects[words[0]], answer), words)
        for answer, words in groups.items()
    ]
    age = value.get(roles.buyer_age or "")
    if age and topic.meaning(roles.sale, value.get(roles.sale or "")) != "no":
        rules.append(f"Buyers must be {age} or older.")
    return rules


def _rule(answer: str | None, meaning: str | None, subjects: list[str]) -> str:
    subject, verb = " and ".join(subjects), "are" if len(subjects) > 1 else "is"
    if answer is None:
        return f"Whether {subject} {verb} allowed is not stated."
    if meaning == "unknown":
        return f"Whether {subject} {verb} allowed is not known."
    return f"{capital(subject)} {verb} {answer}."


def _challenged(level: LevelAnswer | None) -> list[str]:
    if level is None or level.period is None or level.period.force != "challenged":
        return []
    return ["The law is in force but challenged in court."]


def _set_aside(resolution: Resolution, topic: Topic) -> list[str]:
    """Law that exists and does not count, and why: unnamed, readers would think that we missed it."""
    aside = []
    for level in resolution.levels:
        if level.period is None:
            continue
        rule = f"({topic.status(level.period.status).label.lower()})"
        law = f"A law of {named(level.jurisdiction)} {rule}"
        if level.standing in WITHOUT_FORCE:
            verb = "stopped its enforcement" if level.standing == "enjoined" else "struck it down"
            aside.append(f"{law} does not count: a court has {verb}.")
        elif level.standing == "preempted":
            aside.append(f"{law} does not count: {_preempting(level, resolution)}.")
    return aside


def _preempting(level: LevelAnswer, resolution: Resolution) -> str:
    by = next(lv for lv in resolution.levels if lv.jurisdiction.code == level.because_of)
    return f"{named(by.jurisdiction)} preempts local rules"


def _verified(level: LevelAnswer | None) -> list[str]:
    if level is None or level.freshness is None:
        return []
    words = labels.aged_evidence(level.last_verified, level.verified_how, level.freshness)
    return [f"{words}."]


# Why a level counts or not, where it takes no more than a few words.
STANDINGS = {
    "counts": "Counts",
    "varies": "Leaves it to the levels below",
    "enjoined": "Set aside: enjoined by a court",
    "struck-down": "Set aside: struck down by a court",
    "not-known": "Not known for this day",
    "not-researched": "Not researched",
}


def standing(level: LevelAnswer, resolution: Resolution) -> str:
    """Why a level counts or not, in a few words."""
    if level.standing == "preempted":
        return f"Set aside: {_preempting(level, resolution)}"
    if level.jurisdiction.code == resolution.deciding and level.counts:
        return "Decides: the strictest rule that counts"
    return STANDINGS[level.standing]


def turn_words(topic: Topic, turn: Turn) -> str:
    """A change in a few words: “legal → banned”, “regulated, with new rules”."""
    after = topic.status(turn.after).label.lower()
    if turn.before is None:
        return after
    if turn.before == turn.after:
        return f"{after}, with new rules"
    return f"{topic.status(turn.before).label.lower()} → {after}"
