"""What is shown of a proposal before it is published: sentences, colours, and the right map."""

import re

import pytest
from flask import Flask

from legalmap.services.reading.reader import Reader
from legalmap.web.editing import preview
from legalmap.web.editing.preview import Preview
from tests.build import a_payload, a_period

BANNED = a_payload(a_period(status="banned", answers={"possession": "prohibited"}))


def preview_of(app: Flask, code: str) -> Preview:
    """A ban at a place, drawn as a request would."""
    reader: Reader = app.extensions["reader"]
    with app.test_request_context("/"):
        edition = reader.edition("kratom")
        return preview.preview(edition, reader.tracker.place(code), BANNED)


@pytest.mark.parametrize(
    ("code", "view"),
    [
        # A state stands among the states.
        ("us-tx", "us"),
        # A county and a town stand on the map of their state.
        ("us-tx-travis-county", "us/tx"),
        ("us-tx-austin", "us/tx"),
        # A country, and a part of one that the world map does not divide.
        ("th", "world"),
        ("fr-bre", "admin1/fr"),
    ],
)
def test_a_place_is_shown_on_the_narrowest_map_that_has_it(
    app: Flask, code: str, view: str
) -> None:
    """Both maps are of that view, and the place is outlined on both where it is drawn."""
    preview = preview_of(app, code)
    assert preview.before.shown is not None
    assert preview.after.shown is not None
    assert (preview.before.shown.view, preview.after.shown.view) == (view, view)
    assert 'class="' in preview.after.shown.svg
    assert re.search(r'class="[^"]*\bmarked\b', preview.after.shown.svg)


def test_the_proposed_map_has_the_proposed_colour(app: Flask) -> None:
    """The same shape, another colour; and neither map has an id or a link of the other's."""
    preview = preview_of(app, "us-tx")
    before, after = preview.before, preview.after
    assert after.resolution.shown == "banned" != before.resolution.shown
    assert "Kratom is banned in Texas" in " ".join(after.sentences)
    assert before.shown is not None
    assert after.shown is not None
    assert after.shown.counts["banned"] == before.shown.counts["banned"] + 1
    ids = [set(re.findall(r'\bid="([^"]+)"', side.svg)) for side in (before.shown, after.shown)]
    assert all(ids)
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', after.shown.svg))
    assert used <= ids[1]
    assert "<a " not in before.shown.svg + after.shown.svg


def test_places_below_for_which_the_answer_changes_are_named(app: Flask) -> None:
    """A ban in a state reaches the towns that have milder rules of their own, and only those."""
    touched = {place.code for place in preview_of(app, "us-il").touched}
    assert {"us-il-naperville", "us-il-morton-grove"} <= touched
    assert all(code.startswith("us-il-") for code in touched)
    assert "us-il-alton" not in touched  # it is banned there already
