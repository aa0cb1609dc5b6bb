"""Many places in one request: each is resolved or refused on its own, under its index.

A thousand points are answered in about the time it takes to write the bytes, so results are encoded
once for each place and joined as bytes.
"""

from collections.abc import Sequence
from datetime import date
from typing import cast

import msgspec
from werkzeug.exceptions import RequestEntityTooLarge

from legalmap.domain.errors import BadQuery, Invalid, LegalmapError, Missing, Unusable
from legalmap.domain.law.answer import Answer
from legalmap.domain.law.caveats import Caveat
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import points
from legalmap.web.api import negotiation, parameters, resolutions, routes
from legalmap.web.http import error_status
from legalmap.web.http.permissions import tracker
from legalmap.web.http.query_params import View

# How many encoded results are kept for one edition, day and set of caveats.
MOST_KNOWN = 4_000
# By the caveats of the way in which a place was given, then by its code: the result as JSON.
_Results = dict[tuple[Caveat, ...], dict[str, bytes]]
# By topic, for the edition and day of the last request. Measured: 1,000 points take half the time.
_kept: dict[str, tuple[Edition, date, _Results, dict[str, bool]]] = {}


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request. Items are decoded one by one, so that a wrong one spoils no other."""

    items: list[msgspec.Raw]


class Item(contract.Asked, frozen=True, forbid_unknown_fields=True):
    """One place: exactly one of a code, a ZIP code, or a point."""


_item_decoder = msgspec.json.Decoder(Item)
_items_decoder = msgspec.json.Decoder(list[Item])
_OF_POINT = (resolutions.POINT_REACH,)
_USUAL = ((), (resolutions.ZIP_REACH,), _OF_POINT)
# The end of an answer without items, and the beginning of each item up to its index.
_END = b"]}"
_INDICES = [
    b'%b{"index":%d,' % (b"," if index else b"", index) for index in range(routes.MOST_ASKED)
]


def content(view: View) -> bytes:
    """What holds at each place in the body of this request: a ``contract.BatchAnswer`` as JSON.

    Raise RequestEntityTooLarge for too many items; what is wrong with one item is told in its place.
    """
    batch = cast("Batch", negotiation.body(Batch))
    if len(batch.items) > routes.MOST_ASKED:
        most, sent = routes.MOST_ASKED, len(batch.items)
        raise RequestEntityTooLarge(f"At most {most:,} items at once, these are {sent:,}.")
    cache = ResultCache(view)
    items = _all_read(batch.items)
    answers = _all_encoded(cache, batch.items if items is None else items)
    empty = parameters.answer(
        view,
        contract.BatchAnswer,
        answered=len(answers) - cache.refused,
        refused=cache.refused,
        items=(),
    )
    pieces = [contract.encode(empty).removesuffix(_END)] * (2 * len(answers) + 1)
    # Index, item, index, item: slices fill the list without a loop in Python.
    pieces[1::2], pieces[2::2] = _INDICES[: len(answers)], answers
    return b"".join((*pieces, _END))


def _all_read(items: list[msgspec.Raw]) -> list[Item] | None:
    """All items, decoded at once; None if any is wrong: decoding one by one then tells which."""
    try:
        return _items_decoder.decode(b"[%b]" % b",".join(items))
    except msgspec.DecodeError:
        return None


def _all_encoded(cache: "ResultCache", items: Sequence[Item | msgspec.Raw]) -> list[bytes]:
    """Each item as a ``contract.BatchItem`` in JSON, without its beginning up to the index."""
    answers, of_points = [], cache.of_points
    for item in items:
        result = None
        if isinstance(item, Item) and item.lat is not None and item.lon is not None:
            lat, lon = item.lat, item.lon
            # Points are the commonest items by far: for these only the region is looked up here.
            is_plain = item.place is None and item.zip is None
            if is_plain and -90 <= lat <= 90 and -180 <= lon <= 180:
                result = of_points.get(cache.settled(lat, lon) or "")
        answers.append(result or _encoded(cache, item))
    return answers


def _encoded(cache: "ResultCache", item: Item | msgspec.Raw) -> bytes:
    try:
        place_asked = item if isinstance(item, Item) else _read(item)
        meant = _places(cache, place_asked)
    except Unusable:
        raise
    except LegalmapError as error:
        cache.refused += 1
        return _item(None, _refusal(error))
    return (
        cache.of(meant.places[0], meant.caveats)
        if len(meant.places) == 1
        else _item(_ask_back(meant), None)
    )


def _item(result: contract.BatchResult | None, error: contract.BatchRefusal | None) -> bytes:
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


def _places(cache: "ResultCache", item: Item) -> resolutions.Meant:
    point = item.lat is not None or item.lon is not None
    if (item.place is not None) + (item.zip is not None) + point != 1:
        raise BadQuery.at("item", resolutions.WAYS)
    if item.zip is not None:
        parameters.zip_code(item.zip)
    return resolutions.places_of(cache.tracker, cache.view, item, _by_code)


def _by_code(tracker: Tracker, code: str) -> Jurisdiction:
    """The place of a code, without near matches: finding those for a thousand codes would take minutes."""
    if not code.isprintable() or len(code) > routes.CODE["maxLength"]:
        raise Missing("jurisdiction", code[:80])
    return tracker.place(code.lower())


class ResultCache:
    """The results of one edition and day, each encoded once: many points lie in one county."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.refused = 0
        # Looked up in Flask once, not for each of a thousand points.
        self.tracker = tracker()
        topic, edition_and_day = view.edition.topic.code, (view.edition, view.as_of)
        remembered = _kept.get(topic)
        if remembered is None or remembered[:2] != edition_and_day:
            remembered = _kept[topic] = (*edition_and_day, {}, {})
        self._results, self._quiet = remembered[2:]
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
        """The item of a place, with the caveats of the way in which it was given."""
        # What is said of one point alone is not kept.
        results = self._results.setdefault(caveats, {}) if caveats in _USUAL else {}
        encoded = results.get(place.code)
        if encoded is None:
            encoded = _item(_result(self.view, self.view.answer(place), caveats), None)
            if len(results) < MOST_KNOWN:
                results[place.code] = encoded
        return encoded


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


def _result(view: View, answered: Answer, caveats: tuple[Caveat, ...]) -> contract.BatchResult:
    resolution = answered.resolution
    return contract.same(
        contract.BatchResult,
        resolution,
        jurisdiction=resolution.place.code,
        levels=tuple(
            contract.BatchLevel(
                code=level.jurisdiction.code,
                standing=level.standing,
                status=level.period.status if level.period else None,
            )
            for level in resolution.levels
        ),
        candidates=(),
        **resolutions.shared_keys(view, answered, caveats),
    )


def _ask_back(meant: resolutions.Meant) -> contract.BatchResult:
    """For a ZIP code in several counties or a point at a border: which of them is meant, never a guess."""
    return contract.BatchResult(
        outcome=resolutions.ASK,
        caveats=meant.caveats,
        candidates=tuple(place.code for place in meant.places),
    )
