"""Places in memory: those requested so far, and all of them once many were requested.

The tree of places never changes while a process runs, so nothing has to be invalidated.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from sys import intern
from threading import Lock

import msgspec

from legalmap.domain.errors import Missing
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.store import places
from legalmap.store.engine import Connection

log = logging.getLogger(__name__)
# A process that has needed this many places will need more: from here on all are loaded in one query.
SOME = 1_500


class Tree:
    """Places by their codes and aliases. Thread-safe."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading
        self._known: dict[str, Jurisdiction] = {}
        self._is_whole = False
        # Codes that a map draws and no place has, said in the log already.
        self._lacking: frozenset[str] = frozenset()
        self._lock = Lock()

    def one(self, code: str) -> Jurisdiction:
        """The place of that code or alias; raise Missing if there is none."""
        place = self._known.get(code)
        return self.get([code])[code] if place is None else place

    def get(self, codes: list[str]) -> dict[str, Jurisdiction]:
        """The places with these codes or aliases, by code as given; raise Missing for the first unknown one."""
        known = self._known
        unknown = [code for code in codes if code not in known]
        if unknown and not self._is_whole:
            self._fetch(unknown)
        for code in unknown:
            if code not in self._known:
                raise Missing("jurisdiction", code)
        return {code: self._known[code] for code in codes}

    def known(self, codes: list[str]) -> dict[str, Jurisdiction]:
        """The places with these codes, as far as there are any: what is missing is said in the log, once."""
        unknown = [code for code in codes if code not in self._known and code not in self._lacking]
        if unknown and not self._is_whole:
            self._fetch(unknown)
        lacking = {code for code in unknown if code not in self._known}
        for code in sorted(lacking):
            log.warning("places: a map draws “%s”, which the tree of places lacks.", code)
        self._lacking |= lacking
        return {code: self._known[code] for code in codes if code in self._known}

    def fill(self) -> None:
        """Load all places in one query."""
        with self._lock:
            if self._is_whole:
                return
            with self._reading() as connection:
                by_code = {place.code: _shared(place) for place in places.everything(connection)}
                by_code |= {alias: by_code[code] for alias, code in places.aliases(connection)}
            # Replaced, not changed: readers without the lock see the old dictionary or the new one, both right.
            self._known, self._is_whole = by_code, True

    def _fetch(self, codes: list[str]) -> None:
        if len(self._known) + len(codes) > SOME:
            self.fill()
            return
        with self._reading() as connection:
            fetched = places.get_many(connection, codes)
        with self._lock:
            # Another thread may have loaded all of them meanwhile.
            if not self._is_whole:
                self._known = self._known | fetched


def _shared(place: Jurisdiction) -> Jurisdiction:
    """The same place with its repeated strings interned: thousands share kinds, parents and notes."""
    names = ("kind", "called", "law", "note", "parent", "county", "time_zone")
    words = {name: getattr(place, name) for name in names}
    return msgspec.structs.replace(
        place, **{name: intern(word) for name, word in words.items() if word is not None}
    )
