"""The forms in which payloads are stored, by number; the newest is what a new edit is written in.

A form only adds to the one before, so what reads the newest reads them all. Each is written as it was,
byte for byte, so that hashes of the past hold for ever: as RFC 8785 has it (docs/api.md).
"""

from typing import Any

FIRST, NEWEST = 1, 2
# What form 2 added, by the struct that holds it: a payload of form 1 has none of these keys.
ADDED = {"Payload": ("schema",), "Pending": ("outcome",)}


def as_first(plain: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a payload as form 1 had them. What it cannot say is left standing."""
    bills = [
        {key: value for key, value in bill.items() if (key, value) != ("outcome", "open")}
        for bill in plain["pending"]
    ]
    return {key: value for key, value in plain.items() if key != "schema"} | {"pending": bills}


def refusal(number: int) -> str:
    """Why a payload of a newer form is not read."""
    return (
        f"This is of form {number}, and this version of legalmap reads forms up to {NEWEST}: "
        f"install a version that reads form {number}."
    )
