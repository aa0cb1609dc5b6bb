"""What people do in more than one journey: they sign in, and they fill in the form of a ban."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def sign_in(page: Page, site: Site, handle: str) -> Page:
    """One of the demo people signs in; gives the page."""
    give_password(page, handle, site.passwords[handle])
    expect(page.get_by_role("button", name=f"Sign out {handle}")).to_be_visible()
    return page


def give_password(page: Page, handle: str, password: str) -> None:
    """The first step of signing in."""
    page.goto("/sign-in")
    fill_in_password(page, handle, password)


def fill_in_password(page: Page, handle: str, password: str) -> None:
    """Name and password, on a page that asks for them."""
    page.get_by_label("Name").fill(handle)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def propose_a_ban(page: Page, summary: str) -> str:
    """Fill in the form that is open and send it; gives the path of the proposal."""
    fill_in_a_ban(page, summary)
    page.get_by_label("Medium", exact=True).check()
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Proposal")
    return re.sub(r"^https?://[^/]+", "", page.url)


def fill_in_a_ban(page: Page, summary: str) -> None:
    """A ban since July 2026, in the period at the end of the form that is open."""
    period = page.locator(".period-form").last
    period.get_by_label("In force from").fill("2026-07")
    period.get_by_label("Banned", exact=True).check()
    period.get_by_label("Summary").fill(summary)
    period.get_by_label("Link", exact=True).first.fill("https://law.example/2026/7")
    period.get_by_label("Title").first.fill("Act 7 of 2026")
    period.get_by_label("Publisher").first.fill("The legislature")
    period.get_by_label("Kind").first.select_option("statute")
    page.get_by_label("What did you change, and why?").fill("A ban took effect in July 2026.")
