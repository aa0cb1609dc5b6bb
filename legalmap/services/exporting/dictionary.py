"""The columns of the exported tables, read from columns.toml, as Table Schema and as JSON Schema."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.domain.law.periods import FORCES
from legalmap.domain.law.sources import SOURCE_KINDS
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services import contract

PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
CODES = r"^\S+( \S+)*$"
SHA256 = r"^[0-9a-f]{64}$"
INSTANT = "%Y-%m-%dT%H:%M:%S.%f%z"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One column. ``kind`` is what its cells hold: a *partial* date is a year, a month or a day."""

    name: str
    kind: str = "string"
    title: str
    description: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    resolve: str = ""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of columns.toml. ``words`` names a set of codes with labels; ``codes`` are their own labels."""

    name: str
    description: str
    kind: str = "string"
    required: bool = False
    words: str = ""
    codes: tuple[str, ...] = ()


@cache
def _rows() -> dict[str, tuple[_Row, ...]]:
    content = (Path(__file__).parent / "columns.toml").read_bytes()
    return msgspec.toml.decode(content, type=dict[str, tuple[_Row, ...]])


def _labels(codes: Iterable[str]) -> dict[str, str]:
    return {code: code.replace("-", " ").capitalize() for code in codes}


def _fields(*groups: str, topic: Topic | None = None) -> tuple[Field, ...]:
    """The columns of some groups; only those of periods need a topic, for its statuses."""
    statuses = topic.statuses if topic else ()
    words = {
        "statuses": {status.code: f"{status.label}: {status.definition}" for status in statuses},
        "forces": FORCES,
        "freshness": FRESHNESS_LABELS,
        "source_kinds": _labels(SOURCE_KINDS),
    }
    return tuple(
        Field(
            name=row.name,
            kind=row.kind,
            title=row.name.replace("_", " ").capitalize(),
            description=row.description,
            required=row.required,
            choices=tuple(words.get(row.words, _labels(row.codes)).items()),
        )
        for group in groups
        for row in _rows()[group]
    )


# The tables repeat all identifiers of a place in the contract, in its order.
PLACE = tuple(
    name for name in contract.Jurisdiction.__struct_fields__ if name not in ("code", "called")
)


def _place_fields() -> Iterator[Field]:
    known = {field.name: field for field in _fields("place")}
    for name in PLACE:
        about = f"Identifier of the place: {name.upper()}."
        yield known.get(name) or Field(name=name, title=name.capitalize(), description=about)


@cache
def period_fields(topic: Topic) -> tuple[Field, ...]:
    """The columns of the table of periods: one row for each period of each record."""
    return (
        *_fields("head"),
        *_place_fields(),
        *_fields("record", "period_number", "period", topic=topic),
        *(_of_variable(variable) for variable in topic.variables),
        *_fields("period_last"),
    )


def _of_variable(variable: Variable) -> Field:
    return Field(
        name=variable.code,
        kind={"choices": "codes"}.get(variable.type, variable.type),
        title=variable.label,
        description=variable.help,
        choices=tuple((choice.code, choice.label) for choice in variable.choices),
        unit=variable.unit,
        minimum=variable.minimum,
        maximum=variable.maximum,
        resolve=variable.resolve,
    )


def source_fields() -> tuple[Field, ...]:
    """The columns of the table of sources: one row for each source of each period."""
    return _fields("head", "period_number", "source")


def dictionary_fields() -> tuple[Field, ...]:
    """The columns of the data dictionary: a row for each column and for each code it may hold."""
    return _fields("dictionary")


# Kinds with the same name in Table Schema and JSON Schema.
_PLAIN: dict[str, dict[str, Any]] = {
    kind: {"type": kind} for kind in ("integer", "number", "boolean")
}
_TABLE_TYPES: dict[str, dict[str, Any]] = {
    **_PLAIN,
    "date": {"type": "date"},
    "instant": {"type": "datetime", "format": INSTANT},
}
_PATTERNS = {"partial": PARTIAL_DATE, "codes": CODES, "sha256": SHA256}


def table_schema(fields: tuple[Field, ...], key: tuple[str, ...]) -> dict[str, Any]:
    """The Table Schema (Data Package 2.0) of a table."""
    schema = {"fields": [_table_field(field) for field in fields], "missingValues": [""]}
    return {**schema, **({"primaryKey": list(key)} if key else {})}


def _table_field(field: Field) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if field.required else {}
    if field.kind == "choice":
        limits["enum"] = [code for code, _ in field.choices]
    if field.kind in _PATTERNS:
        limits["pattern"] = _PATTERNS[field.kind]
    limits |= _bounds(field)
    described: dict[str, Any] = {
        "name": field.name,
        **_TABLE_TYPES.get(field.kind, {"type": "string"}),
    }
    described |= {"title": field.title, "description": field.description}
    return {**described, **({"constraints": limits} if limits else {})}


def _bounds(field: Field) -> dict[str, float]:
    bounds = {"minimum": field.minimum, "maximum": field.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


_JSON_TYPES: dict[str, dict[str, Any]] = {
    **_PLAIN,
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "partial": {"type": "string", "pattern": PARTIAL_DATE},
    "sha256": {"type": "string", "pattern": SHA256},
}


def json_schema(field: Field, *, nullable: bool) -> dict[str, Any]:
    """The JSON Schema of a value of this column."""
    kind = dict(_JSON_TYPES.get(field.kind, {"type": "string"}))
    codes = [code for code, _ in field.choices]
    if field.kind == "choice":
        kind["enum"] = codes
    if field.kind == "codes":
        kind = {"type": "array", "items": {"type": "string", **({"enum": codes} if codes else {})}}
    kind |= _bounds(field)
    words = {"title": field.title, "description": field.description}
    return {**words, "anyOf": [kind, {"type": "null"}]} if nullable else {**words, **kind}
