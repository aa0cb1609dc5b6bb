"""The scripts in data/build/ give what ships, byte for byte, and again when they are run on it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from legalmap.paths import DATA

TREE = DATA / "build" / "tree.py"


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file the script may write, by its path."""
    for part in ("jurisdictions", "geography"):
        for file in sorted((folder / part).rglob("*.*")):
            yield file.relative_to(folder).as_posix(), file.read_bytes()


def run(folder: Path) -> None:
    subprocess.run([sys.executable, str(TREE), str(folder)], check=True)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for part in ("jurisdictions", "geography"):
        shutil.copytree(DATA / part, tmp_path / part)
    return tmp_path


def test_the_tree_that_ships_is_what_its_script_builds(data: Path) -> None:
    run(data)
    assert dict(contents(data)) == dict(contents(DATA))


def test_a_city_and_county_listed_twice_become_one(data: Path) -> None:
    """As the census lists Denver: a city in a county, each with a line, an outline and ZIP codes."""
    _part_denver(data)
    run(data)
    assert dict(contents(data)) == dict(contents(DATA))


def _part_denver(data: Path) -> None:
    places = data / "jurisdictions" / "us-places.csv"
    lines = places.read_text(encoding="utf-8").splitlines(keepends=True)
    apart = "us-co-denver,city,Denver,us-co,us-co-denver-county,,,0820000,39.762,-104.881,,,,,\n"
    lines = [apart if line.startswith("us-co-denver,") else line for line in lines]
    places.write_text("".join(lines), encoding="utf-8")
    counties = data / "jurisdictions" / "us-counties.csv"
    county = "us-co-denver-county,county,Denver County,us-co,,,,08031,,,,,,,\n"
    counties.write_text(counties.read_text(encoding="utf-8") + county, encoding="utf-8")
    zips = data / "jurisdictions" / "us-zips.csv"
    text = zips.read_text(encoding="utf-8").replace("us-co-denver", "us-co-denver-county")
    zips.write_text(text, encoding="utf-8")
    for name in ("us-counties.json", "us/co.json"):
        file = data / "geography" / name
        code = json.dumps("us-co-denver")
        text = file.read_text(encoding="utf-8").replace(code, json.dumps("us-co-denver-county"))
        file.write_text(text, encoding="utf-8")
