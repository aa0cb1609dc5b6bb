"""``make bench-search``: how many of what people type is found first, by kind, with the misses; and how fast.

Other lists of the same form (kind, query, codes) may be named as arguments.
"""

import csv
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import click

from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import first_load
from legalmap.services.places import place_names, search
from legalmap.store.engine import Store

CASES = Path(__file__).parents[1] / "data" / "search.csv"
# As many are suggested while somebody types.
SUGGESTED = 8


def main(files: list[str]) -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        tracker = Tracker(Store(f"sqlite:///{folder}/legalmap.sqlite3"))
        first_load.initialise(tracker)
        place_names.share_in(Path(folder))
        place_names.prepare()
        for file in files or [str(CASES)]:
            with Path(file).open(encoding="utf-8", newline="") as opened:
                cases = list(csv.DictReader(opened))
            click.echo(f"{file}: {len(cases)} cases")
            _print_found(tracker, cases)
            _print_speed(tracker, cases)
        size = next(Path(folder).glob("*.index")).stat().st_size
        click.echo(f"The index of names takes {size / 2**20:.0f} MB of a host.")


def _print_found(tracker: Tracker, cases: list[dict[str, str]]) -> None:
    ranks: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        codes = [place.code for place in search.search(tracker, case["query"]).places]
        rank = _rank(set(case["codes"].split("|")) - {""}, codes)
        ranks[case["kind"]].append(rank)
        if rank:
            click.echo(
                f"  missed: {case['query']!r} ({case['kind']}): {', '.join(codes[:3]) or '–'}"
            )
    everything = [rank for kind in ranks.values() for rank in kind]
    for kind, found in [*sorted(ranks.items()), ("all", everything)]:
        first, three = Counter(found)[0], sum(rank < 3 for rank in found)
        shares = f"{first / len(found):7.1%} {three / len(found):7.1%}"
        click.echo(f"  {kind:16} {first:4} first {three:4} in three of {len(found):4} {shares}")


def _rank(meant: set[str], codes: list[str]) -> int:
    """The place of the first that is meant; where none is meant none may be found."""
    if not meant:
        return len(codes) and 999
    return next((rank for rank, code in enumerate(codes) if code in meant), 999)


def _print_speed(tracker: Tracker, cases: list[dict[str, str]]) -> None:
    """Processor time of every keystroke, in milliseconds."""
    spent = []
    for case in cases:
        for end in range(1, len(case["query"]) + 1):
            start = time.process_time()
            search.search(tracker, case["query"][:end], SUGGESTED)
            spent.append((time.process_time() - start) * 1000)
    spent.sort()
    middle, most = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
    click.echo(
        f"  {len(spent)} keystrokes: half under {middle:.1f} ms, 95 of 100 under {most:.1f} ms"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
