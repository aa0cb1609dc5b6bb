"""The real data as “legalmap init” loads it, and random places and points to ask for."""

import math
import random
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from legalmap.services.places.point_index import region_at
from tests.bench.speed.measuring import SEED, Ground
from tests.bench.speed.servers import environment, program

# How many rows a list must hold at least to be compared: the topic has fewer records than 250.
LISTED = 200
US = (24.5, 49.0, -124.5, -67.0)
Point = tuple[float, float]


def database(ground: Ground) -> Path:
    """A SQLite file with everything data/ holds."""
    return ground.once("real.sqlite3", _load)


def _load(file: Path) -> None:
    command = [program("legalmap", "legalmap itself"), "init"]
    subprocess.run(command, env=environment(file), check=True, capture_output=True)


def places(file: Path, count: int) -> list[str]:
    """Codes of random places, those without a record among them; the same for the same count."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT code FROM jurisdiction ORDER BY code").fetchall()
    return random.Random(SEED).choices([code for (code,) in rows], k=count)


def points(count: int) -> list[Point]:
    """(latitude, longitude) of random points on land, half of them in the United States."""
    chance = random.Random(SEED)
    on_land = (point for point in _points(chance, _in_us) if region_at(*point))
    anywhere = (point for point in _points(chance, _on_globe) if region_at(*point))
    pairs = zip(on_land, anywhere, strict=False)
    return [point for pair in islice(pairs, (count + 1) // 2) for point in pair][:count]


def _points(chance: random.Random, one: Callable[[random.Random], Point]) -> Iterator[Point]:
    while True:
        lat, lon = one(chance)
        yield round(lat, 5), round(lon, 5)


def _in_us(chance: random.Random) -> Point:
    south, north, west, east = US
    return chance.uniform(south, north), chance.uniform(west, east)


def _on_globe(chance: random.Random) -> Point:
    """Even over the globe: a degree of longitude is shorter near the poles."""
    return math.degrees(math.asin(chance.uniform(-1, 1))), chance.uniform(-180, 180)
