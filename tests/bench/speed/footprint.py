"""What a worker needs: memory above its imports, memory for each record, time to the first answer."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.speed import filled, real, strange
from tests.bench.speed.driving import check
from tests.bench.speed.measuring import Goal, Ground, Row, seconds_of, side_by_side
from tests.bench.speed.servers import Server, environment, legalmap

MB = 1_000_000
# What people and tools ask for: every kind of page, the files, the API. The rest is random places.
TYPICAL = (
    "/",
    "/kratom",
    "/kratom?as_of=2020-01-01",
    "/kratom/us",
    "/kratom/us-al",
    "/kratom/us-al/history",
    "/kratom/table",
    "/kratom/changes",
    "/kratom/changes.atom",
    "/kratom/codebook",
    "/kratom/map.svg",
    "/kratom/compare?place=us-al&place=us-tn",
    "/search?q=mobile",
    "/data",
    "/export/kratom.json",
    "/export/kratom.csv",
    "/export/kratom.geojson",
    "/export/7-oh.json",
    "/api/v1/topics",
    "/api/v1/kratom/records?limit=250",
    "/api/v1/kratom/records/us-al",
    "/api/v1/changes?since=0",
    "/api/v1/kratom/resolve?lat=33.5&lon=-86.8",
)
# The same in short for databases that are filled in.
OF_RECORDS = ("/api/v1/kratom/records?limit=250", "/kratom", "/kratom/us-al")
CODINGS = ("identity", "br", "gzip")
SETTLING_SECONDS = 60
# How many workers are started anew to see how much their memory varies.
STARTS = 3
# Asks the application in a process of its own which modules it has loaded after those requests.
LOADED = """
import json, sys
from legalmap import cli
import uvloop
from legalmap.app import create_app
from legalmap.web.http import front, server
app = create_app(serving=True)
client = app.test_client()
for path in json.load(sys.stdin):
    client.get(path)
print(json.dumps([name for name in sys.modules if not name.startswith("__main")]))
"""
# Imports the same modules and nothing else, then says that it is ready and waits for its end.
IMPORTING = """
import contextlib, importlib, json, os, sys
names = json.load(open(sys.argv[1]))
for name in names:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
print("ready", flush=True)
sys.stdin.read()
"""


def rows(ground: Ground) -> Iterator[Row]:
    """Memory, a record, strange requests, cold start."""
    yield _memory(ground)
    yield _growth(ground)
    yield _after_strange(ground)
    yield _cold_start(ground)


def _memory(ground: Ground) -> Row:
    file = real.database(ground)
    paths = [*TYPICAL, *_resolves(ground, file)]
    pairs = [
        (_warmed(ground, file, paths, CODINGS), _imports(ground, file))
        for _ in range(min(ground.plan.rounds, STARTS))
    ]
    return Row(
        name="memory of one worker, real data",
        beside_what="an interpreter with the same imports",
        unit="MB",
        ours=statistics.median(ours for ours, _ in pairs) / MB,
        beside=statistics.median(beside for _, beside in pairs) / MB,
        figures=tuple((ours - beside) / MB for ours, beside in pairs),
        goal=Goal("at most", 60, "MB above"),
        note=f"resident set after {len(paths) * len(CODINGS):,} requests",
    )


def _growth(ground: Ground) -> Row:
    few, many = ground.plan.records
    sizes = {}
    for records in (few, many):
        file = filled.database(ground, records=records, revisions=records)
        sizes[records] = _warmed(ground, file, [*_resolves(ground, file), *OF_RECORDS], CODINGS[:1])
    each = (sizes[many] - sizes[few]) / (many - few) / 1_000
    return Row(
        name=f"memory a record, {many:,} records",
        beside_what=f"itself with {few:,}",
        unit="MB",
        ours=sizes[many] / MB,
        beside=sizes[few] / MB,
        figures=(each,),
        goal=Goal("at most", 3, "KB a record"),
        note="resident set",
    )


def _after_strange(ground: Ground) -> Row:
    file, count = real.database(ground), ground.plan.strange
    with legalmap(file, ground.folder / "ours.log") as server:
        _ask(server, [*TYPICAL, *_resolves(ground, file)], CODINGS)
        before = _held(server)
        strange.ask(server, count)
        after = _held(server)
    return Row(
        name=f"memory after {count:,} requests of random queries, hosts and headers",
        beside_what="before them",
        unit="MB",
        ours=after / MB,
        beside=before / MB,
        figures=((after - before) / MB,),
        goal=Goal("at most", 20, "MB more"),
        note="resident set",
    )


def _resolves(ground: Ground, file: Path) -> list[str]:
    return [
        f"/api/v1/kratom/resolve?place={code}" for code in real.places(file, ground.plan.places)
    ]


def _warmed(ground: Ground, file: Path, paths: list[str], codings: tuple[str, ...]) -> int:
    """Bytes a worker holds after it has answered all this."""
    with legalmap(file, ground.folder / "ours.log") as server:
        _ask(server, paths, codings)
        return _held(server)


def _ask(server: Server, paths: list[str], codings: tuple[str, ...]) -> None:
    for path in paths:
        check(path, [server.ask(path, {"Accept-Encoding": coding}) for coding in codings])


def _held(server: Server) -> int:
    worker = server.worker()
    _settled(worker)
    return int(worker.memory_info().rss)


def _settled(worker: psutil.Process) -> None:
    """Return when it has packed in smaller forms what was asked of it, or after a minute."""
    deadline, before = time.monotonic() + SETTLING_SECONDS, -1.0
    while (spent := worker.cpu_times().user) - before > 0.1 and time.monotonic() < deadline:
        before = spent
        time.sleep(1)


def _imports(ground: Ground, file: Path) -> int:
    """Bytes of an interpreter that has imported what a worker has by then."""
    names = subprocess.run(
        [sys.executable, "-c", LOADED],
        input=json.dumps(TYPICAL),
        env=environment(file),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    listed = ground.folder / "modules.json"
    listed.write_text(names)
    command = [sys.executable, "-c", IMPORTING, str(listed)]
    with subprocess.Popen(
        command, env=environment(file), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return int(psutil.Process(process.pid).memory_info().rss)


def _cold_start(ground: Ground) -> Row:
    file = real.database(ground)
    imports = [sys.executable, "-c", "import flask, sqlalchemy"]
    return side_by_side(
        "cold start to the first answered page",
        lambda: _first_answer(ground, file),
        lambda: seconds_of(lambda: subprocess.run(imports, check=True)),
        beside_what="python -c “import flask, sqlalchemy”",
        unit="s",
        goal=Goal("at most", 3.5),
        rounds=ground.plan.rounds,
    )


def _first_answer(ground: Ground, file: Path) -> float:
    began = time.perf_counter()
    with legalmap(file, ground.folder / "cold.log"):
        return time.perf_counter() - began
