"""The site on other sites: the map as a picture, the tags for previews of links, the map to embed."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.blueprints import BlueprintSetupState

from legalmap import clock
from legalmap.domain.law.dates import in_words
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats
from legalmap.services.reading import trust_figures
from legalmap.web.api import responses
from legalmap.web.drawing import map_drawing, map_picture
from legalmap.web.drawing.map_picture import HEIGHT, VIEWS, WIDTH, Pictures
from legalmap.web.http import query_params
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import LAW, needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.http.rate_limits import PICTURE

blueprint = Blueprint("share", __name__)
SVG, PNG = "image/svg+xml; charset=utf-8", "image/png"
# For the one page that other sites may frame. It needs no script, no form and no cookie.
EMBED_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    """Each application has its own cache of pictures, and templates can call the functions below."""
    state.app.extensions["pictures"] = Pictures(state.app.extensions["reader"].tracker)
    state.app.jinja_env.globals.update(
        unfurled=unfurled, dataset=dataset, whole=whole, picture_size=(WIDTH, HEIGHT)
    )


def _view_name() -> str:
    return query_params.choice("view", VIEWS) or "world"


@blueprint.get("/<topic>/map.svg")
@needs(Permission.READ, decided_by=(*LAW, "view"), cost=PICTURE)
def map_svg(topic: str) -> Response:
    """The map alone as SVG."""
    view = query_params.view(topic)
    return _send(view, _view_name(), 0, SVG)


@blueprint.get("/<topic>/map.png")
@needs(Permission.READ, decided_by=(*LAW, "view", "size"), cost=PICTURE)
def map_png(topic: str) -> Response:
    """The map alone as PNG, 1200 or 2000 pixels wide."""
    view = query_params.view(topic)
    size = query_params.choice("size", map_picture.SIZES) or "1200"
    return _send(view, _view_name(), map_picture.SIZES[size], PNG)


def _send(view: View, name: str, width: int, media_type: str) -> Response:
    pictures: Pictures = current_app.extensions["pictures"]
    picture = pictures.of(view.edition, view.as_of, name, width)
    changed_at = view.edition.changed_at
    response = responses.send_bytes(picture.content, media_type, changed_at)
    ending = "png" if width else "svg"
    file = f"legalmap-{view.topic.code}-{name}-feed-{view.edition.feed_no}-{view.as_of}.{ending}"
    response.headers["Content-Disposition"] = f'inline; filename="{file}"'
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return responses.opened(response)


@blueprint.get("/<topic>/embed")
@needs(Permission.READ, decided_by=(*LAW, "view"), cost=PICTURE)
def embed(topic: str) -> Response:
    """The map to be framed in other sites; it says itself how old its evidence is."""
    view = query_params.view(topic)
    name = _view_name()
    # The age of the evidence counts from today, whatever day the map shows.
    ages = trust_figures.ages(view.edition, clock.today(), name)
    svg, shown = map_picture.inline(tracker(), view.edition, view.as_of, name, view.query)
    content = render_template(
        "reading/share/embed.html",
        topic=view.topic,
        view=view,
        name=name,
        ages=ages,
        title=map_picture.title_of(view.topic, name),
        svg=svg,
        shown=shown,
        order=map_drawing.order_of(view.topic),
        home=f"/{topic}{'' if name == 'world' else f'/{name}'}{view.query}",
    )
    response = make_response(content)
    response.headers["Content-Security-Policy"] = EMBED_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = responses.CACHE_CONTROL
    response.set_etag(hashlib.sha256(content.encode()).hexdigest())
    response.make_conditional(request)
    return response


def whole(path: str) -> str:
    """A path of this site as an absolute URL, for other sites."""
    return site_url() + path


def unfurled(view: View, path: str) -> dict[str, str]:
    """The URLs and words of the tags (Open Graph) with which other sites show a link to a map or place.

    The picture's URL names day and feed number: a site that keeps the picture keeps what the link showed.
    """
    code = path.removeprefix(f"/{view.topic.code}").strip("/")
    name = "us" if code.partition("-")[0] == "us" else "world"
    picture_query = {
        "view": name,
        "as_of": view.as_of.isoformat(),
        "known_at": str(view.edition.feed_no),
    }
    return {
        "canonical": whole(path),
        "url": whole(path + view.query),
        "image": whole(f"/{view.topic.code}/map.png?{urlencode(picture_query)}"),
        "alt": f"{map_picture.title_of(view.topic, name)} A map of the law in force on"
        f" {in_words(view.as_of)}.",
    }


def dataset(edition: Edition) -> dict[str, Any]:
    """A topic as a schema.org Dataset (JSON-LD), for search engines and catalogues of data."""
    topic = edition.topic
    changed = edition.changed_at
    described = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": whole(f"/{topic.code}"),
        "url": whole(f"/{topic.code}"),
        "name": f"Legal status of {topic.sentence_name} by jurisdiction",
        "description": f"{topic.about} {len(edition.records)} jurisdictions with dates, sources and"
        f" the date of the evidence of each. {topic.scope}",
        "keywords": [topic.name, "law", "legal status", "jurisdictions"],
        "license": contract.LICENCE_URL,
        "isAccessibleForFree": True,
        "version": str(edition.feed_no),
        "creator": {"@type": "Organization", "name": "legalmap", "url": whole("/about")},
        "temporalCoverage": _span(edition),
        "variableMeasured": ["Status", *(variable.label for variable in topic.variables)],
        "image": whole(f"/{topic.code}/map.png"),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind.media_type.partition(";")[0],
                "contentUrl": whole(f"/export/{topic.code}{kind.ending}"),
            }
            for kind in formats.available().values()
        ],
    }
    return described | ({"dateModified": changed.date().isoformat()} if changed else {})


def _span(edition: Edition) -> str:
    """From the earliest dated law on, open at the end (ISO 8601 as schema.org writes it)."""
    return f"{edition.began}/.." if edition.began else "../.."
