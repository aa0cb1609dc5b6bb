"""Every component in both colour schemes, whatever the reader's own scheme is."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_components_are_accessible_in_both_schemes(
    browser: Browser, site: Site, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(
        base_url=site.url, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page.goto("/components")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_forced_scheme_looks_the_same_on_every_page(
    browser: Browser, site: Site, scheme: Literal["light", "dark"]
) -> None:
    """A column looks as the site looks to who prefers its scheme."""
    page = browser.new_page(base_url=site.url, color_scheme=scheme)
    page.goto("/components")
    assert _colours(page, f"[data-scheme={scheme}] .panel") == _colours(page, ".site-head")
    other = "dark" if scheme == "light" else "light"
    assert _colours(page, f"[data-scheme={other}] .panel") != _colours(page, ".site-head")
    page.close()


def _colours(page: Page, selector: str) -> list[str]:
    """Ink, ground and line of the first that matches, as the browser computes them."""
    colours: list[str] = page.locator(selector).first.evaluate(
        "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.borderBottomColor]; }"
    )
    return colours
