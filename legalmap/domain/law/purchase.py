"""Whether a product may be sold to a buyer at a place: allowed, not allowed, or unclear, and by which rule.

Each rule looks at the resolution alone and gives one finding; the gravest decides, because one rule that
forbids is enough, and one unknown makes the whole unclear. What is not given or not recorded never counts
as allowed. An allowance also names the conditions that the law sets.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, get_args

import msgspec

from legalmap.domain.law.answer_caveats import law_caveats
from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.topics import Topic

Verdict = Literal["allowed", "not-allowed", "unclear"]
Product = Literal["leaf", "extract", "synthetic", "7-oh", "inhalation"]
PRODUCTS: tuple[str, ...] = get_args(Product)
_VERDICTS: dict[str | None, Verdict] = {"yes": "allowed", "no": "not-allowed"}
GRAVITY: dict[str, int] = {"allowed": 0, "unclear": 1, "not-allowed": 2}
# Below this age the law on minors may forbid what the record does not.
ADULT = 18
# How many places inside are named in a sentence; the rest are counted.
MOST_NAMED = 5
ALWAYS = Caveat(
    Code.NOT_ADVICE,
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
        caveats=(ALWAYS, *resolution.caveats, *law_caveats(resolution, topic)),
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
        caveats=(*outer.caveats, Caveat(Code.INSIDE, f"Rules inside differ. {finding.text}")),
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
    verdict = _VERDICTS.get(topic.meaning("status", status.code), "unclear")
    text = f"{status.label}: {status.definition}"
    yield Finding("status", verdict, text, "status", status.code, levels)


def _of_choice(
    role: str, subject: str, resolution: Resolution, topic: Topic, _purchase: Purchase
) -> Iterator[Finding]:
    code = getattr(topic.roles, role)
    if resolution.outcome != "decided" or code is None:
        return
    answer = resolution.answer(code)
    meaning = topic.meaning(code, answer.value)
    label = topic.variable(code).label_of(answer.value).lower() if answer.value else "not recorded"
    missing = f"record:{code}" if meaning in (None, "unknown") else None
    verdict = _VERDICTS.get(meaning, "unclear")
    yield Finding(role, verdict, f"{subject}: {label}.", code, answer.value, answer.levels, missing)


def _age(resolution: Resolution, topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    code = topic.roles.buyer_age
    answer, age = resolution.answer(code), purchase.age
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
    yield Finding("age", verdict, text, code, minimum, answer.levels, missing)


def _product(resolution: Resolution, topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    product, rules, kinds = purchase.product, _rules(resolution, topic), topic.products
    code = topic.roles.rules
    verdict: Verdict = "unclear"
    missing = None
    if product is None:
        text, missing = "The kind of product was not given.", "product"
    elif kinds.covered and product not in kinds.covered:
        text = f"This topic covers {topic.sentence_name} alone, not this kind of product."
    elif code and kinds.barred.get(product) in rules:
        rule = topic.variable(code).label_of(kinds.barred[product]).lower()
        text, verdict = f"The law bars this kind of product ({rule}).", "not-allowed"
    elif set(kinds.perhaps_barred.get(product, ())) & set(rules):
        text = "The law bars synthetics or extracts, and this product is likely to be one."
    elif product in kinds.beyond:
        text = f"Concentrated 7-OH is more than {topic.sentence_name}: law of its own may bar it."
    else:
        text, verdict = "No rule recorded bars this kind of product.", "allowed"
    levels = resolution.answer(code).levels
    yield Finding("product", verdict, text, code, list(rules), levels, missing)


def _rules(resolution: Resolution, topic: Topic) -> tuple[str, ...]:
    return tuple(resolution.answer(topic.roles.rules).value or ())


def _limit(resolution: Resolution, topic: Topic, purchase: Purchase) -> Iterator[Finding]:
    code = topic.roles.limit
    answer, share = resolution.answer(code), purchase.seven_oh_percent
    limit, missing = answer.value, None
    verdict: Verdict
    if limit is not None and share is None:
        text = f"At most {limit:g} percent 7-OH; the share in this product was not given."
        verdict, missing = "unclear", "seven_oh_percent"
    elif limit is not None and share is not None:
        text = f"At most {limit:g} percent 7-OH; this product has {share:g}."
        verdict = "allowed" if share <= limit else "not-allowed"
    elif topic.products.limited in _rules(resolution, topic):
        text = "The law limits alkaloids, and the record does not say how far."
        verdict, missing = "unclear", f"record:{code}"
    else:
        text, verdict = "No limit for 7-OH is recorded.", "allowed"
    yield Finding("seven-oh", verdict, text, code, limit, answer.levels, missing)


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
    _limit,
    _evidence,
)


def _conditions(resolution: Resolution, topic: Topic) -> Iterator[str]:
    kinds = topic.products
    bars = {*kinds.barred.values(), kinds.limited}
    yield from (code for code in _rules(resolution, topic) if code not in bars)
    minimum = resolution.answer(topic.roles.buyer_age).value
    if minimum:
        yield f"min-age-{minimum}"
