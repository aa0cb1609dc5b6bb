"""The wheel carries templates and data: installed in a fresh environment it makes and serves the site."""

import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

import pytest

from tests.browser.conftest import START_SECONDS, free_port

ROOT = Path(__file__).resolve().parents[1]


def _run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The legalmap command of an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    pip = folder / "venv" / "bin" / "pip"
    _run(pip, "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
    return folder / "venv" / "bin" / "legalmap"


@pytest.mark.slow
def test_the_wheel_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert _run(installed, "init", cwd=tmp_path) == "Ready: 280 records.\n"
    port = free_port()
    server = subprocess.Popen([installed, "run", "--port", str(port)], cwd=tmp_path)
    try:
        page = _fetched(f"http://127.0.0.1:{port}/kratom/us-al")
        assert "Kratom is banned in Alabama" in page
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert _run(installed, "check", cwd=tmp_path).startswith("Sound: 280")


def _fetched(url: str) -> str:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.read().decode()
        except OSError:
            assert time.monotonic() < deadline, "The server did not answer."
            time.sleep(0.1)
