"""The page of components: every macro of templates/parts with sample data, in both colour schemes, in a demo."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.paths import TEMPLATES
from legalmap.store.engine import Store
from legalmap.web.components import apart
from tests.web.visit import Page, Visitor

MACROS = {
    f"{file.stem}.{name}"
    for file in TEMPLATES.glob("parts/*.html")
    for name in re.findall(r"{% macro (\w+)", file.read_text(encoding="utf-8"))
}


@pytest.fixture
def page(shipped_store: Store) -> Iterator[Page]:
    """The page as a demo serves it; the visitor finds it sound."""
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, secret_key="x" * 40, secure_cookies=False, demo=True)
    app = create_app(settings)
    yield Visitor(app).get("/components")
    app.extensions["reader"].tracker.store.close()


def test_every_component_is_shown_light_and_dark(page: Page) -> None:
    for scheme in ("light", "dark"):
        shown = page.all(f'[data-scheme="{scheme}"]')
        assert {str(tag["data-macro"]) for tag in shown} == MACROS
        assert [tag["data-macro"] for tag in shown if not tag.find(True)] == []


def test_no_component_loses_its_label_because_it_is_shown_twice(page: Page) -> None:
    ids = [str(tag["id"]) for tag in page.all("[id]")]
    assert sorted(set(ids)) == sorted(ids)
    for label in page.all("label[for]"):
        assert label["for"] in ids


def test_a_site_that_is_no_demo_has_no_such_page(app: Flask) -> None:
    Visitor(app).get("/components", status=404)


@pytest.mark.parametrize(
    ("html", "again"),
    [
        ('<p id="a"><a href="#a">', '<p id="a-dark"><a href="#a-dark">'),
        ('<a href="#elsewhere">', '<a href="#elsewhere">'),
        ('<a href="/kratom#timeline">', '<a href="/kratom#timeline">'),
        ('<p id="a"><use fill="url(#a)">', '<p id="a-dark"><use fill="url(#a-dark)">'),
        ('<input id="a" name="q">', '<input id="a-dark" name="q-dark">'),
        ('<b id="a"><i aria-describedby="a b">', '<b id="a-dark"><i aria-describedby="a-dark b">'),
        ('<nav aria-label="Desk">', '<nav aria-label="Desk, dark">'),
        ('<p data-id="a">', '<p data-id="a">'),
    ],
)
def test_what_is_shown_twice_has_names_of_its_own(html: str, again: str) -> None:
    assert apart(html) == again
