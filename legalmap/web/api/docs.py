"""The API described: the OpenAPI document, the JSON Schemas, and the reference page for people."""

import msgspec
from flask import Blueprint, Response, redirect, render_template
from flask.blueprints import BlueprintSetupState
from werkzeug import Response as BaseResponse

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.web.api import openapi_document, parameters, responses, routes
from legalmap.web.api.negotiation import ApiPart
from legalmap.web.http.permissions import needs, tracker

blueprint = Blueprint("docs", __name__)
tools = ApiPart("api_docs", "About the API")


@blueprint.record
def _with_tools(state: BlueprintSetupState) -> None:
    state.app.register_blueprint(tools)


@tools.answers("/openapi.json", None, (), {"The document": "/openapi.json"})
@needs(Permission.READ, decided_by=())
def openapi() -> Response:
    """This API as an OpenAPI 3.1 document."""
    parameters.declared()
    return _sent(openapi_document.document(tracker().topics))


@tools.answers("/schemas/<name>.json", None, (), {"The schema of a record": "/schemas/Record.json"})
@needs(Permission.READ, decided_by=())
def schema(name: str) -> Response:
    """The JSON Schema (2020-12) of one kind of answer, whole in itself."""
    parameters.declared()
    document = openapi_document.schema_alone(name)
    if document is None:
        raise Missing("schema", name, sorted(openapi_document.schemas()))
    return _sent(document)


def _sent(document: dict[str, object]) -> Response:
    return responses.send_bytes(msgspec.json.encode(document), responses.JSON, None)


@blueprint.get("/api")
@needs(Permission.READ, decided_by=())
def reference() -> str:
    """Every address of the API with what it takes, what it answers, and examples."""
    groups: dict[str, list[routes.Route]] = {}
    for route in routes.all_routes():
        groups.setdefault(route.group, []).append(route)
    return render_template(
        "api/reference.html",
        groups=groups,
        promise=routes.PROMISE,
        schemas=sorted(openapi_document.schemas()),
        as_json=lambda body: msgspec.json.encode(body).decode(),
        type_of=_type_of,
    )


@blueprint.get(routes.ROOT)
@needs(Permission.READ)
def root() -> BaseResponse:
    """Lead whoever cut an address of the API short to the list of addresses."""
    return redirect("/api", code=302)


def _type_of(parameter: routes.Parameter) -> str:
    """What a parameter takes, in a few words."""
    schema = parameter.schema
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if "anyOf" in schema:
        return "a feed number or an instant"
    low, high = schema.get("minimum"), schema.get("maximum")
    if schema["type"] in ("integer", "number"):
        word = "whole number" if schema["type"] == "integer" else "number"
        # Large numbers are written out: nobody types 1e+09 into an address.
        reach = f" to {high:,.15g}" if high is not None else ""
        return f"{word} from {low:,.15g}{reach}"
    if schema.get("format") == "date":
        return "day, such as 2025-07-01"
    return "text"
