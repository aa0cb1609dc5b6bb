"""Content codings (RFC 9110, 8.4) of files: how each is packed, a part at a time, and how hard."""

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
# Each takes a part of the file and gives what is packed so far, then gives the rest.
_Packer = tuple[Callable[[bytes], bytes], Callable[[], bytes]]


def _br(*, best: bool) -> _Packer:
    packer = brotli.Compressor(quality=11 if best else 5)
    return packer.process, packer.finish


def _zstd(*, best: bool) -> _Packer:
    packer = zstd.ZstdCompressor(level=19 if best else 9)
    return packer.compress, packer.flush


def _gzip(*, best: bool) -> _Packer:
    # With a header of gzip, which holds no time: the same bytes each time.
    packer = zlib.compressobj(9 if best else 6, zlib.DEFLATED, 31)
    return packer.compress, packer.flush


# The first that somebody takes is sent.
_PACKERS = {"br": _br, "zstd": _zstd, "gzip": _gzip}


def codings_of(media_type: str, length: int) -> tuple[str, ...]:
    """The codings a file gains by, the smallest first."""
    gains = length >= LEAST_BYTES and media_type not in PACKED_ALREADY
    return tuple(_PACKERS) if gains else ()


def packed(parts: Iterable[bytes], coding: str, *, best: bool) -> Iterator[bytes]:
    """A file in a coding, part by part; ``best``: as small as can be, however long it takes."""
    feed, finish = _PACKERS[coding](best=best)
    for part in parts:
        yield feed(part)
    yield finish()
