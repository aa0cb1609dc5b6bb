"""/api/v1: topics, places, records, revisions, and what holds at a place."""

from collections.abc import Callable

from flask import Response

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import BadQuery, Missing
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.domain.law.periods import in_force_on
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.editions.contents import Published
from legalmap.services.exporting import formats
from legalmap.services.places import search
from legalmap.web.api import negotiation, parameters, resolutions, responses
from legalmap.web.api.parameters import BadParameter, Cursor, Given, Now
from legalmap.web.api.routes import ROOT
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.http.query_params import View

# To search inside a place more has to be found than is shown.
MOST_FOUND = 500

blueprint = negotiation.blueprint("v1")
blueprint.after_app_request(responses.without_page)


@blueprint.get("/topics")
@needs(Permission.READ, decided_by=())
def topics() -> Response:
    """All topics."""
    parameters.declared()
    now = parameters.now()
    entries = tuple(
        contract.same(
            contract.TopicEntry,
            topic,
            records=len(reader().edition(topic.code, str(now.feed_no)).records),
            url=f"{ROOT}/topics/{topic.code}",
        )
        for topic in tracker().topics.values()
    )
    return responses.answered(now, contract.TopicsAnswer, topics=entries)


@blueprint.get("/topics/<topic>")
@needs(Permission.READ, decided_by=())
def topic(topic: str) -> Response:
    """The codebook of a topic."""
    codebook = contract.codebook(tracker().topic(topic))
    parameters.declared()
    return responses.answered(
        parameters.now(), contract.TopicAnswer, topic=topic, codebook=codebook
    )


@blueprint.get("/jurisdictions")
@needs(Permission.READ)
def jurisdictions() -> Response:
    """Places in the order of their codes, or those that fit a search, best first."""
    given = parameters.declared()
    now = parameters.now()
    one_page = not {"q", *parameters.IDENTIFIERS}.isdisjoint(given)
    answer = _search(given, now) if one_page else _page_of_places(given, now)
    return responses.send(answer, now.changed_at)


def _search(given: Given, now: Now) -> contract.JurisdictionsAnswer:
    if "cursor" in given:
        raise BadParameter("cursor", "A search has one page: leave the cursor out or raise limit.")
    limit, parent = parameters.limit(given), parameters.place_code(given, "parent")
    asked = parameters.identifiers(given)
    known = search.by_identifiers(tracker(), asked) if asked else []
    found = search.Found(places=known)
    if "q" in given:
        within = (parent,) if parent else ()
        most = MOST_FOUND if parent or asked else limit
        found = search.search(tracker(), given["q"], most, within=within)
    inside = [
        place
        for place in found.places
        if (not parent or formats.is_directly_below(place, parent))
        and (not asked or place in known)
    ]
    return parameters.answer(
        now,
        contract.JurisdictionsAnswer,
        jurisdictions=tuple(contract.jurisdiction(place) for place in inside[:limit]),
        guessed=found.guessed,
        zip=found.zip_code,
        total=len(inside) if parent or asked else found.total,
        note=found.note,
        topic_named=found.topic,
        found_by={place.code: via for place in inside if (via := found.vias.get(place.code))},
        next=None,
        next_cursor=None,
    )


def _page_of_places(given: Given, now: Now) -> contract.JurisdictionsAnswer:
    limit, parent = parameters.limit(given), parameters.place_code(given, "parent")
    cursor = parameters.cursor(given)
    # One more than is shown tells whether there is a next page.
    left = search.page(tracker(), parent, cursor.after if cursor else "", limit + 1)
    shown, following = parameters.page(given, now, left, lambda place: place.code)
    return parameters.answer(
        now,
        contract.JurisdictionsAnswer,
        jurisdictions=tuple(contract.jurisdiction(place) for place in shown),
        guessed=False,
        zip=None,
        total=None,
        note="",
        topic_named=None,
        found_by={},
        **following,
    )


@blueprint.get("/jurisdictions/<code>")
@needs(Permission.READ, decided_by=())
def jurisdiction(code: str) -> Response:
    """One place, by its code or one of its other codes."""
    parameters.declared()
    place, now = search.place(tracker(), code), parameters.now()
    held = [t for t in tracker().topics if place.code in reader().edition(t).records]
    return responses.answered(
        now,
        contract.JurisdictionAnswer,
        jurisdiction=contract.jurisdiction(place),
        levels=tuple(level.code for level in chain(place, tracker().place)),
        children=len(search.children(tracker(), place.code)),
        children_url=f"{ROOT}/jurisdictions?parent={place.code}",
        records={topic: f"{ROOT}/{topic}/records/{place.code}" for topic in held},
        note=place.note,
    )


@blueprint.get("/<topic>/records")
@needs(Permission.READ, decided_by=())
def records(topic: str) -> Response:
    """The records of a topic in the order of their codes, narrowed by what is asked."""
    known = tracker().topic(topic)
    given = parameters.declared()
    cursor, _ = parameters.cursor(given), parameters.limit(given)
    wanted = {
        "status": parameters.choice(given, "status", [status.code for status in known.statuses]),
        "kind": parameters.choice(given, "kind"),
        "freshness": parameters.choice(given, "freshness"),
        "parent": parameters.place_code(given, "parent"),
    }
    view = _paged_view(topic, given, cursor)
    found = [item for item in formats.items(view.edition) if _fits(view, item, wanted)]
    left = [item for item in found if cursor is None or item.place.code > cursor.after]
    shown, following = parameters.page(given, view, left, lambda item: item.place.code)
    return responses.answered(
        view,
        contract.RecordsAnswer,
        total=len(found),
        records=tuple(formats.record(view.edition, item, view.as_of) for item in shown),
        **following,
    )


def _paged_view(topic: str, given: Given, cursor: Cursor | None) -> View:
    """All pages show the edition and the day of the first one, whatever is published meanwhile."""
    if cursor is None:
        return parameters.view(topic, given)
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


@blueprint.get("/<topic>/records/<code>")
@needs(Permission.READ, decided_by=())
def record(topic: str, code: str) -> Response:
    """One record."""
    view = parameters.view(topic, parameters.declared())
    item = _item(view, search.place(tracker(), code))
    record = formats.record(view.edition, item, view.as_of)
    return responses.answered(view, contract.RecordAnswer, record=record)


def _item(view: View, place: Jurisdiction) -> Published:
    found = view.edition.record_of(place)
    if found is not None:
        return found
    levels = [level.code for level in view.edition.chain_of(place)]
    near = [level for level in reversed(levels) if level in view.edition.records]
    raise Missing("record", f"{view.edition.topic.code}/{place.code}", near)


@blueprint.get("/<topic>/records/<code>/revisions")
@needs(Permission.READ)
def revisions(topic: str, code: str) -> Response:
    """The published revisions of a record, newest first."""
    given = parameters.declared()
    _, cursor = parameters.limit(given), parameters.cursor(given)
    tracker().topic(topic)
    view = _paged_view(topic, given, cursor)
    place = search.place(tracker(), code)
    _item(view, place)
    known = _known_revisions(view, place.code)
    left = [one for one in known if cursor is None or one.number < int(cursor.after)]
    shown, following = parameters.page(given, view, left, lambda revision: revision.number)
    return responses.answered(
        view,
        contract.RevisionsAnswer,
        jurisdiction=place.code,
        total=len(known),
        revisions=tuple(_revision(view, revision) for revision in shown),
        **following,
    )


@blueprint.get("/<topic>/records/<code>/revisions/<number>")
@needs(Permission.READ)
def revision(topic: str, code: str, number: str) -> Response:
    """One published revision, whole."""
    view = parameters.view(topic, parameters.declared())
    place = search.place(tracker(), code)
    _item(view, place)
    known = {str(one.number): one for one in _known_revisions(view, place.code)}
    if number not in known:
        raise Missing("revision", f"{number} of {topic}/{place.code}", known)
    return responses.answered(
        view,
        contract.RevisionAnswer,
        jurisdiction=place.code,
        revision=_revision(view, known[number]),
        payload=known[number].payload,
    )


def _known_revisions(view: View, code: str) -> list[Revision]:
    published = reader().published_revisions(view.edition.topic.code, code)
    return [one for one in published if one.feed_no is not None and one.feed_no <= view.feed_no]


def _revision(view: View, revision: Revision) -> contract.Revision:
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


@blueprint.get("/<topic>/resolve")
@needs(Permission.READ)
def resolve(topic: str) -> Response:
    """What holds at a place, a point or a ZIP code, level by level."""
    tracker().topic(topic)
    given = parameters.declared()
    view = parameters.view(topic, given)
    return responses.send(resolutions.answer(view, given), view.changed_at)
