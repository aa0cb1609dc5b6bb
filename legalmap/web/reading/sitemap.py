"""For search engines: which pages there are, when each last changed, and what not to crawl."""

from typing import Any

from flask import Blueprint, Response, render_template

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.services.editions.editions import Edition
from legalmap.web.api import responses
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import needs, reader, tracker

blueprint = Blueprint("sitemap", __name__)
TEXT, XML = "text/plain; charset=utf-8", "application/xml; charset=utf-8"
# Addresses in one file. sitemaps.org allows 50,000; smaller files are made faster.
PART = 10_000
PAGES_OF_TOPIC = ("", "/table", "/changes", "/corrections", "/codebook")
PAGES_OF_SITE = ("/data", "/about", "/api")


@blueprint.get("/robots.txt")
@needs(Permission.READ)
def robots() -> Response:
    """Keep crawlers to addresses without a query: every day of every map has one of its own."""
    return _sent("reading/sitemap/robots.txt", TEXT)


@blueprint.get("/sitemap.xml")
@needs(Permission.READ, decided_by=())
def index() -> Response:
    """The index of all sitemaps: one for each topic, or several for a large one."""
    editions = [reader().edition(code) for code in tracker().topics]
    parts = [(edition, part) for edition in editions for part in range(1, _parts(edition) + 1)]
    return _sent("reading/sitemap/index.xml", XML, parts=parts)


@blueprint.get("/<topic>/sitemap/<int:part>.xml")
@needs(Permission.READ, decided_by=())
def listed(topic: str, part: int) -> Response:
    """The pages of a topic and of its records, with the day each record was last published."""
    edition = reader().edition(topic)
    if not 1 <= part <= _parts(edition):
        raise Missing("part", str(part))
    codes = edition.codes[(part - 1) * PART : part * PART]
    pages = [f"/{topic}{path}" for path in PAGES_OF_TOPIC] if part == 1 else []
    if part == 1 and topic == tracker().home:
        pages += PAGES_OF_SITE
    return _sent(
        "reading/sitemap/sitemap.xml",
        XML,
        pages=pages,
        items=[edition.records[code] for code in codes],
    )


def _parts(edition: Edition) -> int:
    return max(-(-len(edition.codes) // PART), 1)


def _sent(template: str, media_type: str, **context: Any) -> Response:
    root = site_url()
    content = render_template(template, root=root, **context).encode()
    return responses.send_bytes(content, media_type, None)
