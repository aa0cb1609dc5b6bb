"""README, CHANGELOG and code say the same: commands, settings, addresses; nothing names a machine."""

import re
import subprocess
from pathlib import Path

import click
import pytest

from legalmap import __version__, cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8") if (ROOT / "README.md").exists() else ""


def _sources() -> list[Path]:
    files = [*ROOT.glob("legalmap/**/*.py"), *ROOT.glob("tests/**/*.py")]
    return [file for file in files if "node_modules" not in file.parts]


@pytest.mark.parametrize("name", sorted(cli.main.commands))
def test_the_readme_names_every_command(name: str) -> None:
    command = cli.main.commands[name]
    assert f"legalmap {name}" in README
    if isinstance(command, click.Group):
        for inner in command.commands:
            assert inner in README


def test_the_readme_names_every_setting() -> None:
    settings = set()
    for file in ROOT.glob("legalmap/**/*.py"):
        settings |= set(re.findall(r"LEGALMAP_[A-Z_]+", file.read_text(encoding="utf-8")))
    assert settings
    assert [name for name in sorted(settings) if name not in README] == []


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
