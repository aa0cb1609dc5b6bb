"""The names of all places, as one SQLite file that the processes of a host share, mapped into memory.

It is made of shipped files alone, whatever database holds the records, so that every installation answers
alike; it is never written after it was made.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

NameKind = Literal[
    "own", "short", "alternative", "abbreviation", "former", "language", "word", "city", "variant"
]
# As they stand in the file.
KINDS: tuple[NameKind, ...] = (
    *("own", "short", "alternative", "abbreviation", "former", "word", "city", "language"),
    "variant",
)
# From here on a name is of another language, or a spelling that lists have and people seldom use.
FOREIGN = KINDS.index("language")
# Another number whenever the layout of the file changes.
FORMAT = 4
# Of the names that begin with one or two letters as many are ready as a list may want.
READY = 100
_MAPPED_BYTES = 1 << 28
_LAST_LETTER = "\U0010ffff"
_SCHEMA = """
CREATE TABLE place (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, county INTEGER, reach INTEGER NOT NULL,
  word TEXT NOT NULL);
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE name (key TEXT NOT NULL, weight INTEGER NOT NULL, place INTEGER NOT NULL, kind INTEGER NOT NULL,
  via INTEGER NOT NULL, PRIMARY KEY (key, weight DESC, place, kind, via)) WITHOUT ROWID;
CREATE TABLE own (place INTEGER PRIMARY KEY, key TEXT NOT NULL, weight INTEGER NOT NULL, kind INTEGER NOT NULL,
  via INTEGER NOT NULL);
CREATE TABLE near (letter TEXT NOT NULL, length INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (letter, length, key)) WITHOUT ROWID;
CREATE TABLE start (letters TEXT NOT NULL, weight INTEGER NOT NULL, place INTEGER NOT NULL, kind INTEGER NOT NULL,
  via INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (letters, weight DESC, place, kind, via, key)) WITHOUT ROWID;
"""


class NamedPlace(msgspec.Struct, frozen=True):
    """A place of the index. ``reach``: 0 a country, 1 a state, 2 a county, 3 a town; ``word``: its kind in words."""

    code: str
    county: str | None
    reach: int
    word: str


class Name(msgspec.Struct, frozen=True):
    """One name of a place. ``weight``: how many people mean it, in people; ``via``: the town it is of."""

    key: str
    code: str
    kind: NameKind
    weight: int
    via: str = ""


class Match(msgspec.Struct, frozen=True):
    """A name that fits what was asked."""

    key: str
    code: str
    kind: NameKind
    weight: int
    via: str
    county: str | None
    reach: int
    word: str


def write(file: Path, places: Iterable[NamedPlace], names: Iterable[Name]) -> None:
    """Write all names into a new file."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192; {_SCHEMA} BEGIN"
        )
        ids = _write_places(connection, places)
        _write_names(connection, ids, names)
        _write_starts(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _write_places(connection: sqlite3.Connection, places: Iterable[NamedPlace]) -> dict[str, int]:
    """Numbered in the order of their codes: a place and all below it are one stretch of numbers."""
    ordered = sorted(places, key=lambda place: place.code)
    ids = {place.code: number for number, place in enumerate(ordered)}
    connection.executemany(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?)",
        (
            (ids[place.code], place.code, ids.get(place.county or ""), place.reach, place.word)
            for place in ordered
        ),
    )
    return ids


def _write_names(
    connection: sqlite3.Connection, ids: dict[str, int], names: Iterable[Name]
) -> None:
    cities: dict[str, int] = {"": 0}
    rows = sorted(
        (
            (name.key, name.weight, ids[name.code], KINDS.index(name.kind), name.via)
            for name in names
            if name.code in ids
        ),
        key=lambda row: (row[0], -row[1], *row[2:]),
    )
    for row in rows:
        cities.setdefault(row[4], len(cities))
    connection.executemany(
        "INSERT INTO city VALUES (?, ?)", ((number, name) for name, number in cities.items())
    )
    connection.executemany(
        "INSERT OR IGNORE INTO name VALUES (?, ?, ?, ?, ?)",
        ((*row[:4], cities[row[4]]) for row in rows),
    )
    connection.execute(
        "INSERT OR IGNORE INTO own SELECT place, key, weight, kind, via FROM name WHERE kind = 0"
    )
    connection.execute(
        "INSERT OR IGNORE INTO near SELECT DISTINCT substr(key, 1, 1), length(key), key FROM name"
        f" WHERE kind < {FOREIGN} AND length(key) > 3 ORDER BY 1, 2, 3"
    )


def _write_starts(connection: sqlite3.Connection) -> None:
    for length in (1, 2):
        connection.execute(
            f"INSERT INTO start SELECT letters, weight, place, kind, via, key FROM (SELECT *,"
            f" substr(key, 1, {length}) AS letters, row_number() OVER"
            f" (PARTITION BY substr(key, 1, {length}) ORDER BY weight DESC, key) AS rank FROM name"
            f" WHERE kind < {FOREIGN} AND length(key) >= {length}) WHERE rank <= {READY}",
        )


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


class NameIndex:
    """The opened file; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        """Raise OSError if the file is not there, or another user's, whom nobody need trust."""
        if file.stat().st_uid != os.geteuid():
            raise PermissionError(f"{file} belongs to somebody else")
        self._address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()

    @property
    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            held = sqlite3.connect(self._address, uri=True)
            held.executescript(f"PRAGMA mmap_size = {_MAPPED_BYTES}; PRAGMA cache_size = -256")
            self._local.connection = held
        return held

    def named(self, key: str, areas: Sequence[str] = (), limit: int = 500) -> list[Match]:
        """Places of exactly that key, the heaviest first; within one of ``areas`` if any are given."""
        return self._matches("name", "key = ?", [key], areas, limit)

    def beginning(
        self, start: str, areas: Sequence[str] = (), *, foreign: bool, limit: int = READY
    ) -> list[Match]:
        """Places with a name that begins so, the heaviest first; ``foreign``: names of other languages."""
        if len(start) <= 2 and not areas and not foreign:
            return self._matches("start", "letters = ?", [start], areas, limit)
        kind = f"kind {'>=' if foreign else '<'} {FOREIGN}"
        where = f"key >= ? AND key < ? AND {kind}"
        return self._matches("name", where, [start, start + _LAST_LETTER], areas, limit)

    def count_beginning(self, start: str, areas: Sequence[str] = ()) -> int:
        """How many places have a name that begins so, other languages left out."""
        within, numbers = self._within(areas)
        (count,) = self._connection.execute(
            f"SELECT count(DISTINCT place) FROM name WHERE key >= ? AND key < ? AND kind < {FOREIGN}{within}",
            [start, start + _LAST_LETTER, *numbers],
        ).fetchone()
        return int(count)

    def has(self, code: str) -> bool:
        """Whether there is a place of that code."""
        query = "SELECT 1 FROM place WHERE code = ?"
        return self._connection.execute(query, [code]).fetchone() is not None

    def coded(self, codes: Sequence[str]) -> list[Match]:
        """The places of these codes, in the order asked, each by its own name."""
        where = f"place IN (SELECT id FROM place WHERE code IN ({_marks(codes)}))"
        matches = self._matches("own", where, list(codes), (), len(codes))
        by_code = {match.code: match for match in matches}
        return [by_code[code] for code in codes if code in by_code]

    def near(self, letters: str, lengths: range) -> list[str]:
        """The keys that begin with one of ``letters`` and are so long: where near names are found."""
        rows = self._connection.execute(
            f"SELECT key FROM near WHERE letter IN ({_marks(letters)}) AND length BETWEEN ? AND ?",
            [*letters, lengths.start, lengths.stop - 1],
        )
        return [key for (key,) in rows]

    def _matches(
        self, table: str, where: str, values: list[str], areas: Sequence[str], limit: int
    ) -> list[Match]:
        within, numbers = self._within(areas)
        rows = self._connection.execute(
            f"SELECT n.key, p.code, n.kind, n.weight, c.name, o.code, p.reach, p.word FROM"
            f" (SELECT * FROM {table} WHERE {where}{within} ORDER BY weight DESC, place LIMIT ?) AS n"
            " JOIN place AS p ON p.id = n.place JOIN city AS c ON c.id = n.via"
            " LEFT JOIN place AS o ON o.id = p.county ORDER BY n.weight DESC, n.place",
            [*values, *numbers, limit],
        )
        return [Match(row[0], row[1], KINDS[row[2]], *row[3:]) for row in rows]

    def _within(self, areas: Sequence[str]) -> tuple[str, list[int]]:
        """The condition that a place lies in (or is) one of the areas."""
        stretches = list(self._stretches(areas))
        if not areas:
            return "", []
        if not stretches:
            return " AND 0", []
        conditions = " OR ".join("place BETWEEN ? AND ?" for _ in stretches)
        return f" AND ({conditions})", [number for stretch in stretches for number in stretch]

    def _stretches(self, areas: Sequence[str]) -> Iterator[tuple[int, int]]:
        for area in areas:
            first, last = self._connection.execute(
                "SELECT min(id), max(id) FROM place WHERE code = ? OR (code >= ? AND code < ?)",
                [area, f"{area}-", f"{area}."],
            ).fetchone()
            if first is not None:
                yield first, last
