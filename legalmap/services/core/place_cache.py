"""The tree of places in memory: some at first, all of them once many were asked for.

It never changes while we run, so what is known is never looked up again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from sys import intern
from threading import Lock

import msgspec

from legalmap.domain.errors import Missing
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.store import places
from legalmap.store.engine import Connection

# Who has asked for more places than these will ask for others: then all are fetched at once.
SOME = 1_500


class Tree:
    """Places by their codes and aliases. Safe between threads."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading
        self._known: dict[str, Jurisdiction] = {}
        self._is_whole = False
        self._lock = Lock()

    def one(self, code: str) -> Jurisdiction:
        """The place of that code or alias; raise Missing if there is none."""
        known = self._known.get(code)
        return self.get([code])[code] if known is None else known

    def get(self, codes: list[str]) -> dict[str, Jurisdiction]:
        """The places of ``codes``, by the code asked for; raise Missing for the first unknown one."""
        known = self._known
        left = [code for code in codes if code not in known]
        if left and not self._is_whole:
            self._fetch(left)
        for code in left:
            if code not in self._known:
                raise Missing("jurisdiction", code)
        return {code: self._known[code] for code in codes}

    def fill(self) -> None:
        """Fetch all places, so that none has to be asked for any more."""
        with self._lock:
            if self._is_whole:
                return
            with self._reading() as connection:
                found = {place.code: _shared(place) for place in places.everything(connection)}
                found |= {alias: found[code] for alias, code in places.aliases(connection)}
            # Readers see the old or the new one, both right.
            self._known, self._is_whole = found, True

    def _fetch(self, codes: list[str]) -> None:
        if len(self._known) + len(codes) > SOME:
            self.fill()
            return
        with self._reading() as connection:
            found = places.get_many(connection, codes)
        with self._lock:
            if not self._is_whole:
                self._known = self._known | found


def _shared(place: Jurisdiction) -> Jurisdiction:
    """The same place, with the words that thousands have in common held but once."""
    names = ("kind", "called", "law", "note", "parent", "county", "time_zone")
    words = {name: getattr(place, name) for name in names}
    return msgspec.structs.replace(
        place, **{name: intern(word) for name, word in words.items() if word is not None}
    )
