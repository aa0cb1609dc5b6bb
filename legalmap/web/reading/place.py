"""The page of one place: what holds there and why, the places below it, its record, how to cite it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from legalmap import clock
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.evidence import Source, by_strength
from legalmap.domain.law.jurisdictions import COUNTIES, INCORPORATED, Jurisdiction, chain
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period, in_force_on
from legalmap.domain.law.resolving import Resolution
from legalmap.domain.law.topics import Topic, Variable
from legalmap.domain.people.roles import Permission
from legalmap.services.places import routes, search
from legalmap.services.places.routes import Near
from legalmap.web.drawing import map_drawing, timeline
from legalmap.web.http import query_params
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import LAW, needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.reading.maps import draw, told, view_name
from legalmap.web.wording import labels, sentences
from legalmap.web.wording.evidence import backing

blueprint = Blueprint("place", __name__)
# More local rules than these are folded away: a state may have thirty.
SHORT = 8
NEAR_SHOWN = 6
# The notes' own words where they tell of sources that do not agree.
_DISAGREEING = re.compile(
    r"\b(disagree\w*|conflicts?|contradict\w*|disput\w+|(?<!no )differ)\b|, against the",
    re.IGNORECASE,
)
# A full stop ends a sentence, but not after the “v.” of a court case or the “no.” of a notice.
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])(?<! v\.)(?<! no\.)\s+(?=[A-Z“\"'(])")


class Row(msgspec.Struct, frozen=True):
    """One variable of the answer in words, and the places whose law gives it."""

    variable: Variable
    words: str
    by: list[str]
    stated: bool


class Group(msgspec.Struct, frozen=True):
    """Places with a rule of their own under a heading: a county, a state, or none."""

    place: Jurisdiction | None
    members: list[Resolution]


class Local(msgspec.Struct, frozen=True):
    """The places below one level: how many of each status, and all of them in groups."""

    tally: list[tuple[str, int]]
    groups: list[Group]

    @property
    def total(self) -> int:
        """How many places."""
        return sum(count for _, count in self.tally)


class Reading(msgspec.Struct, frozen=True):
    """A period that not all sources read alike: who supports it, who disputes it, and the notes' words."""

    period: Period
    supporting: list[Source]
    disputing: list[Source]
    words: list[str]


class Citation(msgspec.Struct, frozen=True):
    """How to cite what the page shows: a permanent link, a plain line, and BibTeX."""

    path: str
    address: str
    plain: str
    bibtex: str


@blueprint.get("/<topic>/<code>")
@needs(Permission.READ, decided_by=(*LAW, "show", "zoom", "box", "layer"))
def place(topic: str, code: str) -> str | Response:
    """One place: what holds there and why, its own record, and the map of its parts."""
    view = query_params.view(topic)
    found = search.place(tracker(), code)
    if found.code != code:
        return redirect(f"/{topic}/{found.code}{view.query}", code=301)
    return render_template("reading/place.html", **_context(view.at(found), found))


def _context(view: View, found: Jurisdiction) -> dict[str, Any]:
    edition, topic = view.edition, view.topic
    resolution = edition.resolve(found, view.as_of)
    region = sentences.region_of(resolution)
    title = f"{topic.name} {sentences.in_place(found)}"
    full_title = f"{title}, {region.name}" if region else title
    item = edition.records.get(found.code)
    canonical = f"/{topic.code}/{found.code}"
    told_rows = rows(resolution, topic)
    shown = _map(view, found, title)
    return {
        "topic": topic,
        "view": view,
        "place": found,
        "counties": [tracker().place(code) for code in found.counties],
        "title": title,
        "full_title": full_title,
        "crumbs": _crumbs(found),
        "canonical": canonical,
        "resolution": resolution,
        "whose_day": view.whose_day(resolution),
        "sentences": sentences.sentences(resolution, topic),
        "backing": backing(view, resolution),
        "coming": _coming(view, resolution),
        "travel": [row for row in told_rows if is_for_travel(row.variable, resolution)],
        "duties": [
            row for row in told_rows if row.stated and not is_for_travel(row.variable, resolution)
        ],
        "levels": [(level, sentences.standing(level, resolution)) for level in resolution.levels],
        "shown": shown,
        "time": told(view, found.code) if shown else None,
        "order": map_drawing.order_of(topic),
        "parts": _parts(view, found),
        "local": _local(view, found),
        "near": _near(view, found)[:NEAR_SHOWN],
        "item": item,
        "freshness": edition.freshness_of(item, view.as_of) if item else None,
        "timeline": _timeline(view, item.payload) if item else None,
        "readings": readings(item.payload, view.as_of) if item else [],
        "citation": _citation(view, found, full_title),
        "api": _api_links(view, found),
        "short": SHORT,
    }


def _crumbs(found: Jurisdiction) -> list[Jurisdiction]:
    """The levels above; a place with its own law, as Hong Kong, still lies in its country."""
    above = chain(found, tracker().place)[:-1]
    return above or ([tracker().place(found.parent)] if found.parent else [])


def _map(view: View, found: Jurisdiction, title: str) -> map_drawing.Shown | None:
    name = view_name(found)
    return draw(view, name, f"{title}: its parts") if name else None


def _timeline(view: View, payload: Payload) -> timeline.Timeline:
    return timeline.draw(view.topic, payload.periods, view.as_of, view.today)


def _coming(view: View, now: Resolution) -> list[str]:
    """What holds here once the next law of each level is in force, soonest first."""
    days = {level.next_period.first_day for level in now.levels if level.next_period}
    then = [view.edition.resolve(now.place, day) for day in sorted(days)]
    return [sentences.coming(now, each, view.topic) for each in then]


def is_for_travel(variable: Variable, resolution: Resolution) -> bool:
    """Whether a person on the way needs it: what they may have and buy, from what age, how strong."""
    sale = resolution.answers.get("sale")
    if variable.code == "min_age" and sale and sale.value == "prohibited":
        # An age beside a ban would read as if those above it may buy.
        return False
    return variable.type in ("integer", "number") or variable.resolve == "strictest"


def rows(resolution: Resolution, topic: Topic) -> list[Row]:
    """Every variable of the answer. Nothing is said where no law decides."""
    if resolution.outcome != "decided":
        return []
    counting = [level.jurisdiction for level in resolution.levels if level.counts]
    # Where one level alone counts, every line would repeat its name.
    names = {place.code: place.name for place in counting} if len(counting) > 1 else {}
    found = []
    for variable in topic.variables:
        resolved = resolution.answers[variable.code]
        by = [names[code] for code in resolved.levels if code in names]
        words = labels.answer(resolved.value, variable)
        found.append(Row(variable, words, by, stated=bool(resolved.levels)))
    return found


def _below(view: View, found: Jurisdiction) -> list[Resolution]:
    return [view.edition.glance(i.place, view.as_of) for i in view.edition.below(found.code)]


def _is_part(found: Jurisdiction, place: Jurisdiction) -> bool:
    """Whether a place is one of the parts a country is made of, rather than a county or town in them."""
    return place.parent == found.code and place.kind not in COUNTIES | INCORPORATED


def _parts(view: View, found: Jurisdiction) -> Local | None:
    """The states of a country that have a record."""
    members = [each for each in _below(view, found) if _is_part(found, each.place)]
    return _gathered(view, [Group(None, members)]) if members else None


def _local(view: View, found: Jurisdiction) -> Local | None:
    """The counties and towns below with a rule of their own: by county in a state, else by state."""
    groups: dict[str, list[Resolution]] = {}
    members = [each for each in _below(view, found) if not _is_part(found, each.place)]
    for each in members:
        groups.setdefault(_heading(found, each.place), []).append(each)
    places = tracker().places([code for code in groups if code])
    made = [Group(places.get(code), _county_first(held)) for code, held in groups.items()]
    made.sort(key=lambda group: (group.place is None, group.place.name if group.place else ""))
    return _gathered(view, made) if made else None


def _heading(found: Jurisdiction, place: Jurisdiction) -> str:
    if place.parent != found.code:
        return "" if found.rules_county else place.parent or ""
    return place.code if place.rules_county else place.county or ""


def _county_first(members: Iterable[Resolution]) -> list[Resolution]:
    return sorted(members, key=lambda r: (not r.place.rules_county, r.place.name))


def _gathered(view: View, groups: list[Group]) -> Local:
    counts = dict.fromkeys(map_drawing.order_of(view.topic), 0)
    for member in (member for group in groups for member in group.members):
        counts[member.shown] += 1
    return Local([(code, count) for code, count in counts.items() if count], groups)


def _near(view: View, found: Jurisdiction) -> list[Near]:
    """Towns with a rule of their own not far from a county's middle or from a town, others than it."""
    if found.rules_county:
        near = routes.towns_around_county(view.edition, found, view.as_of)
        return [each for each in near if found.code not in each.resolution.place.in_counties]
    if found.lat is None or found.lon is None:
        return []
    near = routes.towns_near(view.edition, (found.lat, found.lon), view.as_of)
    return [each for each in near if each.resolution.place.code != found.code]


def readings(payload: Payload, as_of: date) -> list[Reading]:
    """The periods about which sources disagree. The notes speak of the law that holds on the day."""
    holding = in_force_on(payload.periods, as_of)
    found = []
    for period in reversed(payload.periods):
        disputing = [source for source in period.sources if source.stance == "disputes"]
        texts = [period.summary, *([payload.notes] if period is holding else [])]
        words = [sentence for text in texts for sentence in disagreements(text)]
        if disputing or words:
            supporting = [source for source in period.sources if source.stance == "supports"]
            found.append(
                Reading(
                    period, _ordered(supporting), _ordered(disputing), list(dict.fromkeys(words))
                )
            )
    return found


def _ordered(sources: list[Source]) -> list[Source]:
    return by_strength(tuple(sources))


def disagreements(text: str) -> list[str]:
    """The sentences of a text that tell of sources that disagree, word for word."""
    return [each for each in _SENTENCE_ENDS.split(text.strip()) if _DISAGREEING.search(each)]


def _api_links(view: View, found: Jurisdiction) -> dict[str, str]:
    root, more = f"/api/v1/{view.topic.code}", view.query.replace("?", "&", 1)
    return {
        "record": f"{root}/records/{found.code}{view.query}",
        "resolve": f"{root}/resolve?place={found.code}{more}",
    }


def _citation(view: View, found: Jurisdiction, title: str) -> Citation:
    """The revision where the place has one; else the answer as it stood on the day and feed number."""
    path = f"/{view.topic.code}/{found.code}"
    day, head = in_words(clock.today()), view.edition.feed_no
    seen = f"Accessed {day} at feed number {head}"
    item = view.edition.records.get(found.code)
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
    key = f"legalmap-{view.topic.code}-{found.code}"
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
