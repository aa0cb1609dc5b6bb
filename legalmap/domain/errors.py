"""Every way a request can be refused. Each error names what it is about and says what to do."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Problem(msgspec.Struct, frozen=True):
    """One fault at one field; ``field`` is a dotted path such as ``periods.0.sources.1.url``."""

    field: str
    message: str


class LegalmapError(Exception):
    """The root of all errors whose text is meant for the person who caused them."""


class Missing(LegalmapError):
    """Something that does not exist; ``near`` holds codes that may have been meant."""

    def __init__(self, kind: str, name: str, near: Iterable[str] = ()) -> None:
        self.kind, self.name, self.near = kind, name, tuple(near)
        # The message repeats the name on a page, where control characters have no place.
        printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
        super().__init__(f"There is no {kind} “{printable}”.")


def existing(thing: T | None, kind: str, name: str, near: Iterable[str] = ()) -> T:
    """What a look-up gave; raise Missing if it gave nothing."""
    if thing is None:
        raise Missing(kind, name, near)
    return thing


class NoLonger(Missing):
    """A place that was split up; ``near`` holds the codes of its parts."""

    def __init__(self, code: str, name: str, until: date, now: Iterable[str]) -> None:
        super().__init__("jurisdiction", code, now)
        self.args = (f"{name} was split up on {until}: ask for one of its parts.",)


class UnlistedZip(Missing):
    """A US ZIP code that is no Census area, such as those of post-office boxes; ``near``: the states it may lie in."""

    def __init__(self, zip_code: str, states: Iterable[str], advice: str) -> None:
        super().__init__("ZIP code", zip_code, states)
        self.args = (advice,)


class AtSea(Missing):
    """A point so far from land that no place can be named."""

    def __init__(self, lat: float, lon: float, km: float) -> None:
        super().__init__("jurisdiction", f"lat={lat:g}, lon={lon:g}")
        self.args = (f"The point lies at sea: no place is within {km:g} km of it.",)


class Invalid(LegalmapError):
    """Input that breaks a rule; ``problems`` names each field at fault."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in self.problems))

    @classmethod
    def at(cls, field: str, message: str) -> "Invalid":
        """The common case: exactly one field at fault."""
        return cls([Problem(field, message)])

    @classmethod
    def if_any(cls, problems: Iterable[Problem]) -> None:
        """Raise with all of these problems, unless there are none."""
        problems = tuple(problems)
        if problems:
            raise cls(problems)


class BadQuery(Invalid):
    """A request parameter that cannot be read (HTTP 400, where Invalid is 422)."""


class NotSignedIn(LegalmapError):
    """The act needs an account, and nobody is signed in."""


class NotProved(NotSignedIn):
    """The password was right, but the second factor has not been shown or set up yet."""


class Forbidden(LegalmapError):
    """The actor's role does not allow the act."""


class OwnWork(Forbidden):
    """The reviewer is one of the authors of the proposal."""


class AlreadyDecided(LegalmapError):
    """Somebody has decided this already; says who, what and when."""

    def __init__(self, decision: str, reviewer: str, at: datetime) -> None:
        super().__init__(f"Already decided: {reviewer} {decision} on {at:%-d %B %Y at %H:%M} UTC.")


class NotNow(LegalmapError):
    """The act exists, but the present state does not allow it."""


class Stale(LegalmapError):
    """The record has moved on since the edit began; carries what is needed to show all three sides."""

    def __init__(self, topic: str, jurisdiction: str, base: int, current: int) -> None:
        self.topic, self.jurisdiction, self.base, self.current = topic, jurisdiction, base, current
        super().__init__(
            f"{topic}/{jurisdiction} has moved on: this edit started from revision {base}, "
            f"published now is revision {current}."
        )


class NothingChanged(LegalmapError):
    """A proposal whose content equals what it started from."""


class Unusable(LegalmapError):
    """The database or a setting cannot be used as it is; the message says why and what to do about it."""


class NotYet(LegalmapError):
    """The answer takes a while to make; that has begun, so the request can be repeated."""


class NotInstalled(LegalmapError):
    """The request needs an optional package that is not installed here; the message names it."""


class Unmade(Unusable):
    """A file that cannot be made or read at present; the message is for the log."""


class Unsound(Unmade):
    """A file that was made but contradicts its schema or its edition, and so is not served."""

    def __init__(self, what: str, feed_no: int, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{what} at feed number {feed_no} was refused: {'; '.join(self.faults)}.")
