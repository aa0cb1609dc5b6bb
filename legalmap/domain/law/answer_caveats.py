"""The caveats of an answer beyond those of the levels themselves: of courts, gaps, what is inside and to come."""

from collections.abc import Iterable, Iterator, Sequence

from legalmap.domain.law.answer_parts import Evidence, Gap
from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.inside import Stricter
from legalmap.domain.law.jurisdictions import INCORPORATED
from legalmap.domain.law.naming import capital, named
from legalmap.domain.law.outlook import Bill
from legalmap.domain.law.resolution import LevelAnswer, Resolution
from legalmap.domain.law.topics import Topic


def law_caveats(resolution: Resolution, topic: Topic) -> Iterator[Caveat]:
    """What each level's law and its record leave open: courts, changes ahead, age, rules nobody has researched."""
    for level in resolution.levels:
        yield from _of_level(level)
    yield from _not_researched(resolution, topic)


def _of_level(level: LevelAnswer) -> Iterator[Caveat]:
    name = named(level.jurisdiction)
    if level.period is not None and level.period.force == "challenged":
        yield Caveat(Code.CHALLENGED, f"The law of {name} is in force but challenged in court.")
    if level.standing in ("enjoined", "struck-down"):
        text = f"A court keeps a law of {name} from being enforced; that may end."
        yield Caveat(Code.COURT, text)
    if level.next_period is not None and level.next_period.effective_from is not None:
        start = in_words(level.next_period.effective_from)
        yield Caveat(Code.CHANGE_AHEAD, f"The law of {name} changes on {start}.")
    if level.counts and level.freshness == "due":
        yield Caveat(Code.DUE, f"The record of {name} is due for re-checking.")
    if level.counts and level.freshness in ("overdue", "never"):
        text = f"The record of {name} is overdue for re-checking or has no dated source."
        yield Caveat(Code.OVERDUE, text)


def _not_researched(resolution: Resolution, topic: Topic) -> Iterator[Caveat]:
    """Rules that may exist below the levels that are known, unless local rules are barred."""
    place = resolution.levels[-1]
    name, kind = named(place.jurisdiction), place.jurisdiction.kind
    code = topic.roles.preempts
    preempts = topic.meaning(code, resolution.answer(code).value)
    # A ban is as strict as rules get: what nobody has researched adds nothing to it.
    is_banned = topic.meaning("status", resolution.status) == "no"
    if resolution.outcome != "decided" or preempts == "yes" or is_banned:
        return
    if place.standing == "not-researched" and kind != "community" and len(resolution.levels) > 1:
        yield Caveat(Code.LOCAL_NOT_RESEARCHED, _own_rules(resolution, preempts == "no", topic))
    if kind not in INCORPORATED:
        yield Caveat(
            Code.NOT_RESEARCHED_BELOW,
            f"Counties and towns inside {name} that nobody has researched may have rules of their own.",
        )


def _own_rules(resolution: Resolution, leaves_it: bool, topic: Topic) -> str:
    place = named(resolution.place)
    if not leaves_it:
        return f"Nobody has researched the rules of {place} itself."
    codes = resolution.answer(topic.roles.preempts).levels
    state = next(at for at in resolution.levels if at.jurisdiction.code == codes[0])
    return (
        f"{capital(named(state.jurisdiction))} lets counties and towns make stricter rules, "
        f"and nobody has researched those of {place}."
    )


def gap_caveats(gaps: Iterable[Gap], topic: Topic) -> Iterator[Caveat]:
    """What is not known, with the first sentence of the record; each record says its reason once."""
    by_reason: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        if gap.level is not None:
            why = f"The record of {named(gap.level)} says: {gap.first_sentence}"
            by_reason.setdefault((gap.level.code, why), []).append(gap)
    for (_, why), alike in by_reason.items():
        acts = [topic.variable(gap.what).label.lower() for gap in alike if gap.what != "status"]
        if len(acts) < len(alike):
            # Where the status itself is unclear, it is for that very reason that the rest is not known.
            yield Caveat(Code.UNCLEAR, f"Why it is unclear: {why}")
        else:
            verb = "are" if len(acts) > 1 else "is"
            text = f"It is not known whether {' and '.join(acts)} {verb} allowed. {why}"
            yield Caveat(Code.NOT_STATED, text)


def inside_caveats(
    resolution: Resolution, stricter: Sequence[Stricter], topic: Topic
) -> Iterator[Caveat]:
    """Where inside the place stricter rules hold."""
    if not stricter:
        return
    parts = [
        f"{topic.status(group.shown).label.lower()} in {group.named}"
        for group in stricter
        if group.by_status
    ]
    others = [group.named for group in stricter if not group.by_status]
    if others:
        parts.append(f"further rules in {'; '.join(others)}")
    # Where the whole has no rule of its own there is nothing to be stricter than.
    first = "Stricter inside" if resolution.outcome == "decided" else "Inside"
    yield Caveat(Code.INSIDE, f"{first}: {'; '.join(parts)}.")


def bill_caveats(bills: Iterable[Bill]) -> Iterator[Caveat]:
    """What is under way: it never changes what holds, and nobody should learn of it too late."""
    for bill in bills:
        name, ref, what = named(bill.level), bill.pending.ref, bill.pending.what
        expected = bill.pending.expected_on
        if bill.state == "overdue" and expected:
            yield Caveat(
                Code.PENDING_OVERDUE,
                f"Under way in {name}: {ref}. {what} Expected {in_words(expected)}; "
                "what became of it is not known here.",
            )
        else:
            yield Caveat(Code.PENDING, f"Under way in {name}: {ref}. {what}")


def evidence_caveats(evidence: Evidence | None) -> Iterator[Caveat]:
    """Whether the record itself says that it is not sure."""
    if evidence is not None and evidence.confidence == "low":
        yield Caveat(Code.LOW_CONFIDENCE, "Low confidence: the sources are weak or disagree.")
