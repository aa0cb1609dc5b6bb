"""make pictures: takes the README's pictures anew, in light, dark and print, as small WebP files."""

import base64
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import QUIET, Site, serving

FOLDER = Path(__file__).with_name("pictures")


class Picture(NamedTuple):
    """What to take: file name, address, window, colour scheme, medium."""

    name: str
    path: str
    size: tuple[int, int]
    scheme: Literal["light", "dark"] = "light"
    medium: Literal["screen", "print"] = "screen"


PICTURES = (
    Picture("world", "/kratom", (1300, 860)),
    Picture("states", "/kratom/us", (1300, 1150)),
    Picture("place-dark", "/kratom/us-al", (420, 900), "dark"),
    Picture("map-dark", "/kratom", (1300, 860), "dark"),
    Picture("place-print", "/kratom/us-fl-sarasota-county", (794, 1123), "light", "print"),
    Picture("route", "/kratom/route?place=us-fl&place=us-al&place=us-ms", (1000, 900)),
)


def main() -> None:
    """Take every picture from a fresh site."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Install Debian's “chromium” first.")
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for picture in PICTURES:
            _take(browser, site, picture)
        browser.close()


def _take(browser: Browser, site: Site, picture: Picture) -> None:
    width, height = picture.size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=picture.scheme
    )
    page.goto(site.url + picture.path, wait_until="networkidle")
    page.emulate_media(media=picture.medium)
    shot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": 75}
    )
    file = FOLDER / f"{picture.name}.webp"
    file.write_bytes(base64.b64decode(shot["data"]))
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} KB")
    page.close()


if __name__ == "__main__":
    main()
