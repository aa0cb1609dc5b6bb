"""The places named in an address, in their order: what the pages of comparing and of travelling share.

Both pages are plain links that can be shared, and work without a script.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import Missing
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.places import search
from legalmap.web.http import query_params
from legalmap.web.http.permissions import LAW, tracker
from legalmap.web.http.query_params import View
from legalmap.web.reading.search import LONGEST, Hit, hit, printable, typed, where

# Looking for near matches reads thousands of names: nobody mistypes more places than this at once.
MOST_UNKNOWN = 5
MOST_NEAR = 4


class Unknown(msgspec.Struct, frozen=True):
    """A text that names no place.

    ``near`` are the name, the place around it and the link of each place that may have been meant;
    ``without`` is the link that leaves the text out.
    """

    text: str
    near: tuple[tuple[str, str, str], ...]
    without: str


class Chosen(msgspec.Struct, frozen=True):
    """The places of a page in their order, the texts that name none, and the places above the most.

    ``kept`` are the pairs of name and value of the query that every link carries along: the day and
    the edit time.
    """

    path: str
    kept: tuple[tuple[str, str], ...]
    places: tuple[Jurisdiction, ...]
    unknown: tuple[Unknown, ...]
    left_out: tuple[Jurisdiction, ...]

    @property
    def codes(self) -> list[str]:
        """The codes of the places shown."""
        return [place.code for place in self.places]

    def link(self, codes: Iterable[str]) -> str:
        """This page with other places, on the same day."""
        return _link(self.path, codes, self.kept)

    def without(self, index: int) -> str:
        """This page without one of its places."""
        return self.link(self.codes[:index] + self.codes[index + 1 :])

    def moved(self, index: int, by: int) -> str | None:
        """This page with one place moved up (-1) or down (1); None at either end."""
        to = index + by
        if not 0 <= to < len(self.codes):
            return None
        codes = self.codes
        codes[index], codes[to] = codes[to], codes[index]
        return self.link(codes)


class Added(msgspec.Struct, frozen=True):
    """What was typed to be added and does not name exactly one place.

    ``choices`` are the places it may mean, each with the link that adds it; ``note`` says what was made
    of the text.
    """

    text: str
    note: str
    choices: tuple[tuple[Hit, str], ...]


def page(
    topic: str,
    name: str,
    most: int,
    context_of: Callable[[View, Chosen], dict[str, Any]],
    *,
    once: bool,
) -> str | Response:
    """The page ``name`` about the places in the address, ``most`` of them, each but ``once`` or again.

    What was typed into the box leads on to the page with that place, if it names exactly one.
    """
    view = query_params.view(topic)
    chosen = _chosen(f"/{topic}/{name}", most, once=once)
    view = view.at(*chosen.places)
    added = _added(chosen, view)
    if isinstance(added, str):
        return redirect(added, code=303)
    return render_template(
        f"reading/{name}.html",
        topic=view.topic,
        view=view,
        chosen=chosen,
        added=added,
        most=most,
        **context_of(view, chosen),
    )


def _link(path: str, codes: Iterable[str], carried: Iterable[tuple[str, str]]) -> str:
    pairs = [*(("place", code) for code in codes), *carried]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _kept() -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name in LAW if (value := request.args.get(name, "")))


def _chosen(path: str, most: int, *, once: bool) -> Chosen:
    texts = [text for value in request.args.getlist("place") if (text := value.strip())]
    places, missing = _looked_up(texts, most)
    if once:
        places = list({place.code: place for place in places}.values())
    unknown = tuple(_unknown(path, text, texts) for text in missing[:MOST_UNKNOWN])
    return Chosen(path, _kept(), tuple(places[:most]), unknown, tuple(places[most:]))


def _looked_up(texts: list[str], most: int) -> tuple[list[Jurisdiction], list[str]]:
    """The places that texts name, and the texts that name none, each once."""
    places: list[Jurisdiction] = []
    missing: list[str] = []
    # A few beyond the most are looked up so that the page can name what it leaves out.
    for text in texts[: 2 * most]:
        try:
            places.append(tracker().place(text.lower() if text.isprintable() else ""))
        except Missing:
            missing.append(text)
    return places, list(dict.fromkeys(missing))


def _unknown(path: str, wrong: str, texts: list[str]) -> Unknown:
    near = [
        (
            place.name,
            where(place),
            _link(path, [place.code if text == wrong else text for text in texts], _kept()),
        )
        for place in search.near(tracker(), wrong[:LONGEST], MOST_NEAR)
    ]
    without = _link(path, [text for text in texts if text != wrong], _kept())
    return Unknown(printable(wrong[:LONGEST]), tuple(near), without)


def _added(chosen: Chosen, view: View) -> Added | str | None:
    """The address with the place typed into the box, or choices if it may be one of several."""
    text = typed("add")
    if not text:
        return None
    result = search.search(tracker(), text)
    only = result.places[0] if len(result.places) == 1 and not result.guessed else None
    if sure := result.certain or only:
        texts = [*chosen.codes, *(unknown.text for unknown in chosen.unknown)]
        return chosen.link([*texts, sure.code])
    choices = [
        (hit(view, place), chosen.link([*chosen.codes, place.code])) for place in result.places
    ]
    return Added(text, result.note, tuple(choices))
