"""make bench: measure every row of the table, print it, and keep it in docs/measurements.md.

With --quick everything is small and short: it shows that the benchmark runs, its figures say nothing.
"""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.speed import reporting
from tests.bench.speed.measuring import QUICK, WHOLE, Ground, Row, Unmeasured

FAMILIES = (
    "pages",
    "accepting",
    "resolving",
    "publishing",
    "history",
    "footprint",
    "attacks",
)


def main() -> None:
    """Exit status 1 if a family could not be measured; goals that are missed change nothing."""
    asked = _arguments()
    found: list[Row | Unmeasured] = []
    with _folder(asked.keep) as folder:
        ground = Ground(plan=QUICK if asked.quick else WHOLE, folder=folder)
        for family in asked.only or FAMILIES:
            found += _measured(family, ground)
    made = reporting.table(found)
    print(f"\n{made}")
    unmeasured = [each for each in found if isinstance(each, Unmeasured)]
    if not (asked.quick or asked.only or unmeasured):
        kept = reporting.keep(made)
        name = reporting.PAGE.name
        print(f"Kept in {name}." if kept else f"{name} has no place for it.")
    sys.exit(1 if unmeasured else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and short")
    parser.add_argument("--only", action="append", choices=FAMILIES, help="only this family")
    parser.add_argument("--keep", type=Path, help="keep the databases here for the next run")
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="legalmap-bench-") as folder:
            # nginx started by root reads its files as another user.
            Path(folder).chmod(0o755)
            yield Path(folder)
        return
    kept.mkdir(parents=True, exist_ok=True)
    yield kept.resolve()


def _measured(family: str, ground: Ground) -> Iterator[Row | Unmeasured]:
    """The rows of a family; what went wrong is a line too, and the other families go on."""
    began = time.monotonic()
    try:
        rows = importlib.import_module(f"tests.bench.speed.{family}").rows(ground)
        for row in rows:
            print(f"{family}: {row.name}: {row.figure:.3g} ({row.goal})", flush=True)
            yield row
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the exit status says so
        print(f"{family}: {error!r}", file=sys.stderr, flush=True)
        yield Unmeasured(
            name=family, why=f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        )
    print(f"{family}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
