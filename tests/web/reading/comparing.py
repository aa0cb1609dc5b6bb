"""A page of places side by side, or of a route, as a person reads it."""

from urllib.parse import parse_qs, urlsplit

from bs4 import Tag

from tests.web.visit import Page


def rows(page: Page) -> dict[str, list[str]]:
    """The comparison as a person reads it: question and answers."""
    return {
        words_of(row.select_one("th")): [words_of(cell) for cell in row.select("td")]  # type: ignore[arg-type]
        for row in page.all(".compare tbody tr")
    }


def words_of(tag: Tag) -> str:
    """The words of a tag, one space between them."""
    return " ".join(tag.get_text(" ").split())


def columns(page: Page) -> list[str]:
    """The places that are compared, from left to right."""
    return [words_of(head.select_one("a")) for head in page.all(".compare thead th")[1:]]  # type: ignore[arg-type]


def legs(page: Page) -> list[str]:
    """The places of a route in its order."""
    return [words_of(head.select_one("a")) for head in page.all(".leg h3")]  # type: ignore[arg-type]


def places_of(href: str) -> list[str]:
    """The codes that a link carries along."""
    return parse_qs(urlsplit(href).query).get("place", [])
