"""The map as a picture that stands alone, with title, day, legend, counts and source line inside it.

Every style is an attribute, so that all viewers draw it alike; the same edition and day always give the
same bytes. PNG is drawn from the SVG with our own font, never with one of the machine.
"""

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from threading import Lock

import msgspec
from markupsafe import Markup, escape

from legalmap import paths
from legalmap.domain.errors import Unusable
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import map_shapes
from legalmap.services.places.map_shapes import Region
from legalmap.services.reading import trust_figures
from legalmap.web.drawing import map_drawing

WIDTH, HEIGHT = 1200, 630
# In pixels, about how wide an embedded map is shown: its patterns and dots are sized for that.
EMBED_WIDTH = 900
SIZES = {"1200": 1200, "2000": 2000}
VIEWS = {"world": "", "us": " in the United States"}
FONTS = tuple(
    str(paths.PACKAGE / "web" / "fonts" / f"LegalmapSans-{cut}.ttf") for cut in ("Regular", "Bold")
)
FAMILY = "Legalmap Sans, DejaVu Sans, Verdana, Arial, sans-serif"
PAPER, INK, MUTED, LINE, UNKNOWN = "#fbfaf7", "#1c2126", "#59636d", "#dcd9d1", "#e4e5e3"
EDGE = "#8a9299"
MARGIN = 36
# Left, top, width and height of the space the map may fill, right of the legend.
FRAME = (300.0, 104.0, 872.0, 436.0)
LEGEND_TOP, LEGEND_STEP = 130, 38
DOT = 3.4
# A swatch of 16 units is drawn 9 pixels wide on the map and 15 in the legend. Whole pixels at both widths
# of PNG, as is the origin of the map: otherwise seams show between the tiles.
TILE, LEGEND_TILE, GRID = 9 / 16, 15 / 16, 3
KEPT_PICTURES = 24
# Seconds that a request waits for the pictures of others before it is refused.
PATIENCE = 10
# Kinds of places that the two views draw: plural and singular. The one district is that of Columbia.
KINDS = (
    ("country", "countries", "country"),
    ("state", "states", "state"),
    ("district", "D.C.", "D.C."),
    ("part", "parts of other countries", "part of another country"),
    ("territory", "territories", "territory"),
)


class Picture(msgspec.Struct, frozen=True):
    """A drawn picture and its hash, which is its ETag."""

    content: bytes
    sha256: str


class DrawnView(msgspec.Struct, frozen=True):
    """The regions of a view as SVG, and the counts beside them.

    ``denominator`` says in words what is counted: “50 states, D.C. and 5 territories”.
    """

    defs: str
    shapes: str
    counts: Counter[str]
    stale: int
    denominator: str


class Link(msgspec.Struct, frozen=True):
    """Makes regions links to their places, with a card that shows when somebody points at them."""

    edition: Edition
    query: str

    def around(self, resolution: Resolution, shape: str) -> str:
        """A shape as a link to its place."""
        if not shape:
            return ""
        topic, place = self.edition.topic, resolution.place
        inside = self.edition.inside(place, resolution.as_of)
        card = escape(map_drawing.card(topic, resolution, inside))
        address = f"/{topic.code}/{place.code}{escape(self.query)}"
        return f'<a href="{address}"><title>{card}</title>{shape}</a>'


def title_of(topic: Topic, view: str) -> str:
    """The question the picture answers."""
    return f"Where is {topic.sentence_name} legal{VIEWS[view]}?"


def inline(
    tracker: Tracker, edition: Edition, as_of: date, view: str, query: str
) -> tuple[Markup, DrawnView]:
    """The map as part of a page, every region a link that carries ``query`` along, and its counts."""
    shapes = map_shapes.shapes(view)
    scale = EMBED_WIDTH / shapes.size[0]
    drawn = _drawn(tracker, edition, as_of, view, scale, Link(edition, query))
    svg = (
        f'<svg class="map" viewBox="{shapes.view_box}" role="group"'
        f' aria-label="{escape(title_of(edition.topic, view))}">'
        f"<defs>{drawn.defs}</defs>{drawn.shapes}</svg>"
    )
    # Every part is our own drawing, or was escaped where it was put in.
    return Markup(svg), drawn  # noqa: S704


def _drawn(
    tracker: Tracker,
    edition: Edition,
    as_of: date,
    view: str,
    scale: float,
    link: Link | None = None,
) -> DrawnView:
    """All regions of a view; ``scale`` is the size of one of its units in the finished picture."""
    regions, _ = map_drawing.regions_of(edition, view, map_shapes.shapes(view))
    coded = [region for region in regions if region.code]
    places = tracker.places([region.code for region in coded])
    resolutions = {region.code: edition.glance(places[region.code], as_of) for region in coded}

    def linked(region: Region, shape: str) -> str:
        return link.around(resolutions[region.code], shape) if link else shape

    parts = [
        f'<g stroke="{EDGE}" stroke-width="{0.5 / scale:.3g}" stroke-linejoin="round">',
        *(f'<path fill="{UNKNOWN}" d="{r.d}"/>' for r in regions if not r.code),
        *(linked(region, _area(region, resolutions[region.code])) for region in coded),
        f'</g><g stroke="{INK}" stroke-width="{0.7 / scale:.3g}">',
        *(linked(r, _dot(r, resolutions[r.code], scale)) for r in coded if r.needs_marker),
        "</g>",
    ]
    return DrawnView(
        _patterns(edition.topic, scale),
        "".join(parts),
        Counter(resolution.shown for resolution in resolutions.values()),
        sum(map_drawing.is_stale(resolution) for resolution in resolutions.values()),
        _denominator(places.values()),
    )


def _denominator(places: Iterable[Jurisdiction]) -> str:
    """What is counted, in words: “50 states, D.C. and 5 territories”."""
    kinds = Counter(_kind(place) for place in places)
    parts = [
        singular
        if kind == "district"
        else f"{kinds[kind]} {plural if kinds[kind] > 1 else singular}"
        for kind, plural, singular in KINDS
        if kinds[kind]
    ]
    return " and ".join([*filter(None, [", ".join(parts[:-1])]), *parts[-1:]])


def _kind(place: Jurisdiction) -> str:
    if place.parent not in (None, "us") and place.kind not in ("country", "territory"):
        return "part"
    return place.kind


def _area(region: Region, resolution: Resolution) -> str:
    shape = f'<path fill="url(#p-{resolution.shown})" d="{region.d}"/>'
    return shape + (
        f'<path fill="url(#p-stale)" d="{region.d}"/>' * map_drawing.is_stale(resolution)
    )


def _dot(region: Region, resolution: Resolution, scale: float) -> str:
    x, y = region.marker
    at = f'cx="{x:g}" cy="{y:g}" r="{DOT / scale:.3g}"'
    return f'<circle fill="url(#p-{resolution.shown})" {at}/>' + (
        f'<circle fill="url(#p-stale)" {at}/>' * map_drawing.is_stale(resolution)
    )


def _tile(topic: Topic, shown: str) -> str:
    """The swatch of a status, with the grey that only the stylesheet knows put in."""
    return str(map_drawing.swatch(topic, shown)).replace('class="unknown"', f'fill="{UNKNOWN}"')


def _patterns(topic: Topic, scale: float, tile: float = TILE) -> str:
    size = f'patternUnits="userSpaceOnUse" patternTransform="scale({tile / scale:.8g})'
    patterns = [
        f'<pattern id="p-{shown}" width="16" height="16" {size}">{_tile(topic, shown)}</pattern>'
        for shown in map_drawing.order_of(topic)
    ]
    stale = (
        f'<pattern id="p-stale" width="9" height="9" {size} rotate(45)">'
        '<path d="M0 0v9" stroke="#ffffff" stroke-opacity=".85" stroke-width="3.2"/></pattern>'
    )
    return "".join([*patterns, stale])


def svg(tracker: Tracker, edition: Edition, as_of: date, view: str) -> str:
    """The whole picture, 1200 by 630: the size in which sites show a link (Open Graph)."""
    left, top, wide, high = FRAME
    frame_width, frame_height = map_shapes.shapes(view).size
    scale = round(min(wide / frame_width, high / frame_height), 5)
    drawn = _drawn(tracker, edition, as_of, view, scale)
    title = title_of(edition.topic, view)
    x = (left + (wide - frame_width * scale) / 2) // GRID * GRID
    y = (top + (high - frame_height * scale) / 2) // GRID * GRID
    day = f"Law in force on {in_words(as_of)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="{FAMILY}" fill="{INK}">'
        f"<title>{escape(title)} {day}.</title>"
        f"<desc>{escape(_in_words(edition.topic, drawn))}</desc>"
        f"<defs>{drawn.defs}{_legend_patterns(edition.topic)}</defs>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
        f"{_text(MARGIN, 56, title, 32, bold=True)}"
        f"{_text(MARGIN, 86, day, 18, colour=MUTED)}"
        f"{_text(WIDTH - MARGIN, 56, 'legalmap', 22, bold=True, end=True)}"
        f'<g transform="translate({x:g} {y:g}) scale({scale:.5f})">{drawn.shapes}</g>'
        f"{_legend(edition.topic, drawn)}{_foot(edition, as_of, view)}</svg>\n"
    )


def _text(
    x: float,
    y: float,
    words: str,
    size: int,
    *,
    bold: bool = False,
    end: bool = False,
    colour: str = INK,
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{colour}"{weight}{anchor}>'
        f"{escape(words)}</text>"
    )


def _in_words(topic: Topic, drawn: DrawnView) -> str:
    counts = ", ".join(f"{label}: {count}" for _, label, count in _counted(topic, drawn))
    return f"{counts}. Of {drawn.denominator} drawn."


def _counted(topic: Topic, drawn: DrawnView) -> list[tuple[str, str, int]]:
    """The statuses that are on the map, with their labels and how many places have each."""
    return [
        (shown, map_drawing.label_of(topic, shown), drawn.counts[shown])
        for shown in map_drawing.order_of(topic)
        if drawn.counts[shown]
    ]


def _legend_patterns(topic: Topic) -> str:
    """The patterns once more at the size of the legend, where nothing is scaled."""
    return _patterns(topic, 1, LEGEND_TILE).replace('id="p-', 'id="l-')


def _legend(topic: Topic, drawn: DrawnView) -> str:
    stale = [("stale", "Overdue or undated", drawn.stale)] if drawn.stale else []
    drawn_rows = [
        _legend_row(LEGEND_TOP + LEGEND_STEP * index, *row)
        for index, row in enumerate([*_counted(topic, drawn), *stale])
    ]
    bottom = LEGEND_TOP + LEGEND_STEP * len(drawn_rows) + 14
    lines = _wrapped(f"Of {drawn.denominator} drawn.", 32)
    below = [
        _text(MARGIN, bottom + 19 * index, line, 14, colour=MUTED)
        for index, line in enumerate(lines)
    ]
    return "".join([*drawn_rows, *below])


def _legend_row(y: int, shown: str, label: str, count: int) -> str:
    base = EDGE if shown == "stale" else PAPER
    box = f'x="{MARGIN}" y="{y}" width="30" height="22" rx="3" stroke="{INK}"'
    size = 17 if shown != "stale" else 14
    return (
        f'<rect {box} fill="{base}"/><rect {box} fill="url(#l-{shown})"/>'
        f"{_text(MARGIN + 40, y + 17, label, size)}"
        f"{_text(FRAME[0] - 18, y + 17, str(count), 17, bold=True, end=True)}"
    )


def _wrapped(words: str, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _foot(edition: Edition, as_of: date, view: str) -> str:
    """Where the picture comes from and how old its evidence is, so that no copy looks fresher than it is."""
    ages = trust_figures.ages(edition, as_of, view)
    known = f", as known on {in_words(edition.changed_at.date())}" if edition.changed_at else ""
    source = (
        f"Source: legalmap, /{edition.topic.code}, feed number {edition.feed_no}{known}."
        f" {ages.total} records, each with its sources. CC0 1.0."
    )
    newest = f"Newest evidence: {in_words(ages.newest)}. " if ages.newest else ""
    age = (
        f"{newest}{ages.overdue} of {ages.total} records overdue for re-checking, {ages.never} without"
        " dated evidence. Shapes: Natural Earth, U.S. Census Bureau. Not legal advice."
    )
    return (
        f'<path d="M{MARGIN} 560H{WIDTH - MARGIN}" stroke="{LINE}"/>'
        f"{_text(MARGIN, 586, source, 14, colour=MUTED)}{_text(MARGIN, 608, age, 14, colour=MUTED)}"
    )


# resvg holds the interpreter lock while it draws, a quarter of a second for 2,000 pixels. In a process of
# its own, which takes 50 ms to start, it keeps no other request waiting.
_DRAW = """
import sys, resvg_py
width, *fonts = sys.argv[1:]
sys.stdout.buffer.write(bytes(resvg_py.svg_to_bytes(
    svg_string=sys.stdin.buffer.read().decode(), width=int(width), skip_system_fonts=True,
    font_files=fonts, font_family="Legalmap Sans",
)))
"""


def png(drawing_: str, width: int) -> bytes:
    """The SVG as PNG, ``width`` pixels wide."""
    command = [sys.executable, "-I", "-c", _DRAW, str(width), *map(str, FONTS)]
    drawn = subprocess.run(  # noqa: S603 - nothing in it is a stranger's
        command, input=drawing_.encode(), capture_output=True, check=True
    )
    return drawn.stdout


class Pictures:
    """A bounded cache of the pictures used last; safe between threads."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._kept: dict[tuple[str, int, date, str, int], Picture] = {}
        self._lock = Lock()
        # A picture takes a core for a second: one is drawn at a time, however many are asked for.
        self._pen = Lock()

    def of(self, edition: Edition, as_of: date, view: str, width: int = 0) -> Picture:
        """A PNG of that width in pixels, or SVG for 0; raise Unusable if too many are being drawn."""
        key = (edition.topic.code, edition.feed_no, as_of, view, width)
        picture = self._kept.get(key)
        if picture is not None:
            return self._keep(key, picture)
        if not self._pen.acquire(timeout=PATIENCE):
            raise Unusable("Too many pictures are asked for just now. Try again in a moment.")
        try:
            # Somebody before us may have drawn it while we waited.
            picture = self._kept.get(key) or self._draw(edition, as_of, view, width)
            return self._keep(key, picture)
        finally:
            self._pen.release()

    def _draw(self, edition: Edition, as_of: date, view: str, width: int) -> Picture:
        text = svg(self._tracker, edition, as_of, view)
        content = png(text, width) if width else text.encode()
        return Picture(content, hashlib.sha256(content).hexdigest())

    def _keep(self, key: tuple[str, int, date, str, int], picture: Picture) -> Picture:
        """Put a picture at the end of the dict; at its beginning stands the one used longest ago."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = picture
            if len(self._kept) > KEPT_PICTURES:
                del self._kept[next(iter(self._kept))]
        return picture
