"""Real people at a real browser: a second factor by app and by passkey, an invitation, another device."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts
from legalmap.store.engine import Store
from tests.browser.conftest import PATIENCE_MS, Site, legalmap
from tests.browser.steps import give_password

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
PASSWORD = "correct horse battery staple"
# As phones and laptops have it: a key inside that asks for a finger, which is always there.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named(site: Site) -> str:
    """The site by its name: browsers make passkeys for no bare address."""
    return site.url.replace("127.0.0.1", "localhost")


@contextmanager
def browsing(browser: Browser, url: str) -> Iterator[BrowserContext]:
    """A fresh browser profile; whatever its scripts or our policy complain about fails the test."""
    context = browser.new_context(base_url=url)
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield context
    context.close()
    assert faults == []


def somebody(site: Site, handle: str, role: Role) -> None:
    """Somebody with PASSWORD who has no second factor yet."""
    store = Store(site.database_url)
    accounts.add(Tracker(store), handle, role, PASSWORD)
    store.close()


def sign_out(page: Page, handle: str) -> None:
    page.get_by_role("button", name=f"Sign out {handle}").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def is_sound(page: Page) -> None:
    """axe finds nothing."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["target"]) for each in found] == []


def set_up_app(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """Type the key of the page into an app, and its first code into the page."""
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    app = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
    page.get_by_label("Code that the app shows").fill(app.now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    return app, codes


def later_code(app: pyotp.TOTP) -> str:
    """The code of the next step: this one's was taken, and a clock may be a step ahead."""
    return app.generate_otp(int(time.time()) // 30 + 1)


def test_an_app_is_set_up_and_then_asked_for(browser: Browser, site: Site, named: str) -> None:
    somebody(site, "nora", Role.MODERATOR)
    with browsing(browser, named) as context:
        page = context.new_page()
        give_password(page, "nora", PASSWORD)
        is_sound(page)
        page.goto("/desk/queue")
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")
        app, codes = set_up_app(page)
        is_sound(page)
        page.get_by_role("link", name="go on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        sign_out(page, "nora")

        give_password(page, "nora", PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
        is_sound(page)
        page.get_by_label("Code", exact=True).fill("000 000")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("#problems")).to_contain_text("This code is not right")
        page.get_by_label("Code", exact=True).fill(codes[0])
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".flash")).to_contain_text("You have 9 left")
        sign_out(page, "nora")

        give_password(page, "nora", PASSWORD)
        page.get_by_label("Code", exact=True).fill(later_code(app))
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your desk")


def test_a_passkey_is_made_and_then_shown(browser: Browser, site: Site, named: str) -> None:
    somebody(site, "pia", Role.MODERATOR)
    with browsing(browser, named) as context:
        page = context.new_page()
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        key = device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        give_password(page, "pia", PASSWORD)
        page.get_by_role("button", name="Set up a passkey instead").click()
        is_sound(page)
        page.get_by_role("button", name="Make the passkey").click()
        expect(page.locator("#problems")).to_contain_text("Give the passkey a name")
        page.get_by_label("Name of the passkey").fill("Laptop")
        page.get_by_role("button", name="Make the passkey").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        page.get_by_role("link", name="go on").click()
        sign_out(page, "pia")

        give_password(page, "pia", PASSWORD)
        is_sound(page)
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your desk")
        page.goto("/desk/account")
        expect(page.get_by_role("main")).to_contain_text("Passkey “Laptop”")
        is_sound(page)
        sign_out(page, "pia")

        # The device is lost: the page says what to do, and the way by code stays open.
        device.send("WebAuthn.removeVirtualAuthenticator", key)
        other = device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        device.send("WebAuthn.setUserVerified", {**other, "isUserVerified": False})
        give_password(page, "pia", PASSWORD)
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.locator("[data-says]")).to_contain_text("Try once more")
        expect(page.get_by_label("Code", exact=True)).to_be_enabled()


def test_at_a_bare_address_the_app_is_offered(browser: Browser, site: Site) -> None:
    somebody(site, "tom", Role.MODERATOR)
    with browsing(browser, site.url) as context:
        page = context.new_page()
        give_password(page, "tom", PASSWORD)
        page.get_by_role("button", name="Set up a passkey instead").click()
        expect(page.get_by_role("main")).to_contain_text("use an authenticator app")
        expect(page.get_by_role("button", name="Make the passkey")).to_have_count(0)
        page.get_by_role("button", name="Set up an authenticator app instead").click()
        set_up_app(page)


def test_an_invitation_is_followed_and_sessions_are_ended(
    browser: Browser, site: Site, named: str
) -> None:
    somebody(site, "root", Role.ADMIN)
    with browsing(browser, named) as mine, browsing(browser, named) as theirs:
        page, other = mine.new_page(), theirs.new_page()
        give_password(page, "root", PASSWORD)
        set_up_app(page)
        page.goto("/desk/people")
        is_sound(page)
        page.get_by_label("Role").select_option("moderator")
        page.get_by_label("Moderates only").fill("kratom us-fl")
        page.get_by_label("For whom").fill("Ida of the library")
        page.get_by_role("button", name="Make an invitation").click()
        is_sound(page)
        link = page.locator(".fresh-link code").inner_text()

        other.goto(link)
        is_sound(other)
        other.get_by_label("Name").fill("ida")
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_role("button", name="Join").click()
        set_up_app(other)
        other.get_by_role("link", name="go on").click()
        expect(other.get_by_role("heading", level=1)).to_have_text("Your desk")
        other.goto(link)
        expect(other.get_by_role("main")).to_contain_text("used already")

        page.goto("/desk/people/ida")
        expect(page.get_by_role("main")).to_contain_text("Moderator for kratom us-fl")
        is_sound(page)
        page.get_by_role("button", name="Disable ida").click()
        other.goto("/desk")
        expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_first_admin_comes_by_the_command_line(
    browser: Browser, site: Site, named: str
) -> None:
    done = subprocess.run(
        legalmap("account", "add", "ada", "--role", "admin", "--password-stdin"),
        input=f"{PASSWORD}\n",
        env={**os.environ, "LEGALMAP_DATABASE_URL": site.database_url},
        text=True,
        check=True,
        capture_output=True,
    )
    assert done.stdout == "ada (admin): the password you gave\n"
    with browsing(browser, named) as context:
        page = context.new_page()
        give_password(page, "ada", PASSWORD)
        set_up_app(page)
        page.get_by_role("link", name="go on").click()
        page.get_by_role("link", name="People").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("People")


def test_leaving_asks_and_says_goodbye(browser: Browser, site: Site, named: str) -> None:
    somebody(site, "lea", Role.CONTRIBUTOR)
    with browsing(browser, named) as context:
        page = context.new_page()
        give_password(page, "lea", PASSWORD)
        page.goto("/desk/account")
        page.get_by_role("link", name="Leave", exact=True).click()
        is_sound(page)
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Leave for good").click()
        expect(page.locator("#problems")).to_contain_text("Tick this")
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_label("I want to leave").check()
        page.get_by_role("button", name="Leave for good").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You have left")
        page.goto("/desk")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
