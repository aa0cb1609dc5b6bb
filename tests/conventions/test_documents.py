"""README, docs/, CHANGELOG and code say the same: commands, settings, addresses, files, rooms."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from legalmap import __version__, cli
from legalmap.web.api import routes
from tests.conventions import pages
from tests.conventions.pages import PAGES, ROOT

OPERATING, ARCHITECTURE = "docs/operating.md", "docs/architecture.md"
# Folders whose files the pages name by their path.
FOLDERS = ("legalmap/", "templates/", "tests/", "data/", "docs/")
# What legalmap knows of itself and no page for people has to name.
NOT_TOLD = {"/components"}


def _sources() -> list[Path]:
    files = [*ROOT.glob("legalmap/**/*.py"), *ROOT.glob("tests/**/*.py")]
    return [file for file in files if "node_modules" not in file.parts]


def _commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by all its words."""
    for name, command in cli.main.commands.items():
        if isinstance(command, click.Group):
            for inner, act in command.commands.items():
                yield f"{name} {inner}", act
        else:
            yield name, command


def _options(command: click.Command) -> set[str]:
    return {name for option in command.params for name in option.opts if name.startswith("--")}


COMMANDS = dict(_commands())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_told_with_its_options(name: str) -> None:
    rows = re.findall(rf"^\| `legalmap {name}\b.*$", pages.text(OPERATING), re.MULTILINE)
    assert rows
    told = set(re.findall(r"--[a-z-]+", " ".join(rows)))
    assert told == _options(COMMANDS[name])


def test_every_setting_is_told_and_no_other() -> None:
    settings = set()
    for file in ROOT.glob("legalmap/**/*.py"):
        settings |= set(re.findall(r"LEGALMAP_[A-Z_]+", file.read_text(encoding="utf-8")))
    rows = re.findall(r"^\| `(LEGALMAP_[A-Z_]+)` \|", pages.text(OPERATING), re.MULTILINE)
    assert sorted(rows) == sorted(settings)
    named = {name for page in PAGES for name in re.findall(r"LEGALMAP_[A-Z_]+", pages.text(page))}
    assert named <= settings


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_shows_is_there(page: str) -> None:
    """As ``legalmap NAME --option`` in a sentence or in an example."""
    shown = [*pages.spans(page), *(block.code for block in pages.blocks(pages.text(page)))]
    lines = [line for code in shown for line in code.splitlines()]
    for words in [re.split(r"\blegalmap (?=[a-z])", line, maxsplit=1) for line in lines]:
        if len(words) == 1:
            continue
        name, *rest = words[1].split()
        inner = [f"{name} {rest[0]}"] if rest and f"{name} {rest[0]}" in COMMANDS else []
        group = isinstance(cli.main.commands.get(name), click.Group)
        assert group or name in COMMANDS, words[1]
        taken = _options(COMMANDS[(inner or [name])[0]]) if inner or not group else set()
        assert {word for word in rest if word.startswith("--")} <= taken, words[1]


def test_every_target_of_make_is_told_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    told = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", pages.text(page))}
    assert told == targets
    assert told == set(re.findall(r"`make ([a-z-]+)", pages.text("docs/contributing.md")))


def test_the_readme_is_short() -> None:
    assert len(pages.text("README.md").splitlines()) <= 200


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    for path in pages.spans(page):
        if path.startswith(FOLDERS) and path.partition("/")[2]:
            assert any(ROOT.glob(re.sub(r"\{\w+\}", "*", path).rstrip("/"))), path


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in pages.links(page):
        file, _, anchor = link.partition("#")
        if re.match(r"https?:", link):
            continue
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.resolve().exists(), link
        if anchor:
            assert anchor in pages.anchors(str(target.resolve().relative_to(ROOT))), link


def test_every_page_is_reached_from_the_readme() -> None:
    assert set(PAGES) - {"README.md"} <= set(pages.links("README.md"))


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_a_page_begins_with_its_contents(page: str) -> None:
    headings = re.findall(r"^## (.+)$", pages.text(page), re.MULTILINE)
    listed = re.findall(r"^- \[(.+?)\]\(#", pages.text(page), re.MULTILINE)
    assert listed == headings


def test_every_address_is_told_and_no_other() -> None:
    """Those for readers and tools on one page, those of the desk on another."""
    known = (Path(__file__).parent / "routes.txt").read_text(encoding="utf-8").splitlines()
    there = {pages.nameless(line.partition(" ")[2]) for line in known if line.startswith("GET ")}
    told = pages.addresses("docs/api.md") | pages.addresses("docs/moderating.md")
    assert told <= there
    untold = {address for address in there - told if not _is_part_of(address, told)}
    assert untold == NOT_TOLD


def _is_part_of(address: str, told: set[str]) -> bool:
    """A step of a page that is told, on the desk or of a place: /desk/account/email."""
    if not address.startswith(("/desk/", "/{}/{}/")):
        return False
    above = address.rpartition("/")[0]
    return above in told or _is_part_of(above, told)


def test_the_promise_of_the_api_stands_word_for_word() -> None:
    plain = " ".join(pages.text("docs/api.md").replace("`", "").split())
    assert routes.PROMISE in plain


def _layers() -> dict[str, list[str]]:
    """By package: its rooms from the top to the bottom, as the import contracts have them."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = [item for item in tool["importlinter"]["contracts"] if item["type"] == "layers"]
    rooms = {}
    for contract in contracts[1:]:
        package = ".".join(contract["layers"][0].split(".")[:2])
        rooms[package] = [re.sub(r"legalmap\.\w+\.", "", layer) for layer in contract["layers"]]
    return rooms


def test_the_rooms_are_those_of_the_import_contracts() -> None:
    told = {}
    for block in pages.blocks(pages.section(ARCHITECTURE, "The rooms")):
        for part in block.code.strip().split("\n\n"):
            package, *rooms = (line.strip() for line in part.splitlines())
            told[package] = rooms
    assert told == _layers()


def test_every_room_is_explained() -> None:
    rooms = {
        file.parent.name
        for file in ROOT.glob("legalmap/*/*/__init__.py")
        if file.parent.name != "migrations"
    }
    section = pages.section(ARCHITECTURE, "The rooms")
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == rooms


def test_every_change_task_names_where_to_begin() -> None:
    section = pages.section(ARCHITECTURE, "Where to change what")
    tasks = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", section, re.MULTILINE)[2:]
    assert len(tasks) >= 25
    for task, where in tasks:
        assert re.search(r"`\w+/[\w/.-]+`", where), task


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(__version__)}", changelog, re.MULTILINE)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        file.relative_to(ROOT)
        for file in _sources()
        if not re.match(r'(#!.*\n)?"""', file.read_text(encoding="utf-8"))
    ]
    assert silent == []


def test_every_file_that_a_comment_names_is_there() -> None:
    """As ``services/reviewing/review.py``: from the root, or from one of our two folders."""
    above = (ROOT, ROOT / "legalmap", ROOT / "tests")
    rooms = {child.name for folder in above for child in folder.iterdir() if child.is_dir()}
    for file in _sources():
        for path in re.findall(r"\b(?:[a-z_]+/)+\w+\.py\b", file.read_text(encoding="utf-8")):
            if path.partition("/")[0] in rooms:
                assert any((folder / path).exists() for folder in above), (file, path)


def test_only_config_reads_the_environment() -> None:
    readers = {
        file.name
        for file in ROOT.glob("legalmap/**/*.py")
        if "os.environ" in re.sub(r'"""[\s\S]*?"""', "", file.read_text(encoding="utf-8"))
    }
    # The command line hands one setting to the server it starts.
    assert readers <= {"config.py", "cli.py"}


def test_templates_have_no_inline_code_or_style() -> None:
    """The Content-Security-Policy would refuse it. JSON-LD is data: nothing runs it."""
    for file in ROOT.glob("templates/**/*.html"):
        text = file.read_text(encoding="utf-8").replace(' type="application/ld+json"', " src=")
        assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?![^>]*\bsrc=)", text), file


def test_every_macro_a_template_imports_is_used() -> None:
    for file in ROOT.glob("templates/**/*.html"):
        text = file.read_text(encoding="utf-8")
        for names in re.findall(r"{% from \"[^\"]+\" import ([^%]+?)(?: with context)? %}", text):
            for name in (word.strip().split(" as ")[-1] for word in names.split(",")):
                assert len(re.findall(rf"\b{name}\b", text)) > 1, (file, name)


def test_imports_run_one_way() -> None:
    done = subprocess.run(
        ["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
