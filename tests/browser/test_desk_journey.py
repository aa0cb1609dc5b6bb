"""The whole way of a correction, from a reader's suggestion to the public page; and every page of the desk looked at.

A site and a database of its own: whatever waits here came from here.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, suggestions
from legalmap.services.editing.proposals import Proposal
from legalmap.services.people import one_time_links
from legalmap.store.engine import Store
from legalmap.store.people import accounts, second_factors
from tests.browser.conftest import PATIENCE_MS, Site, serving
from tests.browser.steps import give_password, propose_a_ban, sign_in
from tests.build import a_payload
from tests.services.build import person
from tests.store.build import NOW, PASSWORD, TOTP_SECRET, a_password_hash

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
ROUTES = Path(__file__).parents[1] / "conventions" / "routes.txt"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with one more demo person, who runs it."""
    with serving(tmp_path_factory.mktemp("desk")) as site:
        store = Store(site.database_url)
        with store.writing() as connection:
            hashed = a_password_hash()
            accounts.insert(connection, "demo-dana", Role.ADMIN, hashed, NOW, is_demo=True)
        store.close()
        site.passwords["demo-dana"] = PASSWORD
        yield site


@pytest.fixture
def tracker(site: Site) -> Iterator[Tracker]:
    """The database of the site."""
    store = Store(site.database_url)
    yield Tracker(store)
    store.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A fresh browser profile that fails the test on any error of a script."""
    with browser.new_context(base_url=site.url, reduced_motion="reduce") as context:
        context.set_default_timeout(PATIENCE_MS)
        faults: list[str] = []
        context.on("weberror", lambda error: faults.append(str(error.error)))
        yield context
    assert faults == []


def signed_in(context: BrowserContext, site: Site, handle: str) -> Page:
    """A tab of a profile of its own, in which somebody is signed in."""
    assert context.browser is not None
    other = context.browser.new_context(base_url=site.url, reduced_motion="reduce")
    other.set_default_timeout(PATIENCE_MS)
    context.on("close", lambda _: other.close())
    return sign_in(other.new_page(), site, handle)


def test_from_a_readers_suggestion_to_the_public_page(context: BrowserContext, site: Site) -> None:
    reader = context.new_page()
    reader.goto("/kratom/gl/suggest")
    reader.get_by_label("What is wrong").fill("Greenland banned it in July 2026.")
    reader.get_by_label("Link").fill("https://law.example/2026/7")
    reader.get_by_role("button", name="Send").click()
    reader.wait_for_url("**/kratom/gl/suggest/sent")
    assert context.cookies() == []

    ana = signed_in(context, site, "demo-ana")
    ana.goto("/desk/suggestions")
    ana.get_by_role("main").get_by_role("link", name=re.compile("Greenland")).first.click()
    ana.get_by_role("button", name="Take it up").click()
    ana.get_by_role("link", name="Turn it into a proposal").click()
    proposal = propose_a_ban(ana, "Kratom is bannd.")

    ben = signed_in(context, site, "demo-ben")
    ben.goto("/desk/queue")
    ben.locator(f"a[href*='{proposal}']").first.click()
    ben.get_by_label("Request changes", exact=True).check()
    ben.get_by_label("Something else").check()
    ben.get_by_label("Comment").fill("Please mend the spelling.")
    ben.get_by_role("button", name="Give this verdict").click()
    expect(ben.locator(".flash").first).to_have_text("Sent back to the author.")

    ana.goto(proposal)
    expect(ana.get_by_role("main")).to_contain_text("Please mend the spelling.")
    ana.locator("a[href*='rework=']").click()
    ana.locator(".period-form").last.get_by_label("Summary").fill("Kratom is banned.")
    ana.get_by_label("What did you change, and why?").fill("Spelling mended.")
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Proposal")
    reader.goto("/kratom/gl")
    expect(reader.locator(".status-line")).to_contain_text("Not researched")

    ben.goto(ana.url)
    expect(ben.get_by_role("main")).to_contain_text("Kratom is banned.")
    for box in ben.locator("input[name='checks']").all():
        box.check()
    ben.get_by_label("Approve", exact=True).check()
    ben.get_by_role("button", name="Give this verdict").click()
    expect(ben.locator(".flash").first).to_have_text("Approved: readers see it now.")

    reader.reload()
    expect(reader.locator(".answer")).to_contain_text("banned in Greenland since July 2026")
    reader.goto("/kratom/gl/history")
    expect(reader.get_by_role("row").nth(1)).to_contain_text("demo-ana")
    expect(reader.get_by_role("row").nth(1)).to_contain_text("demo-ben")
    ana.goto("/desk/suggestions?show=closed")
    expect(ana.get_by_role("main")).to_contain_text("Greenland")
    ana.goto("/desk/notices")
    expect(ana.get_by_role("main").locator("a[href*='/desk/proposals/']").first).to_be_visible()


# Every page of the desk and who opens it. ``{…}`` is filled in with what the test has made.
PAGES: dict[str, tuple[str, str]] = {
    "GET /<topic>/<code>/suggest": ("", "/kratom/us-al/suggest"),
    "GET /<topic>/<code>/suggest/sent": ("", "/kratom/us-al/suggest/sent"),
    "GET /join/<token>": ("", "/join/{token}"),
    "GET /recover/<token>": ("", "/recover/{recovery}"),
    "GET /sign-in": ("", "/sign-in"),
    "GET /sign-in/second-factor": ("to-prove", "/sign-in/second-factor"),
    "GET /sign-in/set-up/authenticator": ("to-set-up", "/sign-in/set-up/authenticator"),
    "GET /sign-in/set-up/passkey": ("to-set-up", "/sign-in/set-up/passkey"),
    "GET /desk": ("demo-ana", "/desk"),
    "GET /desk/account": ("demo-ana", "/desk/account"),
    "GET /desk/account/email": ("demo-ana", "/desk/account/email"),
    "GET /desk/account/leave": ("demo-ana", "/desk/account/leave"),
    "GET /desk/account/password": ("demo-ana", "/desk/account/password"),
    "GET /desk/batches": ("demo-ben", "/desk/batches"),
    "GET /desk/batches/<batch>": ("demo-ben", "/desk/batches/{batch}"),
    "GET /desk/edit/<topic>/<code>": ("demo-ana", "/desk/edit/kratom/us-al"),
    "GET /desk/import": ("demo-ana", "/desk/import"),
    "GET /desk/log": ("demo-ben", "/desk/log"),
    "GET /desk/notices": ("demo-ben", "/desk/notices"),
    "GET /desk/people": ("demo-dana", "/desk/people"),
    "GET /desk/people/<handle>": ("demo-dana", "/desk/people/demo-ana"),
    "GET /desk/proposals/<int:revision_id>": ("demo-ben", "/desk/proposals/{proposal}"),
    "GET /desk/queue": ("demo-ben", "/desk/queue"),
    "GET /desk/round": ("demo-ana", "/desk/round"),
    "GET /desk/round/work": ("demo-ana", "/desk/round/work"),
    "GET /desk/sources": ("demo-ana", "/desk/sources"),
    "GET /desk/suggestions": ("demo-ana", "/desk/suggestions"),
    "GET /desk/suggestions/<int:number>": ("demo-ana", "/desk/suggestions/{suggestion}"),
    "GET /desk/verify/<topic>/<code>": ("demo-ana", "/desk/verify/kratom/us-al"),
}
# Files, and pages that nobody comes to without a second factor of their own or a link.
NO_PAGES = {
    "GET /desk/log.csv",
    "GET /desk/log.ndjson",
    "GET /desk/account/authenticator",
    "GET /desk/account/passkeys/<int:passkey_id>",
    "GET /desk/account/recovery-codes",
    "GET /desk/sources/link",
}


def desk_routes() -> set[str]:
    """The addresses of the desk and of the ways into it."""
    begins = ("GET /desk", "GET /sign-in", "GET /join", "GET /recover")
    routes = ROUTES.read_text().splitlines()
    return {route for route in routes if route.startswith(begins) or "/suggest" in route[4:]}


def test_every_page_of_the_desk_is_looked_at() -> None:
    written = {
        route for route in desk_routes() if route.startswith("GET /") and route != "GET /suggest"
    }
    assert written - PAGES.keys() - NO_PAGES == set()


@pytest.fixture
def made(tracker: Tracker, site: Site) -> dict[str, object]:
    """Something to look at on each page."""
    ana, dana = person(tracker, "demo-ana"), person(tracker, "demo-dana")
    sent = Proposal(
        topic="kratom",
        jurisdiction="pf",
        base_number=0,
        payload=a_payload(),
        note="The first record.",
        batch="b" * 32,
    )
    found = proposals.submit(tracker, ana, sent)
    said = {"text": "It was repealed in May.", "url": "https://law.example/2026/5"}
    return {
        "proposal": found.id,
        "batch": found.batch,
        "suggestion": suggestions.suggest(tracker, "kratom", "us-al", **said),
        "token": one_time_links.invite(tracker, dana, Role.MODERATOR),
        "recovery": one_time_links.offer(tracker, dana, "demo-ana"),
    }


def test_axe_finds_nothing_on_any_page(
    context: BrowserContext, site: Site, tracker: Tracker, made: dict[str, object]
) -> None:
    with tracker.store.writing() as connection:
        for handle in ("to-prove", "to-set-up"):
            made_id = accounts.insert(connection, handle, Role.MODERATOR, a_password_hash(), NOW)
            if handle == "to-prove":
                second_factors.set_totp(connection, made_id, TOTP_SECRET, None)
    tabs = {handle: signed_in(context, site, handle) for handle in site.passwords}
    tabs[""] = context.new_page()
    assert context.browser is not None
    with ExitStack() as profiles:
        for handle in ("to-prove", "to-set-up"):
            profile = context.browser.new_context(base_url=site.url, reduced_motion="reduce")
            tabs[handle] = profiles.enter_context(profile).new_page()
            give_password(tabs[handle], handle, PASSWORD)
            tabs[handle].wait_for_url(re.compile("/sign-in/"))
        known = set(ROUTES.read_text().splitlines())
        faults = [
            fault
            for route, (handle, path) in PAGES.items()
            if route in known
            for fault in seen(tabs[handle], path.format(**made))
        ]
    assert faults == []


def seen(page: Page, path: str) -> Iterator[str]:
    """What is wrong with a page on a phone and on a desk, in the light and in the dark."""
    response = page.goto(path)
    assert response is not None
    assert response.status == 200, f"{path}: {response.status}"
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{path} sticks out at {width}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = Axe().run(page)
            for violation in found.response["violations"]:
                nodes = [node["target"] for node in violation["nodes"]][:3]
                yield f"{path} at {width}, {scheme}: {violation['id']} {nodes}"
