"""The answer to a reader's question in plain sentences, made from a resolution."""

from legalmap.domain.dates import in_words
from legalmap.domain.evidence import FRESHNESS_LABELS
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.domain.resolving import LevelAnswer, Resolution
from legalmap.domain.topics import Topic

_VERBS = {
    "legal": "is legal",
    "regulated": "is regulated",
    "restricted": "is restricted",
    "banned": "is banned",
}


def sentences(resolution: Resolution, topic: Topic) -> list[str]:
    """What holds, since when and by whom; possession and sale; when it was last verified."""
    subject = topic.sentence_name[0].upper() + topic.sentence_name[1:]
    place = in_place(resolution.place)
    if resolution.outcome == "not-researched":
        return [f"Nobody has researched the law on {topic.sentence_name} {place} yet."]
    if resolution.outcome == "not-known":
        day = in_words(resolution.as_of)
        return [f"What the law on {topic.sentence_name} {place} said on {day} is not known."]
    if resolution.outcome == "varies":
        return [f"The law on {topic.sentence_name} varies {place}: look at its parts."]
    found = [f"{_status(subject, resolution)} {place}{_since(resolution)}.", *_rules(resolution)]
    return [*found, *_verified(resolution.deciding_level)]


_WITH_ARTICLE = (
    "Bahamas",
    "British Virgin",
    "Cayman",
    "Central African",
    "Comoros",
    "Cook",
    "District of",
    "Dominican Republic",
    "Falkland",
    "Faroe",
    "Gambia",
    "Maldives",
    "Marshall",
    "Netherlands",
    "Northern Mariana",
    "Philippines",
    "Seychelles",
    "Solomon",
    "Turks",
    "U.S.",
    "United ",
)


def in_place(place: Jurisdiction) -> str:
    """“in Alabama”, “in the United States”."""
    return f"in {'the ' if place.name.startswith(_WITH_ARTICLE) else ''}{place.name}"


def _status(subject: str, resolution: Resolution) -> str:
    status = resolution.status or ""
    if status == "unclear":
        return f"The law on {subject if subject.isupper() else subject.lower()} is unclear"
    return f"{subject} {_VERBS.get(status, 'is ' + status)}"


def _since(resolution: Resolution) -> str:
    level = resolution.deciding_level
    words = ""
    if level and level.period and level.period.effective_from:
        words = f" since {in_words(level.period.effective_from)}"
    if level and level.jurisdiction.code != resolution.place.code:
        words += f", by the law of {level.jurisdiction.name}"
    return words


def _rules(resolution: Resolution) -> list[str]:
    value = {code: answer.value for code, answer in resolution.answers.items()}
    possession, sale = value.get("possession"), value.get("sale")
    known = {"allowed", "restricted", "prohibited"}
    found = []
    if possession == sale and possession in known:
        found.append(f"Possession and sale are {possession}.")
    else:
        found += [
            f"{word} is {it}."
            for word, it in (("Possession", possession), ("Sale", sale))
            if it in known
        ]
        unknown = [w for w, it in (("possession", possession), ("sale", sale)) if it == "unknown"]
        if unknown:
            found.append(f"Whether {' and '.join(unknown)} {_is(unknown)} allowed is not known.")
    if value.get("min_age") and sale != "prohibited":
        found.append(f"Buyers must be {value['min_age']} or older.")
    return found


def _is(words: list[str]) -> str:
    return "are" if len(words) > 1 else "is"


def _verified(level: LevelAnswer | None) -> list[str]:
    if level is None or level.freshness is None:
        return []
    if level.last_verified is None:
        return ["Never verified: no source carries a date."]
    day = in_words(level.last_verified)
    if level.freshness == "fresh":
        return [f"Last verified {day}."]
    return [f"Last verified {day}: {FRESHNESS_LABELS[level.freshness].lower()}."]


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
        by = next(
            lv.jurisdiction.name
            for lv in resolution.levels
            if lv.jurisdiction.code == level.because_of
        )
        return f"Set aside: {by} preempts local rules"
    if level.jurisdiction.code == resolution.deciding and level.counts:
        return "Decides: the strictest rule that counts"
    return STANDINGS[level.standing]
