"""Drawing maps as SVG: every region a link, its status told by pattern as well as by colour."""

from datetime import date
from functools import cache

import msgspec
from markupsafe import Markup, escape

from legalmap.domain.resolving import OUTCOME_LABELS, Resolution
from legalmap.domain.topics import Topic
from legalmap.services import geography
from legalmap.services.editions import Edition
from legalmap.services.geography import Region
from legalmap.services.tracker import Tracker

# Units of the frame: patterns and markers are drawn in a frame about 2000 units wide.
FRAME = 2000
MARKER, TARGET = 5.5, 12
STALE = frozenset({"overdue", "never"})
# Drawn over the colour of a status, in an ink that shows on it: {ink} is replaced.
PATTERNS = {
    "plain": "",
    "dots": '<circle cx="3" cy="3" r="1.1" fill="{ink}"/><circle cx="9" cy="9" r="1.1" fill="{ink}"/>',
    "waves": '<path d="M0 4q3-4 6 0t6 0M0 10q3-4 6 0t6 0" fill="none" stroke="{ink}"/>',
    "lines": '<path d="M0 3h12M0 9h12" stroke="{ink}" stroke-width="1.2"/>',
    "cross": '<path d="M0 0l12 12M12 0L0 12" stroke="{ink}" stroke-width=".9"/>',
    "stripes": '<path d="M-3 3l6-6M0 12L12 0M9 15l6-6" stroke="{ink}" stroke-width="2"/>',
}
# What stands beside the scale has no colour of its own: the stylesheet gives it light and dark greys.
OUTCOME_PATTERNS = {
    "not-researched": '<circle cx="6" cy="6" r=".9" fill="#8a9299"/>',
    "not-known": '<path d="M3 6h6M6 3v6" stroke="#8a9299"/>',
}
DARK_INK, LIGHT_INK = "#1c2126", "#ffffff"


class Shown(msgspec.Struct, frozen=True):
    """A map ready for a template: the drawing and what is counted beside it."""

    svg: Markup
    counts: dict[str, int]
    total: int
    stale: int


def label_of(topic: Topic, shown: str) -> str:
    """The label of a status, or of an outcome without a status."""
    return OUTCOME_LABELS.get(shown) or topic.status(shown).label


def order_of(topic: Topic) -> list[str]:
    """Statuses strictest first, then what stands beside the scale: the order of every legend."""
    ranked = sorted(topic.statuses, key=lambda status: -status.severity)
    return [status.code for status in ranked] + list(OUTCOME_PATTERNS)


@cache
def _drawn(topic: Topic, shown: str) -> str:
    """A square of 12 by 12 in the colour of a status or outcome, and its pattern over it."""
    square = '<rect width="12" height="12"'
    if shown in OUTCOME_PATTERNS:
        return f'{square} class="unknown"/>{OUTCOME_PATTERNS[shown]}'
    status = topic.status(shown)
    ink = LIGHT_INK if status.severity >= 4 else DARK_INK
    pattern = PATTERNS[status.pattern].replace("{ink}", f'{ink}" opacity=".55')
    return f'{square} fill="{escape(status.colour)}"/>{pattern}'


def swatch(topic: Topic, shown: str) -> Markup:
    """The inside of a 16 by 16 SVG that shows a status in a legend or beside a word."""
    return Markup(f'<g transform="scale(1.334)">{_drawn(topic, shown)}</g>')  # noqa: S704 - ours


def _definitions(topic: Topic, scale: float) -> str:
    drawn = [
        f'<pattern id="s-{shown}" width="12" height="12" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale:g})">{_drawn(topic, shown)}</pattern>'
        for shown in order_of(topic)
    ]
    stale = (
        '<pattern id="s-stale" width="9" height="9" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale:g}) rotate(45)">'
        '<path class="hatch" d="M0 0v9" stroke-width="3.2"/></pattern>'
    )
    return "".join([*drawn, stale])


def draw(
    tracker: Tracker, edition: Edition, view: str, as_of: date, query: str, *, title: str
) -> Shown:
    """Draw one view of an edition on a day; ``query`` is carried along by every link."""
    shapes = geography.shapes(view)
    width, height = shapes.size
    scale = max(width, height) / FRAME * 1.15
    coded = [region for region in shapes.regions if region.code]
    places = tracker.places([region.code for region in coded])
    resolutions = {r.code: edition.resolve(places[r.code], as_of) for r in coded}
    topic = edition.topic
    areas = [_area(topic, region, resolutions[region.code], query) for region in coded]
    markers = [
        _marker(topic, region, resolutions[region.code], query, scale)
        for region in coded
        if region.needs_marker
    ]
    blanks = [f'<path class="blank" d="{r.d}"/>' for r in shapes.regions if not r.code]
    svg = (
        f'<svg class="map" viewBox="{shapes.view_box}" role="group" aria-label="{escape(title)}">'
        f"<defs>{_definitions(topic, scale)}</defs>"
        f"{''.join(blanks)}{''.join(areas)}{''.join(markers)}</svg>"
    )
    counts = dict.fromkeys(order_of(topic), 0)
    for resolution in resolutions.values():
        counts[resolution.shown] += 1
    stale = sum(is_stale(resolution) for resolution in resolutions.values())
    # Every part is our own drawing or was escaped where it was put in.
    return Shown(Markup(svg), counts, len(resolutions), stale)  # noqa: S704


def is_stale(resolution: Resolution) -> bool:
    """Whether what decides was never verified or is overdue: nothing looks fresh that is not."""
    level = resolution.deciding_level
    return level is not None and level.freshness in STALE


def _words(topic: Topic, resolution: Resolution) -> str:
    words = f"{resolution.place.name}: {label_of(topic, resolution.shown)}"
    level = resolution.deciding_level
    if level is None:
        return words
    if level.jurisdiction.code != resolution.place.code:
        words += f", by {level.jurisdiction.name}"
    if level.freshness == "never":
        return f"{words}. Never verified"
    return f"{words}. Last verified {level.last_verified}"


def _open(topic: Topic, region: Region, resolution: Resolution, query: str) -> str:
    return f'<a href="/{topic.code}/{region.code}{escape(query)}"><title>{escape(_words(topic, resolution))}</title>'


def _area(topic: Topic, region: Region, resolution: Resolution, query: str) -> str:
    if not region.d:
        return ""
    fill = f'fill="url(#s-{resolution.shown})"'
    hatch = ""
    if is_stale(resolution):
        hatch = f'<use href="#r-{region.code}" fill="url(#s-stale)"/>'
    name = f' id="r-{region.code}"' if hatch else ""
    shape = (
        f'<g {fill}><path{name} d="{region.d}"/></g>' if hatch else f'<path {fill} d="{region.d}"/>'
    )
    # A small region is reached by its marker; one link for it is enough for the keyboard.
    if region.needs_marker:
        return shape + hatch
    return f"{_open(topic, region, resolution, query)}{shape}{hatch}</a>"


def _marker(topic: Topic, region: Region, resolution: Resolution, query: str, scale: float) -> str:
    x, y = region.marker
    stale = ""
    if is_stale(resolution):
        stale = f'<circle cx="{x:g}" cy="{y:g}" r="{MARKER * scale:g}" fill="url(#s-stale)"/>'
    return (
        f"{_open(topic, region, resolution, query)}"
        f'<circle class="target" cx="{x:g}" cy="{y:g}" r="{TARGET * scale:g}"/>'
        f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="{MARKER * scale:g}"'
        f' fill="url(#s-{resolution.shown})"/>{stale}</a>'
    )
