"""The load generator: wrk for a bounded time, and whether what came back was right."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from tests.bench.speed.servers import Server, program

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


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a server over and over, and how many connections ask.

    ``length`` is how long each body is, None where they differ.
    """

    server: Server
    path: str
    headers: Mapping[str, str] = {}
    length: int | None = None
    connections: int = 16
    seconds: int = 1

    def rate(self) -> float:
        """Requests a second; raises WrongAnswer if one failed, was refused or has another size."""
        return self._run("same").rate

    def walked(self, paths: Path, begin: int) -> Summary:
        """The same for a list of paths, a line each, begun after line ``begin``."""
        return self._run(str(paths), str(begin))

    def _run(self, *arguments: str) -> Summary:
        command = [program("wrk", "Debian's “wrk”"), "-t1", f"-c{self.connections}"]
        command += [f"-d{self.seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
        for name, value in self.headers.items():
            command += ["-H", f"{name}: {value}"]
        command += [self.server.url(self.path), "--", *arguments]
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=self.seconds + 60, check=True
        )
        said = ran.stdout.partition("SUMMARY ")[2]
        summary = msgspec.json.decode(said, type=Summary)
        self._check(summary)
        return summary

    def _check(self, summary: Summary) -> None:
        if not summary.requests or summary.failed or summary.refused:
            raise WrongAnswer(f"{self.path}: {summary}")
        if self.length is None:
            return
        least = self.length * summary.requests
        most = (self.length + MAX_HEAD) * (summary.requests + self.connections)
        if not least <= summary.bytes <= most:
            raise WrongAnswer(f"{self.path}: not {self.length} bytes each: {summary}")


class Walk:
    """A list of paths asked one after the other; each turn goes on where the last one ended."""

    def __init__(self, asked: Asked, file: Path, paths: Iterable[str]) -> None:
        file.write_text("".join(f"{path}\n" for path in paths))
        self._asked, self._file, self._at = asked, file, 0

    def rate(self) -> float:
        """Requests a second of one turn."""
        summary = self._asked.walked(self._file, self._at)
        self._at += summary.requests
        return summary.rate
