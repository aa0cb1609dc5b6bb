"""Pictures of the map, the tags of links, the frame: what travels says what it is and how old."""

import hashlib
import json
import re
import struct
from collections import Counter
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask

from legalmap.domain.law.resolution import OUTCOME_LABELS
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats
from legalmap.services.places import map_shapes
from legalmap.services.reading import trust_figures
from legalmap.services.reading.reader import Reader
from legalmap.services.reading.trust_figures import Ages
from legalmap.web.drawing import map_picture
from legalmap.web.http.hosts import Hosts
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.web.visit import Visitor

DAY = date(2026, 11, 23)
SVG = "{http://www.w3.org/2000/svg}"
ASKED = "as_of=2026-11-23"
TEXT = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">%s</svg>'


def words(svg: str) -> list[str]:
    """Every text drawn in a picture."""
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def png_size(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def counted(edition: Edition, tracker: Tracker, as_of: date) -> Counter[str]:
    """What the US view should count, reckoned without drawing."""
    codes = [region.code for region in map_shapes.shapes("us").regions]
    places = tracker.places(codes)
    shown = Counter(edition.resolve(places[code], as_of).shown for code in codes)
    labels = {**OUTCOME_LABELS, **{s.code: s.label for s in edition.topic.statuses}}
    return Counter({labels[code]: count for code, count in shown.items()})


def of_the_states(client: Visitor) -> list[str]:
    """How fresh each record of the United States and of its states is."""
    records = client.http.get("/export/kratom.json").get_json()["records"]
    return [
        record["freshness"]
        for record in records
        if "us" in (record["jurisdiction"]["code"], record["jurisdiction"]["parent"])
    ]


# The picture


def test_a_picture_says_what_when_how_many_and_from_where(client: Visitor) -> None:
    drawn_words = words(client.http.get("/kratom/map.svg?view=us&as_of=2020-03-01").text)
    assert "Where is kratom legal in the United States?" in drawn_words
    assert "Law in force on 1 March 2020" in drawn_words
    assert any("feed number 280" in line and "CC0 1.0" in line for line in drawn_words)
    shown = len(of_the_states(client))
    assert any(f". {shown} records, each with its sources" in line for line in drawn_words)
    assert any(re.search(rf"\b\d+ of {shown} records overdue", line) for line in drawn_words)


@pytest.mark.parametrize("as_of", [date(2015, 1, 1), DAY])
def test_the_legend_counts_every_place_drawn_once(
    client: Visitor, tracker: Tracker, as_of: date
) -> None:
    drawn_words = words(client.http.get(f"/kratom/map.svg?view=us&as_of={as_of}").text)
    expected = counted(Reader(tracker).edition("kratom"), tracker, as_of)
    drawn = {label: int(drawn_words[drawn_words.index(label) + 1]) for label in expected}
    assert drawn == dict(expected)
    assert sum(drawn.values()) == 50 + 1 + 5
    assert "Of 50 states, D.C. and 5" in " ".join(drawn_words)


@pytest.mark.parametrize("topic", ["kratom", "7-oh"])
@pytest.mark.parametrize("view", ["world", "us"])
def test_a_picture_stands_alone(client: Visitor, topic: str, view: str) -> None:
    svg = client.http.get(f"/{topic}/map.svg?view={view}&{ASKED}").text
    tree = ET.fromstring(svg)
    for element in tree.iter():
        assert element.tag.removeprefix(SVG) not in ("style", "script", "image", "use", "a")
        assert not {"class", "style", "href"} & set(element.attrib)
    defined = {element.get("id") for element in tree.iter() if element.get("id")}
    used = set(re.findall(r"url\(#([^)]+)\)", svg))
    assert used <= defined
    assert {"p-banned", "p-stale", "l-banned", "l-stale"} <= used
    for word in "".join(words(svg)):
        assert ord(word) < 0x180 or 0x2010 <= ord(word) <= 0x2026, f"our font has no {word!r}"


def test_a_pattern_carries_the_status_without_colour(client: Visitor) -> None:
    tree = ET.fromstring(client.http.get(f"/kratom/map.svg?{ASKED}").text)
    inside = {}
    for pattern in tree.iter(f"{SVG}pattern"):
        shapes = [ET.tostring(shape) for shape in pattern.iter() if shape is not pattern]
        inside[pattern.get("id")] = re.sub(rb'fill="#\w+"', b"", b"".join(shapes))
    codes = ("banned", "restricted", "unclear", "regulated", "legal", "varies", "not-researched")
    drawn = [inside[f"p-{code}"] for code in codes]
    assert len(set(drawn)) == len(codes)


def test_stale_places_are_hatched_and_counted(client: Visitor, tracker: Tracker) -> None:
    edition = Reader(tracker).edition("kratom")
    places = tracker.places([region.code for region in map_shapes.shapes("us").regions])
    counts = []
    for day in (date(2026, 7, 2), date(2030, 1, 1)):
        svg = client.http.get(f"/kratom/map.svg?view=us&as_of={day}").text
        drawn_words = words(svg)
        counts.append(int(drawn_words[drawn_words.index("Overdue or undated") + 1]))
        levels = [edition.resolve(place, day).deciding_level for place in places.values()]
        stale = [level for level in levels if level and level.freshness in ("overdue", "never")]
        assert svg.count('<path fill="url(#p-stale)"') == len(stale) == counts[-1]
    assert 0 < counts[0] < counts[1]


@pytest.mark.parametrize(
    ("size", "expected"), [("", (1200, 630)), ("1200", (1200, 630)), ("2000", (2000, 1050))]
)
def test_a_png_has_the_size_asked_for(
    client: Visitor, size: str, expected: tuple[int, int]
) -> None:
    response = client.http.get(f"/7-oh/map.png?size={size}&{ASKED}")
    assert (response.status_code, response.mimetype) == (200, "image/png")
    assert png_size(response.data) == expected


def test_words_are_drawn_with_the_font_that_ships() -> None:
    text = f'<text x="2" y="20" font-size="16" font-family="{map_picture.FAMILY}"{{}}>Law</text>'
    drawn = [map_picture.png(TEXT % each, 90) for each in (text.format(""), "")]
    bold = map_picture.png(TEXT % text.format(' font-weight="bold"'), 90)
    assert len({*drawn, bold}) == 3


def test_the_same_question_gives_the_same_bytes_for_ever(app: Flask, tracker: Tracker) -> None:
    addresses = [f"/kratom/map.{kind}&known_at=280&{ASKED}" for kind in ("svg?", "png?view=us")]
    before = [app.test_client().get(address).data for address in addresses]
    newest = app.test_client().get(f"/kratom/map.svg?{ASKED}").data
    decide(tracker, propose(tracker, a_payload(a_period("2020", "legal"))))
    assert app.test_client().get(f"/kratom/map.svg?{ASKED}").data != newest
    app.extensions["pictures"] = map_picture.Pictures(tracker)
    assert [app.test_client().get(address).data for address in addresses] == before


@pytest.mark.parametrize("address", ["map.svg?view=us", "map.png?view=us"])
def test_a_picture_is_kept_by_its_hash(client: Visitor, address: str) -> None:
    response = client.http.get(f"/kratom/{address}")
    tag = f'"{hashlib.sha256(response.data).hexdigest()}"'
    assert response.headers["ETag"] == tag
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "feed-280" in response.headers["Content-Disposition"]
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
    again = client.http.get(f"/kratom/{address}", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_picture_is_drawn_once_and_few_are_kept(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(map_picture, "svg", lambda *asked: drawn.append(asked[-1]) or asked[-1])
    monkeypatch.setattr(map_picture, "KEPT_PICTURES", 2)
    edition, pictures = Reader(tracker).edition("kratom"), map_picture.Pictures(tracker)
    for view in ("a", "a", "b", "a", "c", "a", "b"):
        assert pictures.of(edition, DAY, view).content == view.encode()
    assert drawn == ["a", "b", "c", "b"]


def test_who_asks_while_others_draw_is_told_to_come_back(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_picture, "PATIENCE", 0.01)
    with app.extensions["pictures"]._pen:
        busy = client.http.get("/kratom/map.png")
    assert busy.status_code == 503
    assert busy.headers["Retry-After"]
    assert client.http.get("/kratom/map.png").status_code == 200


# What is not understood


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("map.png?size=3", "1200, 2000"),
        ("map.png?size=1e9", "1200, 2000"),
        ("map.png?view=mars", "world, us"),
        ("map.svg?view=../../etc/passwd", "world, us"),
        ("embed?view=us/al", "world, us"),
        ("map.svg?as_of=yesterday", "2026-07-01"),
        ("embed?as_of=2026-02-30", "2026-07-01"),
        ("map.png?known_at=999999", "280"),
    ],
)
def test_an_unknown_wish_is_refused_naming_what_is_accepted(
    client: Visitor, address: str, named: str
) -> None:
    page = client.get(f"/kratom/{address}", status=400)
    assert named in page.text


@pytest.mark.parametrize("address", ["map.svg", "map.png", "embed"])
def test_an_unknown_topic_is_not_found(client: Visitor, address: str) -> None:
    assert "There is no topic" in client.get(f"/nonsense/{address}", status=404).text


# Links that unfurl


def tags(page: Any) -> dict[str, str]:
    metas = page.all('meta[property^="og:"], meta[name^="twitter:"]')
    pairs = [(str(tag.get("property") or tag["name"]), str(tag["content"])) for tag in metas]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize(
    ("path", "canonical", "view"),
    [
        ("/", "/kratom", "world"),
        ("/kratom?as_of=2019-05-01", "/kratom", "world"),
        ("/7-oh", "/7-oh", "world"),
        ("/kratom/us", "/kratom/us", "us"),
        ("/kratom/us-al?as_of=2019-05-01", "/kratom/us-al", "us"),
        ("/kratom/th", "/kratom/th", "world"),
    ],
)
def test_a_link_unfurls_as_the_map(client: Visitor, path: str, canonical: str, view: str) -> None:
    page = client.get(path)
    by_name = tags(page)
    assert str(page.one('link[rel="canonical"]')["href"]) == f"http://localhost{canonical}"
    assert by_name["og:url"] == f"http://localhost{path if path != '/' else '/kratom'}"
    assert by_name["og:title"] in page.one("head > title").get_text()
    assert by_name["og:description"] == page.one('meta[name="description"]')["content"]
    assert by_name["twitter:card"] == "summary_large_image"
    assert f"view={view}&" in by_name["og:image"]
    if "as_of" in path:
        assert "as_of=2019-05-01" in by_name["og:image"]
    shown = client.http.get(by_name["og:image"].removeprefix("http://localhost"))
    size = (int(by_name["og:image:width"]), int(by_name["og:image:height"]))
    assert png_size(shown.data) == size == (1200, 630)


def test_addresses_are_those_of_the_site_that_the_settings_name(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = ("https://map.example", "http://localhost")
    monkeypatch.setitem(app.extensions, "hosts", Hosts(sites))
    text = app.test_client().get("/kratom", base_url="http://localhost").text
    page = BeautifulSoup(text, "html.parser")
    for selector, name in (("link[rel=canonical]", "href"), ('[property="og:image"]', "content")):
        (tag,) = page.select(selector)
        assert str(tag[name]).startswith("https://map.example/kratom")


@pytest.mark.parametrize(
    ("path", "topics"), [("/kratom", ["kratom"]), ("/data", ["kratom", "7-oh"])]
)
def test_data_describe_themselves(client: Visitor, path: str, topics: list[str]) -> None:
    datasets = [
        json.loads(dataset.string)
        for dataset in client.get(path).all('[type="application/ld+json"]')
    ]
    assert [dataset["url"] for dataset in datasets] == [
        f"http://localhost/{topic}" for topic in topics
    ]
    for dataset in datasets:
        assert (dataset["@context"], dataset["@type"]) == ("https://schema.org", "Dataset")
        assert 50 <= len(dataset["description"]) <= 5_000
        assert dataset["license"].startswith("https://creativecommons.org/publicdomain/zero/")
        assert dataset["version"] == "280"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", dataset["dateModified"])
        assert len(dataset["distribution"]) == len(formats.available())
        for kind in dataset["distribution"]:
            file = client.http.get(kind["contentUrl"].removeprefix("http://localhost"))
            assert (file.status_code, file.mimetype) == (200, kind["encodingFormat"])


def test_only_maps_and_data_are_called_a_dataset(client: Visitor) -> None:
    for path in ("/kratom/us-al", "/kratom/table", "/about"):
        assert not client.get(path).all('[type="application/ld+json"]')


# The frame


def test_only_the_embedded_map_may_be_framed(client: Visitor) -> None:
    response = client.http.get("/kratom/embed?view=us")
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "public, no-cache"
    for path in ("/kratom", "/kratom/us-al", "/data", "/about", "/kratom/changes", "/sign-in"):
        policy = client.http.get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_the_embedded_map_says_its_day_and_leads_back(client: Visitor) -> None:
    page = client.get("/kratom/embed?view=us&as_of=2021-04-05")
    assert page.one("base")["target"] == "_top"
    assert "Law in force on 5 April 2021" in page.text
    assert page.one("h1 a")["href"] == "/kratom/us?as_of=2021-04-05"
    assert page.one('svg a[href^="/kratom/us-al"]')["href"] == "/kratom/us-al?as_of=2021-04-05"
    assert not page.all("script, form, img[src^=http]")
    assert "Of 50 states, D.C. and 5 territories" in page.text


def test_a_kept_frame_is_not_sent_again(client: Visitor) -> None:
    held = client.http.get("/kratom/embed").headers["ETag"]
    again = client.http.get("/kratom/embed", headers={"If-None-Match": held})
    assert (again.status_code, again.data) == (304, b"")


def overdue(client: Visitor) -> tuple[int, int]:
    """Overdue and undated, counted from the export on a given day."""
    records = client.http.get("/export/7-oh.json").get_json()["records"]
    states = Counter(record["freshness"] for record in records)
    return states["overdue"], states["never"]


@pytest.mark.parametrize(("today", "late"), [("2026-07-02", False), ("2027-11-23", True)])
def test_the_frame_says_how_much_is_overdue_and_warns_once_the_whole_is(
    client: Visitor, today: str, late: bool
) -> None:
    with time_machine.travel(date.fromisoformat(today), tick=False):
        page = client.get("/7-oh/embed")
        old, never = overdue(client)
    assert f"{old} of 50 records are overdue" in page.text
    assert f"{never} have no dated evidence" in page.text
    assert ("These data are out of date" in page.text) is late


def test_a_frame_of_one_country_is_as_old_as_what_it_shows(client: Visitor) -> None:
    """Half the world is overdue, and the states are not: a frame of them need not warn."""
    with time_machine.travel(date(2027, 2, 1), tick=False):
        states = client.get("/kratom/embed?view=us")
        world = client.get("/kratom/embed")
        shown = of_the_states(client)
    old, never = shown.count("overdue"), shown.count("never")
    assert f"{old} of {len(shown)} records are overdue" in states.text
    assert f"{never} have no dated evidence" in states.text
    assert "These data are out of date" not in states.text
    assert "These data are out of date" in world.text


def test_an_old_day_does_not_make_old_data_look_fresh(client: Visitor) -> None:
    with time_machine.travel(date(2027, 11, 23), tick=False):
        assert "These data are out of date" in client.get("/7-oh/embed?as_of=2026-07-02").text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, False),
        ({"newest": None}, True),
        ({"newest": date(2026, 5, 27)}, False),
        ({"newest": date(2026, 5, 26)}, True),
        ({"overdue": 3, "never": 2}, False),
        ({"overdue": 3, "never": 3}, True),
    ],
)
def test_when_the_whole_set_counts_as_out_of_date(change: dict[str, Any], expected: bool) -> None:
    facts: dict[str, Any] = {"overdue": 0, "never": 0, "newest": DAY, "reviewed": 0, **change}
    ages = Ages(total=10, within={}, older=0, age_limit_days=180, on=date(2026, 11, 23), **facts)
    assert ages.is_overdue is expected


def test_the_snippet_that_is_offered_works(client: Visitor) -> None:
    snippets = [tag.get_text() for tag in client.get("/data").all(".snippet")]
    assert len(snippets) == 2
    for snippet in snippets:
        (frame,) = BeautifulSoup(snippet, "html.parser").select("iframe")
        assert frame["title"]
        assert (
            client.http.get(str(frame["src"]).removeprefix("http://localhost")).status_code == 200
        )


def test_ages_count_each_record_once(tracker: Tracker) -> None:
    ages = trust_figures.ages(Reader(tracker).edition("kratom"), DAY)
    assert ages.within[365] + ages.older + ages.never == ages.total == 230
    assert ages.within[90] <= ages.within[180] <= ages.within[365]
