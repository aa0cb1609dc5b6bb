"""Much data at once: through the real path, beside sqlite-utils with the same rows."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.bench.speed import filled
from tests.bench.speed.measuring import Goal, Ground, Row, of_pairs, seconds_of
from tests.bench.speed.servers import environment, program

# A million revisions take many minutes: one turn. Fewer are loaded several times.
TOGETHER = 300_000
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


def rows(ground: Ground) -> Iterator[Row]:
    """Revisions a second of each history but the smallest."""
    for revisions in ground.plan.revisions[1:]:
        yield _loaded(ground, revisions)


def _loaded(ground: Ground, revisions: int) -> Row:
    files, records = _Files(ground.folder), filled.records_of(ground, revisions)
    rounds = max(min(ground.plan.rounds, TOGETHER // revisions), 1)
    turns = [_turn(files, records, revisions) for _ in range(rounds)]
    files.clear()
    return of_pairs(
        f"loading {revisions:,} revisions",
        [(revisions / ours, revisions / beside) for ours, beside in turns],
        beside_what="sqlite-utils insert of the same rows",
        unit="revisions/s",
        goal=Goal("at least", 0.2),
        note=f"{files.rows:,} rows",
    )


class _Files:
    """The folder of this family, emptied between rounds and at the end, and what it held last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "loading"
        self.ours, self.beside = self.folder / "ours.sqlite3", self.folder / "beside.sqlite3"
        self.rows = 0

    def clear(self) -> None:
        """Leave nothing of the round before."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()


def _turn(files: _Files, records: int, revisions: int) -> tuple[float, float]:
    """Seconds of ours and of sqlite-utils."""
    files.clear()
    ours = seconds_of(lambda: filled.load(files.ours, records=records, revisions=revisions))
    tables = _dump(files)
    return ours, seconds_of(lambda: _insert(tables, files.beside))


def _dump(files: _Files) -> list[Path]:
    """The rows of every table, a file for each and a line of JSON for each row."""
    files.rows = 0
    dumped = []
    with closing(sqlite3.connect(files.ours)) as connection:
        connection.row_factory = sqlite3.Row
        for (name,) in connection.execute(TABLES).fetchall():
            lines = files.folder / f"{name}.ndjson"
            with lines.open("w") as out:
                for row in connection.execute(f'SELECT * FROM "{name}"'):
                    out.write(f"{json.dumps(dict(row))}\n")
                    files.rows += 1
            dumped.append(lines)
    return [lines for lines in dumped if lines.stat().st_size]


def _insert(tables: list[Path], database: Path) -> None:
    tool = program("sqlite-utils", "the extra “bench”")
    for lines in tables:
        command = [tool, "insert", str(database), lines.stem, str(lines), "--nl", "--silent"]
        subprocess.run(command, env=environment(), check=True, capture_output=True)
