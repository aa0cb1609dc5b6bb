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
from legalmap.web.api.parameters import Given
from legalmap.web.http.permissions import reader, tracker
from legalmap.web.http.query_params import View

WORDS = {
    "allowed": "Allowed, as far as the record goes, if every condition is met",
    "not-allowed": "Not allowed",
    "unclear": "Unclear: do not take this for a yes",
}


class Verdict(msgspec.Struct, frozen=True):
    """What one place's law on one topic says, with the resolution it was read from."""

    edition: Edition
    resolution: Resolution
    permit: Permit
    caveats: tuple[Caveat, ...]


def answer(asked_of: View, given: Given) -> tuple[View, contract.CheckAnswer]:
    """The verdict on a purchase at what was asked; of several places or topics the gravest counts."""
    asked, meant, view = resolutions.asked_places(asked_of, given)
    purchase = _purchase(given)
    editions = _editions(view, purchase)
    by_place = [_of_place(editions, view, place, purchase, meant.caveats) for place in meant.places]
    worst = [max(found, key=_gravity) for found in by_place]
    verdict = gravest([each.permit.verdict for each in worst])
    shown = max(worst, key=_gravity)
    rule = _rule(shown)
    if verdict != shown.permit.verdict:
        rule = _undecided(shown, meant.question)
    every = [each for found in by_place for each in found]
    return view, parameters.answer(
        view,
        contract.CheckAnswer,
        asked=asked,
        purchase=purchase,
        verdict=verdict,
        text=f"{WORDS[verdict]}. {rule.text}",
        rule=rule,
        missing=_missing(every, len(meant.places) > 1),
        caveats=_once([ALWAYS, *(caveat for each in every for caveat in each.caveats)]),
        checks=tuple(_check(each) for each in every),
    )


def _purchase(given: Given) -> Purchase:
    age = parameters.whole_number(given, "age", usual=-1)
    return Purchase(
        age=None if age < 0 else age,
        product=cast("Product | None", parameters.choice(given, "product")),
        seven_oh_percent=parameters.number(given, "seven_oh_percent"),
    )


def _editions(view: View, purchase: Purchase) -> list[Edition]:
    """A product may be a topic of its own: concentrated 7-OH is regulated as kratom and by itself."""
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
    found = [_verdict(edition, view, place, purchase, caveats) for edition in editions]
    # What a ZIP code or a point finds is a county: a town in it may say no where the county does not.
    for edition in editions if caveats else []:
        for item in formats.items(edition):
            if formats.is_directly_below(item.place, place.code):
                inside = _verdict(edition, view, item.place, purchase, caveats)
                if inside.permit.verdict == "not-allowed":
                    found.append(_perhaps(inside))
    return found


def _verdict(
    edition: Edition,
    view: View,
    place: Jurisdiction,
    purchase: Purchase,
    caveats: tuple[Caveat, ...],
) -> Verdict:
    resolution = edition.resolve(place, view.as_of)
    made = permit(resolution, edition.topic, purchase)
    today = view.whose_day(resolution)
    said = (*made.caveats, *caveats, *([today] if today else []))
    return Verdict(edition, resolution, made, said)


def _perhaps(inside: Verdict) -> Verdict:
    """A no of a town in which the asked spot may lie leaves the whole unclear."""
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
    made = msgspec.structs.replace(
        own,
        verdict="unclear",
        deciding=finding,
        findings=(finding,),
        missing=("place",),
    )
    return msgspec.structs.replace(inside, permit=made)


def _gravity(found: Verdict) -> int:
    return GRAVITY[found.permit.verdict]


def _missing(every: list[Verdict], several: bool) -> tuple[str, ...]:
    named = [name for each in every for name in each.permit.missing]
    return tuple(dict.fromkeys([*(["place"] if several else []), *named]))


def _once(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    return tuple(dict.fromkeys(caveats))


def _check(found: Verdict) -> contract.Check:
    topic, place = found.edition.topic.code, found.resolution.place
    return contract.same(
        contract.Check,
        found.permit,
        topic=topic,
        jurisdiction=contract.jurisdiction(place),
        rule=_rule(found),
        caveats=_once(found.caveats),
        url=formats.url_of(topic, place.code),
    )


def _rule(found: Verdict) -> contract.CheckRule:
    """The deciding rule with the sources of the law it was read from."""
    said, levels = found.permit.deciding, found.resolution.levels
    wanted = said.levels[0] if said.levels else found.resolution.deciding
    level = next((each for each in levels if each.jurisdiction.code == wanted), None)
    period = level.period if level else None
    return contract.same(
        contract.CheckRule,
        said,
        topic=found.edition.topic.code,
        jurisdiction=contract.jurisdiction(level.jurisdiction) if level else None,
        sources=period.sources if period else (),
        last_verified=level.last_verified if level else None,
        freshness=level.freshness if level else None,
    )


def _undecided(shown: Verdict, question: str) -> contract.CheckRule:
    return msgspec.structs.replace(
        _rule(shown), rule="place", verdict="unclear", text=question, missing="place"
    )
