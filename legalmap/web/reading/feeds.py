"""Recent changes with old and new value: Atom and JSON feeds of a topic and of a place."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, render_template

from legalmap import clock
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.topics import Topic
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.places import search
from legalmap.services.reading import published_changes
from legalmap.services.reading.published_changes import News
from legalmap.web.api import responses
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.wording import change_sentences, sentences
from legalmap.web.wording.change_sentences import Entry

blueprint = Blueprint("feeds", __name__)
ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED, JSON_FEED_VERSION = "application/feed+json", "https://jsonfeed.org/version/1.1"
# The year in the ids of entries (tag URIs, RFC 4151), in which they were first used: it never changes.
TAG_YEAR = 2026
# Characters that XML 1.0 forbids, even escaped.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    """The topic, the place and the publications of a feed; for a place those of the levels above it too."""
    codebook = tracker().topic(topic)
    if code is None:
        return codebook, None, published_changes.of_topic(tracker(), topic)
    place = search.place(tracker(), code)
    return codebook, place, published_changes.of_place(tracker(), topic, place)


def _json_feed(topic: Topic, place: Jurisdiction | None, published: list[News]) -> Response:
    path, root = _path(topic, place), site_url()
    entries = [change_sentences.entry(news, topic) for news in published]
    where = f" {sentences.in_place(place)}" if place else ""
    feed = {
        "version": JSON_FEED_VERSION,
        "title": f"{topic.name}{where}: changes of the law",
        "home_page_url": f"{root}{path}" if place else f"{root}{path}/changes",
        "feed_url": f"{root}{path}/changes.json",
        "description": f"What was published, after review. {contract.DISCLAIMER}",
        "language": "en",
        "authors": [{"name": "legalmap", "url": f"{root}/about"}],
        "_legalmap": {"licence": contract.LICENCE, "licence_url": contract.LICENCE_URL},
        "items": [_item(entry, topic, root) for entry in entries],
    }
    return _sent(msgspec.json.encode(feed), JSON_FEED, _updated(topic, published))


def _item(entry: Entry, topic: Topic, root: str) -> dict[str, Any]:
    """One publication as an item; it has the id of the same entry in the Atom feed."""
    revision = entry.news.revision
    address = f"/{topic.code}/{revision.jurisdiction}/history/{revision.number}"
    html = render_template("reading/feeds/entry.html", entry=entry)
    published = stamp(revision.published_at or revision.created_at)
    return {
        "id": f"{_tag()}{address}",
        "url": f"{root}{address}",
        "title": entry.headline,
        "summary": revision.note or entry.headline,
        "content_html": html,
        "date_published": published,
        "date_modified": published,
        "authors": [{"name": revision.author}],
        "tags": [topic.code, revision.jurisdiction],
        "_legalmap": {"feed_no": revision.feed_no, "kind": revision.kind},
    }


def atom(
    topic: Topic, place: Jurisdiction | None, published: list[News], name: str = "changes"
) -> Response:
    """Publications as Atom (RFC 4287). ``name``: of the page that it follows, changes or corrections."""
    updated = _updated(topic, published)
    content = render_template(
        "reading/feeds/atom.xml",
        topic=topic,
        place=place,
        path=_path(topic, place),
        name=name,
        root=site_url(),
        tag=_tag(),
        updated=updated,
        entries=[change_sentences.entry(news, topic) for news in published],
        licence_url=contract.LICENCE_URL,
        stamp=stamp,
    )
    return _sent(_NOT_XML.sub("", content).encode(), ATOM, updated)


def _path(topic: Topic, place: Jurisdiction | None) -> str:
    return f"/{topic.code}/{place.code}" if place else f"/{topic.code}"


def _sent(content: bytes, media_type: str, updated: datetime) -> Response:
    return responses.opened(responses.send_bytes(content, media_type, updated))


def _updated(topic: Topic, published: list[News]) -> datetime:
    """When the feed last changed; without any change, when the data were loaded."""
    instants = [news.revision.published_at for news in published if news.revision.published_at]
    return max(instants, default=reader().edition(topic.code).changed_at or clock.now())


def _tag() -> str:
    return f"tag:{_authority()},{TAG_YEAR}:"


def _authority() -> str:
    """The host in the ids of entries. RFC 4151 allows neither ports nor the brackets of IPv6."""
    host = urlsplit(site_url()).hostname or "localhost"
    return host if re.fullmatch(r"[a-z0-9.-]+", host) else "localhost"


def stamp(instant: datetime) -> str:
    """An instant in UTC, to the second, as RFC 3339 writes it."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")
