"""Recent changes with old and new value, as a page and as Atom feeds of a topic and of a place."""

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, render_template, request

from legalmap import clock
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.domain.roles import Permission
from legalmap.domain.topics import Topic
from legalmap.services import finding, news, wire
from legalmap.services.news import News
from legalmap.web import telling
from legalmap.web.api import sending
from legalmap.web.guard import needs, reader, tracker
from legalmap.web.telling import Line

blueprint = Blueprint("feeds", __name__)
ATOM = "application/atom+xml; charset=utf-8"
# The year in which the ids of entries were first given out (RFC 4151): it never changes.
TAG_YEAR = 2026
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
    """What changed, newest first; what shipped with the data is told in one line."""
    found = tracker().topic(topic)
    entries = _told(news.of_topic(tracker(), topic), found)
    edition = reader().edition(topic)
    return render_template(
        "feeds/changes.html",
        topic=found,
        entries=entries,
        edition=edition,
        sources=telling.sources,
        shipped=sum(item.publication.revision_number == 0 for item in edition.records.values()),
    )


@blueprint.get("/<topic>/changes.atom")
@needs(Permission.READ)
def topic_feed(topic: str) -> Response:
    """The changes of a topic as Atom."""
    found = tracker().topic(topic)
    return _atom(found, None, news.of_topic(tracker(), topic))


@blueprint.get("/<topic>/<code>/changes.atom")
@needs(Permission.READ)
def place_feed(topic: str, code: str) -> Response:
    """The changes that can reach a place as Atom: its own and those of the levels above it."""
    found = tracker().topic(topic)
    place = finding.place(tracker(), code)
    return _atom(found, place, news.of_place(tracker(), topic, place))


def _atom(topic: Topic, place: Jurisdiction | None, found: list[News]) -> Response:
    path = f"/{topic.code}/{place.code}" if place else f"/{topic.code}"
    updated = _updated(topic, found)
    content = render_template(
        "feeds/atom.xml",
        topic=topic,
        place=place,
        path=path,
        root=request.url_root.rstrip("/"),
        tag=f"tag:{_authority()},{TAG_YEAR}:",
        updated=updated,
        entries=_told(found, topic),
        sources=telling.sources,
        licence_url=wire.LICENCE_URL,
        stamp=stamp,
    )
    sound = _NOT_XML.sub("", content).encode()
    sha256 = hashlib.sha256(sound).hexdigest()
    return sending.opened(sending.send_bytes(sound, sha256, ATOM, updated))


def _updated(topic: Topic, found: list[News]) -> datetime:
    """When the feed last changed; without any change, when the data were loaded."""
    instants = [each.revision.published_at for each in found if each.revision.published_at]
    return max(instants, default=reader().edition(topic.code).changed_at or clock.now())


def _authority() -> str:
    """The name in the ids: who runs the site. RFC 4151 knows no ports and no brackets."""
    host = urlsplit(request.url_root).hostname or "localhost"
    return host if re.fullmatch(r"[a-z0-9.-]+", host) else "localhost"


def stamp(instant: datetime) -> str:
    """An instant as RFC 3339 asks, to the second."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")
