"""The page of a place in a real Chromium: on a phone, in the dark, by keyboard and on paper."""

from itertools import pairwise
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
PLACES = ["us-ny", "us-ms", "th", "vn", "us-fl-sarasota-county"]
LUMINANCE = """element => {
  const [r, g, b] = getComputedStyle(element).color.match(/[\\d.]+/g).map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""


def test_the_timeline_can_be_read_on_a_phone(browser: Browser, site: Site) -> None:
    """Lengths are in percent and letters are not, so nothing shrinks and nothing overlaps."""
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 800})
    page = context.new_page()
    for code in PLACES:
        page.goto(f"/kratom/{code}")
        figure = page.locator("svg.timeline")
        boxes = figure.evaluate(
            "svg => [...svg.querySelectorAll('text.year, text.today')]"
            ".map(text => { const b = text.getBoundingClientRect(); return [b.left, b.right, b.top, b.height]; })"
        )
        assert boxes, code
        for left, right, _, height in boxes:
            assert 0 <= left < right <= 360, code
            assert height >= 12, code
        years = sorted(boxes[:-1])
        for before, after in pairwise(years):
            assert before[1] < after[0], code
        span = page.locator("svg.timeline rect.span").first.bounding_box()
        assert span
        assert span["height"] >= 30, code
    context.close()


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_place_is_wider_than_the_window(
    browser: Browser, site: Site, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    for code in PLACES:
        page.goto(f"/kratom/{code}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, code
    context.close()


def test_folded_rules_open_by_keyboard_without_a_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kratom/us-ms")
    town = page.locator("table.below a[href='/kratom/us-ms-tupelo']")
    expect(town).to_be_hidden()
    page.locator("details.fold > summary").focus()
    page.keyboard.press("Enter")
    expect(town).to_be_visible()
    town.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kratom in Tupelo")
    context.close()


def test_a_span_leads_to_its_period(page: Page) -> None:
    page.goto("/kratom/us-al")
    page.locator(".spans a").last.click()
    expect(page.locator(".period:target")).to_contain_text("Schedule I in Alabama")
    expect(page.locator(".period:target")).to_be_in_viewport()


def test_freshness_has_a_shape_of_its_own(page: Page) -> None:
    shapes = set()
    for code in ("us-al", "us-ms", "us-ky", "vn"):
        page.goto(f"/kratom/{code}")
        tag = page.locator(".status-line .fresh")
        shapes.add((tag.inner_text(), tag.evaluate("e => getComputedStyle(e, '::before').content")))
    words, marks = zip(*shapes, strict=True)
    assert len(set(words)) == len(set(marks)) >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper(browser: Browser, site: Site, scheme: Literal["light", "dark"]) -> None:
    """Black on white whatever the screen shows, without what cannot be used, with addresses."""
    context = browser.new_context(base_url=site.url, color_scheme=scheme)
    page = context.new_page()
    page.goto("/kratom/us-ms")
    page.emulate_media(media="print", color_scheme=scheme)
    for gone in (".site-head nav", ".find", ".crumbs", "main .asked", ".actions", "details.kinds"):
        for each in page.locator(gone).all():
            expect(each).to_be_hidden()
    for kept in ("h1", ".answer", "svg.timeline", "p.cite", "table.below", "details.cite pre"):
        expect(page.locator(kept).first).to_be_visible()
    for each in (".answer", "h1", ".sources a", ".muted"):
        assert page.locator(each).first.evaluate(LUMINANCE) < 0.05, each
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    address = page.locator(".sources a").first
    said = address.evaluate("e => getComputedStyle(e, '::after').content")
    assert str(address.get_attribute("href")) in said
    assert (
        page.locator("svg.timeline rect.span").first.evaluate(
            "e => getComputedStyle(e).printColorAdjust"
        )
        == "exact"
    )
    context.close()
