"""Whether a product may be sold to a buyer at a place: allowed, not allowed, or unclear, and by which rule.

Each rule looks at the resolution alone and says one thing; the gravest decides, because one rule that
forbids is enough, and one that is not known leaves the whole unclear. Whatever is not given or not
recorded is never taken to be fine. An allowance names the conditions that the law sets besides.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal, get_args

import msgspec

from legalmap.domain.law.resolving import Caveat, LevelAnswer, Resolution
from legalmap.domain.law.topics import Topic

Verdict = Literal["allowed", "not-allowed", "unclear"]
Product = Literal["leaf", "extract", "synthetic", "7-oh", "inhalation"]
PRODUCTS: tuple[str, ...] = get_args(Product)
GRAVITY: dict[str, int] = {"allowed": 0, "unclear": 1, "not-allowed": 2}
# Under this age the law on minors may forbid what the record does not.
ADULT = 18
# The rule of a law that bars a kind of product altogether.
BARRED: dict[str, str] = {
    "extract": "no-extracts",
    "synthetic": "no-synthetics",
    "inhalation": "no-inhalation",
}
# Concentrated 7-OH is nearly always made from another alkaloid or drawn out of the leaf.
PERHAPS_BARRED: dict[str, tuple[str, ...]] = {"7-oh": ("no-synthetics", "no-extracts")}
BARS = frozenset({*BARRED.values(), "alkaloid-limit"})
ALWAYS = Caveat(
    "not-advice",
    "This reads what the record says, nothing more: other law, a change since it was last verified, or a "
    "rule of a place not researched may say otherwise. It is not legal advice.",
)


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sold: the buyer's age, the kind of product, the share of 7-OH in its alkaloids."""

    age: int | None = None
    product: Product | None = None
    seven_oh_percent: float | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says. ``variable`` and ``value`` are what it read, ``levels`` whose law that is."""

    rule: str
    verdict: Verdict
    text: str
    variable: str | None = None
    value: Any = None
    levels: tuple[str, ...] = ()
    missing: str | None = None


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict, the rule that decides it, all that was found, conditions, and what is missing."""

    verdict: Verdict
    deciding: Finding
    findings: tuple[Finding, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    caveats: tuple[Caveat, ...]


Rule = Callable[[Resolution, Topic, Purchase], Iterator[Finding]]


def permit(resolution: Resolution, topic: Topic, purchase: Purchase) -> Permit:
    """What the law of a place, taken together, says of a purchase; never a bare yes."""
    findings = [finding for rule in RULES for finding in rule(resolution, topic, purchase)]
    # Of equally grave findings the first decides: the rules stand from the widest to the narrowest.
    deciding = max(findings, key=lambda finding: GRAVITY[finding.verdict])
    return Permit(
        verdict=deciding.verdict,
        deciding=deciding,
        findings=tuple(findings),
        conditions=tuple(_conditions(resolution, topic)),
        missing=tuple(dict.fromkeys(finding.missing for finding in findings if finding.missing)),
        caveats=(ALWAYS, *resolution.caveats, *_caveats(resolution)),
    )


def gravest(verdicts: list[Verdict]) -> Verdict:
    """One verdict for places of which one is meant: what all say, else unclear."""
    return verdicts[0] if len(set(verdicts)) == 1 else "unclear"


def _status(found: Resolution, topic: Topic, _purchase: Purchase) -> Iterator[Finding]:
    levels = (found.deciding,) if found.deciding else ()
    if found.outcome != "decided" or found.status is None:
        said = {
            "varies": "This place leaves the law to its parts: ask for the state, county or town.",
            "not-known": "What the law said on this day is not known.",
        }.get(found.outcome, "Nobody has researched the law of this place.")
        gap = "place" if found.outcome == "varies" else "record"
        yield Finding(rule="status", verdict="unclear", text=said, levels=levels, missing=gap)
        return
    status = topic.status(found.status)
    harshest = max(other.severity for other in topic.statuses)
    verdict: Verdict = "allowed"
    if status.severity == harshest:
        verdict = "not-allowed"
    elif status.code not in ("legal", "regulated"):
        verdict = "unclear"
    yield Finding(
        rule="status",
        verdict=verdict,
        text=f"{status.label}: {status.definition}",
        variable="status",
        value=status.code,
        levels=levels,
    )


def _of_choice(
    code: str, subject: str, found: Resolution, topic: Topic, _purchase: Purchase
) -> Iterator[Finding]:
    if found.outcome != "decided" or code not in found.answers:
        return
    answer = found.answers[code]
    verdicts: dict[Any, Verdict] = {"allowed": "allowed", "prohibited": "not-allowed"}
    label = topic.variable(code).label_of(answer.value).lower() if answer.value else "not recorded"
    yield Finding(
        rule=code,
        verdict=verdicts.get(answer.value, "unclear"),
        text=f"{subject}: {label}.",
        variable=code,
        value=answer.value,
        levels=answer.levels,
        missing=f"record:{code}" if answer.value in (None, "unknown") else None,
    )


def _age(found: Resolution, _topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    answer = found.answers.get("min_age")
    least = answer.value if answer else None
    levels = answer.levels if answer else ()
    if purchase.age is None:
        said = f"Buyers must be {least} or older" if least else "No minimum age is recorded"
        text, verdict, missing = f"{said}; the buyer's age was not given.", "unclear", "age"
    elif least is not None:
        old_enough = purchase.age >= least
        text = f"Buyers must be {least} or older; the buyer is {purchase.age}."
        verdict, missing = ("allowed" if old_enough else "not-allowed"), None
    else:
        text = f"No minimum age is recorded; the buyer is {purchase.age}."
        verdict, missing = ("allowed" if purchase.age >= ADULT else "unclear"), None
    yield _finding("age", verdict, text, "min_age", least, levels, missing)


def _finding(
    rule: str,
    verdict: str,
    text: str,
    variable: str,
    value: Any,
    levels: tuple[str, ...],
    missing: str | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        verdict=verdict,  # type: ignore[arg-type]
        text=text,
        variable=variable,
        value=value,
        levels=levels,
        missing=missing,
    )


def _product(found: Resolution, topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    product, rules = purchase.product, _rules(found)
    levels = found.answers["product_rules"].levels if "product_rules" in found.answers else ()
    verdict, missing = "allowed", None
    if product is None:
        text, verdict, missing = "The kind of product was not given.", "unclear", "product"
    elif topic.code in PRODUCTS and product != topic.code:
        text = f"This topic covers {topic.sentence_name} alone, not this kind of product."
        verdict = "unclear"
    elif BARRED.get(product) in rules:
        rule = topic.variable("product_rules").label_of(BARRED[product]).lower()
        text = f"The law bars this kind of product ({rule})."
        verdict = "not-allowed"
    elif set(PERHAPS_BARRED.get(product, ())) & set(rules):
        text = "The law bars synthetics or extracts, and this product is likely to be one."
        verdict = "unclear"
    elif product != topic.code and product in PERHAPS_BARRED:
        text = f"Concentrated 7-OH is more than {topic.sentence_name}: law of its own may bar it."
        verdict = "unclear"
    else:
        text = "No rule recorded bars this kind of product."
    yield _finding("product", verdict, text, "product_rules", list(rules), levels, missing)


def _rules(found: Resolution) -> tuple[str, ...]:
    answer = found.answers.get("product_rules")
    return tuple(answer.value or ()) if answer else ()


def _seven_oh(found: Resolution, _topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    answer = found.answers.get("seven_oh_limit_percent")
    most, share = (answer.value if answer else None), purchase.seven_oh_percent
    levels = answer.levels if answer else ()
    missing = None
    if most is not None and share is None:
        text = f"At most {most:g} percent 7-OH; the share in this product was not given."
        verdict, missing = "unclear", "seven_oh_percent"
    elif most is not None and share is not None:
        text = f"At most {most:g} percent 7-OH; this product has {share:g}."
        verdict = "allowed" if share <= most else "not-allowed"
    elif "alkaloid-limit" in _rules(found):
        text = "The law limits alkaloids, and the record does not say how far."
        verdict, missing = "unclear", "record:seven_oh_limit_percent"
    else:
        text, verdict = "No limit for 7-OH is recorded.", "allowed"
    yield _finding("seven-oh", verdict, text, "seven_oh_limit_percent", most, levels, missing)


def _evidence(found: Resolution, _topic: Topic, _purchase: Purchase) -> Iterator[Finding]:
    """Old evidence supports no yes; it still supports a no, because that errs on the safe side."""
    for level in found.levels:
        if not level.counts:
            continue
        name, code = level.jurisdiction.name, level.jurisdiction.code
        if level.freshness in ("overdue", "never"):
            yield Finding(
                rule="freshness",
                verdict="unclear",
                text=f"The record of {name} is overdue for re-checking or was never verified.",
                levels=(code,),
                missing="record:last_verified",
            )
        if level.start_uncertain:
            yield Finding(
                rule="start",
                verdict="unclear",
                text=f"Whether the law of {name} was in force on this very day is not known.",
                levels=(code,),
                missing="record:effective_from",
            )


RULES: tuple[Rule, ...] = (
    _status,
    partial(_of_choice, "sale", "Sale to the public"),
    partial(_of_choice, "possession", "Possession"),
    _age,
    _product,
    _seven_oh,
    _evidence,
)


def _conditions(found: Resolution, topic: Topic) -> Iterator[str]:
    for code in _rules(found):
        if code not in BARS:
            yield code
    answer = found.answers.get("min_age")
    if answer and answer.value and any(each.code == "min_age" for each in topic.variables):
        yield f"min-age-{answer.value}"


def _caveats(found: Resolution) -> Iterator[Caveat]:
    for level in found.levels:
        yield from _caveats_of(level)
    here = found.levels[-1]
    if here.standing == "not-researched" and len(found.levels) > 1:
        yield Caveat(
            "local-not-researched",
            f"Nobody has researched the rules of {here.jurisdiction.name} itself.",
        )


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
