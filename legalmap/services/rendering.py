"""Files of an edition, proved before anybody gets them: held in memory, or laid on the disk in parts.

What a part holds is proved as a file of these records alone would be; together the parts are, byte for
byte, the file that would be made in one go.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import chain
from pathlib import Path

import msgspec

from legalmap.domain.errors import Unsound
from legalmap.services import exporting, piecing, proving
from legalmap.services.editions import Edition
from legalmap.services.piecing import Cut
from legalmap.services.spooling import Spool

# Gives the records of an edition as they stand on a day, some hundred at once.
Stretches = Callable[[], Iterator[exporting.Records]]


class File(msgspec.Struct, frozen=True):
    """A file and the hash that is its ETag; ``name`` is what a browser saves it as.

    A file too large to be ``held`` is ``written`` in parts each time. Of the newest JSON the ETag is then
    a hash of hashes, so that it costs a publication nothing.
    """

    held: bytes | None
    sha256: str
    media_type: str
    name: str
    feed_no: int
    changed_at: datetime | None
    length: int
    written: Callable[[], Iterator[bytes]] | None = None

    @property
    def content(self) -> bytes:
        """All its bytes, in memory."""
        return self.held if self.held is not None else b"".join(self.parts())

    def parts(self) -> Iterator[bytes]:
        """Its bytes one after the other."""
        return self.written() if self.written else iter((self.held or b"",))

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        """Its bytes from one position up to another."""
        at = 0
        for part in self.parts():
            if at >= stop:
                return
            if found := part[max(start - at, 0) : stop - at]:
                yield found
            at += len(part)

    @property
    def content_sha256(self) -> str:
        """The hash of its bytes, as a reader of the file can compute it."""
        if self.held is not None:
            return self.sha256
        found = hashlib.sha256()
        for part in self.parts():
            found.update(part)
        return found.hexdigest()


def file_of(
    content: bytes, media_type: str, name: str, feed_no: int, changed_at: datetime | None
) -> File:
    """Bytes with their hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    return File(content, sha256, media_type, name, feed_no, changed_at, len(content))


def laid(
    make: Callable[[], Iterator[bytes]],
    media_type: str,
    name: str,
    feed_no: int,
    changed_at: datetime | None,
    folder: Path | None = None,
) -> File:
    """A file in parts, on the disk; ``make`` makes it anew each time where the disk has no room."""
    spool, sha256, length, fits = Spool(folder), hashlib.sha256(), 0, True
    for part in make():
        sha256.update(part)
        length += len(part)
        fits = fits and spool.put(part) is not None
    written = spool.parts if fits else make
    return File(None, sha256.hexdigest(), media_type, name, feed_no, changed_at, length, written)


def made(
    edition: Edition,
    as_of: date,
    format: str,  # noqa: A002
    stretches: Stretches | None = None,
    folder: Path | None = None,
) -> File:
    """A file, proved; raise Unsound if it does not fit its schema or its edition.

    ``stretches``: where somebody has the records already. ``folder``: where a large file is laid.
    """
    kind, name = exporting.format_of(format), _name(edition, as_of, format)
    given = stretches or (lambda: exporting.stretches(edition, as_of))
    told = (kind.media_type, name, edition.feed_no, edition.changed_at)
    if not (piecing.is_held(edition) or kind.is_small):
        return laid(lambda: _proved_parts(edition, as_of, format, given()), *told, folder)
    content = exporting.render(edition, as_of, format, chain.from_iterable(given()))
    proving.prove(edition, as_of, format, content)
    return file_of(content, *told)


def _proved_parts(
    edition: Edition,
    as_of: date,
    format: str,  # noqa: A002
    stretches: Iterator[exporting.Records],
) -> Iterator[bytes]:
    kind = exporting.format_of(format)
    frame = exporting.render(edition, as_of, format, ())
    proving.prove(edition, as_of, format, frame, [])
    head = len(frame) - len(kind.end)
    yield frame[:head]
    count = 0
    for records in stretches:
        content = exporting.render(edition, as_of, format, records)
        codes = edition.codes[count : count + len(records)]
        proving.prove(edition, as_of, format, content, codes)
        yield (kind.between if count else b"") + content[head : len(content) - len(kind.end)]
        count += len(records)
    if count != len(edition.codes):
        told = f"it holds {count} records, the edition has {len(edition.codes)}"
        raise Unsound(f"{edition.topic.code} {format}", edition.feed_no, [told])
    yield kind.end


def _name(edition: Edition, as_of: date, format: str) -> str:  # noqa: A002
    ending = exporting.format_of(format).ending
    return f"legalmap-{edition.topic.code}-feed-{edition.feed_no}-{as_of}{ending}"


def pieced(cut: Cut) -> File:
    """The JSON file of proved pieces; raise Unsound if what stands around them is not as promised."""
    edition, as_of = cut.edition, cut.as_of
    proving.prove_frame(edition, as_of, b"".join(cut.frame))
    kind, name = exporting.format_of("json"), _name(edition, as_of, "json")
    if piecing.is_held(edition):
        content = cut.content()
        return file_of(content, kind.media_type, name, edition.feed_no, edition.changed_at)
    return File(
        held=None,
        sha256=cut.sha256(),
        media_type=kind.media_type,
        name=name,
        feed_no=edition.feed_no,
        changed_at=edition.changed_at,
        length=cut.length(),
        written=cut.written,
    )
