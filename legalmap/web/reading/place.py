"""The page of one place: what holds there and why, the places below it, its record, how to cite it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from legalmap import clock
from legalmap.domain.law.answer_parts import SENTENCE_ENDS
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.jurisdictions import COUNTIES, INCORPORATED, Jurisdiction, chain
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period, in_force_on
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.sources import Source, by_strength
from legalmap.domain.people.roles import Permission
from legalmap.services.places import routes, search
from legalmap.services.places.routes import Near
from legalmap.web.drawing import map_drawing, timeline
from legalmap.web.http import query_params
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import LAW, needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.reading.maps import draw, time_context, view_name
from legalmap.web.wording import sentences
from legalmap.web.wording.answer_rows import AnswerRow, is_for_travel, rows
from legalmap.web.wording.evidence import backing

blueprint = Blueprint("place", __name__)
# Above this number local rules are folded away: a state may have thirty.
SHORT = 8
NEAR_SHOWN = 6
# Words with which the notes of the record tell of sources that do not agree.
_DISAGREEING = re.compile(
    r"\b(disagree\w*|conflicts?|contradict\w*|disput\w+|(?<!no )differ)\b|, against the",
    re.IGNORECASE,
)


class PlaceGroup(msgspec.Struct, frozen=True):
    """Places with a rule of their own under one heading: a county, a state, or None."""

    place: Jurisdiction | None
    members: list[Resolution]


class LocalRules(msgspec.Struct, frozen=True):
    """The places below a place that have a record: how many of each status, and all of them in groups."""

    tally: list[tuple[str, int]]
    groups: list[PlaceGroup]

    @property
    def total(self) -> int:
        """How many places."""
        return sum(count for _, count in self.tally)


class DisputedPeriod(msgspec.Struct, frozen=True):
    """A period about which sources disagree: who supports it, who disputes it, and what the notes say."""

    period: Period
    supporting: list[Source]
    disputing: list[Source]
    words: list[str]


class Citation(msgspec.Struct, frozen=True):
    """How to cite the page: its permanent path and address, a plain line, and BibTeX."""

    path: str
    address: str
    plain: str
    bibtex: str


@blueprint.get("/<topic>/<code>")
@needs(Permission.READ, decided_by=(*LAW, "show", "zoom", "box", "layer"))
def place(topic: str, code: str) -> str | Response:
    """One place: what holds there and why, its own record, and the map of its parts."""
    view = query_params.view(topic)
    known_place = search.place(tracker(), code)
    if known_place.code != code:
        return redirect(f"/{topic}/{known_place.code}{view.query}", code=301)
    return render_template("reading/place.html", **_context(view.at(known_place), known_place))


def _context(view: View, place: Jurisdiction) -> dict[str, Any]:
    edition, topic = view.edition, view.topic
    answer = view.answer(place)
    resolution = answer.resolution
    region = sentences.region_of(resolution)
    title = f"{topic.name} {sentences.in_place(place)}"
    full_title = f"{title}, {region.name}" if region else title
    item = edition.records.get(place.code)
    canonical = f"/{topic.code}/{place.code}"
    answer_rows = rows(answer, topic)
    map_name = view_name(place)
    shown = draw(view, map_name, f"{title}: its parts") if map_name else None
    return {
        "topic": topic,
        "view": view,
        "place": place,
        "counties": [tracker().place(code) for code in place.counties],
        "title": title,
        "full_title": full_title,
        "crumbs": _crumbs(place),
        "canonical": canonical,
        "resolution": resolution,
        "whose_day": view.whose_day(resolution),
        "answer": answer,
        "sentences": sentences.sentences(answer, topic),
        "beside": sentences.beside(answer),
        "backing": backing(answer),
        "coming": [sentences.coming(answer, change, topic) for change in answer.coming],
        "travel": [
            row
            for row in answer_rows
            if is_for_travel(row.variable, answer, topic) and (row.stated or not _is_text(row))
        ],
        "duties": [
            row
            for row in answer_rows
            if row.stated and not is_for_travel(row.variable, answer, topic)
        ],
        "levels": [(level, sentences.standing(level, resolution)) for level in resolution.levels],
        "shown": shown,
        "time": time_context(view, place.code) if shown else None,
        "order": map_drawing.order_of(topic),
        "parts": _parts(view, place),
        "local": _local(view, place),
        "near": _near(view, place)[:NEAR_SHOWN],
        "item": item,
        "freshness": edition.freshness_of(item, view.as_of) if item else None,
        "timeline": timeline.draw(topic, item.payload.periods, view.as_of, view.today)
        if item
        else None,
        "readings": readings(item.payload, view.as_of) if item else [],
        "citation": _citation(view, place, full_title),
        "api": _api_links(view, place),
        "short": SHORT,
    }


def _crumbs(place: Jurisdiction) -> list[Jurisdiction]:
    """The places above. Hong Kong has no level above its own law, and still lies in China."""
    above = chain(place, tracker().place)[:-1]
    return above or ([tracker().place(place.parent)] if place.parent else [])


def _is_text(row: AnswerRow) -> bool:
    return row.variable.type == "text"


def _below(view: View, place: Jurisdiction) -> list[Resolution]:
    return [view.edition.glance(item.place, view.as_of) for item in view.edition.below(place.code)]


def _is_part(country: Jurisdiction, place: Jurisdiction) -> bool:
    """Whether a place is a part of a country, such as a state, rather than a county or town in one."""
    return place.parent == country.code and place.kind not in COUNTIES | INCORPORATED


def _parts(view: View, country: Jurisdiction) -> LocalRules | None:
    """The states of a country that have a record."""
    members = [
        resolution for resolution in _below(view, country) if _is_part(country, resolution.place)
    ]
    return _gathered(view, [PlaceGroup(None, members)]) if members else None


def _local(view: View, above: Jurisdiction) -> LocalRules | None:
    """The counties and towns below with a rule of their own: in a state by county, else by state."""
    groups: dict[str, list[Resolution]] = {}
    members = [
        resolution for resolution in _below(view, above) if not _is_part(above, resolution.place)
    ]
    for resolution in members:
        groups.setdefault(_heading(above, resolution.place), []).append(resolution)
    places = tracker().places([code for code in groups if code])
    headed = [
        PlaceGroup(places.get(code), _county_first(under_heading))
        for code, under_heading in groups.items()
    ]
    headed.sort(key=lambda group: (group.place is None, group.place.name if group.place else ""))
    return _gathered(view, headed) if headed else None


def _heading(above: Jurisdiction, place: Jurisdiction) -> str:
    if place.parent != above.code:
        return "" if above.rules_county else place.parent or ""
    return place.code if place.rules_county else place.county or ""


def _county_first(members: Iterable[Resolution]) -> list[Resolution]:
    return sorted(members, key=lambda r: (not r.place.rules_county, r.place.name))


def _gathered(view: View, groups: list[PlaceGroup]) -> LocalRules:
    counts = dict.fromkeys(map_drawing.order_of(view.topic), 0)
    for member in (member for group in groups for member in group.members):
        counts[member.shown] += 1
    return LocalRules([(code, count) for code, count in counts.items() if count], groups)


def _near(view: View, place: Jurisdiction) -> list[Near]:
    """Other towns with a rule of their own near the middle of a county, or near a town."""
    if place.rules_county:
        near = routes.towns_around_county(view.edition, place, view.as_of)
        return [town for town in near if place.code not in town.resolution.place.in_counties]
    if place.lat is None or place.lon is None:
        return []
    near = routes.towns_near(view.edition, (place.lat, place.lon), view.as_of)
    return [town for town in near if town.resolution.place.code != place.code]


def readings(payload: Payload, as_of: date) -> list[DisputedPeriod]:
    """The periods about which sources disagree, newest first.

    The notes of a record belong to no period: they are taken to be about the law that holds on the day.
    """
    holding = in_force_on(payload.periods, as_of)
    disagreeing = []
    for period in reversed(payload.periods):
        disputing = [source for source in period.sources if source.stance == "disputes"]
        texts = [period.summary, *([payload.notes] if period is holding else [])]
        words = [sentence for text in texts for sentence in disagreements(text)]
        if disputing or words:
            supporting = [source for source in period.sources if source.stance == "supports"]
            disagreeing.append(
                DisputedPeriod(
                    period, _ordered(supporting), _ordered(disputing), list(dict.fromkeys(words))
                )
            )
    return disagreeing


def _ordered(sources: list[Source]) -> list[Source]:
    return by_strength(tuple(sources))


def disagreements(text: str) -> list[str]:
    """The sentences of a text that tell of sources that disagree, unchanged."""
    return [
        sentence for sentence in SENTENCE_ENDS.split(text.strip()) if _DISAGREEING.search(sentence)
    ]


def _api_links(view: View, place: Jurisdiction) -> dict[str, str]:
    root, more = f"/api/v1/{view.topic.code}", view.query.replace("?", "&", 1)
    return {
        "record": f"{root}/records/{place.code}{view.query}",
        "resolve": f"{root}/resolve?place={place.code}{more}",
    }


def _citation(view: View, place: Jurisdiction, title: str) -> Citation:
    """Cite the published revision of the place's record; without a record, the answer at day and feed number."""
    path = f"/{view.topic.code}/{place.code}"
    day, head = in_words(clock.today()), view.edition.feed_no
    seen = f"Accessed {day} at feed number {head}"
    item = view.edition.records.get(place.code)
    if item is None:
        what, year = f"the law as of {in_words(view.as_of)}", clock.today().year
        path += f"?as_of={view.as_of.isoformat()}&known_at={head}"
    else:
        published = item.publication
        what = f"revision {published.revision_number}"
        seen = f"Feed number {published.feed_no}, published {in_words(published.at.date())}. {seen}"
        path += f"/history/{published.revision_number}"
        year = published.at.year
    address = site_url() + path
    plain = f"legalmap: “{title}”, {what}. {seen}. {address}"
    key = f"legalmap-{view.topic.code}-{place.code}"
    return Citation(path, address, plain, _bibtex(key, f"{title}, {what}", year, address, seen))


def _bibtex(key: str, title: str, year: int, address: str, note: str) -> str:
    fields = {
        "author": "{legalmap}",
        "title": "{" + _tex(title) + "}",
        "year": str(year),
        "url": address,
        "note": _tex(note),
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key},\n{body}\n}}"


def _tex(text: str) -> str:
    """The characters that TeX takes for commands, escaped."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
