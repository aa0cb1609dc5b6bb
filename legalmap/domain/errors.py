"""Every way a request can be refused. Each error knows the field or thing it is about and what to do."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One fault at one field; ``field`` is a dotted path such as ``periods.0.sources.1.url``."""

    field: str
    message: str


class LegalmapError(Exception):
    """The root of all errors that are meant to be read by the person who caused them."""


class Missing(LegalmapError):
    """A thing that does not exist; ``near`` holds codes the asker may have meant."""

    def __init__(self, kind: str, name: str, near: Iterable[str] = ()) -> None:
        self.kind, self.name, self.near = kind, name, tuple(near)
        # What was asked for is repeated on a page, where control characters have no place.
        said = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
        super().__init__(f"There is no {kind} “{said}”.")


class NoLonger(Missing):
    """A place that was split up; ``near`` holds the codes of its parts."""

    def __init__(self, code: str, name: str, until: date, now: Iterable[str]) -> None:
        super().__init__("jurisdiction", code, now)
        self.args = (f"{name} was split up on {until}: ask for one of its parts.",)


class AtSea(Missing):
    """A point so far from land that no place can be named."""

    def __init__(self, lat: float, lon: float, km: float) -> None:
        super().__init__("jurisdiction", f"lat={lat:g}, lon={lon:g}")
        self.args = (f"The point lies at sea: no place is within {km:g} km of it.",)


class Invalid(LegalmapError):
    """Input that breaks a rule, with one problem for every field at fault."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in self.problems))

    @classmethod
    def at(cls, field: str, message: str) -> "Invalid":
        """The common case of exactly one field at fault."""
        return cls([Problem(field, message)])


class BadQuery(Invalid):
    """A parameter of a request that cannot be read (HTTP 400, where Invalid is 422)."""


class NotSignedIn(LegalmapError):
    """The act needs an account and nobody is signed in."""


class NotProved(NotSignedIn):
    """The password was right, and the second factor was not shown yet or does not exist yet."""


class Forbidden(LegalmapError):
    """The actor's role does not allow the act."""


class OwnWork(Forbidden):
    """The reviewer is one of the authors of what is to be reviewed."""


class AlreadyDecided(LegalmapError):
    """Somebody decided this before; says who, what and when."""

    def __init__(self, what: str, who: str, at: datetime) -> None:
        self.what, self.who, self.at = what, who, at
        super().__init__(f"Already decided: {who} {what} on {at:%-d %B %Y at %H:%M} UTC.")


class NotNow(LegalmapError):
    """The act is known but the state of the thing does not allow it."""


class Stale(LegalmapError):
    """The record moved on since the edit began. Carries what is needed to show all three sides."""

    def __init__(self, topic: str, jurisdiction: str, base: int, current: int) -> None:
        self.topic, self.jurisdiction, self.base, self.current = topic, jurisdiction, base, current
        super().__init__(
            f"{topic}/{jurisdiction} has moved on: this edit started from revision {base}, "
            f"published now is revision {current}."
        )


class NothingChanged(LegalmapError):
    """A proposal whose content equals what it started from."""


class Unusable(LegalmapError):
    """The database cannot be used as it is; the message says why and which command mends it."""


class NotYet(LegalmapError):
    """What was asked for takes a while to make; that has begun, and it can be asked for again."""


class NotInstalled(LegalmapError):
    """What was asked for needs an extra that is not installed here; the message names it."""


class Unmade(Unusable):
    """A file that cannot be made or read at the moment; the message is for the log."""


class Unsound(Unmade):
    """A file that was made and does not fit its schema or its edition: it is not let out."""

    def __init__(self, what: str, feed_no: int, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{what} at feed number {feed_no} was refused: {'; '.join(self.faults)}.")
