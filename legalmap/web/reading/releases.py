"""/releases: frozen releases, each at an address that never changes what it shows."""

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.services.exporting import formats, releases
from legalmap.services.exporting.made_file import File
from legalmap.web.api import ranges, responses
from legalmap.web.http.headers import YEAR
from legalmap.web.http.permissions import needs

blueprint = Blueprint("releases", __name__, url_prefix="/releases")
IMMUTABLE = f"public, max-age={YEAR}, immutable"
_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "cff": "text/yaml; charset=utf-8",
    "zip": "application/zip",
    "": "text/plain; charset=utf-8",
}


def folder() -> Path | None:
    """The folder with the releases of this application; None if it has none."""
    chosen: Path | None = current_app.config["RELEASES"]
    return chosen


@blueprint.get("/")
@needs(Permission.READ)
def index() -> str:
    """All releases, newest first."""
    return render_template("reading/releases/index.html", releases=releases.all_of(folder()))


@blueprint.get("/<release>/")
@needs(Permission.READ)
def release(release: str) -> str:
    """One release: its files, sizes and sums. The address to cite."""
    known_release = releases.release_of(folder(), release)
    files = releases.files_of(folder(), release)
    return render_template(
        "reading/releases/release.html", release=known_release, files=list(files.values())
    )


@blueprint.get("/<release>/<filename>")
@needs(Permission.READ)
def file(release: str, filename: str) -> Response:
    """One file of a release, the same bytes for ever."""
    known_release = releases.release_of(folder(), release)
    files = releases.files_of(folder(), release)
    if filename not in files:
        raise Missing("file", f"{filename} in release {release}", files)
    frozen = files[filename]
    seal = releases.checked(frozen)
    content = File(frozen.path, seal, _media_type(filename), filename, known_release.feed_no, None)
    sums = f'</releases/{release}/{releases.SUMS}>; rel="describedby"'
    response = ranges.send(content, [sums], IMMUTABLE)
    return responses.opened(response)


def _media_type(name: str) -> str:
    kinds = {kind.ending: kind.media_type for kind in formats.FORMATS.values()}
    ending = Path(name).suffix
    return kinds.get(ending) or _TYPES.get(ending.lstrip("."), _TYPES[""])
