"""The load generator: wrk with prepared requests for a bounded time, and whether the answers were right."""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from tests.bench.speed.clients import MANY, READERS, Wishes, requests
from tests.bench.speed.measuring import Goal, Ground, Row, of_pairs, turns
from tests.bench.speed.servers import Answer, Server, program

SCRIPT = Path(__file__).with_name("asking.lua")
MAX_HEAD = 4_096


class WrongAnswer(AssertionError):
    """A server was measured that did not answer as it should: no figure."""


class Summary(msgspec.Struct, frozen=True):
    """What wrk counted. ``longest`` is the longest wait in microseconds."""

    requests: int
    bytes: int
    microseconds: int
    refused: int
    failed: int
    longest: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / (self.microseconds / 1_000_000)


class Load:
    """All clients ask a server, each turn from where the last one ended.

    ``length`` is the mean length of the bodies that have to come, None where it is not known.
    """

    def __init__(
        self,
        ground: Ground,
        server: Server,
        wishes: Wishes,
        *,
        connections: int = 16,
        seconds: int | None = None,
        count: int = MANY,
        length: float | None = None,
    ) -> None:
        prepared = "".join(requests(server, wishes, count))
        with tempfile.NamedTemporaryFile(
            "w", dir=ground.folder, suffix=".requests", delete=False, newline=""
        ) as file:
            file.write(prepared)
        self._connections, self._length = connections, length
        self._seconds = seconds or ground.plan.seconds
        self._command = [program("wrk", "Debian's “wrk”"), "-t1", f"-c{connections}"]
        self._command += ["--timeout", "30s", "-s", str(SCRIPT), server.url("/")]
        self._file, self._name = file.name, prepared.split(" HTTP/", 1)[0]
        self._at = 0

    def rate(self) -> float:
        """Requests a second of one turn."""
        return self.turn().rate

    def turn(self) -> Summary:
        """One turn; raises WrongAnswer if a request failed, was refused or has another size."""
        summary = self._run(self._seconds)
        if not summary.requests:
            # Something very slow on a busy machine: a longer turn.
            summary = self._run(20 * self._seconds)
        self._at += summary.requests
        self._check(summary)
        return summary

    def _run(self, seconds: int) -> Summary:
        ran = subprocess.run(
            [*self._command, f"-d{seconds}s", "--", self._file, str(self._at)],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
        return msgspec.json.decode(ran.stdout.partition("SUMMARY ")[2], type=Summary)

    def _check(self, summary: Summary) -> None:
        if not summary.requests or summary.failed or summary.refused:
            raise WrongAnswer(f"{self._name}: {summary}")
        if self._length is None:
            return
        # Clients that take no coding get several times as much, and a turn may end before they ask.
        least = 0.8 * self._length * (summary.requests - len(READERS))
        empty = self._length == 0
        if summary.bytes < least or (
            empty and summary.bytes > MAX_HEAD * (summary.requests + self._connections)
        ):
            raise WrongAnswer(f"not {self._length:,.0f} bytes each: {summary}")


def compared(
    ground: Ground, name: str, loads: Sequence[Load], beside: Sequence[tuple[str, float]]
) -> Iterator[Row]:
    """The first load beside each of the others: what the other is, and the least that is aimed at."""
    rounds = list(turns([load.rate for load in loads], ground.plan.rounds))
    for number, (what, least) in enumerate(beside, start=1):
        yield of_pairs(
            name,
            [(rates[0], rates[number]) for rates in rounds],
            beside_what=what,
            unit="/s",
            goal=Goal("at least", least),
        )


def mean_length(known: dict[str, Answer]) -> float:
    """How long the answers to all clients are on average."""
    return sum(len(known[client.name].content) for client in READERS) / len(READERS)


def check(path: str, answers: Iterable[Answer], status: int = 200) -> None:
    """Raise WrongAnswer unless all have that status."""
    statuses = {answer.status for answer in answers}
    if statuses != {status}:
        raise WrongAnswer(f"{path}: {sorted(statuses)}")
