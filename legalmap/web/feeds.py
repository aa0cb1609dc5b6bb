"""Recent changes with old and new value: a page, and Atom and JSON feeds of a topic and of a place."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, render_template

from legalmap import clock
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.domain.roles import Permission
from legalmap.domain.topics import Topic
from legalmap.services import finding, news, unfolding, wire
from legalmap.services.news import News
from legalmap.web import answering, telling
from legalmap.web.api import sending
from legalmap.web.guard import needs, reader, tracker
from legalmap.web.http.hosts import site_url
from legalmap.web.telling import Line

blueprint = Blueprint("feeds", __name__)
ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED, JSON_FEED_VERSION = "application/feed+json", "https://jsonfeed.org/version/1.1"
# The year in which the ids of entries were first given out (RFC 4151): it never changes.
TAG_YEAR = 2026
# So many changes of the law stand on the page; the map plays all of them.
MOST_TURNS = 12
# XML 1.0 has no place for these, not even escaped.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Told(msgspec.Struct, frozen=True):
    """One change for a template: its headline and everything it changed, in words."""

    news: News
    headline: str
    lines: list[Line]


def _told(found: list[News], topic: Topic) -> list[Told]:
    return [Told(each, telling.headline(each, topic), telling.lines(each, topic)) for each in found]


@blueprint.get("/<topic>/changes")
@needs(Permission.READ)
def changes(topic: str) -> str:
    """When the law changed, and what was published, newest first; what shipped is told in one line."""
    found = tracker().topic(topic)
    entries = _told(news.of_topic(tracker(), topic), found)
    edition = reader().edition(topic)
    coming, past = unfolding.around(edition, clock.today(), MOST_TURNS)
    return render_template(
        "feeds/changes.html",
        topic=found,
        coming=coming,
        past=past,
        entries=entries,
        edition=edition,
        sources=telling.sources,
        shipped=sum(item.publication.revision_number == 0 for item in edition.records.values()),
    )


@blueprint.get("/<topic>/changes.atom")
@blueprint.get("/<topic>/<code>/changes.atom")
@needs(Permission.READ)
def atom_feed(topic: str, code: str | None = None) -> Response:
    """The changes of a topic, or those that can reach a place, as Atom."""
    return atom(*_published(topic, code))


@blueprint.get("/<topic>/changes.json")
@blueprint.get("/<topic>/<code>/changes.json")
@needs(Permission.READ)
def json_feed(topic: str, code: str | None = None) -> Response:
    """The entries of the Atom feed as JSON Feed."""
    return _json_feed(*_published(topic, code))


def _published(topic: str, code: str | None) -> tuple[Topic, Jurisdiction | None, list[News]]:
    """What a feed tells of; of a place also what was published of the levels above it."""
    codebook = tracker().topic(topic)
    if code is None:
        return codebook, None, news.of_topic(tracker(), topic)
    place = finding.place(tracker(), code)
    return codebook, place, news.of_place(tracker(), topic, place)


def _json_feed(topic: Topic, place: Jurisdiction | None, found: list[News]) -> Response:
    path, root = _path(topic, place), site_url()
    where = f" {answering.in_place(place)}" if place else ""
    feed = {
        "version": JSON_FEED_VERSION,
        "title": f"{topic.name}{where}: changes of the law",
        "home_page_url": f"{root}{path}" if place else f"{root}{path}/changes",
        "feed_url": f"{root}{path}/changes.json",
        "description": f"What was published, after review. {wire.DISCLAIMER}",
        "language": "en",
        "authors": [{"name": "legalmap", "url": f"{root}/about"}],
        "_legalmap": {"licence": wire.LICENCE, "licence_url": wire.LICENCE_URL},
        "items": [_item(told, topic, root) for told in _told(found, topic)],
    }
    return _sent(msgspec.json.encode(feed), JSON_FEED, _updated(topic, found))


def _item(told: Told, topic: Topic, root: str) -> dict[str, Any]:
    """One change; its id is that of the same entry in the Atom feed."""
    revision = told.news.revision
    address = f"/{topic.code}/{revision.jurisdiction}/history/{revision.number}"
    html = render_template("feeds/entry.html", entry=told, sources=telling.sources)
    published = stamp(revision.published_at or revision.created_at)
    return {
        "id": f"{_tag()}{address}",
        "url": f"{root}{address}",
        "title": told.headline,
        "summary": revision.note or told.headline,
        "content_html": html,
        "date_published": published,
        "date_modified": published,
        "authors": [{"name": revision.author}],
        "tags": [topic.code, revision.jurisdiction],
        "_legalmap": {"feed_no": revision.feed_no, "kind": revision.kind},
    }


def atom(
    topic: Topic, place: Jurisdiction | None, found: list[News], name: str = "changes"
) -> Response:
    """What was published as Atom. ``name``: of the page it goes with, changes or corrections."""
    updated = _updated(topic, found)
    content = render_template(
        "feeds/atom.xml",
        topic=topic,
        place=place,
        path=_path(topic, place),
        name=name,
        root=site_url(),
        tag=_tag(),
        updated=updated,
        entries=_told(found, topic),
        sources=telling.sources,
        licence_url=wire.LICENCE_URL,
        stamp=stamp,
    )
    return _sent(_NOT_XML.sub("", content).encode(), ATOM, updated)


def _path(topic: Topic, place: Jurisdiction | None) -> str:
    return f"/{topic.code}/{place.code}" if place else f"/{topic.code}"


def _sent(content: bytes, media_type: str, updated: datetime) -> Response:
    return sending.opened(sending.send_bytes(content, media_type, updated))


def _updated(topic: Topic, found: list[News]) -> datetime:
    """When the feed last changed; without any change, when the data were loaded."""
    instants = [each.revision.published_at for each in found if each.revision.published_at]
    return max(instants, default=reader().edition(topic.code).changed_at or clock.now())


def _tag() -> str:
    return f"tag:{_authority()},{TAG_YEAR}:"


def _authority() -> str:
    """The name in the ids: who runs the site. RFC 4151 knows no ports and no brackets."""
    host = urlsplit(site_url()).hostname or "localhost"
    return host if re.fullmatch(r"[a-z0-9.-]+", host) else "localhost"


def stamp(instant: datetime) -> str:
    """An instant as RFC 3339 asks, to the second."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")
