"""Something of every record of an edition on one day, kept for the day that was asked about last."""

from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

from legalmap.services.layering import Layered

V = TypeVar("V")
# Makes the values of some records on a day, by the code of their place; of None, of all records.
Make = Callable[[frozenset[str] | None, date], dict[str, V]]


class Daily(Generic[V]):
    """Immutable; a later edition takes it over and makes anew what a publication changed."""

    __slots__ = ("_changed", "_day", "values")

    def __init__(
        self,
        day: date | None = None,
        values: Layered[str, V] | None = None,
        changed: frozenset[str] = frozenset(),
    ) -> None:
        """``changed``: the places something was published for since the values were made."""
        self._day = day
        self._changed = changed
        self.values = values or Layered({})

    def on(self, day: date, make: Make[V]) -> "Daily[V]":
        """The same for a day, with nothing left to be made anew."""
        if day != self._day:
            return Daily(day, Layered(make(None, day)))
        if self._changed:
            return Daily(day, self.values.grown(make(self._changed, day)))
        return self

    def grown(self, moved: frozenset[str]) -> "Daily[V]":
        """The same after publications for the places of ``moved``; made anew when somebody asks."""
        return Daily(self._day, self.values, self._changed | moved)
