"""Names that are spelled nearly as typed: by letters left out, added, changed or exchanged."""

import math
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from legalmap.domain.places.readings import Areas
from legalmap.services.places import place_names
from legalmap.services.places.areas import inside, looked_through
from legalmap.store.name_index import FOREIGN, KINDS, Match

# Of a place with so many people more letters may be wrong; in an area that was named, with fewer.
WELL_KNOWN, KNOWN_THERE = 50_000, 20_000
MOST = 60
# One letter off counts as much as a place with ten thousand times as many people.
_LETTER = 4.0
# With fewer letters everything is near; from so many on two or three may be wrong.
_FEWEST, _TWO, _THREE = 4, 6, 10


def near(typed: str, areas: tuple[Areas, ...] = ()) -> list[tuple[Match, int]]:
    """Places with a name a few letters off, and how many letters that is.

    ``typed`` is a key. Of a small place fewer letters may be wrong.
    """
    if len(typed) < _FEWEST:
        return []
    far = 1 if len(typed) < _TWO else 2 if len(typed) < _THREE else 3
    index = place_names.index()
    first_letters = "".join(dict.fromkeys(typed[:2]))
    keys = index.near(first_letters, range(len(typed) - far, len(typed) + far + 1))
    close = process.extract(typed, keys, scorer=OSA.distance, score_cutoff=far, limit=MOST)
    within = looked_through(areas[0]) if areas else ()
    return [
        (match, letters)
        for name, letters, _ in close
        for match in index.named(name, within, limit=10)
        if KINDS.index(match.kind) < FOREIGN
        and (letters < max(2, far) or match.weight >= (KNOWN_THERE if areas else WELL_KNOWN))
        and all(inside(match, codes) for codes in areas)
    ]


def ranked(matches: Iterable[tuple[Match, float]]) -> list[Match]:
    """The likeliest first, by the letters that are wrong and by how many people live there."""
    costs: dict[str, tuple[float, Match]] = {}
    for match, letters in matches:
        cost = letters * _LETTER - math.log10(match.weight)
        if match.code not in costs or costs[match.code][0] > cost:
            costs[match.code] = cost, match
    return [match for _, match in sorted(costs.values(), key=lambda known: known[0])][:MOST]
