"""The page of downloads."""

import msgspec
from flask import Blueprint, redirect, render_template
from werkzeug import Response

from legalmap import clock
from legalmap.domain.errors import Unusable
from legalmap.domain.people.roles import Permission
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats, releases
from legalmap.web.api import ranges
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.reading.releases import folder

blueprint = Blueprint("data", __name__)


class Download(msgspec.Struct, frozen=True):
    """A file on the page of data: its name, what it is, and its length in bytes if that is known."""

    name: str
    about: str
    size: int | None


@blueprint.get("/export")
@needs(Permission.READ)
def export() -> Response:
    """Lead whoever cut the name of a file off its address to the list of files."""
    return redirect("/data", code=302)


@blueprint.get("/data")
@needs(Permission.READ)
def data() -> str:
    """Downloads, licence, how to cite."""
    editions = [reader().edition(code) for code in tracker().topics]
    downloads = {edition.topic.code: _downloads(edition) for edition in editions}
    return render_template(
        "reading/data.html",
        editions=editions,
        downloads=downloads,
        releases=releases.all_of(folder()),
    )


def _downloads(edition: Edition) -> list[Download]:
    """The files of a topic with their sizes; one that cannot be made now is left out."""
    downloads = []
    for name, kind in formats.available().items():
        try:
            length = ranges.files().length_of(edition, clock.today(), name)
        except Unusable:
            continue
        path = formats.file_name(edition.topic.code, name)
        downloads.append(Download(path, kind.about, length))
    return downloads
