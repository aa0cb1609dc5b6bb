"""The promise of v1: keys are only ever added. ``contract.json`` holds every key and its types.

Write it anew, after adding keys, with ``LEGALMAP_WRITE_CONTRACT=1 pytest tests/web/api/test_contract.py``.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

FILE = Path(__file__).with_name("contract.json")
PROMISE = (
    "Other people's tools read this: within v1 keys are only ever added, never removed, renamed or "
    "given another type. Bring the key back, or begin a v2."
)
# Enough addresses for each answer that every key shows all its types.
ANSWERS = {
    "topics": ["/api/v1/topics"],
    "topic": ["/api/v1/topics/kratom", "/api/v1/topics/7-oh"],
    "jurisdictions": ["/api/v1/jurisdictions?limit=500", "/api/v1/jurisdictions?q=34236"],
    "jurisdiction": ["/api/v1/jurisdictions/us-al-mobile", "/api/v1/jurisdictions/th"],
    "records": ["/api/v1/kratom/records?limit=100", "/api/v1/kratom/records?limit=500"],
    "record": ["/api/v1/kratom/records/us-al", "/api/v1/kratom/records/us-ca-san-diego"],
    "revisions": ["/api/v1/kratom/records/us-al/revisions"],
    "revision": ["/api/v1/kratom/records/us-al/revisions/0"],
    "changes": ["/api/v1/changes?limit=500"],
    "heartbeat": ["/api/v1/heartbeat"],
    "resolve": [
        "/api/v1/kratom/resolve?place=us-ca-san-diego",
        "/api/v1/kratom/resolve?place=us-ut-provo",
        "/api/v1/kratom/resolve?zip=35006",
        "/api/v1/kratom/resolve?lat=27.34&lon=-82.53",
        "/api/v1/kratom/resolve?place=us-ca",
        "/api/v1/kratom/resolve?place=us-mn&as_of=2026-07-01",
        "/api/v1/7-oh/resolve?place=us-tx",
    ],
    "export": ["/export/kratom.json", "/export/7-oh.json"],
    "compare": ["/api/v1/kratom/compare?place=us-al&place=us-ut&place=us-ca-san-diego&place=cy"],
    "check": [
        "/api/v1/kratom/check?place=us-al-mobile",
        "/api/v1/kratom/check?place=us-ut-provo&age=30&product=7-oh&seven_oh_percent=1",
        "/api/v1/kratom/check?zip=35006&age=30",
        "/api/v1/kratom/check?lat=27.34&lon=-82.53",
        "/api/v1/kratom/check?place=aq",
    ],
    "batch": ["POST /api/v1/kratom/resolve"],
    "sparse": ["/api/v1/kratom/resolve?place=us-al&fields=status"],
    "problem": ["/api/v1/nowhere", "/api/v1/topics?x=1", "/api/v1/topics/x"],
}
BATCH = {
    "items": [
        {"place": "us-ut-provo"},
        {"place": "aq"},
        {"place": "us-ca-san-diego"},
        {"zip": "35006"},
        {"lat": 91, "lon": 0},
        {"place": "nowhere"},
    ]
}
TYPES = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
}


def keys_of(value: Any, at: str = "", keys: dict | None = None) -> dict[str, set[str]]:
    """Every path in a JSON value and the types seen there; ``[]`` stands for any item."""
    keys = defaultdict(set) if keys is None else keys
    keys[at].add(TYPES[type(value)])
    if isinstance(value, dict):
        for key, inner in value.items():
            keys_of(inner, f"{at}.{key}", keys)
    elif isinstance(value, list):
        for inner in value:
            keys_of(inner, f"{at}[]", keys)
    return keys


def shape(client: FlaskClient, addresses: list[str]) -> dict[str, str]:
    keys: dict[str, set[str]] = defaultdict(set)
    for address in addresses:
        method, _, path = address.rpartition(" ")
        sent = {"json": BATCH} if method else {}
        keys_of(client.open(path, method=method or "GET", **sent).json, "", keys)
    return {path: " ".join(sorted(types)) for path, types in sorted(keys.items())}


@pytest.mark.parametrize("name", ANSWERS)
def test_no_key_is_removed_or_retyped(client: FlaskClient, name: str) -> None:
    promised, answered = json.loads(FILE.read_text())[name], shape(client, ANSWERS[name])
    for path, types in promised.items():
        assert path in answered, f"{name}{path} is gone. {PROMISE}"
        odd = set(answered[path].split()) - set(types.split())
        assert not odd, f"{name}{path} was {types} and is now also {odd}. {PROMISE}"


@pytest.mark.parametrize("name", ANSWERS)
def test_a_new_key_is_written_into_the_contract(client: FlaskClient, name: str) -> None:
    promised, answered = json.loads(FILE.read_text()), shape(client, ANSWERS[name])
    if "LEGALMAP_WRITE_CONTRACT" in os.environ:
        FILE.write_text(f"{json.dumps({**promised, name: answered}, indent=1)}\n")
        return
    added = set(answered) - set(promised[name])
    assert not added, f"Promise the new keys too: write contract.json anew. {added}"
