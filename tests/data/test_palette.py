"""The colours of every topic: ranked in grey, told apart by the colour blind, patterns that show.

Contrast as WCAG 2.2 defines it; simulated vision after Machado, Oliveira and Fernandes (2009),
severity 1.0; difference as CIE76 in CIELAB.
"""

import itertools
import math

import pytest

from legalmap.domain.law.statuses import Status
from legalmap.web.drawing import map_drawing
from tests.build import the_topic

RGB = tuple[float, float, float]
TOPICS = ["kratom", "7-oh"]
LEAST_DIFFERENCE = 12
LEAST_CONTRAST = 3
VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none, in grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(colour: str) -> RGB:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return r, g, b


def luminance(colour: RGB) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: RGB, other: RGB) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(colour: RGB, vision: str) -> RGB:
    r, g, b = (
        min(max(sum(k * part for k, part in zip(row, colour, strict=True)), 0), 1)
        for row in VISION[vision]
    )
    return r, g, b


def lab(colour: RGB) -> RGB:
    r, g, b = colour
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def scale(topic: str) -> list[Status]:
    return sorted(
        (s for s in the_topic(topic).statuses if not s.transparent), key=lambda s: s.severity
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_a_grey_print_still_ranks_the_statuses(topic: str) -> None:
    greys = [luminance(linear(status.colour)) for status in scale(topic)]
    assert greys == sorted(greys, reverse=True)
    assert min(a - b for a, b in itertools.pairwise(greys)) > 0.05


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("topic", TOPICS)
def test_no_two_colours_look_alike_however_one_sees(topic: str, vision: str) -> None:
    colours = {status.code: lab(seen(linear(status.colour), vision)) for status in scale(topic)}
    for one, other in itertools.combinations(colours, 2):
        assert math.dist(colours[one], colours[other]) >= LEAST_DIFFERENCE, (one, other)


@pytest.mark.parametrize("topic", TOPICS)
def test_neighbours_in_the_legend_differ_by_three_to_one(topic: str) -> None:
    """By the colours themselves, or, since five colours cannot all do so between white and black,
    by a pattern that stands out from its own ground that much where the neighbour has another."""
    for one, other in itertools.pairwise(scale(topic)):
        by_colour = contrast(linear(one.colour), linear(other.colour)) >= LEAST_CONTRAST
        by_pattern = one.pattern != other.pattern and all(
            status.pattern == "plain" or pattern_contrast(topic, status) >= LEAST_CONTRAST
            for status in (one, other)
        )
        assert by_colour or by_pattern, (one.code, other.code)


def pattern_contrast(topic: str, status: Status) -> float:
    """The contrast of a pattern's ink, as thin as it is laid on, with the colour under it."""
    ground = linear(status.colour)
    ink = map_drawing.ink_on(the_topic(topic), status.code)
    mixed = "#" + "".join(
        f"{round(map_drawing.INK_OPACITY * int(ink[i : i + 2], 16) + (1 - map_drawing.INK_OPACITY) * int(status.colour[i : i + 2], 16)):02x}"
        for i in (1, 3, 5)
    )
    return contrast(linear(mixed), ground)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_status_has_a_pattern_and_a_letter_of_its_own(topic: str) -> None:
    statuses = the_topic(topic).statuses
    assert len({status.pattern for status in statuses}) == len(statuses)
    assert len({status.letter for status in statuses}) == len(statuses)
