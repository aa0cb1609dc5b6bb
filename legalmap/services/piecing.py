"""The newest JSON file of a topic out of pieces, one for each record, each proved when it is made.

A publication makes anew only what it can have changed: the record, and the records of the places below
it. The file is the same, byte for byte, as one made from nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import islice
from threading import Lock

import msgspec

from legalmap.domain.errors import Unsound
from legalmap.services import exporting, proving, wire
from legalmap.services.editions import Edition
from legalmap.services.gathering import KEPT_PAYLOADS

# Of a topic with more records than this only hashes are kept, and its file is written piece by piece.
MOST_HELD = KEPT_PAYLOADS
# How many records are read at once while such a file is written.
STRETCH = 200


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One record of the file: its bytes' hash and length; the record and the bytes if they are held."""

    sha256: bytes
    length: int
    status: str | None
    record: wire.Record | None
    content: bytes | None


class Cut(msgspec.Struct, frozen=True, dict=True):
    """All pieces of an edition on a day, in the order of the file."""

    edition: Edition
    as_of: date
    pieces: dict[str, Piece]

    @property
    def is_held(self) -> bool:
        """Whether the bytes are in memory."""
        return len(self.pieces) <= MOST_HELD

    @property
    def records(self) -> exporting.Records | None:
        """The records, for other formats, if they are in memory."""
        held = tuple(piece.record for piece in self.pieces.values() if piece.record is not None)
        return held if len(held) == len(self.pieces) else None

    @cached_property
    def frame(self) -> tuple[bytes, bytes]:
        """What stands before the first record and behind the last."""
        statuses = (piece.status for piece in self.pieces.values())
        return exporting.json_frame(
            self.edition, self.as_of, exporting.counts(self.edition, statuses)
        )

    def content(self) -> bytes:
        """The whole file; only if the bytes are held."""
        head, tail = self.frame
        inner = b",".join(piece.content or b"" for piece in self.pieces.values())
        return b"".join((head, inner, tail))

    def length(self) -> int:
        """How many bytes the file has."""
        head, tail = self.frame
        commas = max(len(self.pieces) - 1, 0)
        return len(head) + sum(p.length for p in self.pieces.values()) + commas + len(tail)

    def sha256(self) -> str:
        """The hash of the hashes of all parts: it names the bytes as surely as theirs would."""
        head, tail = self.frame
        outer = (hashlib.sha256(head).digest(), hashlib.sha256(tail).digest())
        inner = (piece.sha256 for piece in self.pieces.values())
        return hashlib.sha256(b"".join((*outer, *inner))).hexdigest()

    def written(self) -> Iterator[bytes]:
        """The file in parts of some hundred kilobytes; raise Unsound if a record has changed."""
        head, tail = self.frame
        yield head
        codes, first = iter(self.pieces), True
        while stretch := list(islice(codes, STRETCH)):
            made = self._again(stretch)
            yield b"".join((b"" if first else b",", b",".join(made)))
            first = False
        yield tail

    def _again(self, codes: list[str]) -> list[bytes]:
        items = [self.edition.records[code] for code in codes]
        items[0].payloads.need(item.publication for item in items)
        found = []
        for item in items:
            content = wire.encode(exporting.record(self.edition, item, self.as_of))
            if hashlib.sha256(content).digest() != self.pieces[item.place.code].sha256:
                raise Unsound(
                    f"{self.edition.topic.code} json",
                    self.edition.feed_no,
                    [f"{item.place.code} is not what it was when the file was announced"],
                )
            found.append(content)
        return found


class Cuts:
    """The newest cut of each topic, from which the next one grows. Safe between threads."""

    def __init__(self) -> None:
        self._newest: dict[str, Cut] = {}
        self._lock = Lock()

    def of(self, edition: Edition, as_of: date) -> Cut:
        """The pieces of an edition and day; raise Unsound if one does not fit its schema."""
        with self._lock:
            known = self._newest.get(edition.topic.code)
            if known and (known.edition.feed_no, known.as_of) == (edition.feed_no, as_of):
                return known
            made = Cut(edition, as_of, _pieces(edition, as_of, known))
            if known is None or edition.feed_no >= known.edition.feed_no:
                self._newest[edition.topic.code] = made
            return made


def _pieces(edition: Edition, as_of: date, known: Cut | None) -> dict[str, Piece]:
    changed = _affected(edition, as_of, known)
    if known is None or changed is None:
        return dict(_cut(edition, as_of, edition.codes))
    pieces = known.pieces | dict(_cut(edition, as_of, changed))
    if len(pieces) == len(known.pieces):
        return pieces
    return {code: pieces[code] for code in edition.codes}


def _affected(edition: Edition, as_of: date, known: Cut | None) -> list[str] | None:
    """The records whose piece may be another; None if that cannot be told."""
    if known is None or known.as_of != as_of:
        return None
    moved = edition.changed_since(known.edition.feed_no)
    if moved is None:
        return None
    below = {code for place in moved for code in edition.codes_below(place)}
    return sorted(moved | below)


def _cut(edition: Edition, as_of: date, codes: Iterable[str]) -> Iterator[tuple[str, Piece]]:
    rest, held = iter(codes), len(edition.records) <= MOST_HELD
    while stretch := list(islice(rest, STRETCH)):
        items = [edition.records[code] for code in stretch]
        items[0].payloads.need(item.publication for item in items)
        for item in items:
            record = exporting.record(edition, item, as_of)
            content = wire.encode(record)
            proving.prove_record(edition, item.place.code, content)
            sha256 = hashlib.sha256(content).digest()
            kept = (record, content) if held else (None, None)
            yield item.place.code, Piece(sha256, len(content), record.status, *kept)
