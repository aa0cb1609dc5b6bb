"""What a search says beside its list: what was understood, and what was not."""

import re

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.topics import Topic
from legalmap.domain.places.points import Point
from legalmap.domain.places.typed_text import ASKING, Typed
from legalmap.services.core.tracker import Tracker
from legalmap.services.places.name_search import Named

OFF_THE_GLOBE = "That looks like a point, but latitude goes from -90 to 90 degrees and longitude from -180 to 180."
NOTHING = "Nothing found for “{}”."
ZIP_DIGITS = 5
_ZIP_WITH_LETTERS = re.compile(r"\b(?=\w*[A-Za-z])\d{3,5}\w{0,2}\b")
NO_NAME = "Type the name of a place: a country, state, county, city or town, or a US ZIP code."


def nothing(typed: Typed) -> str:
    """Why nothing was found."""
    if not any(letter.isalnum() for letter in typed.text):
        return f"There is no letter or digit in what was typed. {NO_NAME}"
    if typed.text.isascii() and typed.text.isdigit():
        is_short = len(typed.text) < ZIP_DIGITS
        return (
            "A ZIP code has five digits." if is_short else f"Nothing has the number {typed.text}."
        )
    if _ZIP_WITH_LETTERS.search(typed.text):
        return f"{NOTHING.format(typed.text)} A US ZIP code has five digits and no letters."
    if set(typed.words) <= ASKING:
        return f"That names no place. {NO_NAME}"
    return (
        f"{NOTHING.format(typed.text)} Check the spelling, or try the name of the county or state."
    )


def no_code(text: str) -> str:
    """A code that no place has, beside those that resemble it."""
    return f"No place has the code “{text}”. Did you mean:"


def beyond(topic: Topic) -> str:
    """The line of the topic that says which land it leaves out."""
    sentences = re.split(r"(?<=\.) ", topic.scope)
    limits = [sentence for sentence in sentences if sentence.startswith("Does not cover")]
    return f"{topic.name}: {' '.join(limits) or topic.scope}"


def of_named(
    tracker: Tracker, typed: Typed, named: Named, shown: list[Jurisdiction], vias: dict[str, str]
) -> str:
    """About a name: what was mended or passed over, and in which region a town lies."""
    if not shown:
        return ""
    if named.lost:
        lost = _typed(typed, named.lost)
        below = " Places of that name elsewhere stand below." if len(shown) > 1 else ""
        in_area = f"Nothing is called “{lost}” in {shown[0].name}.{below}"
        return in_area if named.where else f"We did not understand “{lost}”."
    if named.guessed:
        return f"Nothing is called “{' '.join(_spelled(typed))}”. Did you mean:"
    via = vias.get(shown[0].code) if named.exact else None
    return _found_by(tracker, named, shown[0], via) if via else ""


def _found_by(tracker: Tracker, named: Named, place: Jurisdiction, via: str) -> str:
    kind = next(match.kind for match in named.matches if match.code == place.code)
    if kind == "former":
        return f"{via} is called {place.name} today."
    return f"{via} lies in {_within(tracker, place)}."


def _spelled(typed: Typed) -> list[str]:
    return typed.text.split() if not typed.asked else list(typed.words)


def _typed(typed: Typed, forms: tuple[str, ...]) -> str:
    """The words as they were typed, where they can be told."""
    left = [word for word in typed.text.split() if _form(word) in forms]
    return " ".join(left).strip(",;?!") or " ".join(forms)


def _form(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _within(tracker: Tracker, place: Jurisdiction) -> str:
    """“North Rhine-Westphalia, Germany”."""
    if place.parent is None:
        return place.name
    return f"{place.name}, {tracker.place(place.parent).name}"


def known_zip(
    code: str, counties: list[Jurisdiction], typed: Typed, towns: list[Jurisdiction]
) -> str:
    """In how many counties a ZIP code lies; and whether the name beside it is there."""
    if typed.words and not towns and not set(typed.words) <= ASKING:
        return f"ZIP code {code} lies in {counties[0].name}. “{_typed(typed, typed.words)}” is not the name of a place there."
    if towns:
        return ""
    if len(counties) > 1:
        return f"ZIP code {code} touches {len(counties)} counties. Which one is yours?"
    return f"ZIP code {code} lies in one county."


def unknown_zip(code: str, states: list[Jurisdiction]) -> str:
    """What can be told of a ZIP code that is no Census area: the state of those that begin alike."""
    known = f"{code} is not in the Census list of ZIP codes."
    if code[:2] == "09" or code[:3] in ("340", *map(str, range(962, 967))):
        return f"{known} Codes that begin with {code[:3]} are for the armed forces abroad: their own rules hold there."
    if not states:
        return f"{known} Codes for post-office boxes, single firms and the military are not in it: give the town."
    names = " or ".join(state.name for state in states)
    return f"{known} Codes that begin with {code[:3]} lie in {names}: give the town."


def at_point(tracker: Tracker, point: Point, place: Jurisdiction) -> str:
    """Where a point lies, and how it was read."""
    swapped = " The longitude came first; we read it so." if point.swapped else ""
    return f"The point {_degrees(point)} lies in {_within(tracker, place)}.{swapped}"


def at_sea(point: Point) -> str:
    """A point off every shape; often the two numbers stand in the wrong order."""
    return f"The point {_degrees(point)} lies outside every place on our map. Latitude comes first, then longitude."


def _degrees(point: Point) -> str:
    north, east = ("N" if point.lat >= 0 else "S"), ("E" if point.lon >= 0 else "W")
    return f"{abs(point.lat):.4g}° {north}, {abs(point.lon):.5g}° {east}"
