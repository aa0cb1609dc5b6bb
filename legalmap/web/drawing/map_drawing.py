"""Drawing maps as SVG: every region a link, its status shown by pattern and letter as well as by colour."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

import msgspec
from markupsafe import Markup, escape

from legalmap.domain.law.answer import since_of
from legalmap.domain.law.answer_caveats import inside_caveats
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.inside import Inside, stricter_inside
from legalmap.domain.law.resolution import OUTCOME_LABELS, Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import map_shapes
from legalmap.services.places.map_shapes import Region, Shapes
from legalmap.web.wording import labels

# Patterns and markers are sized for a frame of 2,000 units; other frames scale them.
FRAME = 2000
MARKER, TARGET = 5.5, 12
# Square units a region needs for its letter to stand inside it.
ROOM_FOR_LETTER = 700
ZOOM_MARGIN = 0.25
STALE = frozenset({"overdue", "never"})
# Drawn in a square of 12 units over the colour of a status; {ink} becomes a colour that shows on it.
PATTERNS = {
    "plain": "",
    "dots": '<circle cx="3" cy="3" r="1.1" fill="{ink}"/><circle cx="9" cy="9" r="1.1" fill="{ink}"/>',
    "waves": '<path d="M0 4q3-4 6 0t6 0M0 10q3-4 6 0t6 0" fill="none" stroke="{ink}"/>',
    "lines": '<path d="M0 3h12M0 9h12" stroke="{ink}" stroke-width="1.2"/>',
    "cross": '<path d="M0 0l12 12M12 0L0 12" stroke="{ink}" stroke-width=".9"/>',
    "stripes": '<path d="M-3 3l6-6M0 12L12 0M9 15l6-6" stroke="{ink}" stroke-width="2"/>',
}
# Outcomes beside the scale have no colour of their own: the stylesheet gives them light and dark greys.
OUTCOME_PATTERNS = {
    "not-researched": '<circle cx="6" cy="6" r=".9" fill="#8a9299"/>',
    "not-known": '<path d="M3 6h6M6 3v6" stroke="#8a9299"/>',
}
DARK_INK, LIGHT_INK = "#1c2126", "#ffffff"
INK_OPACITY = 0.7


class DrawnMap(msgspec.Struct, frozen=True):
    """A map ready for a template: the drawing, and the counts that its legend shows.

    ``counts`` are regions by status or outcome, ``towns`` how many places are drawn as points, ``by_part``
    the codes of the countries drawn by subdivision.
    """

    svg: Markup
    view: str
    counts: dict[str, int]
    total: int
    stale: int
    towns: int
    by_part: tuple[str, ...]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a reader wants a map: the day, and the ``query`` that every link carries along.

    ``only`` is a status: all others are dimmed. ``box`` is the part of the frame that fills the window, as
    an SVG viewBox. ``apart`` is the prefix of the ids where a page has several maps; such a map has no
    links. ``mark`` is the code of the place that is outlined.
    """

    as_of: date
    query: str = ""
    only: str | None = None
    box: str | None = None
    apart: str = ""
    mark: str | None = None


def label_of(topic: Topic, shown: str) -> str:
    """The label of a status, or of an outcome without a status."""
    return OUTCOME_LABELS.get(shown) or topic.status(shown).label


def order_of(topic: Topic) -> list[str]:
    """The codes of statuses, strictest first, then the outcomes beside the scale: the order of every legend."""
    ranked = sorted(topic.statuses, key=lambda status: -status.severity)
    return [status.code for status in ranked] + list(OUTCOME_PATTERNS)


def ink_on(topic: Topic, shown: str) -> str:
    """The colour in which a pattern or letter shows on the colour of a status."""
    # The strictest statuses have dark colours.
    return LIGHT_INK if topic.status(shown).severity >= 4 else DARK_INK


@cache
def _drawn(topic: Topic, shown: str) -> str:
    """A square of 12 by 12 in the colour of a status or outcome, and its pattern over it."""
    square = '<rect width="12" height="12"'
    if shown in OUTCOME_PATTERNS:
        return f'{square} class="unknown"/>{OUTCOME_PATTERNS[shown]}'
    status = topic.status(shown)
    ink = f'{ink_on(topic, shown)}" opacity="{INK_OPACITY}'
    return (
        f'{square} fill="{escape(status.colour)}"/>{PATTERNS[status.pattern].replace("{ink}", ink)}'
    )


def swatch(topic: Topic, shown: str) -> Markup:
    """The inside of a 16 by 16 SVG that shows a status in a legend or beside a word."""
    return Markup(f'<g transform="scale(1.334)">{_drawn(topic, shown)}</g>')  # noqa: S704 - ours


def _definitions(topic: Topic, scale: float, apart: str = "") -> str:
    patterns = [
        f'<pattern id="{apart}s-{shown}" width="12" height="12" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale:g})">{_drawn(topic, shown)}</pattern>'
        for shown in order_of(topic)
    ]
    stale = (
        f'<pattern id="{apart}s-stale" width="9" height="9" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale:g}) rotate(45)">'
        '<path class="hatch" d="M0 0v9" stroke-width="3.2"/></pattern>'
    )
    return "".join([*patterns, stale])


def draw(tracker: Tracker, edition: Edition, view: str, wish: Wish, *, title: str) -> DrawnMap:
    """Draw one view of an edition; a country whose parts have records is drawn by part."""
    shapes = map_shapes.shapes(view)
    regions, by_part = regions_of(edition, view, shapes)
    coded = [region for region in regions if region.code]
    places = tracker.places([region.code for region in coded])
    resolutions = {region.code: edition.glance(places[region.code], wish.as_of) for region in coded}
    pen = Pen(edition, wish, max(shapes.size) / FRAME * 1.15)
    towns = _towns(edition, view, shapes, wish.as_of)
    drawn_regions = [pen.region(view, region, resolutions[region.code]) for region in coded]
    parts = [
        *(f'<path class="blank" d="{region.d}"/>' for region in regions if not region.code),
        *(drawn_region.area for drawn_region in drawn_regions),
        *(drawn_region.letter for drawn_region in drawn_regions),
        *(drawn_region.marker for drawn_region in drawn_regions),
        *(pen.marker(at, resolution, "town") for at, resolution in towns),
    ]
    svg = (
        f'<svg class="map" viewBox="{wish.box or shapes.view_box}" data-frame="{shapes.view_box}"'
        f' role="{"img" if wish.apart else "group"}" aria-label="{escape(title)}">'
        f"<defs>{_definitions(edition.topic, pen.scale, wish.apart)}</defs>{''.join(parts)}</svg>"
    )
    return DrawnMap(
        # Every part is our own drawing, or was escaped where it was put in.
        svg=Markup(svg),  # noqa: S704
        view=view,
        counts=_counts(edition.topic, resolutions.values()),
        total=len(resolutions),
        stale=sum(drawn_region.is_stale for drawn_region in drawn_regions),
        towns=len(towns),
        by_part=by_part,
    )


def regions_of(edition: Edition, view: str, shapes: Shapes) -> tuple[list[Region], tuple[str, ...]]:
    """The regions of a view, and the codes of the countries that the world map draws by part."""
    if view != "world":
        return _placed(edition, list(shapes.regions)), ()
    regions, by_part = _by_part(tuple(edition.researched_by_part))
    return _placed(edition, regions), by_part


def _placed(edition: Edition, regions: list[Region]) -> list[Region]:
    """The regions, those that the tree of places lacks without their code: drawn grey, as not researched."""
    known = edition.known_places(region.code for region in regions if region.code)
    return [
        region if region.code in known else msgspec.structs.replace(region, code="")
        for region in regions
    ]


@lru_cache(maxsize=8)
def _by_part(countries: tuple[str, ...]) -> tuple[list[Region], tuple[str, ...]]:
    """The regions of the world, some countries replaced by their parts."""
    by_country = {code: map_shapes.parts_in_world(code) for code in countries}
    parts = {code: shapes for code, shapes in by_country.items() if shapes}
    drawn = {region.code for shapes in parts.values() for region in shapes.regions}
    world = map_shapes.shapes("world").regions
    whole = [r for r in world if r.code not in parts and r.code not in drawn]
    return [*whole, *(r for shapes in parts.values() for r in shapes.regions)], tuple(parts)


def codes_of(edition: Edition, view: str) -> list[str]:
    """The codes of all regions and towns drawn in a view."""
    shapes = map_shapes.shapes(view)
    regions, _ = regions_of(edition, view, shapes)
    towns = [resolution.place.code for _, resolution in _towns(edition, view, shapes, date.max)]
    return [*(region.code for region in regions if region.code), *towns]


def _towns(
    edition: Edition, view: str, shapes: Shapes, as_of: date
) -> list[tuple[tuple[float, float], Resolution]]:
    """The towns of a view that have a record of their own, and where they lie in its frame."""
    if shapes.fit is None:
        return []
    towns = []
    for item in edition.below(view.replace("/", "-")):
        place = item.place
        if place.lat is not None and place.lon is not None:
            towns.append((shapes.fit.place(place.lat, place.lon), edition.glance(place, as_of)))
    return towns


def _counts(topic: Topic, resolutions: Iterable[Resolution]) -> dict[str, int]:
    counts = dict.fromkeys(order_of(topic), 0)
    for resolution in resolutions:
        counts[resolution.shown] += 1
    return counts


def is_stale(resolution: Resolution) -> bool:
    """Whether the deciding law has no dated evidence or is overdue: such a region is hatched, never plain."""
    level = resolution.deciding_level
    return level is not None and level.freshness in STALE


def card(topic: Topic, resolution: Resolution, inside: Inside) -> str:
    """The text of a region's card, a line each: place, status, since when, by whose law, what is stricter inside,

    and how old the evidence is.
    """
    lines = [resolution.place.name, label_of(topic, resolution.shown)]
    level, since = resolution.deciding_level, since_of(resolution)
    if since and since.status:
        lines[1] += f" since {in_words(since.status)}"
    if level and level.jurisdiction.code != resolution.place.code:
        lines.append(f"By the law of {level.jurisdiction.name}")
    stricter = stricter_inside(resolution, topic, inside)
    lines += [caveat.text for caveat in inside_caveats(resolution, stricter, topic)]
    if level:
        predates = level.predates_evidence(resolution.as_of)
        age = "fresh" if predates else level.freshness or "never"
        lines.append(labels.aged_evidence(level.last_verified, level.verified_how, age))
    return "\n".join(lines)


class DrawnRegion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One region as SVG: its shape, the letter on it, and its marker, each empty where there is none."""

    resolution: Resolution
    inside: Inside
    area: str
    letter: str
    marker: str
    is_stale: bool


# By topic, view and region: the last drawing of a region that no wish of a reader changes. A map has
# thousands of regions, and a publication leaves the resolutions of most as they were.
_kept: dict[tuple[str, str, str], DrawnRegion] = {}
MOST_KEPT = 10_000


class Pen:
    """Draws the regions of one map. ``scale``: units of the frame for a thing of size one."""

    def __init__(self, edition: Edition, wish: Wish, scale: float) -> None:
        self.topic, self.wish, self.scale = edition.topic, wish, scale
        self._edition = edition
        self._insides: dict[str, Inside] = {}
        self._query = escape(wish.query)

    def region(self, view: str, region: Region, resolution: Resolution) -> DrawnRegion:
        """A region of a view; the earlier drawing of the same resolution is used again."""
        if self.wish.query or self.wish.only or self.wish.apart or self.wish.mark:
            return self._region(region, resolution)
        key = self.topic.code, view, region.code
        remembered = _kept.get(key)
        inside = self._inside(resolution)
        is_same = remembered and remembered.resolution is resolution and remembered.inside is inside
        if remembered is None or not is_same:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            remembered = _kept[key] = self._region(region, resolution)
        return remembered

    def _region(self, region: Region, resolution: Resolution) -> DrawnRegion:
        return DrawnRegion(
            resolution=resolution,
            inside=self._inside(resolution),
            area=self.area(region, resolution),
            letter=self.letter(region, resolution),
            marker=self.marker(region.marker, resolution) if region.needs_marker else "",
            is_stale=is_stale(resolution),
        )

    def _inside(self, resolution: Resolution) -> Inside:
        """What lies inside a region, looked up once: its shape, its letter and its marker ask for it."""
        place = resolution.place
        if place.code not in self._insides:
            self._insides[place.code] = self._edition.inside(place, resolution.as_of)
        return self._insides[place.code]

    def _link(self, resolution: Resolution, content: str, kind: str = "") -> str:
        code = resolution.place.code
        dimmed = self.wish.only not in (None, resolution.shown)
        class_names = (kind, "dim" if dimmed else "", "marked" if code == self.wish.mark else "")
        classes = " ".join(word for word in class_names if word)
        class_attribute = f' class="{classes}"' if classes else ""
        content = f"<title>{escape(card(self.topic, resolution, self._inside(resolution)))}</title>{content}"
        if self.wish.apart:
            return f"<g{class_attribute}>{content}</g>"
        return (
            f'<a href="/{self.topic.code}/{code}{self._query}" data-code="{code}"'
            f"{class_attribute}>{content}</a>"
        )

    def _fill(self, name: str) -> str:
        return f'fill="url(#{self.wish.apart}s-{name})"'

    def area(self, region: Region, resolution: Resolution) -> str:
        """The shape of a region. A small one is no link: its marker is, and one link is enough."""
        if not region.d:
            return ""
        fill = self._fill(resolution.shown)
        shape = f'<path {fill} d="{region.d}"/>'
        if is_stale(resolution):
            name = f"{self.wish.apart}r-{region.code}"
            shape = (
                f'<g {fill}><path id="{name}" d="{region.d}"/></g>'
                f'<use href="#{name}" {self._fill("stale")}/>'
            )
        return shape if region.needs_marker else self._link(resolution, shape)

    def letter(self, region: Region, resolution: Resolution) -> str:
        """The letter of the status, where there is room: it shows in print, and on screen to those who want it."""
        box = map_shapes.bounds(region.d)
        unplaced = not (region.x or region.y)
        if box is None or resolution.status is None or region.needs_marker or unplaced:
            return ""
        if (box[2] - box[0]) * (box[3] - box[1]) < ROOM_FOR_LETTER * self.scale**2:
            return ""
        status = self.topic.status(resolution.status)
        return (
            f'<text x="{region.x:g}" y="{region.y:g}" fill="{ink_on(self.topic, status.code)}"'
            f' stroke="{escape(status.colour)}">{escape(status.letter)}</text>'
        )

    def marker(self, at: tuple[float, float], resolution: Resolution, kind: str = "small") -> str:
        """A dot, and around it an unseen ring wide enough to be hit by a finger."""
        where = f'cx="{at[0]:.5g}" cy="{at[1]:.5g}"'
        radius = f'r="{MARKER * self.scale:.3g}"'
        stale = f"<circle {where} {radius} {self._fill('stale')}/>" if is_stale(resolution) else ""
        content = (
            f'<circle class="target" {where} r="{TARGET * self.scale:.3g}"/>'
            f'<circle class="dot" {where} {radius} {self._fill(resolution.shown)}/>{stale}'
        )
        return self._link(resolution, content, kind)


def box_around(view: str, code: str, by_part: Iterable[str]) -> str | None:
    """The part of a view's frame around one region, as a viewBox; None if it is not drawn there."""
    candidates = [map_shapes.shapes(view), *(map_shapes.parts_in_world(c) for c in by_part)]
    regions = [region for shapes in candidates if shapes for region in shapes.regions]
    region = next((region for region in regions if region.code == code), None)
    if region is None:
        return None
    left, top, right, bottom = map_shapes.bounds(region.d) or (*region.marker, *region.marker)
    width, height = map_shapes.shapes(view).size
    least = width / 12
    wide = max(right - left, (bottom - top) * width / height, least) * (1 + 2 * ZOOM_MARGIN)
    high = wide * height / width
    middle = ((left + right) / 2, (top + bottom) / 2)
    return f"{middle[0] - wide / 2:.0f} {middle[1] - high / 2:.0f} {wide:.0f} {high:.0f}"
