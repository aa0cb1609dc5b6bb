"""The OpenAPI 3.1 document and the JSON Schemas, made from the structs that encode the answers."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import msgspec

from legalmap import __version__
from legalmap.domain.law import payload_forms
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.topics import Topic
from legalmap.services import contract
from legalmap.web.api import routes
from legalmap.web.api.routes import Parameter, Route, Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/components/schemas/"
_REFERENCE = re.compile(rf'"{REF}(\w+)"')
OWN_MODULE = "legalmap.services.contract."
_STATUSES = {
    400: "A parameter or the body cannot be read; errors names it.",
    404: "There is no such thing; near holds what may have been meant.",
    406: "The asker accepts no JSON.",
    413: f"More than {routes.MOST_ASKED:,} items, or too many bytes.",
    415: "The body is not sent as application/json.",
    422: "The body is JSON of another shape.",
    429: "Too many of these calls: wait as long as Retry-After says.",
    503: "The database cannot be used at the moment.",
}
# What every route can answer besides its own errors.
ALWAYS = (406, 503)


def _hook(kind: type) -> Schema:
    if kind is PartialDate:
        return {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
    raise NotImplementedError(kind)


@cache
def schemas() -> dict[str, Schema]:
    """The schema of every struct that an answer can hold, by the name of the struct."""
    answers = [route.answer for route in routes.all_routes() if route.answer]
    kinds = [
        *answers,
        contract.SparseAnswer,
        contract.Export,
        contract.RecordLine,
        contract.Details,
    ]
    _, components = msgspec.json.schema_components(
        kinds, schema_hook=_hook, ref_template=REF + "{name}"
    )
    named = {_short(name): _whole(schema) for name, schema in components.items()}
    for name, keys in payload_forms.ADDED.items():
        # A payload is given as it was stored: earlier forms have none of these.
        named[name]["required"] = [key for key in named[name]["required"] if key not in keys]
    return {name: {**schema, "title": name} for name, schema in named.items()}


def _short(name: str) -> str:
    """The name of a struct alone. Two are called Period: that of a payload becomes PayloadPeriod."""
    if name.startswith(OWN_MODULE):
        return name.rpartition(".")[2]
    return f"Payload{name.rpartition('.')[2]}" if "." in name else name


def _whole(schema: Any) -> Any:
    """A schema for clients: short names, every key required, and keys that come later allowed."""
    if isinstance(schema, list):
        return [_whole(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _whole(value) for key, value in schema.items() if key != "default"}
    if isinstance(result.get("$ref"), str):
        result["$ref"] = REF + _short(result["$ref"].removeprefix(REF))
    if isinstance(result.get("description"), str):
        result["description"] = " ".join(result["description"].split())
    if isinstance(result.get("enum"), list):
        result["type"] = "string"
    if isinstance(result.get("properties"), dict):
        result["required"] = list(result["properties"])
        result.pop("additionalProperties", None)
    return result


def schema_alone(name: str) -> Schema | None:
    """One schema with all that it refers to under ``$defs``; None if there is none of that name."""
    known = schemas()
    if name not in known:
        return None
    inner = {name: known[name] for name in sorted(_reached(name, known))}
    alone = {
        "$schema": DIALECT,
        "$id": f"{routes.ROOT}/schemas/{name}.json",
        **known[name],
        **({"$defs": inner} if inner else {}),
    }
    text = msgspec.json.encode(alone).replace(REF.encode(), b"#/$defs/")
    return cast("Schema", msgspec.json.decode(text))


def _reached(name: str, known: dict[str, Schema]) -> set[str]:
    """The names of all schemas that one refers to, directly or through others."""
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        text = msgspec.json.encode(known[ahead.pop()]).decode()
        others = set(_REFERENCE.findall(text)) - reached
        reached |= others
        ahead += others
    return reached


def document(topics: Mapping[str, Topic]) -> dict[str, Any]:
    """The OpenAPI document of an application that tracks these topics."""
    known = _known(topics)
    paths: dict[str, Any] = {}
    for route in routes.all_routes():
        paths.setdefault(route.path, {})[route.method] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "legalmap",
            "version": __version__,
            "summary": "Which law holds at a place, on a day, for a topic, who says so, who checked.",
            "description": f"{contract.DISCLAIMER} {routes.PROMISE}",
            "license": {"name": "CC0 1.0 Universal", "url": contract.LICENCE_URL},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in routes.GROUPS],
        "paths": paths,
        "components": {"schemas": schemas(), "responses": _problems()},
    }


def _known(topics: Mapping[str, Topic]) -> dict[str, list[str]]:
    statuses = [status.code for topic in topics.values() for status in topic.statuses]
    return {
        "topics": list(topics),
        "statuses": list(dict.fromkeys(statuses)),
        "schemas": sorted(schemas()),
    }


def _operation(route: Route, known: dict[str, list[str]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.group],
        "summary": route.about.partition(".")[0],
        "description": route.about,
        "parameters": [_parameter(parameter, known) for parameter in route.parameters],
        "responses": _responses(route),
    }
    if route.body is not None:
        sample = {"examples": {"first": {"value": route.sample}}}
        content = {"application/json": {"schema": route.body, **sample}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(parameter: Parameter, known: dict[str, list[str]]) -> dict[str, Any]:
    schema = dict(parameter.schema)
    if "x-of" in schema:
        schema["enum"] = known[schema.pop("x-of")]
    described = {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.about,
        "required": parameter.required,
        "schema": schema,
    }
    return described if parameter.example is None else {**described, "example": parameter.example}


def _responses(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {
            "description": "The answer.",
            "headers": _headers(route),
            "content": {"application/json": {"schema": _answer(route)}},
        }
    }
    if route.method == "get":
        responses["304"] = {"description": "You have this already: its ETag is the one you sent."}
    # Requests for the past are limited in their rate.
    of_the_past = (429,) if routes.AS_OF in route.parameters else ()
    for status in sorted({*route.errors, *of_the_past, *ALWAYS}):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return responses


def _answer(route: Route) -> Schema:
    if route.answer is None:
        return {"type": "object"}
    whole = {"$ref": REF + route.answer.__name__}
    if not route.takes_fields:
        return whole
    return {"anyOf": [whole, {"$ref": f"{REF}SparseAnswer"}]}


def _headers(route: Route) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    headers = {"ETag": {"description": "The SHA-256 of the answer, in quotes.", **text}}
    if 429 in route.errors:
        headers["RateLimit"] = {"description": "How many of these calls are left.", **text}
        headers["RateLimit-Policy"] = {"description": "How many there are in a window.", **text}
        headers.pop("ETag")
    return headers


def _problems() -> dict[str, Any]:
    content = {routes.PROBLEM: {"schema": {"$ref": f"{REF}Details"}}}
    return {
        str(status): {"description": words, "content": content}
        for status, words in _STATUSES.items()
    }
