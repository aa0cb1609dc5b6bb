"""Codes that the database stores, each with the words people see for it."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An enum of codes whose members carry a ``label`` for pages."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """Make a member from its code and its label."""
        member = str.__new__(cls, code)  # equal to its code, and encoded as it
        member._value_, member.label = code, label
        return member
