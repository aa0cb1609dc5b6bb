"""What a run found, as a table with a description of the machine; kept in docs/measurements.md on request."""

import os
import platform
import re
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from tests.bench.speed import nginxes, servers
from tests.bench.speed.measuring import Row, Unmeasured

PAGE = Path(__file__).parents[3] / "docs" / "measurements.md"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
HEAD = "| work | ours | beside it | ratio (spread) | goal | met |\n|---|---|---|---|---|---|\n"


def table(found: list[Row | Unmeasured], when: datetime | None = None) -> str:
    """The rows as a Markdown table under a sentence about the machine."""
    lines = "".join(f"{_line(each)}\n" for each in found)
    moment = when or datetime.now(UTC)
    return f"Measured on {moment.date()} on {machine()}.\n\n{HEAD}{lines}"


def _line(row: Row | Unmeasured) -> str:
    if isinstance(row, Unmeasured):
        return f"| {row.name} | | | not measured: {row.why.replace('|', ' ')} | | |"
    note = f" ({row.note})" if row.note else ""
    spread = f" ({_short(min(row.figures))}–{_short(max(row.figures))})" * (len(row.figures) > 1)
    cells = [
        f"{row.name}{note}",
        f"{_short(row.ours)} {row.unit}",
        f"{_short(row.beside)} {row.unit}: {row.beside_what}",
        f"{_short(row.figure)}{spread}",
        str(row.goal),
        "yes" if row.is_met else "**no**",
    ]
    return f"| {' | '.join(cells)} |"


def _short(figure: float) -> str:
    """Three digits that count, thousands set apart."""
    size = abs(figure)
    places = 0 if size >= 100 else 1 if size >= 10 else 2
    return f"{figure:,.{places}f}"


def machine() -> str:
    """The processor, the memory, and the versions of what is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GB of memory, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"granian {metadata.version('granian')}, "
        f"SQLite {sqlite3.sqlite_version}, nginx {_nginx()}"
    )


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    said = re.search(r"model name\s*:\s*(.+)", file.read_text()) if file.exists() else None
    return said[1].strip() if said else platform.machine()


def _nginx() -> str:
    try:
        said = subprocess.run(
            [nginxes.nginx_program(), "-v"], capture_output=True, text=True, check=True
        ).stderr
    except servers.Missing:
        return "missing"
    return said.strip().rpartition("/")[2]


def keep(made: str, page: Path = PAGE) -> bool:
    """Put the table between the two marks of the page; whether they are there."""
    text = page.read_text()
    if BEGIN not in text or END not in text:
        return False
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{made}{END}{after}")
    return True
