"""JSON Schema for every JSON file and Table Schema for every table, made from what writes them."""

from pathlib import Path
from typing import Any

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.topics import Topic
from legalmap.services import contract
from legalmap.services.exporting import dictionary, tables
from legalmap.services.exporting.dictionary import Field

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = "/export/schemas"
SUFFIX = ".schema.json"
_NULL = {"type": "null"}


def of(topic: Topic, format: str) -> dict[str, Any]:  # noqa: A002
    """The schema of a topic's file in a format."""
    name = f"{topic.name}: {format}"
    if format == "json":
        return _of_struct(contract.Export, topic, name)
    if format == "ndjson":
        return _of_struct(contract.RecordLine, topic, f"{name}, each line")
    if format == "geojson":
        return {"$schema": DIALECT, "title": name, **_collection(topic)}
    return dictionary.table_schema(fields_of(topic, format), key_of(format))


def fields_of(topic: Topic, format: str) -> tuple[Field, ...]:  # noqa: A002
    """The columns of a table of a topic."""
    if format == "sources":
        return dictionary.source_fields()
    if format == "dictionary":
        return dictionary.dictionary_fields()
    return dictionary.period_fields(topic)


def key_of(format: str) -> tuple[str, ...]:  # noqa: A002
    """The primary key. The dictionary has none: key columns must not be empty, and ``code`` may be."""
    keys = {"sources": ("jurisdiction", "period", "position"), "dictionary": ()}
    return keys.get(format, ("jurisdiction", "period"))


def _hook(kind: type) -> dict[str, Any]:
    if kind is PartialDate:
        return {"type": "string", "pattern": dictionary.PARTIAL_DATE}
    raise NotImplementedError(f"{kind} has no place in an answer")


def _of_struct(kind: type, topic: Topic, title: str) -> dict[str, Any]:
    schema = msgspec.json.schema(kind, schema_hook=_hook)
    parts = schema["$defs"]
    for part in parts.values():
        if "properties" in part:
            # Every key is always written, also those with a default.
            part["required"] = list(part["properties"])
            for described in part["properties"].values():
                described.pop("default", None)
    # Which statuses and variables there are is up to the topic, not to the structs.
    period = parts["Period"]["properties"]
    period["status"] = {"type": "string", "enum": [status.code for status in topic.statuses]}
    period["answers"] = _answers(topic)
    return {"$schema": DIALECT, "title": title, **schema}


def _answers(topic: Topic) -> dict[str, Any]:
    variables = {variable.code: variable for variable in topic.variables}
    properties = {
        field.name: dictionary.json_schema(field, nullable=field.kind != "codes")
        for field in dictionary.period_fields(topic)
        if field.name in variables
    }
    for name, variable in variables.items():
        if variable.type == "choice":
            codes = [choice.code for choice in variable.choices]
            properties[name]["anyOf"] = [{"type": "string", "enum": codes}, _NULL]
    return {"type": "object", "properties": properties, "required": list(properties)}


def _collection(topic: Topic) -> dict[str, Any]:
    # A record may have no period on the day, and then nothing that a period says.
    of_record = set(tables.columns(topic)[: tables.columns(topic).index("period")])
    properties = {
        field.name: dictionary.json_schema(
            field, nullable=not (field.required and field.name in of_record)
        )
        for field in dictionary.period_fields(topic)
    }
    content = (Path(__file__).parent / "feature_collection.schema.json").read_bytes()
    schema: dict[str, Any] = msgspec.json.decode(content)
    of_feature = schema["properties"]["features"]["items"]["properties"]["properties"]
    of_feature |= {"properties": properties, "required": list(properties)}
    return schema
