"""Whether a product may be sold to a buyer at a place: allowed, not allowed, or unclear, and by which rule.

Each rule looks at the resolution alone and gives one finding; the gravest decides, because one rule that
forbids is enough, and one unknown makes the whole unclear. What is not given or not recorded never counts
as allowed. An allowance also names the conditions that the law sets.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, get_args

import msgspec

from legalmap.domain.law.jurisdictions import INCORPORATED, Jurisdiction
from legalmap.domain.law.payload import Pending
from legalmap.domain.law.resolving import Caveat, LevelAnswer, Resolution, ResolvedAnswer
from legalmap.domain.law.topics import Topic

Verdict = Literal["allowed", "not-allowed", "unclear"]
Product = Literal["leaf", "extract", "synthetic", "7-oh", "inhalation"]
PRODUCTS: tuple[str, ...] = get_args(Product)
GRAVITY: dict[str, int] = {"allowed": 0, "unclear": 1, "not-allowed": 2}
# Below this age the law on minors may forbid what the record does not.
ADULT = 18
# The answer to “product_rules” that bars a kind of product altogether.
BARRED: dict[str, str] = {
    "extract": "no-extracts",
    "synthetic": "no-synthetics",
    "inhalation": "no-inhalation",
}
# Concentrated 7-OH is nearly always synthesised from another alkaloid or extracted from the leaf.
PERHAPS_BARRED: dict[str, tuple[str, ...]] = {"7-oh": ("no-synthetics", "no-extracts")}
# How many places inside are named in a sentence; the rest are counted.
MOST_NAMED = 5
BARS = frozenset({*BARRED.values(), "alkaloid-limit"})
ALWAYS = Caveat(
    "not-advice",
    "This reads what the record says, nothing more: other law, a change since its newest source, or a "
    "rule of a place not researched may say otherwise. It is not legal advice.",
)


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sold: the buyer's age in years, the kind of product, the share of 7-OH in its alkaloids."""

    age: int | None = None
    product: Product | None = None
    seven_oh_percent: float | None = None


class Finding(msgspec.Struct, frozen=True):
    """What one rule says. ``variable`` and ``value`` are what it read, ``levels`` whose law that is.

    ``missing`` names what would have to be known for a clearer verdict: a parameter, or ``record:`` and a field.
    """

    rule: str
    verdict: Verdict
    text: str
    variable: str | None = None
    value: Any = None
    levels: tuple[str, ...] = ()
    missing: str | None = None


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict, the finding that decides it, all findings, conditions, and what is missing."""

    verdict: Verdict
    deciding: Finding
    findings: tuple[Finding, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    caveats: tuple[Caveat, ...]


Rule = Callable[[Resolution, Topic, Purchase], Iterator[Finding]]
_NO_ANSWER = ResolvedAnswer(None, ())


def permit(resolution: Resolution, topic: Topic, purchase: Purchase) -> Permit:
    """What the law of a place, taken together, says of a purchase; never a bare yes."""
    findings = [finding for rule in RULES for finding in rule(resolution, topic, purchase)]
    # Of equally grave findings the first decides: the rules stand from the widest to the narrowest.
    deciding = max(findings, key=lambda finding: GRAVITY[finding.verdict])
    return Permit(
        verdict=deciding.verdict,
        deciding=deciding,
        findings=tuple(findings),
        conditions=tuple(_conditions(resolution)),
        missing=tuple(dict.fromkeys(finding.missing for finding in findings if finding.missing)),
        caveats=(ALWAYS, *resolution.caveats, *_caveats(resolution)),
    )


def with_places_inside(outer: Permit, inside: Sequence[tuple[Jurisdiction, Permit]]) -> Permit:
    """``outer`` of a wide place, unclear where a place inside it is less than allowed.

    ``inside`` are the places with records of their own anywhere in it. A buyer in a state is also in one of
    its towns, and which one was not said.
    """
    stricter = [at for at in inside if GRAVITY[at[1].verdict] > GRAVITY[outer.verdict]]
    if not stricter:
        return outer
    barred = [at for at in stricter if at[1].verdict == "not-allowed"]
    shown = barred or stricter
    where = "Not allowed" if barred else "Unclear"
    finding = Finding(
        "inside",
        "unclear",
        f"{where} in {_named([place.name for place, _ in shown])}: ask for the place itself.",
        value=[place.code for place, _ in shown],
        levels=shown[0][1].deciding.levels,
        missing="place",
    )
    return msgspec.structs.replace(
        outer,
        verdict="unclear",
        deciding=finding if outer.verdict == "allowed" else outer.deciding,
        findings=(*outer.findings, finding),
        missing=tuple(dict.fromkeys([*outer.missing, "place"])),
        caveats=(*outer.caveats, Caveat("inside", f"Rules inside differ. {finding.text}")),
    )


def _named(names: list[str]) -> str:
    """Alton, Edwardsville and 15 more places inside."""
    rest = len(names) - MOST_NAMED
    if rest > 0:
        more = "one more place" if rest == 1 else f"{rest} more places"
        return f"{', '.join(names[:MOST_NAMED])} and {more} inside"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def is_asked_too(topic: Topic, purchase: Purchase) -> bool:
    """Whether a purchase under another topic concerns this one as well."""
    rule, share = topic.asked_too, purchase.seven_oh_percent
    is_strong = rule.above_percent is not None and share is not None and share > rule.above_percent
    return is_strong or purchase.product in rule.products


def pending_caveats(place: Jurisdiction, pending: Iterable[Pending]) -> Iterator[Caveat]:
    """What is under way at a level: it never changes a verdict, and nobody should learn of it too late."""
    for bill in pending:
        if bill.outcome == "open":
            yield Caveat("pending", f"Under way in {place.name}: {bill.ref}. {bill.what}")


def gravest(verdicts: list[Verdict]) -> Verdict:
    """The verdict for several places of which one is meant: what all of them say, else unclear."""
    return verdicts[0] if len(set(verdicts)) == 1 else "unclear"


def _status(resolution: Resolution, topic: Topic, _purchase: Purchase) -> Iterator[Finding]:
    levels = (resolution.deciding,) if resolution.deciding else ()
    if resolution.outcome != "decided" or resolution.status is None:
        text = {
            "varies": "This place leaves the law to its parts: ask for the state, county or town.",
            "not-known": "What the law said on this day is not known.",
        }.get(resolution.outcome, "Nobody has researched the law of this place.")
        missing = "place" if resolution.outcome == "varies" else "record"
        yield Finding("status", "unclear", text, levels=levels, missing=missing)
        return
    status = topic.status(resolution.status)
    verdict: Verdict = "allowed"
    if status.severity == max(other.severity for other in topic.statuses):
        verdict = "not-allowed"
    elif status.code not in ("legal", "regulated"):
        verdict = "unclear"
    text = f"{status.label}: {status.definition}"
    yield Finding("status", verdict, text, "status", status.code, levels)


def _of_choice(
    code: str, subject: str, resolution: Resolution, topic: Topic, _purchase: Purchase
) -> Iterator[Finding]:
    if resolution.outcome != "decided" or code not in resolution.answers:
        return
    answer = resolution.answers[code]
    verdicts: dict[Any, Verdict] = {"allowed": "allowed", "prohibited": "not-allowed"}
    label = topic.variable(code).label_of(answer.value).lower() if answer.value else "not recorded"
    missing = f"record:{code}" if answer.value in (None, "unknown") else None
    verdict = verdicts.get(answer.value, "unclear")
    yield Finding(code, verdict, f"{subject}: {label}.", code, answer.value, answer.levels, missing)


def _answer(resolution: Resolution, code: str) -> ResolvedAnswer:
    """The answer to a variable; an empty one where the topic has no such variable."""
    return resolution.answers.get(code, _NO_ANSWER)


def _age(resolution: Resolution, _topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    answer, age = _answer(resolution, "min_age"), purchase.age
    minimum, missing = answer.value, None
    rule = f"Buyers must be {minimum} or older" if minimum else "No minimum age is recorded"
    verdict: Verdict
    if age is None:
        text, verdict, missing = f"{rule}; the buyer's age was not given.", "unclear", "age"
    elif minimum is not None:
        text = f"Buyers must be {minimum} or older; the buyer is {age}."
        verdict = "allowed" if age >= minimum else "not-allowed"
    else:
        text = f"No minimum age is recorded; the buyer is {age}."
        verdict = "allowed" if age >= ADULT else "unclear"
    yield Finding("age", verdict, text, "min_age", minimum, answer.levels, missing)


def _product(resolution: Resolution, topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    product, rules = purchase.product, _product_rules(resolution)
    verdict: Verdict = "unclear"
    missing = None
    if product is None:
        text, missing = "The kind of product was not given.", "product"
    elif topic.code in PRODUCTS and product != topic.code:
        text = f"This topic covers {topic.sentence_name} alone, not this kind of product."
    elif BARRED.get(product) in rules:
        rule = topic.variable("product_rules").label_of(BARRED[product]).lower()
        text, verdict = f"The law bars this kind of product ({rule}).", "not-allowed"
    elif set(PERHAPS_BARRED.get(product, ())) & set(rules):
        text = "The law bars synthetics or extracts, and this product is likely to be one."
    elif product != topic.code and product in PERHAPS_BARRED:
        text = f"Concentrated 7-OH is more than {topic.sentence_name}: law of its own may bar it."
    else:
        text, verdict = "No rule recorded bars this kind of product.", "allowed"
    levels = _answer(resolution, "product_rules").levels
    yield Finding("product", verdict, text, "product_rules", list(rules), levels, missing)


def _product_rules(resolution: Resolution) -> tuple[str, ...]:
    return tuple(_answer(resolution, "product_rules").value or ())


def _seven_oh(resolution: Resolution, _topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    answer, share = _answer(resolution, "seven_oh_limit_percent"), purchase.seven_oh_percent
    limit, missing = answer.value, None
    verdict: Verdict
    if limit is not None and share is None:
        text = f"At most {limit:g} percent 7-OH; the share in this product was not given."
        verdict, missing = "unclear", "seven_oh_percent"
    elif limit is not None and share is not None:
        text = f"At most {limit:g} percent 7-OH; this product has {share:g}."
        verdict = "allowed" if share <= limit else "not-allowed"
    elif "alkaloid-limit" in _product_rules(resolution):
        text = "The law limits alkaloids, and the record does not say how far."
        verdict, missing = "unclear", "record:seven_oh_limit_percent"
    else:
        text, verdict = "No limit for 7-OH is recorded.", "allowed"
    variable = "seven_oh_limit_percent"
    yield Finding("seven-oh", verdict, text, variable, limit, answer.levels, missing)


def _evidence(resolution: Resolution, _topic: Topic, _purchase: Purchase) -> Iterator[Finding]:
    """Old evidence supports no yes; it still supports a no, because that errs on the safe side."""
    for level in resolution.levels:
        if not level.counts:
            continue
        name, levels = level.jurisdiction.name, (level.jurisdiction.code,)
        if level.freshness in ("overdue", "never"):
            text = f"The record of {name} is overdue for re-checking or has no dated source."
            missing = "record:last_verified"
            yield Finding("freshness", "unclear", text, levels=levels, missing=missing)
        if level.start_uncertain:
            text = f"Whether the law of {name} was in force on this very day is not known."
            missing = "record:effective_from"
            yield Finding("start", "unclear", text, levels=levels, missing=missing)


# From the widest to the narrowest, see ``permit``.
RULES: tuple[Rule, ...] = (
    _status,
    partial(_of_choice, "sale", "Sale to the public"),
    partial(_of_choice, "possession", "Possession"),
    _age,
    _product,
    _seven_oh,
    _evidence,
)


def _conditions(resolution: Resolution) -> Iterator[str]:
    yield from (code for code in _product_rules(resolution) if code not in BARS)
    minimum = _answer(resolution, "min_age").value
    if minimum:
        yield f"min-age-{minimum}"


def _caveats(resolution: Resolution) -> Iterator[Caveat]:
    for level in resolution.levels:
        yield from _caveats_of(level)
    place = resolution.levels[-1]
    if place.standing == "not-researched" and len(resolution.levels) > 1:
        yield Caveat(
            "local-not-researched",
            f"Nobody has researched the rules of {place.jurisdiction.name} itself.",
        )
    if place.jurisdiction.kind not in INCORPORATED and not _preempts(resolution):
        yield Caveat(
            "not-researched-below",
            f"Counties and towns inside {place.jurisdiction.name} that nobody has researched may have rules "
            "of their own.",
        )


def _preempts(resolution: Resolution) -> bool:
    return bool(_answer(resolution, "local_rules").value == "preempted")


def _caveats_of(level: LevelAnswer) -> Iterator[Caveat]:
    name = level.jurisdiction.name
    if level.period is not None and level.period.force == "challenged":
        yield Caveat("challenged", f"The law of {name} is challenged in court.")
    if level.standing in ("enjoined", "struck-down"):
        yield Caveat("court", f"A court keeps a law of {name} from being enforced; that may end.")
    if level.next_period is not None and level.next_period.effective_from is not None:
        start = level.next_period.effective_from.text
        yield Caveat("change-ahead", f"The law of {name} changes on {start}.")
    if level.counts and level.freshness == "due":
        yield Caveat("due", f"The record of {name} is due for re-checking.")
