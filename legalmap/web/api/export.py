"""/export: whole topics as files, what describes them, and all of them in one package."""

from datetime import date

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import data_package, formats, schemas
from legalmap.services.exporting.files import Files, is_large
from legalmap.services.exporting.formats import FORMATS
from legalmap.services.exporting.made_file import File
from legalmap.web.api import parameters, ranges, responses
from legalmap.web.api.parameters import Query
from legalmap.web.http.permissions import needs, reader, tracker

blueprint = Blueprint("export", __name__, url_prefix="/export")
blueprint.after_request(responses.opened)
# An edition and a day always give the same bytes, but a new version of this software may write others:
# a day in caches, not a year.
PINNED = "public, max-age=86400"
SCHEMA = "application/schema+json"


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    """Each application has its own files: two may stand on two databases."""
    state.app.extensions["files"] = Files(state.app.config.get("FILES"))


@blueprint.get("/<topic>.<format>")
@needs(Permission.READ, decided_by=())
def export(topic: str, format: str) -> Response:  # noqa: A002
    """A topic in one of the formats, on a day and as known at a feed number."""
    query = parameters.read("as_of", "known_at")
    tracker().topic(topic)
    plain = [name for name, kind in FORMATS.items() if kind.ending == f".{name}"]
    if format not in plain:
        raise Missing("format", format, plain)
    return _file(topic, format, query)


@blueprint.get("/<topic>-sources.csv")
@needs(Permission.READ, decided_by=())
def sources(topic: str) -> Response:
    """Every source of a topic, one row each."""
    return _file(topic, "sources", parameters.read("as_of", "known_at"))


@blueprint.get("/<topic>-dictionary.csv")
@needs(Permission.READ, decided_by=())
def dictionary(topic: str) -> Response:
    """What every column and code of a topic's tables means."""
    return _file(topic, "dictionary", parameters.read("as_of", "known_at"))


def _file(topic: str, format: str, query: Query) -> Response:  # noqa: A002
    view = parameters.view(topic, query)
    wait = not is_large(reader().edition(topic))
    file = ranges.files().of(view.edition, view.as_of, format, newest=not query, wait=wait)
    name = f"{formats.file_name(topic, format)}{schemas.SUFFIX}"
    described = f'<{schemas.FOLDER}/{name}>; rel="describedby"; type="{SCHEMA}"'
    return _send(file, [described], query)


def _send(file: File, links: list[str], query: Query) -> Response:
    pinned = "as_of" in query and query.get("known_at", "").isdigit()
    cache_control = PINNED if pinned else responses.CACHE_CONTROL
    return ranges.send(file, links, cache_control)


@blueprint.get("/datapackage.json")
@needs(Permission.READ, decided_by=())
def datapackage() -> Response:
    """All topics as a Frictionless Data Package; with a day or feed number its paths name both."""
    query = parameters.read("as_of", "known_at")
    editions, as_of, wait = _all(query)
    file = data_package.package(editions, as_of, ranges.files(), pinned=bool(query), wait=wait)
    return _send(file, [f'<{data_package.PROFILE}>; rel="describedby"'], query)


@blueprint.get("/datapackage.zip")
@needs(Permission.READ, decided_by=())
def datapackage_zip() -> Response:
    """The package with the files it names."""
    query = parameters.read("as_of", "known_at")
    editions, as_of, wait = _all(query)
    file = data_package.zipped(editions, as_of, ranges.files(), newest=not query, wait=wait)
    return _send(file, [], query)


def _all(query: Query) -> tuple[list[Edition], date, bool]:
    """Every topic at one feed number, the day, and whether the request waits until all files are made.

    One feed number for all, or a publication meanwhile would show in some of the files and not in others.
    """
    topics = list(tracker().topics)
    view = parameters.view(topics[0], query)
    editions = [reader().edition(topic, str(view.edition.feed_no)) for topic in topics]
    wait = not any(is_large(reader().edition(topic)) for topic in topics)
    return editions, view.as_of, wait


@blueprint.get("/schemas/<filename>")
@needs(Permission.READ, decided_by=())
def schema(filename: str) -> Response:
    """The schema of a file: JSON Schema, or Table Schema for a table."""
    parameters.read()
    known = {
        f"{formats.file_name(topic, format)}{schemas.SUFFIX}": (topic, format)
        for topic in tracker().topics
        for format in FORMATS  # noqa: A001
    }
    if filename not in known:
        near = [name for name in known if name.startswith(filename.partition(".")[0])]
        raise Missing("schema", filename, near or known)
    topic, format = known[filename]  # noqa: A001
    edition = reader().edition(topic)
    content = data_package.schema(edition, format)
    return responses.send_bytes(content, SCHEMA, edition.changed_at)
