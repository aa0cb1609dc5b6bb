"""Many places in one request: each is resolved, or refused, on its own and under its index."""

from collections.abc import Sequence
from datetime import date
from typing import cast

import msgspec
from werkzeug.exceptions import RequestEntityTooLarge

from legalmap.domain.errors import BadQuery, Invalid, LegalmapError, Missing, Unusable
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolving import OUTCOME_LABELS, Caveat, Resolution
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats
from legalmap.services.places import points
from legalmap.web.api import negotiation, parameters, resolutions, routes
from legalmap.web.http import error_status
from legalmap.web.http.permissions import tracker
from legalmap.web.http.query_params import View

# How many results of an edition are kept for a day and a way of asking.
MOST_KNOWN = 4_000
# By what a way of asking leaves open, and by the code of a place: what is told of it.
_Results = dict[tuple[Caveat, ...], dict[str, bytes]]
# By topic, of the edition and day asked about last: measured, 1,000 points take half the time so.
_kept: dict[str, tuple[Edition, date, _Results, dict[str, bool]]] = {}


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent. The items are read one by one, so that one that is wrong spoils no other."""

    items: list[msgspec.Raw]


class Item(contract.Asked, frozen=True, forbid_unknown_fields=True):
    """One place: exactly one of a code, a ZIP code, or a point."""


_item_decoder = msgspec.json.Decoder(Item)
_items_decoder = msgspec.json.Decoder(list[Item])
_OF_POINT = (resolutions.POINT_REACH,)
_USUAL = ((), (resolutions.ZIP_REACH,), _OF_POINT)
# How an answer without items ends, and how each item begins.
_END = b"]}"
_INDICES = [
    b'%b{"index":%d,' % (b"," if index else b"", index) for index in range(routes.MOST_ASKED)
]


def content(view: View) -> bytes:
    """What holds at each place of the body of this request: a ``wire.BatchAnswer`` as JSON.

    Put together from the bytes of each place, because to write a thousand takes as long as to find them.
    """
    batch = cast("Batch", negotiation.body(Batch))
    if len(batch.items) > routes.MOST_ASKED:
        most, sent = routes.MOST_ASKED, len(batch.items)
        raise RequestEntityTooLarge(f"At most {most:,} items at once, these are {sent:,}.")
    known = _Known(view)
    read = _all_read(batch.items)
    told = _all_told(known, batch.items if read is None else read)
    empty = parameters.answer(
        view,
        contract.BatchAnswer,
        answered=len(told) - known.refused,
        refused=known.refused,
        items=(),
    )
    pieces = [contract.encode(empty).removesuffix(_END)] * (2 * len(told) + 1)
    # Each item behind its index, all laid together in one go.
    pieces[1::2], pieces[2::2] = _INDICES[: len(told)], told
    return b"".join((*pieces, _END))


def _all_read(items: list[msgspec.Raw]) -> list[Item] | None:
    """All items at once; None if one of them is wrong, which only reading one by one can tell."""
    try:
        return _items_decoder.decode(b"[%b]" % b",".join(items))
    except msgspec.DecodeError:
        return None


def _all_told(known: "_Known", items: Sequence[Item | msgspec.Raw]) -> list[bytes]:
    """What is told of each item, a ``wire.BatchItem`` as JSON from behind its index on."""
    told, of_points = [], known.of_points
    for item in items:
        found = None
        if isinstance(item, Item) and item.lat is not None and item.lon is not None:
            lat, lon = item.lat, item.lon
            # A point, the commonest of all, takes no more here than to find where it lies.
            is_plain = item.place is None and item.zip is None
            if is_plain and -90 <= lat <= 90 and -180 <= lon <= 180:
                found = of_points.get(known.settled(lat, lon) or "")
        told.append(found or _told(known, item))
    return told


def _told(known: "_Known", item: Item | msgspec.Raw) -> bytes:
    try:
        read = item if isinstance(item, Item) else _read(item)
        meant = _places(known, read)
    except Unusable:
        raise
    except LegalmapError as error:
        known.refused += 1
        return _of(None, _refusal(error))
    return (
        known.of(meant.places[0], meant.caveats)
        if len(meant.places) == 1
        else _of(_ask(meant), None)
    )


def _of(result: contract.BatchResult | None, error: contract.BatchRefusal | None) -> bytes:
    whole = contract.encode(contract.BatchItem(index=0, result=result, error=error))
    return whole.removeprefix(b'{"index":0,')


def _read(raw: msgspec.Raw) -> Item:
    try:
        return _item_decoder.decode(raw)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise Invalid.at(path.strip("`$.") or "item", f"{message}.") from None
    except msgspec.DecodeError as error:
        raise BadQuery.at("item", f"{error}.") from None


def _places(known: "_Known", item: Item) -> resolutions.Meant:
    point = item.lat is not None or item.lon is not None
    if (item.place is not None) + (item.zip is not None) + point != 1:
        raise BadQuery.at("item", resolutions.WAYS)
    if item.zip is not None:
        parameters.zip_code(item.zip)
    return resolutions.places_of(known.tracker, known.view, item, _by_code)


def _by_code(tracker: Tracker, code: str) -> Jurisdiction:
    """Without near matches: to seek those for a thousand codes would take minutes."""
    if not code.isprintable() or len(code) > routes.CODE["maxLength"]:
        raise Missing("jurisdiction", code[:80])
    return tracker.place(code.lower())


class _Known:
    """What holds at one place, made once for an edition and day: many points lie in one county."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.refused = 0
        # Asked of Flask once, not for each of a thousand points.
        self.tracker = tracker()
        topic, asked = view.edition.topic.code, (view.edition, view.as_of)
        kept = _kept.get(topic)
        if kept is None or kept[:2] != asked:
            kept = _kept[topic] = (*asked, {}, {})
        self._results, self._quiet = kept[2:]
        self.of_points = self._results.setdefault(_OF_POINT, {})

    def settled(self, lat: float, lon: float) -> str | None:
        """The code of the place at a point if nothing near it could answer otherwise."""
        code = points.settled(lat, lon)
        if code is None:
            return None
        quiet = self._quiet.get(code)
        if quiet is None:
            quiet = self._quiet[code] = points.is_quiet(self.view.edition, code)
        return code if quiet else None

    def of(self, place: Jurisdiction, caveats: tuple[Caveat, ...]) -> bytes:
        """What is told of a place, with what a vague way of asking for it leaves open."""
        # What is said of one point alone is not kept.
        results = self._results.setdefault(caveats, {}) if caveats in _USUAL else {}
        known = results.get(place.code)
        if known is None:
            edition, day = self.view.edition, self.view.as_of
            known = _of(_result(self.view, edition.resolve(place, day), caveats), None)
            if len(results) < MOST_KNOWN:
                results[place.code] = known
        return known


def _refusal(error: LegalmapError) -> contract.BatchRefusal:
    kind = error_status.of(error)
    problems = error.problems if isinstance(error, Invalid) else ()
    return contract.BatchRefusal(
        type=f"urn:legalmap:problem:{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=str(error),
        field=problems[0].field if problems else None,
    )


def _result(view: View, found: Resolution, caveats: tuple[Caveat, ...]) -> contract.BatchResult:
    topic, deciding = view.edition.topic, found.deciding_level
    return contract.same(
        contract.BatchResult,
        found,
        jurisdiction=found.place.code,
        label=topic.status(found.status).label if found.status else OUTCOME_LABELS[found.outcome],
        variables={
            code: contract.ResolvedVariable(value=answer.value, levels=answer.levels)
            for code, answer in found.answers.items()
        },
        levels=tuple(
            contract.BatchLevel(
                code=level.jurisdiction.code,
                standing=level.standing,
                status=level.period.status if level.period else None,
            )
            for level in found.levels
        ),
        caveats=(*found.caveats, *caveats),
        last_verified=deciding.last_verified if deciding else None,
        freshness=deciding.freshness if deciding else None,
        candidates=(),
        url=formats.url_of(topic.code, found.place.code),
    )


def _ask(meant: resolutions.Meant) -> contract.BatchResult:
    """A ZIP code in several counties, or a point at a border, is asked back, never guessed."""
    return contract.BatchResult(
        outcome=resolutions.ASK,
        caveats=meant.caveats,
        candidates=tuple(place.code for place in meant.places),
    )
