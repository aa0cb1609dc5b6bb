"""Which county, state or country a point lies in: from an index that all processes of a host share.

The outlines are cut into bands of latitude. A ray from a point meets only edges of its own band, so the
answer is exactly that of the whole outline. The index is one file, mapped into memory and made once;
it holds the borders too.
"""

import csv
import hashlib
import logging
import mmap
import os
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from legalmap import paths
from legalmap.services.core import sealed_file
from legalmap.services.places import border_index, map_shapes
from legalmap.services.places.border_index import Borders, cell_of

log = logging.getLogger(__name__)
# First the counties of the United States, then the first-level subdivisions of the world.
LAYERS = ("pip-us-counties", "pip-admin1")
# Height of a band and width of a column, in degrees.
HEIGHT, WIDTH = 0.25, 1
BANDS, COLUMNS = int(180 / HEIGHT), int(360 / WIDTH)
_ACCURACY = paths.DATA / "geography" / "accuracy.csv"
# Another number whenever the layout of the file changes.
FORMAT = 2
_DIGEST = 32
_LENGTH = 8
Edge = tuple[float, float, float, float]


def region_at(lat: float, lon: float) -> str | None:
    """The code of the county, state or country at a point in degrees (WGS 84), or None at sea.

    Nothing is kept. The rule is even-odd over all rings of a polygon, as RFC 7946 shapes are read.
    """
    index = _index()
    number = index.insides.regions[cell_of(lat, lon)]
    if number != UNSURE:
        code: str | None = index.insides.codes[number]
        return code
    return _by_outline(index.layers, lat, lon)


def _by_outline(layers: "Iterable[Layer]", lat: float, lon: float) -> str | None:
    cell = _band(lat) * COLUMNS + _column(lon)
    for layer in layers:
        for candidate in range(layer.starts[cell], layer.starts[cell + 1]):
            odd = False
            first, last = layer.first_of[candidate], layer.last_of[candidate]
            coordinates = iter(layer.edges[first:last])
            for x1, y1, x2, y2 in zip(*[coordinates] * 4, strict=True):
                if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                    odd = not odd
            if odd:
                code: str = layer.codes[layer.code_of[candidate]]
                return code
    return None


def regions_near(lat: float, lon: float, km: float) -> dict[str, tuple[float, float]]:
    """The regions with a border or coast within a distance of a point.

    Of each how far off it is, and how exact its outline is: both in kilometres.
    """
    found: dict[str, tuple[float, float]] = {}
    for borders in _index().borders:
        for code, away in borders.near(lat, lon, km).items():
            # The county outlines come first: they are more exact than those of the world.
            found.setdefault(code, (away, borders.accuracy))
    return found


def is_near_outer(lat: float, lon: float) -> bool:
    """Whether another state or country may begin within ``border_index.REACH_KM``: a quick look."""
    return any(borders.is_near_outer(lat, lon) for borders in _index().borders)


def neighbours() -> dict[str, set[str]]:
    """The regions that share a line with each region of the same file of outlines."""
    found: dict[str, set[str]] = {}
    for borders, layer in zip(_index().borders, _index().layers, strict=True):
        found |= {code: set() for code in layer.codes if code not in found}
        for one, other in borders.pairs():
            found[one].add(other)
            found[other].add(one)
    return found


def least_exact() -> float:
    """How exact the coarsest outlines are, in kilometres."""
    return max(borders.accuracy for borders in _index().borders)


def _band(lat: float) -> int:
    return min(int((lat + 90) / HEIGHT), BANDS - 1)


def _column(lon: float) -> int:
    return min(int((lon + 180) / WIDTH), COLUMNS - 1)


class Layer(msgspec.Struct, frozen=True):
    """The polygons of one file of outlines.

    ``starts``: for each cell where its candidates begin. Of each candidate ``code_of`` names the region;
    from ``first_of`` to ``last_of`` lie the x1, y1, x2, y2 of its edges in this band, in degrees.
    """

    codes: tuple[str, ...]
    starts: Any
    code_of: Any
    first_of: Any
    last_of: Any
    edges: Any


class Insides(msgspec.Struct, frozen=True):
    """Of each small cell that no line touches the region it lies in, which is that of all its points.

    ``regions``: a number of ``codes`` for each cell of ``border_index``, or UNSURE; the sea is None.
    """

    codes: tuple[str | None, ...]
    regions: Any


class Index(NamedTuple):
    """What is known of each file of outlines, in their order, and of all together."""

    layers: tuple[Layer, ...]
    borders: tuple[Borders, ...]
    insides: Insides


_ARRAYS: dict[str, dict[str, Any]] = {
    "layers": {"starts": "i", "code_of": "i", "first_of": "i", "last_of": "i", "edges": "d"},
    "borders": border_index.ARRAYS,
    "insides": {"regions": "h"},
}
UNSURE = -1
_folder: Path | None = None
_known: Index | None = None
_lock = Lock()


def share_in(folder: Path | None) -> None:
    """Keep the index in a folder that the processes of a host share; None: each has its own."""
    global _folder  # noqa: PLW0603 - the outlines are part of the product: one index serves a process
    _folder = folder


def prepare() -> None:
    """Make the index now, so that nobody waits for it."""
    _index()


def _index() -> Index:
    global _known  # noqa: PLW0603
    if _known is None:
        with _lock:
            if _known is None:
                _known = _shared(_folder) if _folder else _made()
    return _known


def _shared(folder: Path) -> Index:
    """The index in the file, made if it is not there or not whole; in memory if it cannot be written."""
    file = folder / f"points-{_fingerprint()}.index"
    mapped = _mapped(file)
    if mapped is not None:
        return mapped
    made = _made()
    try:
        _write(file, made)
    except OSError as error:
        log.warning("points: %s cannot be written: %s. It is kept in memory.", file, error.strerror)
        return made
    return _mapped(file) or made


def _fingerprint() -> str:
    """Another outline, or another layout, has another file."""
    digest = hashlib.sha256(f"{FORMAT} {HEIGHT} {WIDTH}".encode())
    for name in LAYERS:
        digest.update((paths.DATA / "geography" / f"{name}.topojson.gz").read_bytes())
    digest.update(_ACCURACY.read_bytes())
    return digest.hexdigest()[:16]


def _mapped(file: Path) -> Index | None:
    """The index of a file as long as nobody but us wrote it and it is whole; else None."""
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_uid != os.geteuid():
                return None
            file_in_memory = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    mapped = memoryview(file_in_memory)
    digest, body = bytes(mapped[:_DIGEST]), mapped[_DIGEST:]
    if len(body) < _LENGTH or hashlib.sha256(body).digest() != digest:
        return None
    if hasattr(mmap, "MADV_DONTNEED"):
        # All of it was read; this process needs no more than what it is asked for.
        file_in_memory.madvise(mmap.MADV_DONTNEED)
    length = int.from_bytes(body[:_LENGTH], "little")
    head = msgspec.json.decode(bytes(body[_LENGTH : _LENGTH + length]))
    rest = body[_LENGTH + length :]
    layers = (Layer(tuple(of["codes"]), **_arrays("layers", of, rest)) for of in head["layers"])
    borders = (
        Borders(tuple(of["codes"]), of["accuracy"], **_arrays("borders", of, rest))
        for of in head["borders"]
    )
    [of] = head["insides"]
    insides = Insides(tuple(of["codes"]), **_arrays("insides", of, rest))
    return Index(tuple(layers), tuple(borders), insides)


def _arrays(part: str, head: dict[str, Any], body: memoryview) -> dict[str, memoryview]:
    return {
        name: body[head[name][0] : head[name][1]].cast(kind) for name, kind in _ARRAYS[part].items()
    }


def _write(file: Path, index: Index) -> None:
    """Wholly or not at all: another process may be writing the same."""
    heads: dict[str, list[dict[str, Any]]] = {part: [] for part in _ARRAYS}
    arrays, at = [], 0
    for part, names in _ARRAYS.items():
        held = getattr(index, part)
        for of in held if isinstance(held, tuple) else (held,):
            plain = set(of.__struct_fields__) - names.keys()
            where: dict[str, Any] = {name: getattr(of, name) for name in plain}
            for name in names:
                content = getattr(of, name).tobytes()
                where[name] = [at, at + len(content)]
                content += b"\0" * (-len(content) % 8)
                at += len(content)
                arrays.append(content)
            heads[part].append(where)
    head = msgspec.json.encode(heads, order="deterministic")
    # What follows is read as numbers of eight bytes.
    head += b" " * (-(len(head) + _DIGEST + _LENGTH) % 8)
    body = b"".join((len(head).to_bytes(_LENGTH, "little"), head, *arrays))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed_file.laid(file, [hashlib.sha256(body).digest(), body])


def _made() -> Index:
    with _ACCURACY.open(encoding="utf-8", newline="") as file:
        accuracy = {row["outlines"]: float(row["km"]) for row in csv.DictReader(file)}
    layers = tuple(_layer_of(name) for name in LAYERS)
    borders = [border_index.made(name, accuracy[name]) for name in LAYERS]
    touched = set().union(*(cells for _, cells in borders))
    return Index(layers, tuple(found for found, _ in borders), _insides(layers, touched))


def _insides(layers: tuple[Layer, ...], touched: set[int]) -> Insides:
    """Cells side by side that no line touches lie in the same region: the first of each row tells."""
    numbers: dict[str | None, int] = {}
    regions = array("h", bytes(2 * border_index.ROWS * border_index.COLUMNS))
    number = UNSURE
    for cell in range(len(regions)):
        if cell in touched:
            number = UNSURE
        elif number == UNSURE or cell % border_index.COLUMNS == 0:
            code = _by_outline(layers, *border_index.middle_of(cell))
            number = numbers.setdefault(code, len(numbers))
        regions[cell] = number
    return Insides(tuple(numbers), regions)


def _layer_of(name: str) -> Layer:
    topology = map_shapes.topology(name)
    decoded = map_shapes.arcs(topology)
    codes: dict[str, int] = {}
    cells: dict[int, list[tuple[int, int, int]]] = {}
    edges = array("d")
    for code, part in map_shapes.parts(topology):
        number = codes.setdefault(code, len(codes))
        for band, held in _by_band(map_shapes.ring(decoded, indices) for indices in part):
            first = len(edges)
            for edge in held:
                edges.extend(edge)
            left = min(min(edge[0], edge[2]) for edge in held)
            right = max(max(edge[0], edge[2]) for edge in held)
            for column in range(_column(left), _column(right) + 1):
                cell = band * COLUMNS + column
                cells.setdefault(cell, []).append((number, first, len(edges)))
    return _packed(tuple(codes), cells, edges)


def _by_band(rings: Iterable[map_shapes.Ring]) -> Iterator[tuple[int, list[Edge]]]:
    """The edges of a polygon by the bands they cross; a level edge crosses no ray."""
    edges_of: dict[int, list[Edge]] = {}
    for ring in rings:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if y1 != y2:
                for band in range(_band(min(y1, y2)), _band(max(y1, y2)) + 1):
                    edges_of.setdefault(band, []).append((x1, y1, x2, y2))
            x1, y1 = x2, y2
    return iter(edges_of.items())


def _packed(
    codes: tuple[str, ...], cells: dict[int, list[tuple[int, int, int]]], edges: "array[float]"
) -> Layer:
    starts, code_of, first_of, last_of = array("i"), array("i"), array("i"), array("i")
    for cell in range(BANDS * COLUMNS):
        starts.append(len(code_of))
        for number, first, last in cells.get(cell, ()):
            code_of.append(number)
            first_of.append(first)
            last_of.append(last)
    starts.append(len(code_of))
    return Layer(codes, starts, code_of, first_of, last_of, edges)
