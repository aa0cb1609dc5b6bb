"""A frame on somebody else's page, the picture of a link, and no way to frame anything else."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def framed(browser: Browser, site: Site, path: str) -> Page:
    """A page of another origin that frames an address of the site."""
    page = browser.new_page(viewport={"width": 700, "height": 700})
    elsewhere = site.url.replace("127.0.0.1", "localhost") + "/elsewhere"
    frame = f'<iframe src="{site.url}{path}" width="600" height="600"></iframe>'
    page.route("**/elsewhere", lambda route: route.fulfill(body=frame, content_type="text/html"))
    page.goto(elsewhere)
    return page


def test_the_embed_carries_its_date_and_says_when_its_data_are_overdue(
    browser: Browser, site: Site
) -> None:
    page = framed(browser, site, "/kratom/embed")
    frame = page.frame_locator("iframe")
    expect(frame.locator("svg").first).to_be_visible()
    expect(frame.locator("body")).to_contain_text(re.compile(r"\d{1,2} [A-Z][a-z]+ 20\d\d"))
    expect(frame.locator("body")).to_contain_text("overdue")
    back = frame.locator("a[href*='/kratom']").first
    expect(back).to_be_attached()
    assert page.context.cookies() == []
    page.close()


def test_no_other_page_can_be_framed(browser: Browser, site: Site) -> None:
    page = framed(browser, site, "/kratom")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("refused to connect")
    page.close()


def test_a_link_unfurls_as_the_map(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(f"{site.url}/kratom/us-al")
    image = page.locator("meta[property='og:image']").get_attribute("content")
    assert image is not None
    answer = page.request.get(image)
    assert answer.headers["content-type"] == "image/png"
    assert answer.body().startswith(b"\x89PNG")
    page.close()
