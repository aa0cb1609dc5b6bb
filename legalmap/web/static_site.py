"""The whole public API and every bulk file as static files, fetched from the application itself.

So each file has exactly the bytes of the live answer. An address with a query becomes a file named by
the query; ``site.json`` lists the file, media type, length and SHA-256 of every address.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Flask
from flask.testing import FlaskClient

from legalmap.domain.errors import Unusable
from legalmap.domain.law.jurisdictions import chain
from legalmap.services.exporting import formats, schemas
from legalmap.services.reading.reader import Reader
from legalmap.web.api import openapi_document
from legalmap.web.api.routes import ROOT

INDEX = "site.json"
# The largest pages there are, so that a list takes as few files as possible.
WHOLE_PAGES = "limit=500"
# They say what is so at this moment: as a file they would be wrong.
LIVE = (f"{ROOT}/heartbeat",)


class Frozen(msgspec.Struct, frozen=True):
    """One address and the file that holds its answer."""

    address: str
    file: str
    media_type: str
    bytes: int
    sha256: str


class Site(msgspec.Struct, frozen=True):
    """What ``site.json`` holds."""

    feed_no: int
    files: tuple[Frozen, ...]


def write(app: Flask, folder: Path) -> Site:
    """Write the site into ``folder`` and delete what an earlier run wrote and is no longer part of it.

    Raise Unusable if an address does not answer with 200: then nothing is deleted.
    """
    reader: Reader = app.extensions["reader"]
    app.extensions["files"].is_patient = True
    client = app.test_client()
    earlier = _earlier(folder)
    wanted, seen = list(_starts(app, reader)), dict[str, Frozen]()
    while wanted:
        address = wanted.pop()
        if address not in seen:
            seen[address], further = _frozen(client, folder, address)
            wanted += further
    site = Site(reader.head(), tuple(seen[address] for address in sorted(seen)))
    for name in earlier - {frozen.file for frozen in site.files}:
        (folder / name).unlink(missing_ok=True)
    _put(folder / INDEX, msgspec.json.format(msgspec.json.encode(site), indent=1) + b"\n")
    return site


def _earlier(folder: Path) -> set[str]:
    index = folder / INDEX
    if not index.is_file():
        return set()
    earlier = msgspec.json.decode(index.read_bytes(), type=Site)
    # Somebody may have edited the list since: never delete anything outside the folder.
    home = folder.resolve()
    return {file.file for file in earlier.files if home in (home / file.file).resolve().parents}


def _starts(app: Flask, reader: Reader) -> Iterator[str]:
    """Where to begin: every address without parameters, and those of each topic, record and place."""
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        public = rule.rule.startswith(("/api/", "/export/")) and not rule.arguments
        public = public and rule.rule not in LIVE
        # Some routes refuse a request without a query: these are no page of their own.
        if public and client.head(rule.rule, buffered=True).status_code == 200:
            yield rule.rule
    yield from (f"{ROOT}/schemas/{name}.json" for name in openapi_document.schemas())
    yield f"{ROOT}/jurisdictions?{WHOLE_PAGES}"
    yield f"{ROOT}/changes?since=0&{WHOLE_PAGES}"
    places: set[str] = set()
    for topic in reader.tracker.topics:
        yield from _of_topic(topic)
        for item in formats.items(reader.edition(topic)):
            places |= {level.code for level in chain(item.place, reader.tracker.place)}
            yield from _of_record(topic, item.place.code)
    yield from (f"{ROOT}/jurisdictions/{code}" for code in sorted(places))


def _of_topic(topic: str) -> Iterator[str]:
    yield f"{ROOT}/topics/{topic}"
    yield f"{ROOT}/{topic}/records?{WHOLE_PAGES}"
    for format in formats.available():  # noqa: A001
        name = formats.file_name(topic, format)
        yield f"/export/{name}"
        yield f"{schemas.FOLDER}/{name}{schemas.SUFFIX}"


def _of_record(topic: str, code: str) -> Iterator[str]:
    yield f"{ROOT}/{topic}/records/{code}"
    yield f"{ROOT}/{topic}/records/{code}/revisions"
    yield f"{ROOT}/{topic}/resolve?place={code}"


def _frozen(client: FlaskClient, folder: Path, address: str) -> tuple[Frozen, list[str]]:
    response = client.get(address, buffered=True)
    if response.status_code != 200:
        raise Unusable(f"{address} answered {response.status_code}: nothing more was written.")
    content, media_type = response.data, response.headers["Content-Type"]
    file = file_of(address, media_type)
    _put(folder / file, content)
    sha256 = hashlib.sha256(content).hexdigest()
    further = _further(address, response.get_json()) if address.startswith(ROOT) else []
    return Frozen(address, file, media_type, len(content), sha256), further


def file_of(address: str, media_type: str) -> str:
    """The file of an address: the same path, or a file in it named by the query."""
    parts = urlsplit(address)
    path = parts.path.strip("/")
    if parts.query:
        return f"{path}/{parts.query}.json"
    if path.startswith("export/") or Path(path).suffix == ".json":
        return path
    return f"{path}/index.json" if "json" in media_type else f"{path}/index"


def _further(address: str, answer: Any) -> list[str]:
    """The next page of a list, the next stretch of the feed, and every revision of a record."""
    addresses = [answer["next"]] if answer.get("next") else []
    path = urlsplit(address).path
    if path == f"{ROOT}/changes" and answer["next_since"] < answer["head"]:
        limit = f"&{WHOLE_PAGES}" if WHOLE_PAGES in address else ""
        addresses.append(f"{path}?since={answer['next_since']}{limit}")
    if path.endswith("/revisions"):
        addresses += [revision["url"] for revision in answer["revisions"]]
    return addresses


def _put(file: Path, content: bytes) -> None:
    """Write beside the old file, then rename: a reader sees the old content or the new, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{hashlib.sha256(file.name.encode()).hexdigest()[:16]}.part")
    part.write_bytes(content)
    part.replace(file)
