"""Readers in a process of their own: one asks every 20 ms, whether those before were answered or not."""

import asyncio
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.bench.speed.clients import Client, Wish, Wishes, requests
from tests.bench.speed.servers import HOST, Server, beside

PACE = 0.02
# Who waits as long gives up: counted as a wait of that length.
PATIENCE = 10.0


class Look(msgspec.Struct, frozen=True):
    """One request of a reader: when it was sent, how long the whole answer took, its status (0: none)."""

    at: float
    seconds: float
    status: int

    @property
    def is_served(self) -> bool:
        """Whether the reader got what it asked for."""
        return self.status in (200, 304)


def slowest_twentieth(looks: Sequence[Look]) -> float:
    """The seconds within which 95 of 100 were served; who was not has lost all patience."""
    waits = sorted(look.seconds if look.is_served else PATIENCE for look in looks)
    return waits[math.ceil(0.95 * len(waits)) - 1]


@contextmanager
def looking(folder: Path, servers: Sequence[Server], wishes: Wishes) -> Iterator[list[Look]]:
    """All clients ask the servers by turns until the block ends; the list is filled then."""
    asked, file = folder / "asked.json", folder / "looks.json"

    def once(client: Client, number: int) -> Wish:
        wish = wishes(client, number)
        return Wish(wish.path, {**wish.headers, "Connection": "close"})

    prepared = [requests(server, once) for server in servers]
    ports = [server.port for server in servers]
    asked.write_bytes(
        msgspec.json.encode(
            [pair for turn in zip(*prepared, strict=True) for pair in zip(ports, turn, strict=True)]
        )
    )
    looks: list[Look] = []
    with beside("readers", str(asked), str(file)):
        yield looks
    looks += msgspec.json.decode(file.read_bytes(), type=list[Look])


async def _look_on(asked: list[tuple[int, str]], file: Path) -> None:
    """Look until standard input ends."""
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    looks: list[asyncio.Task[Look]] = []
    began = time.monotonic()
    while not ended.done():
        looks.append(asyncio.create_task(_look(*asked[len(looks) % len(asked)])))
        if len(looks) == 1:
            print("ready", flush=True)
        await asyncio.sleep(max(began + PACE * len(looks) - time.monotonic(), 0))
    file.write_bytes(msgspec.json.encode(await asyncio.gather(*looks)))


async def _look(port: int, request: str) -> Look:
    at = time.monotonic()
    try:
        status = await asyncio.wait_for(_status(port, request), PATIENCE)
    except (OSError, TimeoutError, ValueError, IndexError):
        status = 0
    return Look(at, time.monotonic() - at, status)


async def _status(port: int, request: str) -> int:
    """The status of an answer that came whole, on a connection of its own."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request.encode())
        answer = await reader.read(-1)
    finally:
        writer.transport.abort()
    return int(answer.split(b" ", 2)[1])


if __name__ == "__main__":
    known = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=list[tuple[int, str]])
    asyncio.run(_look_on(known, Path(sys.argv[2])))
