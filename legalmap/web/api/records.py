"""/api/v1: the records of a topic, and the revisions that were published of each."""

from collections.abc import Callable
from typing import get_args

from flask import Response

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import BadQuery, Missing
from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.domain.law.jurisdictions import Jurisdiction, Kind
from legalmap.domain.law.periods import in_force_on
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.editions.contents import Published
from legalmap.services.exporting import formats
from legalmap.services.places import search
from legalmap.web.api import parameters, responses, routes
from legalmap.web.api.negotiation import ApiPart
from legalmap.web.api.parameters import BadParameter, Cursor, Query
from legalmap.web.api.routes import FIELDS, PAGING, PARENT, ROOT, TIMES, Parameter
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.http.query_params import View

blueprint = ApiPart("api_records", "Records")


@blueprint.answers(
    "/<topic>/records",
    contract.RecordsAnswer,
    (
        Parameter(
            "status",
            "Only records whose own status on the day is this.",
            routes.STATUS_CODE,
            "banned",
        ),
        PARENT,
        Parameter("kind", "Only places of this kind.", routes.one_of(get_args(Kind)), "state"),
        Parameter(
            "freshness",
            "Only records whose evidence is this fresh.",
            routes.one_of(FRESHNESS_LABELS),
            "fresh",
        ),
        *TIMES,
        *PAGING,
        FIELDS,
    ),
    {
        "The states that banned kratom, on a day in the past": (
            "/kratom/records?kind=state&status=banned&as_of=2017-01-01&limit=3"
        ),
        "Codes and statuses alone": "/kratom/records?fields=jurisdiction.code,status&limit=3",
    },
)
@needs(Permission.READ, decided_by=())
def records(topic: str) -> Response:
    """The records of a topic in the order of their codes, narrowed by what is asked."""
    codebook = tracker().topic(topic)
    query = parameters.declared()
    cursor, _ = parameters.cursor(query), parameters.limit(query)
    wanted = {
        "status": parameters.choice(query, "status", [status.code for status in codebook.statuses]),
        "kind": parameters.choice(query, "kind"),
        "freshness": parameters.choice(query, "freshness"),
        "parent": parameters.place_code(query, "parent"),
    }
    view = _paged_view(topic, query, cursor)
    fitting = [item for item in formats.items(view.edition) if _fits(view, item, wanted)]
    remaining = [item for item in fitting if cursor is None or item.place.code > cursor.after]
    shown, following = parameters.page(query, view, remaining, lambda item: item.place.code)
    return responses.answered(
        view,
        contract.RecordsAnswer,
        total=len(fitting),
        records=tuple(formats.record(view.edition, item, view.as_of) for item in shown),
        **following,
    )


def _paged_view(topic: str, query: Query, cursor: Cursor | None) -> View:
    """All pages show the edition and the day of the first one, whatever is published meanwhile."""
    if cursor is None:
        return parameters.view(topic, query)
    # The day is pinned too: a list that is read over midnight must not change on the way.
    pinned = {"as_of": cursor.as_of.isoformat(), "known_at": str(cursor.feed_no)}
    try:
        return parameters.view(topic, pinned)
    except BadQuery:
        raise BadParameter("cursor", "Take it from the answer before, as it is.") from None


def _fits(view: View, item: Published, wanted: dict[str, str | None]) -> bool:
    """Looks at nothing that nobody asked for, and at no contents: there may be very many records."""
    says: dict[str, Callable[[], str | None]] = {
        "status": lambda: view.edition.statuses(view.as_of).get(item.place.code),
        "kind": lambda: item.place.kind,
        "freshness": lambda: view.edition.freshness_of(item, view.as_of),
    }
    parent = wanted["parent"]
    if parent is not None and not formats.is_directly_below(item.place, parent):
        return False
    return all(value() == wanted[name] for name, value in says.items() if wanted[name] is not None)


@blueprint.answers(
    "/<topic>/records/<code>",
    contract.RecordAnswer,
    (*TIMES, FIELDS),
    {"The record of Alabama": "/kratom/records/us-al"},
)
@needs(Permission.READ, decided_by=())
def record(topic: str, code: str) -> Response:
    """One record: its periods of law, their sources, and when it was last verified."""
    place = search.place(tracker(), code)
    view = parameters.view(topic, parameters.declared()).at(place)
    item = _item(view, place)
    record = formats.record(view.edition, item, view.as_of)
    return responses.answered(view, contract.RecordAnswer, record=record)


def _item(view: View, place: Jurisdiction) -> Published:
    item = view.edition.record_of(place)
    if item is not None:
        return item
    levels = [level.code for level in view.edition.chain_of(place)]
    near = [level for level in reversed(levels) if level in view.edition.records]
    raise Missing("record", f"{view.edition.topic.code}/{place.code}", near)


@blueprint.answers(
    "/<topic>/records/<code>/revisions",
    contract.RevisionsAnswer,
    (*TIMES, *PAGING, FIELDS),
    {"The history of Alabama's record": "/kratom/records/us-al/revisions"},
)
@needs(Permission.READ)
def revisions(topic: str, code: str) -> Response:
    """The published revisions of a record, newest first."""
    query = parameters.declared()
    _, cursor = parameters.limit(query), parameters.cursor(query)
    tracker().topic(topic)
    view = _paged_view(topic, query, cursor)
    place = search.place(tracker(), code)
    _item(view, place)
    published = _known_revisions(view, place.code)
    remaining = [
        revision for revision in published if cursor is None or revision.number < int(cursor.after)
    ]
    shown, following = parameters.page(query, view, remaining, lambda revision: revision.number)
    return responses.answered(
        view,
        contract.RevisionsAnswer,
        jurisdiction=place.code,
        total=len(published),
        revisions=tuple(_revision(view, revision) for revision in shown),
        **following,
    )


@blueprint.answers(
    "/<topic>/records/<code>/revisions/<number>",
    contract.RevisionAnswer,
    (*TIMES, FIELDS),
    {"What was shipped first": "/kratom/records/us-al/revisions/0"},
)
@needs(Permission.READ)
def revision(topic: str, code: str, number: str) -> Response:
    """One published revision with the payload that its hash is of."""
    view = parameters.view(topic, parameters.declared())
    place = search.place(tracker(), code)
    _item(view, place)
    published = {str(earlier.number): earlier for earlier in _known_revisions(view, place.code)}
    if number not in published:
        raise Missing("revision", f"{number} of {topic}/{place.code}", published)
    return responses.answered(
        view,
        contract.RevisionAnswer,
        jurisdiction=place.code,
        revision=_revision(view, published[number]),
        payload=contract.stored(published[number].stored),
    )


def _known_revisions(view: View, code: str) -> list[Revision]:
    published = reader().published_revisions(view.edition.topic.code, code)
    return [
        revision
        for revision in published
        if revision.feed_no is not None and revision.feed_no <= view.feed_no
    ]


def _revision(view: View, revision: Revision) -> contract.Revision:
    # The one entry of the feed behind the number before it.
    [publication] = reader().feed((revision.feed_no or 0) - 1, 1)
    own = in_force_on(revision.payload.periods, view.as_of)
    where = f"{ROOT}/{revision.topic}/records/{revision.jurisdiction}/revisions"
    return contract.same(
        contract.Revision,
        revision,
        base=revision.base_number,
        reviewer=publication.reviewer,
        created_at=contract.instant(revision.created_at),
        published_at=contract.instant(publication.at),
        feed_no=publication.feed_no,
        payload_sha256=publication.payload_sha256,
        prev_sha256=publication.prev_sha256,
        sha256=publication.sha256,
        status=own.status if own else None,
        url=f"{where}/{revision.number}",
    )
