"""``fields=``: an answer narrowed to the keys that are named."""

import difflib
from typing import Any

from legalmap.services import contract
from legalmap.web.api import openapi_document
from legalmap.web.api.parameters import BadParameter

MOST_FIELDS = 100
# The key of an answer whose content ``fields`` narrows; any other answer is narrowed as a whole.
PARTS: dict[type[contract.Answer], str] = {
    contract.TopicsAnswer: "topics",
    contract.TopicAnswer: "codebook",
    contract.JurisdictionsAnswer: "jurisdictions",
    contract.RecordsAnswer: "records",
    contract.RecordAnswer: "record",
    contract.RevisionsAnswer: "revisions",
    contract.ChangesAnswer: "changes",
    contract.CompareAnswer: "places",
    contract.BatchAnswer: "items",
}
# What every answer keeps: which law of what day it is, and that it is not legal advice.
STAYS = (*contract.Answer.__struct_fields__, "topic", "jurisdiction", "scope", "disclaimer")
Tree = dict[str, Any]


def narrowed(answer: contract.Answer, text: str) -> dict[str, Any]:
    """The answer with only the keys named in ``text``: dotted paths with commas between them.

    Raise BadParameter for a path that is not in the schema of the answer.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if len(names) > MOST_FIELDS:
        raise BadParameter("fields", f"Name at most {MOST_FIELDS} keys.")
    part = PARTS.get(type(answer), "")
    schema = openapi_document.schemas()[type(answer).__name__]
    inner = schema["properties"][part] if part else schema
    for name in names:
        _require(name, inner)
    whole, tree = contract.plain(answer), _tree(names)
    if part:
        return {**whole, part: _pruned(whole[part], tree), "fields": names}
    always = {name: whole[name] for name in STAYS if name in whole}
    return {**always, **_pruned(whole, tree), "fields": names}


def _require(name: str, schema: Any) -> None:
    for key in name.split("."):
        schema = _object(schema)
        known = schema.get("properties")
        if known is None and schema.get("type") == "object":
            schema = schema.get("additionalProperties", {"type": "object"})
        elif known is None or key not in known:
            choices = sorted(known or ())
            near = difflib.get_close_matches(key, choices, n=1)
            takes = f" Choose from: {', '.join(choices)}." if choices else ""
            raise BadParameter("fields", f"“{name[:80]}” is not a key here.{takes}", near)
        else:
            schema = known[key]


def _object(schema: Any) -> Any:
    """The schema of the object behind references, lists and “or null”."""
    while True:
        if "$ref" in schema:
            schema = openapi_document.schemas()[schema["$ref"].removeprefix(openapi_document.REF)]
        elif "anyOf" in schema:
            schema = next(choice for choice in schema["anyOf"] if choice.get("type") != "null")
        elif schema.get("type") == "array":
            schema = schema.get("items", {})
        else:
            return schema


def _tree(names: tuple[str, ...]) -> Tree:
    tree: Tree = {}
    for name in names:
        branch = tree
        for key in name.split("."):
            branch = branch.setdefault(key, {})
    # “status” asks for all of it, even where “status.code” is named too: the shortest path wins.
    for name in sorted(names, key=lambda text: text.count("."), reverse=True):
        branch = tree
        *path, last = name.split(".")
        for key in path:
            branch = branch.get(key, {})
        branch[last] = {}
    return tree


def _pruned(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list | tuple):
        return [_pruned(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _pruned(inner, tree[key]) for key, inner in value.items() if key in tree}
