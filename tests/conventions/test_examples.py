"""What README and docs/ show runs as it stands there, against a real site on the data that ships."""

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from legalmap.config import Settings
from legalmap.domain.outside import webhooks
from tests.browser.conftest import Site, free_port, started
from tests.conventions import pages
from tests.conventions.pages import ROOT, Block

# Where the examples find the site.
THERE = "http://127.0.0.1:8000"
# “...” stands for anything, and where a line is broken does not matter.
ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def site(shipped_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site on a copy of the real data."""
    folder = tmp_path_factory.mktemp("site")
    file = shutil.copyfile(shipped_template, folder / "legalmap.sqlite3")
    with started(f"sqlite:///{file}", free_port(), folder / "log") as site:
        yield site


@pytest.mark.slow
@pytest.mark.parametrize(
    "written",
    [
        pytest.param(pages.section("README.md", "A tour"), id="README"),
        pytest.param(pages.text("docs/api.md"), id="api"),
        pytest.param(
            pages.section("docs/operating.md", "Checking, copies, new versions"), id="operating"
        ),
    ],
)
def test_every_example_runs_and_answers_as_it_is_shown(
    written: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = pages.blocks(written.replace(THERE, site.url))
    names: dict[str, Any] = {}
    for block, after in zip(blocks, [*blocks[1:], Block("", "")], strict=True):
        if block.language == "console":
            for command, shown in _sessions(block.code):
                _compare(command, shown, _typed(command, site))
        elif block.language == "python":
            printed = _run(block.code, names)
            _compare(block.code, after.code if after.language == "text" else "", printed)
        else:
            assert block.language == "text", f"Nobody runs this: {block.code}"


def _sessions(code: str) -> list[tuple[str, str]]:
    """Each command with what it prints."""
    typed = re.split(r"^\$ ", code, flags=re.MULTILINE)
    assert typed[0] == ""
    return [(command, shown) for command, _, shown in (each.partition("\n") for each in typed[1:])]


def _typed(command: str, site: Site) -> str:
    """What a person sees who types it into a terminal."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "LEGALMAP_DATABASE_URL": site.database_url,
    }
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def _run(code: str, names: dict[str, Any]) -> str:
    """What Python code prints; the blocks of a page go on where the ones before ended."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, names)  # that it runs as it is written is the point
    return printed.getvalue()


def _compare(code: str, shown: str, printed: str) -> None:
    alike = doctest.OutputChecker().check_output(shown or "\n", printed or "\n", ALIKE)
    assert alike, f"{code}\nshows\n{shown}\nand prints\n{printed}"


def test_a_receiver_of_webhooks_tells_what_is_genuine() -> None:
    """By the code of docs/api.md, of messages that legalmap signs."""
    names: dict[str, Any] = {}
    exec(pages.block_with("docs/api.md", "def is_genuine"), names)
    secret, body = "whsec_bGVnYWxtYXA=", b'{"feed_no": 269}'
    headers = {"webhook-id": "269", "webhook-timestamp": "1796000000"}
    headers["webhook-signature"] = webhooks.signature(secret, "269", 1_796_000_000, body)
    assert names["is_genuine"](secret, headers, body)
    assert not names["is_genuine"](secret, headers, body + b" ")
    assert not names["is_genuine"](secret, {**headers, "webhook-id": "270"}, body)


def _set_in(code: str) -> dict[str, str]:
    return dict(re.findall(r"^export (LEGALMAP_\w+)=(\S+)", code, re.MULTILINE))


@pytest.mark.parametrize(
    "code",
    [
        block.code
        for block in pages.blocks(pages.text("docs/operating.md"))
        if "export LEGALMAP_" in block.code
    ],
)
def test_every_example_of_settings_can_be_read(code: str) -> None:
    assert Settings.from_environment(_set_in(code)) != Settings()
