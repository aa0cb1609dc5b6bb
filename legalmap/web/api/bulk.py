"""/export/{topic}.{format}: a whole topic as one file."""

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from legalmap.domain.errors import Missing
from legalmap.domain.roles import Permission
from legalmap.services.exporting import FORMATS, Files
from legalmap.web.api import parameters, sending
from legalmap.web.guard import needs

blueprint = Blueprint("bulk", __name__, url_prefix="/export")
blueprint.after_request(sending.opened)


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    """Each application keeps files of its own: two may stand on two databases."""
    state.app.extensions["files"] = Files()


@blueprint.get("/<topic>.<format>")
@needs(Permission.READ)
def export(topic: str, format: str) -> Response:  # noqa: A002
    """A topic in one of the formats, on a day and as known at a feed number."""
    view = parameters.view(topic, parameters.read("as_of", "known_at"))
    if format not in FORMATS:
        raise Missing("format", format, FORMATS)
    files: Files = current_app.extensions["files"]
    file = files.of(view.edition, view.as_of, format)
    response = sending.send_bytes(file.content, file.sha256, file.media_type, view.changed_at)
    response.headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    return response
