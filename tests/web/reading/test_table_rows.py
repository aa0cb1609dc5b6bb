"""The table: every filter and order, page by page, and no record read that is not on the page."""

import pytest
from flask import Flask

from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions import contents
from legalmap.services.editions.contents import Published
from legalmap.services.reading.reader import Reader
from legalmap.web.reading import table_rows
from tests.build import TODAY
from tests.store.build import counted_queries
from tests.web.visit import Page, Visitor

NO_FILTERS: dict[str, str | None] = dict.fromkeys(("status", "kind", "freshness", "show", "parent"))


def _names(page: Page) -> list[str]:
    return [link.get_text() for link in page.all("table.records tbody th a")]


@pytest.mark.parametrize("sort", table_rows.SORTS)
def test_the_pages_together_are_the_whole_in_the_order_asked_for(
    client: Visitor, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    whole = _names(client.get(f"/kratom/table?sort={sort}"))
    monkeypatch.setattr(table_rows, "PAGE", 90)
    pages = [client.get(f"/kratom/table?sort={sort}&page=1")]
    while further := pages[-1].all(".pages a[rel=next]"):
        pages.append(client.get(str(further[0]["href"])))
    assert [name for page in pages for name in _names(page)] == whole
    assert [len(_names(page)) for page in pages[:-1]] == [90] * (len(pages) - 1)
    assert f"{len(whole)} of {len(whole)} records, page 2 of {len(pages)}" in pages[1].text
    assert pages[1].one(".pages a[rel=prev]")["href"] == f"/kratom/table?sort={sort}"


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1.0", "9" * 30, "²"])
def test_a_page_that_is_not_there_is_told(client: Visitor, page: str) -> None:
    assert "give a number from 1 to 1" in client.get(f"/kratom/table?page={page}", 400).text


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("status", ["banned", "legal", "regulated"]),
        ("kind", ["state", "country", "county"]),
        ("freshness", list(FRESHNESS_LABELS)),
        ("show", ["banned", "varies"]),
        ("parent", ["us", "us-fl", "ca"]),
    ],
)
def test_a_filter_keeps_what_it_names(tracker: Tracker, name: str, values: list[str]) -> None:
    edition = Reader(tracker).edition("kratom")
    says = {
        "status": lambda item: edition.statuses(TODAY)[item.place.code],
        "kind": lambda item: item.place.kind,
        "freshness": lambda item: edition.freshness_of(item, TODAY),
        "show": lambda item: edition.resolve(item.place, TODAY).shown,
    }

    def passes(item: Published, value: str) -> bool:
        if name == "parent":
            return item.place.code.startswith(f"{value}-")
        return bool(says[name](item) == value)

    for value in values:
        items = table_rows.matching(edition, TODAY, {**NO_FILTERS, name: value}, "name")
        assert {item.place.code for item in items} == {
            item.place.code for item in edition.records.values() if passes(item, value)
        }


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [("US-FL", "Florida, US"), ("us", "United States"), ("us-wy", "Wyoming, US")],
)
def test_the_filter_of_a_wider_place_is_chosen_by_name(
    client: Visitor, asked: str, chosen: str
) -> None:
    """However its code is written, and also where nothing below it has a record."""
    page = client.get(f"/kratom/table?parent={asked}")
    assert page.one("#by-parent option[selected]").get_text() == chosen
    assert _names(page) == _names(client.get(f"/kratom/table?parent={asked.lower()}"))
    names = [option.get_text() for option in page.all("#by-parent option")]
    assert names[1:] == sorted(names[1:], key=lambda name: name.partition(",")[0])


def test_a_huge_map_is_read_one_page_at_a_time(
    app: Flask, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where contents do not fit in memory: in one look, and of this page alone."""
    monkeypatch.setattr(contents, "KEPT_PAYLOADS", 50)
    monkeypatch.setattr(table_rows, "PAGE", 40)
    edition = Reader(tracker).edition("kratom")
    with counted_queries(tracker.store) as sent:
        items = table_rows.matching(edition, TODAY, {**NO_FILTERS, "show": "banned"}, "verified")
        assert [statement for statement in sent if "payload FROM" in statement] == []
        assert len(table_rows.rows(edition, TODAY, items[:40])) == 40
    assert len([statement for statement in sent if "payload" in statement]) == 1
