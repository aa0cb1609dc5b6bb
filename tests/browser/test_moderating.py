"""Two people in two browsers: propose, review, publish; and readers see it at once."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, Site
from tests.browser.steps import propose_a_ban, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
SignIn = Callable[[str], Page]


@pytest.fixture
def signed_in(browser: Browser, site: Site) -> Iterator[SignIn]:
    """Open a browser profile and sign in as one of the demo people."""
    with ExitStack() as profiles:

        def browsing(handle: str) -> Page:
            context = browser.new_context(base_url=site.url)
            context.set_default_timeout(PATIENCE_MS)
            profiles.callback(context.close)
            return sign_in(context.new_page(), site, handle)

        yield browsing


def propose_possession_ban(page: Page, code: str, summary: str) -> str:
    """The first record of a place, and a grave one; gives the path of the proposal."""
    page.goto(f"/desk/edit/kratom/{code}")
    period = page.locator(".period-form").last
    period.get_by_label("Possession").select_option("prohibited")
    period.get_by_label("Sale").select_option("prohibited")
    return propose_a_ban(page, summary)


def approve(page: Page) -> None:
    """Tick the checklist and approve what is open."""
    for box in page.locator("input[name='checks']").all():
        box.check()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Give this verdict").click()


def test_propose_review_publish_and_everybody_sees_it(signed_in: SignIn, page: Page) -> None:
    ana, ben = signed_in("demo-ana"), signed_in("demo-ben")
    path = propose_possession_ban(ana, "gl", "Greenland banned kratom.")
    page.goto("/kratom/gl")
    expect(page.locator(".status-line")).to_contain_text("Not researched")

    ben.goto("/desk/queue")
    ben.locator(f"a[href='{path}']").click()
    expect(ben.get_by_role("heading", name=re.compile("fields? changed"))).to_be_visible()
    expect(ben.get_by_role("main")).to_contain_text("Greenland banned kratom.")
    approve(ben)
    expect(ben.locator(".flash").first).to_have_text("Approved: readers see it now.")

    page.goto("/kratom/gl")
    expect(page.locator(".answer")).to_contain_text("Kratom is banned in Greenland since July 2026")
    page.goto("/kratom")
    expect(page.locator("svg.map a[href='/kratom/gl']")).to_have_attribute(
        "aria-label", re.compile("^Greenland. Banned")
    )
    page.goto("/kratom/gl/history")
    expect(page.get_by_role("row").nth(1)).to_contain_text("demo-ana")
    expect(page.get_by_role("row").nth(1)).to_contain_text("demo-ben")
    export = json.loads(page.request.get("/export/kratom.json").body())
    record = next(r for r in export["records"] if r["jurisdiction"]["code"] == "gl")
    assert record["status"] == "banned"


def test_nobody_can_approve_their_own_work(signed_in: SignIn) -> None:
    ben = signed_in("demo-ben")
    propose_possession_ban(ben, "pf", "French Polynesia banned kratom.")
    expect(ben.get_by_label("Approve", exact=True)).to_have_count(0)
    expect(ben.get_by_role("main")).to_contain_text("somebody else has to review it")


def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(signed_in: SignIn) -> None:
    ana = signed_in("demo-ana")
    ana.goto("/desk/edit/kratom/us-tn")
    note = ana.get_by_label("What did you change, and why?")
    note.fill("I mend the date.")
    period = ana.locator(".period-form").last
    period.get_by_label("In force from").fill("the spring of 2026")
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("main")).to_contain_text(
        "Enter the year, or year-month, or full date the law took effect"
    )
    expect(ana.locator(".period-form").last.get_by_label("In force from")).to_have_value(
        "the spring of 2026"
    )
    expect(ana.get_by_label("What did you change, and why?")).to_have_value("I mend the date.")


def test_changes_are_asked_for_made_and_approved(signed_in: SignIn) -> None:
    ana, ben = signed_in("demo-ana"), signed_in("demo-ben")
    path = propose_possession_ban(ana, "nc", "Kratom is bannd.")
    ben.goto(path)
    ben.get_by_label("Request changes", exact=True).check()
    ben.get_by_label("Something else").check()
    ben.get_by_label("Comment").fill("Please mend the spelling.")
    ben.get_by_role("button", name="Give this verdict").click()

    ana.goto(path)
    expect(ana.get_by_role("main")).to_contain_text("Please mend the spelling.")
    ana.locator("a[href*='rework=']").click()
    ana.locator(".period-form").last.get_by_label("Summary").fill("Kratom is banned.")
    ana.get_by_label("What did you change, and why?").fill("Spelling mended.")
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Proposal")

    ben.goto(ana.url)
    approve(ben)
    expect(ben.locator(".flash").first).to_have_text("Approved: readers see it now.")
