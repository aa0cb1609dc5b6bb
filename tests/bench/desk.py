"""Opening the queue with 10,000 proposals waiting, beside opening it with 10: `python -m tests.bench.desk`.

Both sites are made for it and asked turn by turn, so that whatever else the machine does meets both.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Connection, Store
from tests.bench import appending
from tests.bench.appending import Entry
from tests.build import a_payload, a_period
from tests.store.build import NOW, a_record, person, seed
from tests.web.visit import BROWSER, Visitor

FEW, MANY = 10, 10_000
TURNS = 60
GOAL = 1.5
PATH = "/desk/queue"
CODES = ("us-al", "us-fl", "us-ca", "us-wv", "th", "cn", "us-fl-sarasota", "us-al-mobile-county")


class Site:
    """An application with so many proposals waiting, and a moderator who is signed in."""

    def __init__(self, folder: Path, waiting: int) -> None:
        self.url = f"sqlite:///{folder / f'{waiting}.sqlite'}"
        seed(self.url)
        _fill(self.url, waiting)
        self.app = create_app(
            Settings(database_url=self.url, secret_key="x" * 40, secure_cookies=False)
        )
        visitor = Visitor(self.app)
        visitor.sign_in("ben", self._store)
        self._http = visitor.http

    def seconds(self) -> float:
        """How long opening the queue takes, from the request to the last byte."""
        began = time.perf_counter()
        answer = self._http.get(PATH, headers=BROWSER)
        took = time.perf_counter() - began
        if answer.status_code != 200 or b'class="queue"' not in answer.data:
            raise RuntimeError(f"The queue answered {answer.status_code}.")
        return took

    @property
    def _store(self) -> Store:
        reader: Reader = self.app.extensions["reader"]
        return reader.tracker.store

    def close(self) -> None:
        """Give the database back."""
        self._store.close()


def _fill(url: str, waiting: int) -> None:
    store = Store(url)
    tracker = Tracker(store)
    with store.writing() as connection:
        for code in CODES:
            a_record(connection, code)
        appending.append(connection, tracker, _entries(connection, waiting))
    store.close()


def _entries(connection: Connection, waiting: int) -> Iterator[Entry]:
    ana, cleo = person(connection, "ana"), person(connection, "cleo")
    for number in range(waiting):
        yield Entry(
            topic="kratom",
            jurisdiction=CODES[number % len(CODES)],
            payload=_reading(number),
            author=cleo if number % 7 else ana,
            at=NOW + timedelta(seconds=number),
            kind="edit",
            note=f"Reading {number}.",
            base_number=0,
        )


def _reading(number: int) -> Payload:
    """Some low, some high in risk."""
    notes = f"Reading {number}."
    if number % 3:
        return a_payload(notes=notes)
    ban = a_period("2020", "banned", answers={"possession": "prohibited"})
    return msgspec.structs.replace(a_payload(a_period(), ban), notes=notes)


def measure(few: int = FEW, many: int = MANY, turns: int = TURNS) -> tuple[float, float]:
    """The median seconds with few and with many, measured alternating."""
    with tempfile.TemporaryDirectory() as folder:
        sites = [Site(Path(folder), few), Site(Path(folder), many)]
        try:
            for site in sites:
                site.seconds()
            taken = [[site.seconds() for site in sites] for _ in range(turns)]
        finally:
            for site in sites:
                site.close()
    short, long = zip(*taken, strict=True)
    return statistics.median(short), statistics.median(long)


def main() -> int:
    """Print the ratio; exit status 1 if it misses the goal."""
    few, many = measure()
    ratio = many / few
    print(
        f"opening the queue: {FEW} waiting {few * 1000:.2f} ms, {MANY:,} waiting "
        f"{many * 1000:.2f} ms, ratio {ratio:.2f} (goal: at most {GOAL})"
    )
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
