"""A review done by keyboard only: three keys for a simple item, and nothing happens while one types."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches, proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.store.engine import Store
from tests.browser.conftest import Site
from tests.browser.steps import sign_in
from tests.build import a_payload
from tests.services.build import person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
# Each test has places of its own: all share one site.
PLACES = {
    "three": ("us-ms", "us-ms-alcorn-county", "us-ms-booneville"),
    "typing": ("us-nv",),
    "sight": ("us-mt", "us-co"),
    "batch": ("us-nd-bismarck", "us-nd-fargo", "us-nd-minot"),
}


@pytest.fixture
def ben(context: BrowserContext, site: Site) -> Page:
    """A moderator."""
    return sign_in(context.new_page(), site, "demo-ben")


@pytest.fixture
def ana(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A contributor, in a browser of her own."""
    browser = context.browser
    assert browser is not None
    with browser.new_context(base_url=site.url) as other:
        yield sign_in(other.new_page(), site, "demo-ana")


def propose(page: Page, code: str) -> str:
    """A small change of one record; gives the address of the proposal."""
    page.goto(f"/desk/edit/kratom/{code}")
    page.locator("#notes").fill(f"A note on {code}.")
    page.get_by_label("What did you change, and why?").fill("Something to know.")
    intent = page.get_by_label("Correct an error")
    if intent.count():
        intent.first.check()
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Proposal")
    return page.url


def withdraw(page: Page) -> None:
    """Leave nothing in the queue that other tests would meet."""
    page.get_by_role("button", name="Withdraw this proposal").click()
    expect(page.locator(".state.withdrawn")).to_be_visible()


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


def test_a_simple_item_takes_three_keys_and_the_next_opens_by_itself(ana: Page, ben: Page) -> None:
    addresses = [propose(ana, code) for code in PLACES["three"]]
    ben.goto("/desk/queue?order=age&place=us-ms")
    keys = Keys(ben)
    keys.press("n")
    for number, address in enumerate(addresses):
        ben.wait_for_url(f"{address}?place=us-ms&order=age")
        expect(ben.locator(".claim-bar")).to_contain_text("You are at it until")
        before = keys.count
        keys.press("c")
        assert ben.locator("input[name=checks]:checked").count() == 4
        keys.press("a")
        expect(ben.get_by_label("Approve", exact=True)).to_be_checked()
        expect(ben.get_by_role("button", name="Give this verdict")).to_be_focused()
        keys.press("Enter")
        assert keys.count - before == 3, number
    ben.wait_for_url("**/desk/queue?place=us-ms&order=age")
    expect(ben.locator(".flash").last).to_have_text("Nothing else waits for you here.")
    assert keys.count == 1 + 3 * len(addresses)
    for address in addresses:
        ana.goto(address)
        expect(ana.locator(".state").first).to_have_text("Published")


def test_keys_do_nothing_while_one_types_and_can_be_switched_off(ana: Page, ben: Page) -> None:
    address = propose(ana, PLACES["typing"][0])
    ben.goto(address)
    ben.keyboard.press("d")
    remark = ben.get_by_label("Your remark")
    expect(remark).to_be_focused()
    ben.keyboard.type("can a cat read next? x")
    expect(remark).to_have_value("can a cat read next? x")
    assert ben.locator("input:checked:not(#keys-on)").count() == 0
    ben.get_by_role("heading", level=1).click()
    ben.keyboard.press("Control+a")
    expect(ben.get_by_label("Approve", exact=True)).not_to_be_checked()
    ben.keyboard.press("r")
    expect(ben.get_by_label("Request changes", exact=True)).to_be_checked()
    expect(ben.get_by_label("The source does not say this")).to_be_focused()
    ben.keyboard.press("?")
    dialog = ben.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use these keys").uncheck()
    ben.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ben.keyboard.press("a")
    expect(ben.get_by_label("Approve", exact=True)).not_to_be_checked()
    ben.reload()
    expect(ben.locator(".keys-hint").first).to_be_hidden()
    ben.keyboard.press("?")
    dialog.get_by_label("Use these keys").check()
    dialog.get_by_role("button", name="Close").click()
    ben.keyboard.press("j")
    expect(ben.locator(".change").first).to_be_focused()
    ben.keyboard.press("q")
    ben.wait_for_url("**/desk/queue")
    withdraw(ana)


@pytest.fixture
def batch(site: Site) -> str:
    """Three first records that ana sent together; gives the address of their page."""
    store = Store(site.database_url)
    tracker, name = Tracker(store), batches.new_name()
    said = {"topic": "kratom", "base_number": 0, "payload": a_payload(), "note": "Researched."}
    sent = [Proposal(jurisdiction=code, batch=name, **said) for code in PLACES["batch"]]
    proposals.submit_all(tracker, person(tracker, "demo-ana"), sent)
    store.close()
    return f"/desk/batches/{name}"


def test_each_item_of_a_batch_takes_the_same_three_keys(batch: str, ben: Page) -> None:
    ben.goto(batch)
    opened = ben.locator(".batch-list a[aria-current]")
    first = opened.inner_text()
    ben.keyboard.press("n")
    ben.wait_for_url("**?open=*")
    expect(opened).not_to_have_text(first)
    seen = []
    for _ in PLACES["batch"]:
        seen.append(opened.inner_text())
        ben.keyboard.press("j")
        expect(ben.locator(".change").first).to_be_focused()
        for key in ("c", "a", "Enter"):
            ben.keyboard.press(key)
        expect(ben.locator(".batch-list .state.published")).to_have_count(len(seen))
    assert len(set(seen)) == len(PLACES["batch"])
    ben.keyboard.press("?")
    help_of_batch = ben.get_by_role("dialog", name="Keys")
    expect(help_of_batch).to_contain_text("Back to the batches")
    expect(help_of_batch).not_to_contain_text("discussion")
    ben.keyboard.press("Escape")
    ben.keyboard.press("q")
    ben.wait_for_url("**/desk/batches")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    ana: Page, ben: Page, width: int, scheme: str
) -> None:
    address = propose(ana, PLACES["sight"][0])
    ben.set_viewport_size({"width": width, "height": 800})
    ben.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/desk/queue", address):
        ben.goto(path)
        results = Axe().run(ben)
        assert results.violations_count == 0, results.generate_report()
        assert ben.evaluate("document.documentElement.scrollWidth") <= width, path
    withdraw(ana)
