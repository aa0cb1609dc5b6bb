"""The log, the notices and the corrections in a real Chromium: what unfolds, what axe finds, on a phone too."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from legalmap.domain.desk.edit_intents import Intent
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.browser.conftest import Site
from tests.browser.steps import sign_in
from tests.build import a_payload, a_period
from tests.services.build import decide, propose

pytestmark = pytest.mark.browser
PAGES = ("/desk/log", "/desk/notices", "/kratom/corrections", "/about")


def correct(site: Site, code: str) -> None:
    """What demo-ana proposed was published, and is a correction."""
    store = Store(site.database_url)
    tracker = Tracker(store)
    item = Reader(tracker).edition("kratom").records[code]
    (*earlier, last) = item.payload.periods
    since = last.effective_from.text if last.effective_from else None
    changed = a_period(since, "unclear", sources=last.sources)
    number = item.publication.revision_number
    more = {"jurisdiction": code, "base_number": number, "intent": Intent.CORRECTION}
    made = propose(tracker, a_payload(*earlier, changed), by="demo-ana", **more)
    decide(tracker, made, by="demo-ben")
    store.close()


def test_an_event_unfolds_and_the_filter_narrows(page: Page, site: Site) -> None:
    correct(site, "us-wi")
    sign_in(page, site, "demo-ben")
    page.goto("/desk/log")
    event = page.locator(".log > li", has_text="approved kratom/us-wi revision 1").first
    expect(event.get_by_text("Waiting for review")).to_be_hidden()
    event.locator("summary").click()
    expect(event.get_by_text("Waiting for review")).to_be_visible()
    page.locator(".log-filters > summary").click()
    page.get_by_label("Place", exact=True).fill("us-wi")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".log > li")).to_have_count(3)
    expect(page.get_by_label("Place", exact=True)).to_have_value("us-wi")


def test_a_notice_is_read(page: Page, site: Site) -> None:
    correct(site, "us-in")
    sign_in(page, site, "demo-ana")
    page.goto("/desk/notices")
    notice = page.locator(".notices > li", has_text="Indiana")
    expect(notice).to_have_class("new")
    notice.get_by_role("button", name="Mark as read").click()
    expect(page.locator(".notices > li", has_text="Indiana")).not_to_have_class("new")


@pytest.mark.parametrize(
    ("width", "scheme", "code"),
    [
        (360, "light", "us-vt"),
        (360, "dark", "us-ri"),
        (1280, "light", "us-nd"),
        (1280, "dark", "us-sd"),
    ],
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Browser, site: Site, width: int, scheme: str, code: str
) -> None:
    correct(site, code)
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=site.url, viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, site, "demo-ben")
    for path in PAGES:
        page.goto(path)
        for summary in page.locator("main summary").all()[:6]:
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
