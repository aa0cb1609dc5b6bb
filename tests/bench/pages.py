"""make bench-pages: Lighthouse, axe, bytes over the wire and hover time, in headless Chromium.

Lighthouse and axe-core come from npm into .bench/; they are tools of development, not dependencies.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import QUIET, serving

TOOLS = Path(".bench")
PACKAGES = ("lighthouse@12", "axe-core@4")
PAGES = ("/", "/kratom/us", "/kratom/us-ca", "/kratom/us-al", "/kratom/table")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
HOVERS = 40
TRIES = 3
# Resolves when the card of the region under the pointer is on screen: milliseconds after the event.
HOVER = """
(link) => new Promise((resolve) => {
  const box = link.getBoundingClientRect();
  const began = performance.now();
  link.dispatchEvent(new PointerEvent("pointermove", {
    bubbles: true, pointerType: "mouse", clientX: box.x + box.width / 2, clientY: box.y + box.height / 2,
  }));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
})
"""


def main() -> None:
    """Print the figures of every page."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Install Debian's “chromium” first.")
    _install_tools()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as site:
        print(f"{'page':16}" + "".join(f"{name:>16}" for name in (*CATEGORIES, "layout shift")))
        for path in PAGES:
            _print_row(path, _lighthouse(site.url + path, chromium, Path(folder)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
            print(f"\n{'page':16}{'KB sent (br)':>16}{'foreign hosts':>16}{'axe violations':>16}")
            for path in PAGES:
                _print_row(path, _wire_and_axe(browser, site.url, path))
            print(f"\n{_hover(browser, site.url)}")
            browser.close()


def _install_tools() -> None:
    if not (TOOLS / "node_modules" / "lighthouse").is_dir():
        TOOLS.mkdir(exist_ok=True)
        (TOOLS / "package.json").write_text('{"private": true}')
        subprocess.run(["npm", "install", "--silent", *PACKAGES], cwd=TOOLS, check=True)


def _print_row(path: str, figures: list[str]) -> None:
    print(f"{path:16}" + "".join(f"{figure:>16}" for figure in figures), flush=True)


def _lighthouse(url: str, chromium: str, folder: Path) -> list[str]:
    report = folder / "report.json"
    flags = " ".join(["--headless=new", *QUIET])
    command = [
        TOOLS / "node_modules" / ".bin" / "lighthouse",
        url,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--chrome-flags={flags}",
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    environment = {**os.environ, "CHROME_PATH": chromium}
    # On a busy machine Chromium now and then records no trace at all; that is no figure.
    for left in reversed(range(TRIES)):
        if subprocess.run(command, env=environment, check=left == 0).returncode == 0:
            break
    found: dict[str, Any] = json.loads(report.read_text())
    for audit in found["audits"].values():
        if audit["scoreDisplayMode"] in ("binary", "metricSavings") and audit["score"] == 0:
            print(f"  {audit['id']}: {audit['title']}", file=sys.stderr)
    scores = [f"{100 * found['categories'][name]['score']:.0f}" for name in CATEGORIES]
    return [*scores, found["audits"]["cumulative-layout-shift"]["displayValue"]]


def _wire_and_axe(browser: Browser, url: str, path: str) -> list[str]:
    page = browser.new_page(viewport={"width": 412, "height": 900})
    sizes: list[int] = []
    foreign: set[str] = set()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.on("request", lambda sent: None if sent.url.startswith(url) else foreign.add(sent.url))
    page.goto(url + path, wait_until="networkidle")
    figures = [f"{sum(sizes) / 1000:.1f}", str(len(foreign)), str(len(violations(page)))]
    page.close()
    return figures


def violations(page: Page) -> list[str]:
    """What axe finds on a page, a line each."""
    source = (TOOLS / "node_modules" / "axe-core" / "axe.min.js").read_text()
    # The page's own policy refuses foreign scripts; the debugger may run them all the same.
    page.evaluate(source)
    found = page.evaluate("axe.run()")["violations"]
    lines = [f"{each['id']}: {each['help']} ({len(each['nodes'])} times)" for each in found]
    for line in lines:
        print(f"  {line}", file=sys.stderr)
    return lines


def _hover(browser: Browser, url: str) -> str:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{url}/kratom/us?layer=counties", wait_until="networkidle")
    links = page.locator("svg.map a").element_handles()
    step = max(len(links) // HOVERS, 1)
    times = sorted(page.evaluate(HOVER, link) for link in links[::step])
    page.close()
    return (
        f"hover to card with {len(links)} shapes on screen: median {times[len(times) // 2]:.0f} ms,"
        f" longest {times[-1]:.0f} ms of {len(times)}"
    )


if __name__ == "__main__":
    main()
