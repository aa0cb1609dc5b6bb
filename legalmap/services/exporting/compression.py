"""Content codings (RFC 9110, 8.4): how files and answers are packed, a part at a time, and how hard."""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# The JSON of a map, 584 KB, takes brotli 0.65 s for 80 KB at its best, 17 ms for 93 KB quickly; its GeoJSON, 1.9 MB,
# 3.2 s for 343 KB or 0.1 s for 500 KB. A larger file than this is always packed quickly.
BEST_BYTES = 4_000_000
# A smaller one gains nothing, nor does what is packed already.
LEAST_BYTES = 600
PACKED_ALREADY = ("application/zip", "application/vnd.apache.parquet")
# For what is sent once: of an answer of 7 KB each takes 40 to 60 µs, a fifth of what making it does. For what is
# kept: a page of 140 KB takes 5 ms, about as long as making it. And for files.
FAST, USUAL, BEST = 0, 1, 2
# The first that somebody takes is sent.
_LEVELS = {"br": (1, 5, 11), "zstd": (1, 9, 19), "gzip": (1, 6, 9)}
CODINGS = tuple(_LEVELS)
# With the header of gzip, which holds no time: the same bytes each time.
_GZIP = 31
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": lambda content: zlib.decompress(content, _GZIP),
}


def codings_of(media_type: str, length: int) -> tuple[str, ...]:
    """The codings a file gains by, the smallest first."""
    gains = length >= LEAST_BYTES and media_type not in PACKED_ALREADY
    return CODINGS if gains else ()


def packed(parts: Iterable[bytes], coding: str, effort: int) -> Iterator[bytes]:
    """A file in a coding, part by part; ``BEST``: as small as can be, however long it takes."""
    level = _LEVELS[coding][effort]
    if coding == "br":
        packer = brotli.Compressor(quality=level)
        feed, finish = packer.process, packer.finish
    else:
        packer = (
            zstd.ZstdCompressor(level) if coding == "zstd" else zlib.compressobj(level, wbits=_GZIP)
        )
        feed, finish = packer.compress, packer.flush
    for part in parts:
        yield feed(part)
    yield finish()


def unpacked(content: bytes, coding: str) -> bytes:
    """What was packed."""
    return _UNPACK[coding](content)
