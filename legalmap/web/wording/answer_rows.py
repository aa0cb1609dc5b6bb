"""The variables of an answer in words, a row each: what a traveller needs, and the other rules that hold."""

from typing import Any

import msgspec

from legalmap.domain.law.answer import Answer
from legalmap.domain.law.topics import Topic, Variable
from legalmap.web.wording import labels

# What an answer to the question of preemption says, by what it comes to.
_LOCAL_RULES = {
    "yes": "Barred: counties and towns may not add any",
    "no": "Counties and towns may add their own, and some may be stricter",
}


class AnswerRow(msgspec.Struct, frozen=True):
    """One variable in words, and the names of the places whose law sets it.

    ``stated``: whether any law says something about it.
    """

    variable: Variable
    words: str
    by: list[str]
    stated: bool


def rows(answer: Answer, topic: Topic) -> list[AnswerRow]:
    """Every variable of an answer in words; none where no law decides.

    A limit that is no number stands in the row of the number, in the words of the law.
    """
    if answer.outcome != "decided":
        return []
    counting = [level.jurisdiction for level in answer.resolution.levels if level.counts]
    # Where a single level counts, every line would repeat its name.
    names = {place.code: place.name for place in counting} if len(counting) > 1 else {}
    made = []
    for variable in topic.variables:
        if variable.code == topic.roles.limit_words and _stands_in(answer, topic):
            continue
        levels = answer.resolution.answer(_source(variable, answer, topic)).levels
        by = [names[code] for code in levels if code in names]
        made.append(AnswerRow(variable, words_of(variable, answer, topic), by, bool(levels)))
    return made


def words_of(variable: Variable, answer: Answer, topic: Topic) -> str:
    """The value of one variable of an answer in words."""
    code = _source(variable, answer, topic)
    values = {code: resolved.value for code, resolved in answer.resolution.answers.items()}
    return words_in(topic.variable(code), values, topic)


def words_in(variable: Variable, values: dict[str, Any], topic: Topic) -> str:
    """The same of one period's values, by the codes of their variables.

    Having it is never “Allowed” alone where an age makes an offence of it, and that local rules are allowed is
    no good news.
    """
    value, age = values.get(variable.code), values.get(topic.roles.possession_age or "")
    meaning = topic.meaning(variable.code, value)
    if variable.code == topic.roles.preempts and meaning in _LOCAL_RULES:
        return _LOCAL_RULES[meaning]
    words = labels.answer(value, variable)
    is_aged = variable.code == topic.roles.possession and age and meaning != "no"
    return f"{words}, prohibited below age {age}" if is_aged else words


def is_for_travel(variable: Variable, answer: Answer, topic: Topic) -> bool:
    """Whether a traveller needs a variable: what they may have and buy, from what age, how strong."""
    subject = topic.roles.subject_of(variable.code)
    if topic.meaning(subject, answer.resolution.answer(subject).value) == "no":
        # An age beside a ban would read as if older people may buy, or have it.
        return False
    is_limit = variable.code == topic.roles.limit_words
    return is_limit or variable.type in ("integer", "number") or variable.resolve == "strictest"


def _stands_in(answer: Answer, topic: Topic) -> bool:
    """Whether the words of a limit stand where its number would."""
    number, words = (
        answer.resolution.answer(code) for code in (topic.roles.limit, topic.roles.limit_words)
    )
    return bool(topic.roles.limit) and number.value is None and words.value is not None


def _source(variable: Variable, answer: Answer, topic: Topic) -> str:
    """The code of the variable that a row is made from."""
    if variable.code == topic.roles.limit and _stands_in(answer, topic):
        return topic.roles.limit_words or variable.code
    return variable.code
