"""A client that behaves like a browser without scripts and examines every page it is given."""

import re
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from legalmap.store.engine import Store
from tests.store.build import PASSWORD, fresh_code

Fields = MultiDict[str, str]
PROVE = "/sign-in/second-factor"
PROVING = f'form[action="{PROVE}"]'
BROWSER = {"Sec-Fetch-Site": "same-origin"}
# What no parser stumbles over, wherever it stands: all that is neither markup nor forbidden.
_LETTERS = r"\t\n\x20!#-%'-;=?-~\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
PLAIN_VALUE = re.compile(rf'(?<!\stype)(?<!\scharset)="[{_LETTERS}]*"')
PLAIN_TEXT = re.compile(rf'>([{_LETTERS}"]*)<')
# The shapes of the pages that the strict parser has found sound. It takes longer than all else.
_sound: set[str] = set()


class Page:
    """An HTML page that was found sound."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response, self.path = response, path
        self.status: int = response.status_code

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page as a tree."""
        return BeautifulSoup(self.response.data, "html.parser")

    def one(self, selector: str) -> Tag:
        """The only element that matches."""
        tags = self.soup.select(selector)
        assert len(tags) == 1, f"{len(tags)} of {selector!r} at {self.path}"
        return tags[0]

    def all(self, selector: str) -> list[Tag]:
        """Every element that matches."""
        return list(self.soup.select(selector))

    @property
    def text(self) -> str:
        """What a person reads in the main part, with single spaces."""
        return " ".join(self.one("main").get_text(" ").split())

    def form(self, selector: str) -> Fields:
        """What a browser would send of a form if no button were pressed."""
        return Fields(
            [
                pair
                for field in self.one(selector).find_all(FIELDS, attrs={"name": True})
                for pair in _sent(field)
            ]
        )

    def errors(self) -> dict[str, str]:
        """The problems of the summary: the id of the field and the sentence."""
        links = self.all("#problems a")
        return {str(link["href"]).removeprefix("#"): link.get_text() for link in links}


FIELDS = ("input", "select", "textarea")


def _sent(field: Tag) -> list[tuple[str, str]]:
    name, kind = str(field["name"]), field.get("type", "text")
    if field.name == "textarea":
        text = field.get_text().replace("\r\n", "\n").removeprefix("\n")
        return [(name, text.replace("\n", "\r\n"))]
    if field.name == "select":
        options = field.select("option")
        chosen = [option for option in options if option.has_attr("selected")] or options[:1]
        return [(name, str(option["value"])) for option in chosen]
    if kind in ("radio", "checkbox") and not field.has_attr("checked"):
        return []
    return [(name, str(field.get("value", "")))]


class Visitor:
    """One browser, with its cookies. Every page it loads is examined."""

    def __init__(self, app: Flask) -> None:
        self.http = app.test_client()

    def get(self, path: str, status: int = 200) -> Page:
        """Load a page; ``status`` is what we expect."""
        return self.seen(self.http.get(path, headers=BROWSER), path, status)

    def post(
        self,
        path: str,
        fields: Fields | Mapping[str, Any] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form exactly as given."""
        sent = fields.to_dict(flat=False) if isinstance(fields, MultiDict) else fields
        response = self.http.post(path, data=sent or {}, headers={**BROWSER, **(headers or {})})
        return self.seen(response, path, status)

    def send(
        self,
        page: Page,
        selector: str,
        changed: Mapping[str, str | list[str]] | None = None,
        status: int = 303,
    ) -> Page:
        """Fill in and send a form that is on a page."""
        fields = page.form(selector)
        for name, value in (changed or {}).items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        return self.post(str(page.one(selector)["action"]), fields, status)

    def follow(self, page: Page) -> Page:
        """Go where a redirect leads."""
        return self.get(page.response.headers["Location"])

    def sign_in(self, handle: str, store: Store) -> None:
        """Give the password, and the second factor where one is asked for."""
        response = self.post("/sign-in", {"handle": handle, "password": PASSWORD}, status=303)
        if response.response.headers["Location"].startswith(PROVE):
            self.send(self.follow(response), PROVING, {"code": fresh_code(store, handle)})

    def seen(self, response: TestResponse, path: str, status: int) -> Page:
        """Examine what came back."""
        assert response.status_code == status, f"{path}: {response.status_code}\n{_said(response)}"
        page = Page(response, path)
        if response.mimetype == "text/html" and not 300 <= status < 400:
            examine(page)
        return page


def _said(response: TestResponse) -> str:
    main = BeautifulSoup(response.data, "html.parser").select_one("main")
    return " ".join(main.get_text(" ").split())[:1500] if main else response.text[:500]


def examine(page: Page) -> None:
    """What every page of ours keeps."""
    _parse_strictly(page.response)
    tags = page.soup.find_all(True)
    _examine_title(page, tags)
    ids = Counter(str(tag["id"]) for tag in tags if "id" in tag.attrs)
    assert ids.total() == len(ids), f"double ids: {[name for name in ids if ids[name] > 1]}"
    _examine_references(tags, ids.keys())
    for tag in tags:
        _examine_inline(tag)
        _examine_link(tag)
    _examine_forms(tags)


def _parse_strictly(response: TestResponse) -> None:
    """Pages that differ in plain words only are parsed once: no parser can tell them apart."""
    shape = shape_of(response.text)
    if shape not in _sound:
        html5lib.HTMLParser(strict=True).parse(response.data, transport_encoding="utf-8")
        _sound.add(shape)


def shape_of(html: str) -> str:
    """The markup of a page: each plain text is one letter, or a space where it is but spaces."""
    return PLAIN_TEXT.sub(_mark, PLAIN_VALUE.sub('=""', html))


def _mark(text: re.Match[str]) -> str:
    return f">{text[1] and ('x' if text[1].strip() else ' ')}<"


def _examine_title(page: Page, tags: list[Tag]) -> None:
    headings = [tag.get_text(" ", strip=True) for tag in tags if tag.name == "h1"]
    titles = [tag.get_text() for tag in tags if tag.name == "title" and _is_in_head(tag)]
    assert (len(headings), len(titles)) == (1, 1), f"{headings} and {titles} at {page.path}"
    assert " ".join(headings[0].split()) in titles[0], f"{titles[0]!r} lacks {headings[0]!r}"


def _is_in_head(tag: Tag) -> bool:
    return tag.parent is not None and tag.parent.name == "head"


def _examine_inline(tag: Tag) -> None:
    """The Content-Security-Policy would refuse it."""
    assert not {"style", "onclick", "onsubmit", "onchange"} & tag.attrs.keys(), tag
    assert tag.name != "style", tag
    is_data = tag.get("type") == "application/ld+json"
    assert tag.name != "script" or "src" in tag.attrs or is_data, tag


def _examine_link(tag: Tag) -> None:
    if tag.name != "a":
        return
    href = str(tag.get("href", ""))
    assert not href.startswith("javascript"), tag
    if href.startswith("http"):
        assert {"noopener", "noreferrer", "nofollow"} <= set(tag.get_attribute_list("rel")), tag


def _examine_references(tags: list[Tag], ids: AbstractSet[str]) -> None:
    """Labels, descriptions and jumps lead to something, and each field has a label."""
    labelled = {str(tag["for"]) for tag in tags if tag.name == "label" and "for" in tag.attrs}
    assert labelled <= ids, f"labels of nothing: {labelled - ids}"
    for tag in tags:
        if tag.name in FIELDS and tag.get("type") != "hidden":
            assert tag.get("id") in labelled, f"without a label: {tag}"
        described = str(tag.get("aria-describedby", "")).split()
        assert set(described) <= ids, described
        href = str(tag.get("href", ""))
        if tag.name == "a" and href.startswith("#"):
            assert href[1:] in ids, f"leads nowhere: {tag}"


def _examine_forms(tags: list[Tag]) -> None:
    forms = [tag for tag in tags if tag.name == "form"]
    signed_in = any(form.get("action") == "/sign-out" for form in forms)
    for form in forms:
        assert str(form.get("action", "")).startswith("/"), form
        if form.get("method") == "post" and signed_in:
            token = form.find("input", attrs={"name": "csrf_token"})
            assert token is not None, f"no token: {form['action']}"
