"""Whether a sale is allowed, in the words of the public contract."""

from collections.abc import Iterable
from typing import cast

import msgspec

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.purchase import (
    ALWAYS,
    GRAVITY,
    Finding,
    Permit,
    Product,
    Purchase,
    gravest,
    permit,
)
from legalmap.domain.law.resolving import Caveat, Resolution
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
    """What the law of one place on one topic says of a purchase, and the resolution it was read from."""

    edition: Edition
    resolution: Resolution
    permit: Permit
    caveats: tuple[Caveat, ...]


def answer(view: View, query: Query) -> contract.CheckAnswer:
    """The verdict on a purchase at the place asked about.

    Of several topics the gravest verdict counts. Where a ZIP code lies in several places that differ, the
    answer asks which one it is.
    """
    request, places, caveats = resolutions.asked_places(query)
    purchase = _purchase(query)
    editions = _editions(view, purchase)
    by_place = [_of_place(editions, view, place, purchase, caveats) for place in places]
    gravest_of_each = [max(verdicts, key=_gravity) for verdicts in by_place]
    overall = gravest([verdict.permit.verdict for verdict in gravest_of_each])
    shown = max(gravest_of_each, key=_gravity)
    # Allowed at one place and prohibited at another is unclear as a whole, which no single rule says.
    rule = _rule(shown) if overall == shown.permit.verdict else _undecided(shown, places)
    verdicts = [verdict for of_place in by_place for verdict in of_place]
    return parameters.answer(
        view,
        contract.CheckAnswer,
        asked=request,
        purchase=purchase,
        verdict=overall,
        text=f"{WORDS[overall]}. {rule.text}",
        rule=rule,
        missing=_missing(verdicts, len(places) > 1),
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


def _editions(view: View, purchase: Purchase) -> list[Edition]:
    """The topic, and that of the product if it has one: concentrated 7-OH is regulated as kratom and by itself."""
    own = view.edition
    if purchase.product in tracker().topics and purchase.product != own.topic.code:
        return [own, reader().edition(str(purchase.product), str(own.feed_no))]
    return [own]


def _of_place(
    editions: list[Edition],
    view: View,
    place: Jurisdiction,
    purchase: Purchase,
    caveats: tuple[Caveat, ...],
) -> list[Verdict]:
    verdicts = [_verdict(edition, view, place, purchase, caveats) for edition in editions]
    # A ZIP code or a point finds a county, and a town in it may prohibit what the county allows.
    for edition in editions if caveats else []:
        for item in formats.items(edition):
            if formats.is_directly_below(item.place, place.code):
                inside = _verdict(edition, view, item.place, purchase, caveats)
                if inside.permit.verdict == "not-allowed":
                    verdicts.append(_perhaps(inside))
    return verdicts


def _verdict(
    edition: Edition,
    view: View,
    place: Jurisdiction,
    purchase: Purchase,
    caveats: tuple[Caveat, ...],
) -> Verdict:
    resolution = edition.resolve(place, view.as_of)
    judged = permit(resolution, edition.topic, purchase)
    return Verdict(edition, resolution, judged, (*judged.caveats, *caveats))


def _perhaps(inside: Verdict) -> Verdict:
    """The prohibition of a town in which the spot may lie, as a verdict: it leaves the whole unclear."""
    own, name = inside.permit, inside.resolution.place.name
    finding = Finding(
        rule="town",
        verdict="unclear",
        text=f"Not allowed in {name}, and the spot may lie there. {own.deciding.text}",
        variable=own.deciding.variable,
        value=own.deciding.value,
        levels=own.deciding.levels,
        missing="place",
    )
    unclear = msgspec.structs.replace(
        own,
        verdict="unclear",
        deciding=finding,
        findings=(finding,),
        missing=("place",),
    )
    return msgspec.structs.replace(inside, permit=unclear)


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
        freshness=level.freshness if level else None,
    )


def _undecided(shown: Verdict, places: list[Jurisdiction]) -> contract.CheckRule:
    names = ", ".join(place.name for place in places)
    text = f"The ZIP code touches {names}, whose law differs: ask which one it is."
    return msgspec.structs.replace(
        _rule(shown), rule="place", verdict="unclear", text=text, missing="place"
    )
