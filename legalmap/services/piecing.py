"""The newest JSON file of a topic out of pieces, one for each record, each proved when it is made.

A publication makes anew only what it can have changed: the record, and the records of the places below
it; another day, only those of places whose rule or freshness it turns. The file is the same, byte for
byte, as one made from nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Lock

import msgspec

from legalmap.domain.errors import Unsound
from legalmap.services import exporting, proving, wire
from legalmap.services.editions import Edition
from legalmap.services.gathering import KEPT_PAYLOADS, Published
from legalmap.services.layering import Layered
from legalmap.services.spooling import Spool

# The bytes of a topic with more records than this lie on the disk and not in memory.
MOST_HELD = KEPT_PAYLOADS
# What stands between two pieces, in the spool as in the file, so that neighbours are read in one go.
BETWEEN = exporting.format_of("json").between
# A spool in which so much of it is no longer of use is left for a new one.
MOST_WASTE = 2
_HASHES = 1 << 256


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One record of the file: its bytes' hash, length and status.

    ``record`` and ``content`` if they are held; else where it lies ``at`` in the spool, None if the
    disk was full: then it is made again.
    """

    sha256: bytes
    length: int
    status: str | None
    at: int | None = None
    record: wire.Record | None = None
    content: bytes | None = None


class Total(msgspec.Struct, frozen=True):
    """What all pieces are together, so that a publication adds and takes away only what changed.

    ``hashes`` is the sum of their hashes (Bellare and Micciancio's AdHash): no order is needed,
    because each piece says whose record it is.
    """

    count: int
    length: int
    hashes: int
    statuses: dict[str | None, int]

    def with_(self, gone: Iterable[Piece], come: Iterable[Piece]) -> "Total":
        """The total once some pieces are replaced by others."""
        count, length, hashes = self.count, self.length, self.hashes
        statuses = Counter(self.statuses)
        for sign, pieces in ((-1, gone), (1, come)):
            for piece in pieces:
                count += sign
                length += sign * piece.length
                hashes += sign * int.from_bytes(piece.sha256)
                statuses[piece.status] += sign
        return Total(count, length, hashes % _HASHES, dict(statuses))


NOTHING = Total(0, 0, 0, {})


def is_held(edition: Edition) -> bool:
    """Whether the files of an edition are few enough bytes for memory."""
    return len(edition.records) <= MOST_HELD


class Cut(msgspec.Struct, frozen=True, dict=True):
    """All pieces of an edition on a day, by the code of their place."""

    edition: Edition
    as_of: date
    pieces: Layered[str, Piece]
    total: Total
    spool: Spool

    def stretches(self) -> Iterator[exporting.Records]:
        """The records, for other formats, a bounded number at once."""
        for stretch in self._stretches():
            held = [self.pieces[code].record for code in stretch]
            found = tuple(record for record in held if record is not None)
            if len(found) < len(stretch):
                content = b"[" + BETWEEN.join(self._read(stretch)) + b"]"
                found = wire.decode(content, tuple[wire.Record, ...])
            yield found

    @cached_property
    def frame(self) -> tuple[bytes, bytes]:
        """What stands before the first record and behind the last."""
        counted = exporting.counted(self.edition, self.total.statuses)
        return exporting.json_frame(self.edition, self.as_of, counted)

    def content(self) -> bytes:
        """The whole file; only if the bytes are held."""
        head, tail = self.frame
        inner = BETWEEN.join(self.pieces[code].content or b"" for code in self.edition.codes)
        return b"".join((head, inner, tail))

    def length(self) -> int:
        """How many bytes the file has."""
        head, tail = self.frame
        between = len(BETWEEN) * max(self.total.count - 1, 0)
        return len(head) + self.total.length + between + len(tail)

    def sha256(self) -> str:
        """A hash of the hashes of all parts: it names the bytes as theirs would."""
        head, tail = self.frame
        outer = hashlib.sha256(head).digest() + hashlib.sha256(tail).digest()
        return hashlib.sha256(outer + self.total.hashes.to_bytes(32)).hexdigest()

    def written(self) -> Iterator[bytes]:
        """The file in parts of some hundred kilobytes; raise Unsound if a record has changed."""
        head, tail = self.frame
        yield head
        first = True
        for stretch in self._stretches():
            found = BETWEEN.join(self._read(stretch))
            yield found if first else BETWEEN + found
            first = False
        yield tail

    def _stretches(self) -> Iterator[list[str]]:
        codes = iter(self.edition.codes)
        while stretch := list(islice(codes, exporting.STRETCH)):
            yield stretch

    def _read(self, codes: list[str]) -> Iterator[bytes]:
        """What stands in the file of some records; neighbours in the spool come in one piece."""
        self._need([code for code in codes if self.pieces[code].at is None])
        begin, end = 0, -1
        for code in codes:
            piece = self.pieces[code]
            if piece.at is not None and piece.at == end + len(BETWEEN):
                end = piece.at + piece.length
                continue
            if end > begin:
                yield self.spool.read(begin, end - begin)
            begin, end = (piece.at, piece.at + piece.length) if piece.at is not None else (0, -1)
            if piece.at is None:
                yield self._again(code)
        if end > begin:
            yield self.spool.read(begin, end - begin)

    def _need(self, codes: list[str]) -> None:
        """Have at hand what the records say that are made again."""
        items = [self.edition.records[code] for code in codes]
        if items:
            items[0].payloads.need(item.publication for item in items)

    def _again(self, code: str) -> bytes:
        item = self.edition.records[code]
        content = wire.encode(exporting.record(self.edition, item, self.as_of))
        if hashlib.sha256(content).digest() != self.pieces[code].sha256:
            raise Unsound(
                f"{self.edition.topic.code} json",
                self.edition.feed_no,
                [f"{code} is not what it was when the file was announced"],
            )
        return content


class Cuts:
    """The newest cut of each topic, from which the next one grows. Safe between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: where the bytes of large topics lie; None lets the system choose."""
        self._folder = folder
        self._newest: dict[str, Cut] = {}
        self._lock = Lock()

    def of(self, edition: Edition, as_of: date) -> Cut:
        """The pieces of an edition and day; raise Unsound if one does not fit its schema."""
        with self._lock:
            known = self._newest.get(edition.topic.code)
            if known and (known.edition.feed_no, known.as_of) == (edition.feed_no, as_of):
                return known
            made = self._made(edition, as_of, known)
            if known is None or edition.feed_no >= known.edition.feed_no:
                self._newest[edition.topic.code] = made
            return made

    def _made(self, edition: Edition, as_of: date, known: Cut | None) -> Cut:
        changed = _affected(edition, as_of, known)
        if known is None or changed is None or _is_wasted(known):
            spool = Spool(self._folder)
            pieces = dict(_cut(edition, as_of, edition.codes, spool))
            return Cut(edition, as_of, Layered(pieces), NOTHING.with_((), pieces.values()), spool)
        come = dict(_cut(edition, as_of, changed, known.spool))
        gone = (known.pieces[code] for code in changed if code in known.pieces)
        total = known.total.with_(gone, come.values())
        return Cut(edition, as_of, known.pieces.grown(come), total, known.spool)


def _is_wasted(known: Cut) -> bool:
    return known.spool.length > MOST_WASTE * known.length()


def _affected(edition: Edition, as_of: date, known: Cut | None) -> list[str] | None:
    """The records whose piece may be another; None if that cannot be told."""
    moved = edition.changed_since(known.edition.feed_no) if known else None
    if known is None or moved is None:
        return None
    aged: set[str] = set()
    if known.as_of != as_of:
        moved = moved.union(edition.turned_between(known.as_of, as_of))
        aged = edition.aged_between(known.as_of, as_of)
    return sorted(edition.reached_by(moved) | aged)


def _cut(
    edition: Edition, as_of: date, codes: Iterable[str], spool: Spool
) -> Iterator[tuple[str, Piece]]:
    rest, held = iter(codes), is_held(edition)
    while stretch := list(islice(rest, exporting.STRETCH)):
        items = [edition.records[code] for code in stretch]
        items[0].payloads.need(item.publication for item in items)
        made = [_proved(edition, item, as_of) for item in items]
        at = None if held else spool.put(b"".join(content + BETWEEN for _, content in made))
        for code, (record, content) in zip(stretch, made, strict=True):
            sha256 = hashlib.sha256(content).digest()
            piece = Piece(sha256, len(content), record.status, at)
            if held:
                piece = msgspec.structs.replace(piece, record=record, content=content)
            yield code, piece
            if at is not None:
                at += len(content) + len(BETWEEN)


def _proved(edition: Edition, item: Published, as_of: date) -> tuple[wire.Record, bytes]:
    record = exporting.record(edition, item, as_of)
    content = wire.encode(record)
    proving.prove_record(edition, item.place.code, content)
    return record, content
