"""README and docs/ as values: their blocks of code, what stands between backticks, links, headings."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", *(f"docs/{file.name}" for file in sorted((ROOT / "docs").glob("*.md"))))
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of code between fences. ``language`` is empty where none is named."""

    language: str
    code: str


@cache
def text(page: str) -> str:
    """A page as it is written."""
    return (ROOT / page).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands below a heading of the second level, up to the next one."""
    after = text(page).split(f"\n## {heading}\n")
    assert len(after) == 2, f"{page} has no “{heading}”."
    return after[1].partition("\n## ")[0]


def blocks(written: str) -> list[Block]:
    """The blocks of code in a text, in their order."""
    return [Block(*block) for block in _FENCED.findall(written)]


def block_with(page: str, part: str) -> str:
    """The one block of a page that holds this."""
    (code,) = [block.code for block in blocks(text(page)) if part in block.code]
    return code


def spans(page: str) -> list[str]:
    """What stands between backticks in sentences and tables."""
    return re.findall(r"`([^`\n]+)`", _FENCED.sub("", text(page)))


def links(page: str) -> list[str]:
    """Where links and pictures lead."""
    return re.findall(r"\]\(([^)\s]+)\)", _FENCED.sub("", text(page)))


def anchors(page: str) -> set[str]:
    """What a link may name behind “#”: each heading, as GitHub writes it in an address."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def addresses(page: str) -> set[str]:
    """The addresses that the first column of a table names, without a query."""
    cells = re.findall(r"^\| (`/.*?) \|", text(page), re.MULTILINE)
    named = [address for cell in cells for address in re.findall(r"`(/[^`]*)`", cell)]
    return {nameless(address.partition("?")[0]) for address in named}


def nameless(address: str) -> str:
    """An address whose parameters have no name, whether they stand in {} or in <>."""
    return re.sub(r"\{\w+\}|<(?:\w+:)?\w+>", "{}", address)
