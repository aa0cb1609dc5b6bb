"""The answer to a reader's question in plain sentences, made from a resolution."""

from datetime import timedelta
from typing import Any

from legalmap.domain.law.answer import Answer, answer_of
from legalmap.domain.law.answer_parts import Evidence, May
from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.jurisdictions import LOCAL_KINDS, Jurisdiction
from legalmap.domain.law.naming import capital, named
from legalmap.domain.law.outlook import Coming
from legalmap.domain.law.periods import WITHOUT_FORCE
from legalmap.domain.law.resolution import LevelAnswer, Resolution
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services.editions.law_changes import Turn
from legalmap.web.wording import labels


def in_place(place: Jurisdiction) -> str:
    """“in Alabama”, “in the United States”."""
    return f"in {named(place)}"


def region_of(resolution: Resolution) -> Jurisdiction | None:
    """The state of a county or town, which tells it from others of that name; None for other places."""
    place = resolution.place
    if place.kind not in LOCAL_KINDS:
        return None
    above = (level.jurisdiction for level in resolution.levels)
    return next((level for level in above if level.code == place.parent), None)


def sentences(answer: Answer, topic: Topic) -> list[str]:
    """What holds, since when and by whom; what one may do; what is open or stricter inside; its evidence."""
    resolution, law = answer.resolution, f"the law on {topic.sentence_name}"
    where = _where(resolution)
    if resolution.outcome == "not-researched":
        first = f"Nobody has researched {law} {where} yet. That does not mean that it is legal."
        return [first, *_open(answer)]
    if resolution.outcome == "not-known":
        day = in_words(resolution.as_of)
        first = f"What {law} {where} said on {day} is not known."
        return [first, *_open(answer), *_set_aside(resolution, topic)]
    if resolution.outcome == "varies":
        first = f"{capital(law)} varies {where}{_since(answer)}: look at its parts."
        return [first, *_open(answer), *_verified(answer.evidence)]
    return [
        _verdict(answer, topic, where),
        *_acts(answer, topic),
        *_open(answer),
        *_challenged(answer.deciding),
        *_set_aside(resolution, topic),
        *_verified(answer.evidence),
    ]


# Caveats that are part of the sentences, or have a line of their own beside them.
_TOLD = frozenset(
    {
        *(Code.UNCLEAR, Code.INSIDE, Code.LOCAL_NOT_RESEARCHED, Code.CHALLENGED, Code.COURT),
        *(Code.CHANGE_AHEAD, Code.PENDING, Code.PENDING_OVERDUE, Code.LOW_CONFIDENCE),
        *(Code.DUE, Code.OVERDUE, Code.NOT_RESEARCHED_BELOW),
    }
)


def beside(answer: Answer) -> list[Caveat]:
    """The caveats that the sentences do not tell already."""
    return [caveat for caveat in answer.caveats if caveat.code not in _TOLD]


def _open(answer: Answer) -> list[str]:
    """Why it is unclear, who is stricter inside, and whose rules nobody has researched."""
    unclear = [f"Why: {gap.why}" for gap in answer.gaps if gap.what == "status" and gap.why]
    codes = (Code.INSIDE, Code.LOCAL_NOT_RESEARCHED)
    return [*unclear, *(caveat.text for code in codes if (caveat := answer.caveat(code)))]


def coming(now: Answer, change: Coming, topic: Topic) -> str:
    """What law that is enacted but not yet in force will change, or law that lapses."""
    then, before = change.then, now.resolution
    if change.start is None:
        over = in_words(change.day - timedelta(days=1))
        holds = "what holds then" if then.status is None else f"{_label(then, topic)} then"
        known = "is not known" if then.status is None else f"holds{_by_law_of(then)}"
        return f"The law of {named(change.level)} lapses after {over}: {holds} {known}."
    changed = [
        f"{variable.label.lower()}: {_spoken(then.answers[variable.code].value, variable)}"
        for variable in topic.variables
        if then.answers[variable.code].value != before.answers[variable.code].value
    ]
    if then.status != before.status:
        first = f"{_from(change.start)}: {_label(then, topic)}{_by_law_of(then)}."
        return " ".join([first, *_acts(answer_of(topic, then), topic)])
    if changed:
        still = f"still {_label(then, topic)}, with a change ({'; '.join(changed)})"
        return f"{_from(change.start)}: {still}."
    law = f"the law of {named(change.level)}"
    return f"{_from(change.start)} {law} changes; what is said here stays as it is."


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


def _verdict(answer: Answer, topic: Topic, where: str) -> str:
    resolution = answer.resolution
    since = f"{_since(answer)}{_by_law_of(resolution)}"
    comma = "," if ", " in where and since.startswith((" since", " from")) else ""
    if topic.meaning("status", resolution.status) == "unknown":
        subject, verb = f"The law on {topic.sentence_name}", "is unclear"
    else:
        subject, verb = capital(topic.sentence_name), f"is {_label(resolution, topic)}"
    return f"{subject} {verb} {where}{comma}{since}."


def _label(resolution: Resolution, topic: Topic) -> str:
    return topic.status(resolution.status).label.lower() if resolution.status else "not known"


def _since(answer: Answer) -> str:
    """“ since 1 July 2023, with these rules since 22 June 2026”."""
    since = answer.since
    if since is None:
        return ""
    start = since.status
    if since.until is not None:
        return f"{f' from {in_words(start)}' if start else ''} until {in_words(since.until)}"
    rules = f", with these rules since {in_words(since.rules)}" if since.has_new_rules else ""
    return f"{f' since {in_words(start)}' if start else ''}{rules}"


def _by_law_of(resolution: Resolution) -> str:
    level = resolution.deciding_level
    if level is None or level.jurisdiction.code == resolution.place.code:
        return ""
    return f", by the law of {named(level.jurisdiction)}"


def _acts(answer: Answer, topic: Topic) -> list[str]:
    """Having it and its sale in as few sentences as possible, and from what age."""
    if answer.outcome != "decided":
        return []
    acts = {"possession": answer.have, "sale": answer.buy}
    asked = {"possession": topic.roles.possession, "sale": topic.roles.sale}
    groups: dict[tuple[str | None, int | None], list[str]] = {}
    for subject, act in acts.items():
        if asked[subject]:
            # A youngest age to buy is the seller's concern; one to have it makes an offence of having it.
            age = act.from_age if subject == "possession" else None
            groups.setdefault((act.value, age), []).append(subject)
    rules = [_act(acts[words[0]], age, words) for (_, age), words in groups.items()]
    if answer.buy.from_age:
        rules.append(f"Buyers must be {answer.buy.from_age} or older.")
    return rules


def _act(act: May, age: int | None, subjects: list[str]) -> str:
    subject, verb = " and ".join(subjects), "are" if len(subjects) > 1 else "is"
    aged = f" from age {age}" if age else ""
    below = f"; below it, {subject} is prohibited" if age else ""
    if act.value is None:
        return f"The law found here does not say whether {subject} {verb} allowed{aged}{below}."
    if act.meaning == "unknown":
        return f"It is not known whether {subject} {verb} allowed{aged}{below}."
    return f"{capital(subject)} {verb} {act.value}{aged}{below}."


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


def _verified(evidence: Evidence | None) -> list[str]:
    if evidence is None:
        return []
    age = evidence.freshness or "fresh"
    words = labels.aged_evidence(evidence.newest, evidence.verified_how, age)
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
