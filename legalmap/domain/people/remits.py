"""Remits: where a moderator may review, if not everywhere."""

from collections.abc import Iterable

import msgspec

from legalmap.domain.errors import Forbidden


class Remit(msgspec.Struct, frozen=True):
    """One topic, one place with all below it, or a topic in a place. None means every one."""

    topic: str | None = None
    jurisdiction: str | None = None

    def covers(self, topic: str, levels: Iterable[str]) -> bool:
        """Whether it includes a topic at the place with these ``levels`` (codes, its own included)."""
        if self.topic not in (None, topic):
            return False
        return self.jurisdiction is None or self.jurisdiction in levels


def covered(remits: tuple[Remit, ...], topic: str, levels: Iterable[str]) -> bool:
    """Whether any of ``remits`` covers the topic and place; no remits at all cover everything."""
    codes = frozenset(levels)
    return not remits or any(remit.covers(topic, codes) for remit in remits)


def require(remits: tuple[Remit, ...], topic: str, levels: Iterable[str]) -> None:
    """Raise Forbidden unless ``covered``."""
    if not covered(remits, topic, levels):
        raise Forbidden(
            "You moderate other places or topics: somebody who moderates this one has to decide."
        )
