"""A mapping that grows by a few entries without being copied: it shares the rest with what it grew from."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")
# A layer with more entries than this is laid into what lies below.
MOST_APART = 500


class Layered(Mapping[K, V]):
    """An immutable mapping: what changed last over what there was. Safe between threads.

    Looking up and growing cost the same however many entries there are; the first walk through all
    of them lays the two together.
    """

    __slots__ = ("_held",)

    def __init__(self, below: dict[K, V], above: dict[K, V] | None = None) -> None:
        """Nobody may change either of them afterwards."""
        # Replaced at once by an equal pair, so that no lock is needed.
        self._held = below, above or {}

    def grown(self, found: Mapping[K, V]) -> "Layered[K, V]":
        """The same with some entries added or replaced."""
        below, above = self._held
        if len(above) > MOST_APART:
            below, above = self.whole, {}
        return Layered(below, {**above, **found})

    @property
    def whole(self) -> dict[K, V]:
        """All entries in one dict; never to be changed."""
        below, above = self._held
        if above:
            below = below | above
            self._held = below, {}
        return below

    def __getitem__(self, key: K) -> V:
        """The newest entry."""
        below, above = self._held
        return above[key] if key in above else below[key]

    @overload
    def get(self, key: K, /) -> V | None: ...

    @overload
    def get(self, key: K, /, default: D) -> V | D: ...

    def get(self, key: K, /, default: D | None = None) -> V | D | None:
        """The newest entry, or the default."""
        below, above = self._held
        return above[key] if key in above else below.get(key, default)

    def __contains__(self, key: object) -> bool:
        """Whether there is an entry."""
        below, above = self._held
        return key in below or key in above

    def __iter__(self) -> Iterator[K]:
        """The keys, in no order."""
        return iter(self.whole)

    def __len__(self) -> int:
        """How many entries there are."""
        below, above = self._held
        return len(below) + sum(key not in below for key in above)

    def keys(self) -> KeysView[K]:
        """The keys, in no order."""
        return self.whole.keys()

    def values(self) -> ValuesView[V]:
        """The values, in no order."""
        return self.whole.values()

    def items(self) -> ItemsView[K, V]:
        """Keys and values, in no order."""
        return self.whole.items()
