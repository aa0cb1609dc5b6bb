"""/releases: frozen releases, each at an address that never changes what it shows."""

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template

from legalmap.domain.errors import Missing
from legalmap.domain.roles import Permission
from legalmap.services import exporting, releasing
from legalmap.services.making import File
from legalmap.web.api import ranging, sending
from legalmap.web.guard import needs
from legalmap.web.headers import YEAR

blueprint = Blueprint("releasing", __name__, url_prefix="/releases")
IMMUTABLE = f"public, max-age={YEAR}, immutable"
_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "cff": "text/yaml; charset=utf-8",
    "zip": "application/zip",
    "": "text/plain; charset=utf-8",
}


def folder() -> Path | None:
    """Where this application's releases are."""
    found: Path | None = current_app.config["RELEASES"]
    return found


@blueprint.get("/")
@needs(Permission.READ)
def index() -> str:
    """All releases, newest first."""
    return render_template("releasing/index.html", releases=releasing.all_of(folder()))


@blueprint.get("/<release>/")
@needs(Permission.READ)
def release(release: str) -> str:
    """One release: its files, sizes and sums. The address to cite."""
    found = releasing.release_of(folder(), release)
    files = releasing.files_of(folder(), release)
    return render_template("releasing/release.html", release=found, files=list(files.values()))


@blueprint.get("/<release>/<filename>")
@needs(Permission.READ)
def file(release: str, filename: str) -> Response:
    """One file of a release, the same bytes for ever."""
    found = releasing.release_of(folder(), release)
    files = releasing.files_of(folder(), release)
    if filename not in files:
        raise Missing("file", f"{filename} in release {release}", files)
    frozen = files[filename]
    seal = releasing.checked(frozen)
    kept = File(frozen.path, seal, _media_type(filename), filename, found.feed_no, None)
    sums = f'</releases/{release}/{releasing.SUMS}>; rel="describedby"'
    response = ranging.send(kept, [sums], newest=False, cache_control=IMMUTABLE)
    return sending.opened(response)


def _media_type(name: str) -> str:
    kinds = {kind.ending: kind.media_type for kind in exporting.FORMATS.values()}
    ending = Path(name).suffix
    return kinds.get(ending) or _TYPES.get(ending.lstrip("."), _TYPES[""])
