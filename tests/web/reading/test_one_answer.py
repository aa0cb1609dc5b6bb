"""Every face says the same: page, card, table, comparison, API and GeoJSON, for 60 places on 6 days."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.services.editions.editions import Edition
from legalmap.services.reading.reader import Reader
from legalmap.web.drawing import map_drawing
from tests.web.reading.comparing import rows, words_of
from tests.web.visit import Page, Visitor

pytestmark = pytest.mark.reads
# Before anything is known, days on which laws turned, the day of the dataset, and one to come.
DAYS = ("1990-01-01", "2017-01-01", "2025-01-01", "2026-06-22", "2026-11-30", "2027-07-01")
# Those of which the issue was written, and those without a record of their own.
NAMED = (
    *(
        "us",
        "us-fl",
        "us-il",
        "us-ga",
        "us-sd",
        "us-mn",
        "us-ms",
        "us-mi",
        "us-oh",
        "us-tx",
        "us-ma",
    ),
    *(
        "us-ca-aliso-viejo",
        "us-ms-adams-county",
        "us-md-baltimore",
        "us-pr",
        "fr",
        "gb",
        "th",
        "aq",
    ),
    *("us-fl-sarasota-county", "us-ca-orange", "us-ca-orange-county", "us-il-naperville"),
)
MOST = 60


def chosen(edition: Edition) -> list[str]:
    """Half of 60 places: those named, and records from all over the list."""
    step = max(len(edition.codes) // (MOST - len(NAMED)), 1)
    return list(dict.fromkeys((*NAMED, *edition.codes[::step])))[:MOST]


def edition_of(app: Flask, topic: str) -> Edition:
    reader: Reader = app.extensions["reader"]
    return reader.edition(topic)


def told(client: Visitor, topic: str, code: str, day: str) -> dict[str, Any]:
    """The resolution of a place as the API gives it."""
    response = client.http.get(f"/api/v1/{topic}/resolve?place={code}&as_of={day}")
    assert response.status_code == 200, response.text
    return response.json["resolution"]


def inside(resolution: dict[str, Any]) -> str:
    """The caveat on what is stricter inside; empty without one."""
    texts = [at["text"] for at in resolution["caveats"] if at["code"] == "inside"]
    return texts[0] if texts else ""


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("topic", ["kratom", "7-oh"])
def test_all_faces_say_the_same(app: Flask, client: Visitor, topic: str, day: str) -> None:
    edition = edition_of(app, topic)
    codes = chosen(edition)
    said = {code: told(client, topic, code, day) for code in codes}
    for code, resolution in said.items():
        _page_agrees(client.get(f"/{topic}/{code}?as_of={day}"), resolution)
        _card_agrees(edition, code, day, resolution)
    for first in range(0, len(codes), 12):
        _comparison_agrees(client, topic, day, codes[first : first + 12], said)
    _table_agrees(client.get(f"/{topic}/table?as_of={day}"), said)
    _geojson_agrees(client, topic, day, said)


def _page_agrees(page: Page, resolution: dict[str, Any]) -> None:
    answer = resolution["answer"]
    assert words_of(page.one(".status-line .tag")) == resolution["label"], page.path
    spoken = words_of(page.one(".verdict .answer"))
    assert spoken.endswith(" ".join(" ".join(answer["sentences"]).split())), page.path
    assert inside(resolution) in spoken, page.path
    notes = " ".join(words_of(note) for note in page.all(".verdict .note"))
    for caveat in resolution["caveats"]:
        if caveat["code"] in ("county-reach", "not-stated", "start-uncertain", "control"):
            assert " ".join(caveat["text"].split()) in notes, page.path
    age = answer["possession"]["from_age"]
    if answer["possession"]["meaning"] == "yes" and age:
        assert "Possession is allowed." not in spoken, page.path
        assert f"from age {age}" in spoken, page.path
    assert len(page.all(".under-way")) == len({bill["level"] for bill in answer["bills"]})


def _card_agrees(edition: Edition, code: str, day: str, resolution: dict[str, Any]) -> None:
    as_of = date.fromisoformat(day)
    place = edition._source.tracker.place(code)
    glance, within = edition.glance(place, as_of), edition.inside(place, as_of)
    lines = map_drawing.card(edition.topic, glance, within).split("\n")
    since = resolution["answer"]["since"]
    words = f" since {in_words(PartialDate(since))}" if since else ""
    assert lines[1] == f"{resolution['label']}{words}", (code, day)
    assert (inside(resolution) in lines) is bool(inside(resolution)), (code, day)


def _comparison_agrees(
    client: Visitor, topic: str, day: str, codes: list[str], said: dict[str, dict[str, Any]]
) -> None:
    asked = "&".join(f"place={code}" for code in codes)
    page = client.get(f"/{topic}/compare?{asked}&as_of={day}")
    compared = {label.removesuffix(" ≠ differs"): cells for label, cells in rows(page).items()}
    for index, code in enumerate(codes):
        resolution = said[code]
        assert compared["Status"][index] == resolution["label"], (code, day)
        assert compared["Stricter inside"][index] == (inside(resolution) or "–"), (code, day)
        since = resolution["answer"]["since"]
        if since:
            words = in_words(PartialDate(since))
            assert compared["In force since"][index].startswith(words), (code, day)
        age = resolution["answer"]["possession"]["from_age"]
        if age:
            assert f"below age {age}" in compared["Possession"][index], (code, day)


def _table_agrees(page: Page, said: dict[str, dict[str, Any]]) -> None:
    for row in page.all("table.records tbody tr"):
        code = str(row.select_one("th a")["href"]).split("?")[0].split("/")[-1]  # type: ignore[index]
        if code in said:
            cells = [words_of(cell) for cell in row.select("td")]
            shown = cells[-3]
            groups = said[code]["answer"]["inside"]
            count = sum(group["total"] for group in groups)
            words = f" {count} stricter inside" if count else ""
            assert shown == f"{said[code]['label']}{words}", (code, page.path)


def _geojson_agrees(client: Visitor, topic: str, day: str, said: dict[str, dict[str, Any]]) -> None:
    features = client.http.get(f"/export/{topic}.geojson?as_of={day}").json["features"]
    for feature in features:
        resolution = said.get(feature["id"])
        if resolution:
            properties = feature["properties"]
            assert properties["resolved_outcome"] == resolution["outcome"], feature["id"]
            assert properties["resolved_status"] == resolution["status"], feature["id"]
