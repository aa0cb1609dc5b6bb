"""The benchmark of speed runs; whether its figures are good is no matter of tests."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib import util
from pathlib import Path

import pytest

from tests.bench.speed import reporting
from tests.bench.speed.clients import at, requests
from tests.bench.speed.measuring import Goal, Row, Unmeasured, of_pairs, turns
from tests.bench.speed.readers import PATIENCE, Look, slowest_twentieth
from tests.bench.speed.servers import Server

SECONDS = 900
WORK = (
    "`/kratom`, 16 connections",
    "`/kratom`, 16 connections, behind the shipped nginx.conf",
    "`/kratom/us-al`, 16 connections",
    "`/export/kratom.json`, 16 connections",
    "`/api/v1/kratom/records?limit=250`, 16 connections",
    "`/kratom`, a new connection each",
    "`/kratom`, beside 50 rude connections",
    "`/kratom`, not modified",
    "`/kratom`, every `Accept` that it satisfies",
    "records list as JSON",
    "resolve a random place, `gzip, deflate, br`",
    "resolve a random point, `gzip, deflate, br`",
    "resolve a batch of 1,000 points",
    "publish one change",
    "longest wait of a reader",
    "all four, 16 connections, the first",
    "a record at a random as_of × known_at",
    "the whole map at a random past feed number",
    "memory of one worker",
    "memory a record",
    "memory after 500 requests",
    "cold start",
    *(f"attack {number}: " for number in range(1, 7)),
)


def _missing() -> list[str]:
    path = f"{os.environ['PATH']}:/usr/sbin"
    programs = [name for name in ("nginx", "wrk") if shutil.which(name, path=path) is None]
    packages = ("datasette", "granian", "psutil", "sqlalchemy_continuum")
    return programs + [name for name in packages if util.find_spec(name) is None]


@pytest.mark.slow
def test_every_row_of_the_table_is_measured_by_the_quick_version() -> None:
    missing = _missing()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"THE BENCHMARK DOES NOT RUN: {', '.join(missing)} missing")
    if missing:
        pytest.skip(f"THE BENCHMARK IS NOT TESTED: {', '.join(missing)} missing")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.speed", "--quick"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = [line for line in ran.stdout.splitlines() if line.startswith("| ")]
    assert [name for name in WORK if not any(line[2:].startswith(name) for line in lines)] == []


@pytest.mark.parametrize(
    ("goal", "figure", "met"),
    [
        (Goal("at least", 0.8), 0.8, True),
        (Goal("at least", 0.8), 0.79, False),
        (Goal("at most", 3), 3.0, True),
        (Goal("at most", 3), 3.01, False),
    ],
)
def test_a_goal_is_met_from_its_bound_on(goal: Goal, figure: float, met: bool) -> None:
    assert goal.is_met_by(figure) is met


def test_all_sides_take_turns_and_the_first_turn_does_not_count() -> None:
    order: list[str] = []
    figures = iter(range(100))

    def side(name: str) -> float:
        order.append(name)
        return next(figures)

    found = list(turns([lambda: side("a"), lambda: side("b")], 3))
    assert order == ["a", "b"] * 4
    assert found == [(2, 3), (4, 5), (6, 7)]


def test_the_ratio_is_the_median_of_the_rounds_and_not_of_the_sides() -> None:
    assert _row((10, 10), (30, 10), (100, 50)).figure == 2


def test_the_table_stands_between_its_marks_and_nothing_else_is_touched(tmp_path: Path) -> None:
    page = tmp_path / "measurements.md"
    page.write_text(f"Before.\n{reporting.BEGIN}\nold\n{reporting.END}\nAfter.\n")
    found = [_row((1, 2), (3, 4)), Unmeasured(name="history", why="no disk")]
    made = reporting.table(found, datetime(2026, 11, 24, tzinfo=UTC))
    assert reporting.keep(made, page)
    assert page.read_text() == f"Before.\n{reporting.BEGIN}\n{made}{reporting.END}\nAfter.\n"
    assert "2026-11-24" in made
    assert "| work of a kind | 2.00 /s | 3.00 /s: another | 0.62 (0.50–0.75) |" in made
    assert "| history | | | not measured: no disk | | |" in made


def test_a_page_without_the_marks_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "measurements.md"
    page.write_text("Nothing here.")
    assert not reporting.keep("table", page)
    assert page.read_text() == "Nothing here."


def test_the_page_of_measurements_has_a_place_for_the_table() -> None:
    text = reporting.PAGE.read_text(encoding="utf-8")
    assert text.index(reporting.BEGIN) < text.index(reporting.HEAD) < text.index(reporting.END)


def test_the_clients_ask_by_their_shares_and_no_two_alike_in_a_row() -> None:
    asked = requests(Server(1, 1), at("/kratom", {"Accept-Language": ""}), 200)
    assert sum("curl/" in request for request in asked) == 10
    assert not any("Accept-Language" in request for request in asked)
    assert all(
        request.startswith("GET /kratom HTTP/1.1\r\nHost: 127.0.0.1:1\r\n") for request in asked
    )
    assert len(set(asked)) > 100


@pytest.mark.parametrize(
    ("waits", "longest"),
    [
        ([0.1] * 95 + [9.0] * 5, 0.1),
        ([0.1] * 94 + [9.0] * 6, 9.0),
    ],
)
def test_five_of_a_hundred_readers_may_wait(waits: list[float], longest: float) -> None:
    assert slowest_twentieth([Look(0, seconds, 200) for seconds in waits]) == longest


def test_who_is_refused_has_waited_for_ever() -> None:
    assert slowest_twentieth([Look(0, 0.1, 503)]) == PATIENCE


def _row(*pairs: tuple[float, float]) -> Row:
    goal = Goal("at least", 0.5)
    return of_pairs("work of a kind", list(pairs), beside_what="another", unit="/s", goal=goal)
