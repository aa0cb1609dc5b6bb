"""A client generated from the OpenAPI document fetches, resolves and pages against a live server."""

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def frozen_day() -> None:
    """Here time passes: a server and a client wait for each other."""


@pytest.fixture(scope="module")
def server(reading_app: Flask) -> Iterator[str]:
    """The address of the application, served on a port of its own."""
    running = make_server("127.0.0.1", 0, reading_app, threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture(scope="module")
def generated(reading_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package of a generated client, importable as ``legalmap_client``."""
    folder = tmp_path_factory.mktemp("generated")
    document = folder / "openapi.json"
    document.write_bytes(reading_app.test_client().get("/api/v1/openapi.json").data)
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        [
            *(bin_folder / "openapi-python-client", "generate"),
            *("--meta", "none", "--fail-on-warning"),
            *("--path", document, "--output-path", folder / "legalmap_client"),
        ],
        env={**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("legalmap_client")]:
        del sys.modules[name]


@pytest.fixture
def client(generated: Path, server: str) -> Iterator[Any]:
    """The generated client, pointed at the server."""
    with load("client").Client(base_url=server, raise_on_unexpected_status=True) as client:
        yield client


def load(name: str) -> Any:
    return importlib.import_module(f"legalmap_client.{name}")


def topic(of: str) -> Any:
    return getattr(load(f"models.{of}_topic"), f"{of.capitalize()}Topic").KRATOM


def test_it_fetches_a_record(client: Any) -> None:
    answer = load("api.records.record").sync(topic("record"), "us-al", client=client)
    assert type(answer).__name__ == "RecordAnswer"
    assert answer.record.jurisdiction.ocd == "ocd-division/country:us/state:al"
    assert answer.record.status == "banned"


def test_it_resolves_a_place_and_reads_the_reason_chain(client: Any) -> None:
    resolve = load("api.what_holds.resolve")
    answer = resolve.sync(topic("resolve"), client=client, place="us-al-mobile")
    assert (answer.status, answer.deciding) == ("banned", "us-al")
    assert [level.jurisdiction.code for level in answer.resolution.levels][:2] == ["us", "us-al"]
    sparse = resolve.sync(topic("resolve"), client=client, place="us-al", fields="status")
    assert type(sparse).__name__ == "SparseAnswer"
    assert sparse["status"] == "banned"


def test_it_pages_through_all_records(client: Any) -> None:
    fetch = load("api.records.records").sync
    codes: list[str] = []
    cursor = load("types").UNSET
    for _ in range(10):
        page = fetch(topic("records"), client=client, limit=100, cursor=cursor)
        codes += [record.jurisdiction.code for record in page.records]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert codes == sorted(set(codes))
    assert len(codes) == page.total == 230


def test_it_reads_a_refusal(client: Any) -> None:
    answer = load("api.records.record").sync(topic("record"), "us-all", client=client)
    assert (type(answer).__name__, answer.status) == ("Details", 404)
    assert "us-al" in answer.near
