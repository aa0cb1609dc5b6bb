"""A client that behaves like a browser without scripts and examines every page it is given."""

from collections.abc import Iterable, Mapping
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


class Page:
    """An HTML page that was found sound."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response, self.path = response, path
        self.status: int = response.status_code
        self.soup = BeautifulSoup(response.data, "html.parser")

    def one(self, selector: str) -> Tag:
        """The only element that matches."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} of {selector!r} at {self.path}"
        return found[0]

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
            [pair for field in self.one(selector).select(_FIELDS) for pair in _sent(field)]
        )

    def errors(self) -> dict[str, str]:
        """The problems of the summary: the id of the field and the sentence."""
        links = self.all("#problems a")
        return {str(link["href"]).removeprefix("#"): link.get_text() for link in links}


_FIELDS = "input[name], select[name], textarea[name]"


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
        asked = self.post("/sign-in", {"handle": handle, "password": PASSWORD}, status=303)
        if asked.response.headers["Location"].startswith(PROVE):
            self.send(self.follow(asked), PROVING, {"code": fresh_code(store, handle)})

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
    html5lib.HTMLParser(strict=True).parse(page.response.data, transport_encoding="utf-8")
    heading, title = page.one("h1").get_text(" ", strip=True), page.one("head > title").get_text()
    assert " ".join(heading.split()) in title, f"{title!r} does not hold {heading!r}"
    ids = [str(each["id"]) for each in page.all("[id]")]
    assert sorted(ids) == sorted(set(ids)), f"double ids: {_twice(ids)}"
    _examine_inputs(page, set(ids))
    _examine_forms(page)
    inline = page.all(
        '[style], style, script:not([src], [type="application/ld+json"]), [onclick], [onsubmit], [onchange]'
    )
    assert not inline, inline[:1]
    for link in page.all('a[href^="http"]'):
        assert {"noopener", "noreferrer", "nofollow"} <= set(link.get_attribute_list("rel")), link
    assert not page.all('a[href^="javascript"]')


def _twice(ids: Iterable[str]) -> list[str]:
    seen = list(ids)
    return sorted({each for each in seen if seen.count(each) > 1})


def _examine_inputs(page: Page, ids: set[str]) -> None:
    labelled = {str(label["for"]) for label in page.all("label[for]")}
    assert labelled <= ids, f"labels of nothing: {labelled - ids}"
    for field in page.all('input:not([type="hidden"]), select, textarea'):
        assert field.get("id") in labelled, f"without a label: {field}"
    for field in page.all("[aria-describedby]"):
        assert set(str(field["aria-describedby"]).split()) <= ids, field["aria-describedby"]
    for jump in page.all('a[href^="#"]'):
        assert str(jump["href"])[1:] in ids, f"leads nowhere: {jump}"


def _examine_forms(page: Page) -> None:
    signed_in = bool(page.all('form[action="/sign-out"]'))
    for form in page.all("form"):
        assert str(form.get("action", "")).startswith("/"), form
        if form.get("method") == "post" and signed_in:
            assert form.select('input[name="csrf_token"]'), f"no token: {form['action']}"
