"""What holds at a place on a day once every level is taken together, and why.

The rule: walk from the country down to the place; take each level's period in force that day;
set aside a level whose ancestor preempts local rules, a level that leaves the matter to those
below (``varies``), and law that is enjoined or struck down; of what remains the strictest status
decides, and each variable resolves by its own rule.
"""

from collections.abc import Sequence
from datetime import date

from legalmap.domain.law.combining import combined, outcome, standings, strictest
from legalmap.domain.law.level_caveats import level_caveats
from legalmap.domain.law.resolution import Level, Resolution
from legalmap.domain.law.topics import Topic


def resolve(
    levels: Sequence[Level],
    topic: Topic,
    as_of: date,
    today: date,
    beside: Sequence[Level] = (),
) -> Resolution:
    """What holds at the last of ``levels`` (widest first) on ``as_of``, with its freshness as of ``today``.

    ``beside``: who gets no more than a word. Of a place in several counties none reaches all of it,
    and the record of a state was not made with its parts elsewhere in mind. Raises Missing where a
    record names a status that the codebook of ``topic`` lacks.
    """
    answers = standings(levels, topic, as_of, today)
    place = levels[-1].jurisdiction
    counting = [answer for answer in answers if answer.counts]
    deciding = strictest(counting, topic)
    reached = outcome(answers, deciding)
    # A place that leaves the matter to its parts shows that as its status, and decides it itself.
    shown = answers[-1] if reached == "varies" else deciding
    return Resolution(
        place=place,
        as_of=as_of,
        outcome=reached,
        status=shown.period.status if shown and shown.period else None,
        deciding=shown.jurisdiction.code if shown else None,
        answers={v.code: combined(v, counting) for v in topic.variables},
        levels=tuple(answers),
        caveats=tuple(level_caveats(levels, answers, topic, as_of, beside)),
    )
