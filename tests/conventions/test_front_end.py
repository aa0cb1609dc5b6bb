"""Templates and style sheets that a designer can work in: short, named for what they are, nothing dead in them."""

import re
from functools import cache
from pathlib import Path

import pytest

from legalmap.paths import STATIC, TEMPLATES

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = MOST_COLUMNS = 120
PAGES = {file: file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.rglob("*.html"))}
SHEETS = {file.stem: file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("css/*.css"))}
# Every page has these.
EVERYWHERE = {"palette", "base", "site"}
# A line break in them would be read: in a title or description of the page, in preformatted text.
ONE_LINE = re.compile(r"{% block (title|description) %}|<pre\b")
# Their names are put together from a number.
BY_NUMBER = {"r1", "r2"}


def test_a_template_can_be_read_on_a_screen() -> None:
    for file, text in PAGES.items():
        lines = text.splitlines()
        assert len(lines) <= MOST_LINES, file
        long = [n for n, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS]
        assert [n for n in long if not ONE_LINE.search(lines[n - 1])] == [], file


def _sheets_of(text: str) -> set[str]:
    """The style sheets that a template names."""
    named = re.findall(r"{% set sheets = (.*?) %}|{% for sheet in (.*?) %}", text)
    return set(re.findall(r'"([a-z]+)"', str(named).replace("'", "")))


def test_every_style_sheet_is_used_and_every_used_one_is_there() -> None:
    used = set().union(*(_sheets_of(text) for text in PAGES.values()))
    assert used == set(SHEETS)


def test_a_page_for_readers_asks_for_few_style_sheets() -> None:
    """No bundler puts them together: each is a request before anything shows."""
    for file in (TEMPLATES / "reading").rglob("*.html"):
        assert len(_sheets_of(PAGES[file]) - EVERYWHERE) <= 2, file


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_rule_is_for_a_class_that_nothing_has(sheet: str) -> None:
    css = re.sub(r"/\*.*?\*/", "", SHEETS[sheet], flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{}]+)\{", css))
    classes = set(re.findall(r"\.([a-z][\w-]*)", selectors)) - BY_NUMBER
    assert (
        sorted(name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", _made()))
        == []
    )


@cache
def _made() -> str:
    """Everything that makes elements: templates, scripts, and code that draws or names states."""
    files = [*STATIC.glob("js/*.js"), *ROOT.glob("legalmap/web/**/*.py")]
    files += ROOT.glob("legalmap/domain/**/*.py")
    return "\n".join([*PAGES.values(), *(file.read_text(encoding="utf-8") for file in files)])
