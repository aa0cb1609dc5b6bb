"""Codes that the database keeps, each with the words by which people know it."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """One code of a list. ``label`` is what pages call it."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:
        """A member is written as its code and its label."""
        member = str.__new__(cls, code)
        member._value_, member.label = code, label
        return member
