"""Shipped shapes: drawn map views, and outlines in degrees for distances and points (TopoJSON)."""

import gzip
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import msgspec

from legalmap import paths

Ring = list[tuple[float, float]]
# The files of outlines in degrees: first-level subdivisions of the world, counties of the United States.
SUBDIVISIONS, COUNTIES = "pip-admin1", "pip-us-counties"


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """One shape of a map: ``n`` its name, ``d`` an SVG path, (x, y) a point inside, ``m`` whether it needs a
    marker, (mx, my) where that goes. Short names keep the files small.
    """

    code: str
    n: str
    d: str
    x: float = 0
    y: float = 0
    m: int = 0
    mx: float | None = None
    my: float | None = None

    @property
    def needs_marker(self) -> bool:
        """Whether the shape is too small to see or to click."""
        return bool(self.m)

    @property
    def marker(self) -> tuple[float, float]:
        """Where to draw the marker."""
        return (self.x if self.mx is None else self.mx, self.y if self.my is None else self.my)


class Fit(msgspec.Struct, frozen=True):
    """A view's projection as a cubic polynomial in degrees from (lat0, lon0): terms u^a v^b, a + b <= 3.

    Fitted to the equal-area projection the shapes were drawn in. The error is less than two units of
    a frame about a thousand wide.
    """

    lon0: float
    lat0: float
    x: tuple[float, ...]
    y: tuple[float, ...]

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """The (x, y) in the view's frame of a point in degrees (WGS 84)."""
        # In a view across the 180th meridian degrees go on counting eastwards: the difference is wrapped.
        u = (lon - self.lon0 + 180) % 360 - 180
        v = lat - self.lat0
        terms = [u**a * v**b for a in range(4) for b in range(4 - a)]
        return (
            sum(factor * term for factor, term in zip(self.x, terms, strict=True)),
            sum(factor * term for factor, term in zip(self.y, terms, strict=True)),
        )


class Shapes(msgspec.Struct, frozen=True, rename={"view_box": "viewBox"}):
    """One view: its regions in one frame. ``fit`` is given where towns can be drawn as points."""

    view_box: str
    regions: tuple[Region, ...]
    fit: Fit | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the frame, in the units of its coordinates."""
        _, _, width, height = (float(part) for part in self.view_box.split())
        return width, height


def view_of(code: str | None) -> str | None:
    """The name of the view that shows the parts of a place (None: the world); None if none is shipped."""
    if code is None:
        return "world"
    if code == "us":
        return "us"
    folder = "us" if code.startswith("us-") else "admin1"
    name = f"{folder}/{code.removeprefix('us-')}"
    return name if (paths.DATA / "geography" / f"{name}.json").is_file() else None


def parts_in_world(country: str) -> Shapes | None:
    """The subdivisions of a country drawn in the frame of the world view; None if none are shipped."""
    file = paths.DATA / "geography" / "world" / f"{country}.json"
    return shapes(f"world/{country}") if file.is_file() else None


def views() -> list[str]:
    """The names of all views that are shipped."""
    folder = paths.DATA / "geography"
    files = (file.relative_to(folder) for file in folder.rglob("*.json"))
    return sorted(file.with_suffix("").as_posix() for file in files)


@cache
def shapes(view: str) -> Shapes:
    """The shapes of a view, such as ``world``, ``us``, ``us/al`` or ``admin1/ca``."""
    file = paths.DATA / "geography" / f"{view}.json"
    return msgspec.json.decode(file.read_bytes(), type=Shapes)


_STEP = re.compile(r"([mlhvz])([^mlhvz]*)")
_NUMBER = re.compile(r"-?\d+")
Box = tuple[float, float, float, float]


# Enough for all paths of a world map.
@lru_cache(maxsize=5_000)
def bounds(path: str) -> Box | None:
    """(left, top, right, bottom) of an SVG path of relative m, l, h, v and z; None if it has no points."""
    xs: list[int] = []
    ys: list[int] = []
    x = y = start_x = start_y = 0
    for command, text in _STEP.findall(path):
        if command == "z":
            x, y = start_x, start_y
        for index, (dx, dy) in enumerate(_moves(command, text)):
            x, y = x + dx, y + dy
            if command == "m" and index == 0:
                start_x, start_y = x, y
            xs.append(x)
            ys.append(y)
    return (min(xs), min(ys), max(xs), max(ys)) if xs else None


def _moves(command: str, text: str) -> list[tuple[int, int]]:
    numbers = [int(number) for number in _NUMBER.findall(text)]
    if command == "h":
        return [(number, 0) for number in numbers]
    if command == "v":
        return [(0, number) for number in numbers]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def is_inside(ring: Ring, lon: float, lat: float) -> bool:
    """Whether a point is inside a ring, by ray casting: a ray from inside crosses it an odd number of times."""
    odd = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            odd = not odd
        x1, y1 = x2, y2
    return odd


def topology(name: str) -> dict[str, Any]:
    """A TopoJSON file of outlines in degrees: ``pip-admin1`` or ``pip-us-counties``."""
    file = paths.DATA / "geography" / f"{name}.topojson.gz"
    content: dict[str, Any] = msgspec.json.decode(gzip.decompress(file.read_bytes()))
    return content


def parts(topology: dict[str, Any]) -> Iterator[tuple[str, list[list[int]]]]:
    """Each polygon of each shape: the code, and for each ring the indices of its arcs."""
    for layer in topology["objects"].values():
        for shape in layer["geometries"]:
            if shape.get("type") == "Polygon":
                yield shape["id"], shape["arcs"]
            elif shape.get("type") == "MultiPolygon":
                for part in shape["arcs"]:
                    yield shape["id"], part


def arcs(topology: dict[str, Any]) -> list[Ring]:
    """The arcs in degrees: undoes quantisation and delta coding (TopoJSON specification, 2.1.2 and 2.1.3)."""
    (x_scale, y_scale) = topology["transform"]["scale"]
    (x_offset, y_offset) = topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * x_scale + x_offset, y * y_scale + y_offset))
        decoded.append(points)
    return decoded


def ring(arcs: list[Ring], indices: list[int]) -> Ring:
    """The points of one ring; a negative index ``~n`` means arc n backwards."""
    points: Ring = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        # Each arc begins where the one before it ends.
        points += arc[1:] if points else arc
    return points
