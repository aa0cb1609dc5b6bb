"""Whether a sale is allowed, in the words of the public contract."""

from collections.abc import Iterable
from typing import cast

import msgspec

from legalmap.domain.law.answer_caveats import bill_caveats
from legalmap.domain.law.caveats import Caveat
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.outlook import bills_of
from legalmap.domain.law.purchase import (
    ALWAYS,
    GRAVITY,
    Permit,
    Product,
    Purchase,
    gravest,
    is_asked_too,
    permit,
    with_places_inside,
)
from legalmap.domain.law.resolution import Resolution
from legalmap.services import contract
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats
from legalmap.web.api import parameters, resolutions
from legalmap.web.api.parameters import Query
from legalmap.web.http.permissions import reader, tracker
from legalmap.web.http.query_params import View

WORDS = {
    "allowed": "Allowed, as far as the record goes, if every condition is met",
    "not-allowed": "Not allowed",
    "unclear": "Unclear: do not take this for a yes",
}


class Verdict(msgspec.Struct, frozen=True):
    """What the law of one place on one topic says of a purchase, and the resolution it was read from.

    ``inside``: the resolutions of the places inside that were looked at, by code.
    """

    edition: Edition
    resolution: Resolution
    permit: Permit
    caveats: tuple[Caveat, ...]
    inside: dict[str, Resolution]


def answer(asked_of: View, query: Query) -> tuple[View, contract.CheckAnswer]:
    """The verdict on a purchase at the place asked about, and the view by the clocks there.

    Of several topics the gravest verdict counts. Where a ZIP code or a point may mean several places that
    differ, the answer asks which one it is.
    """
    request, meant, view = resolutions.asked_places(asked_of, query)
    purchase = _purchase(query)
    asked = _topics_asked(view, purchase)
    by_place = [
        [_verdict(edition, view, place, product, meant.caveats) for edition, product in asked]
        for place in meant.places
    ]
    gravest_of_each = [max(verdicts, key=_gravity) for verdicts in by_place]
    overall = gravest([verdict.permit.verdict for verdict in gravest_of_each])
    shown = max(gravest_of_each, key=_gravity)
    # Allowed at one place and prohibited at another is unclear as a whole, which no single rule says.
    rule = _rule(shown) if overall == shown.permit.verdict else _undecided(shown, meant.question)
    verdicts = [verdict for of_place in by_place for verdict in of_place]
    return view, parameters.answer(
        view,
        contract.CheckAnswer,
        asked=request,
        purchase=purchase,
        verdict=overall,
        text=f"{WORDS[overall]}. {rule.text}",
        rule=rule,
        missing=_missing(verdicts, len(meant.places) > 1),
        caveats=_once([ALWAYS, *(caveat for verdict in verdicts for caveat in verdict.caveats)]),
        checks=tuple(_check(verdict) for verdict in verdicts),
    )


def _purchase(query: Query) -> Purchase:
    age = parameters.whole_number(query, "age", usual=-1)
    return Purchase(
        age=None if age < 0 else age,
        product=cast("Product | None", parameters.choice(query, "product")),
        seven_oh_percent=parameters.number(query, "seven_oh_percent"),
    )


def _topics_asked(view: View, purchase: Purchase) -> list[tuple[Edition, Purchase]]:
    """The topic, and each other one whose file says that it is asked too, where the product counts as its own."""
    own = view.edition
    asked = [(own, purchase)]
    for topic in tracker().topics.values():
        if topic.code != own.topic.code and is_asked_too(topic, purchase):
            counted_as = next(iter(topic.products.covered), purchase.product)
            edition = reader().edition(topic.code, str(own.feed_no))
            asked.append((edition, msgspec.structs.replace(purchase, product=counted_as)))
    return asked


def _verdict(
    edition: Edition,
    view: View,
    place: Jurisdiction,
    purchase: Purchase,
    caveats: tuple[Caveat, ...],
) -> Verdict:
    """The verdict at one place: of its own levels, and of what is recorded inside it."""
    resolution, outer = _judged(edition, view, place, purchase)
    inside: dict[str, Resolution] = {}
    # Where the place itself says no, or leaves all to its parts, they add nothing.
    if outer.verdict != "not-allowed" and resolution.outcome != "varies":
        parts = [
            (item.place, _judged(edition, view, item.place, purchase))
            for item in edition.below(place.code)
        ]
        inside = {part.code: resolved for part, (resolved, _) in parts}
        outer = with_places_inside(outer, [(part, judged) for part, (_, judged) in parts])
    pending = bill_caveats(bills_of(resolution))
    today = view.whose_day(resolution)
    beside = (*outer.caveats, *pending, *caveats, *([today] if today else []))
    return Verdict(edition, resolution, outer, beside, inside)


def _judged(
    edition: Edition, view: View, place: Jurisdiction, purchase: Purchase
) -> tuple[Resolution, Permit]:
    resolution = edition.resolve(place, view.as_of)
    return resolution, permit(resolution, edition.topic, purchase)


def _gravity(verdict: Verdict) -> int:
    return GRAVITY[verdict.permit.verdict]


def _missing(verdicts: list[Verdict], several: bool) -> tuple[str, ...]:
    named = [name for verdict in verdicts for name in verdict.permit.missing]
    return tuple(dict.fromkeys([*(["place"] if several else []), *named]))


def _once(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    return tuple(dict.fromkeys(caveats))


def _check(verdict: Verdict) -> contract.Check:
    topic, place = verdict.edition.topic.code, verdict.resolution.place
    return contract.same(
        contract.Check,
        verdict.permit,
        topic=topic,
        jurisdiction=contract.jurisdiction(place),
        rule=_rule(verdict),
        caveats=_once(verdict.caveats),
        url=formats.url_of(topic, place.code),
    )


def _rule(verdict: Verdict) -> contract.CheckRule:
    """The deciding rule with the sources of the law it was read from."""
    finding, levels = verdict.permit.deciding, verdict.resolution.levels
    if finding.rule == "inside":
        levels = verdict.inside[finding.value[0]].levels
    code = finding.levels[0] if finding.levels else verdict.resolution.deciding
    level = next((candidate for candidate in levels if candidate.jurisdiction.code == code), None)
    period = level.period if level else None
    return contract.same(
        contract.CheckRule,
        finding,
        topic=verdict.edition.topic.code,
        jurisdiction=contract.jurisdiction(level.jurisdiction) if level else None,
        sources=period.sources if period else (),
        last_verified=level.last_verified if level else None,
        verified_how=level.verified_how if level else None,
        freshness=level.freshness if level else None,
    )


def _undecided(shown: Verdict, question: str) -> contract.CheckRule:
    return msgspec.structs.replace(
        _rule(shown), rule="place", verdict="unclear", text=question, missing="place"
    )
