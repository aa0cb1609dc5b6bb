"""Rude clients, as a process: python -m tests.bench.speed.rude NAME PORT DETAIL… until its input ends.

Each is bounded in count and on loopback only. They come from another address than the readers.
"""

import asyncio
import random
import resource
import string
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta

from tests.bench.speed.measuring import SEED
from tests.bench.speed.servers import HOST

FROM = "127.0.0.2"
# A rude client leaves after as long and comes back.
SECONDS = 60
FORM = b"a=&" * 1_300_000
MANY_COLUMNS = ",".join(f"column{number}" for number in range(10_000))
BOUNDARY = "rude"
chance = random.Random(SEED)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Rudeness = Callable[..., Awaitable[None]]


def _head(start: str, **headers: object) -> bytes:
    named = {"Host": "127.0.0.1", **{key.replace("_", "-"): said for key, said in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{start} HTTP/1.1\r\n{lines}\r\n".encode()


def _letters(count: int) -> str:
    return "".join(chance.choices(string.ascii_letters, k=count))


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[Streams]:
    # What is not read stays with the sender: the buffer here is as small as can be.
    reader, writer = await asyncio.open_connection(HOST, port, local_addr=(FROM, 0), limit=1)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _send(port: int, request: bytes) -> None:
    """One request, read to its end."""
    async with _connected(port) as (reader, writer):
        writer.write(request)
        while await reader.read(1 << 20):
            pass


async def _long_query(port: int, *_: str) -> None:
    path = f"/static/css/base.css?v=1&x={_letters(60_000)}"
    await _send(port, _head(f"GET {path}", If_None_Match="*", Connection="close"))


async def _long_host(port: int, *_: str) -> None:
    await _send(port, _head("GET /kratom/us-al", Host=_letters(12_000), Connection="close"))


async def _unread(port: int, path: str, *_: str) -> None:
    async with _connected(port) as (_reader, writer):
        writer.write(_head(f"GET {path}", Range="bytes=0-") * 4)
        await asyncio.sleep(SECONDS)


async def _form(port: int, *_: str) -> None:
    head = _form_head(len(FORM))
    await _send(port, head + FORM)


async def _withheld(port: int, *_: str) -> None:
    async with _connected(port) as (reader, writer):
        writer.write(_form_head(len(FORM) + 100) + FORM)
        while await reader.read(1 << 20):
            pass


def _form_head(length: int) -> bytes:
    return _head(
        "POST /no/such",
        Content_Type="application/x-www-form-urlencoded",
        Content_Length=length,
        Connection="close",
    )


async def _half_open(port: int, *_: str) -> None:
    await _send(port, b"GET /kratom HTTP/1.1\r\nHost: 127.")


async def _idle(port: int, *_: str) -> None:
    await _send(port, b"")


async def _pipelined(port: int, *_: str) -> None:
    async with _connected(port) as (_reader, writer):
        for _ in range(10_000):
            writer.write(_head("GET /kratom") * 100)
            await writer.drain()


async def _picture(port: int, *_: str) -> None:
    day = date(2000, 1, 1) + timedelta(days=chance.randrange(9_500))
    await _send(port, _head(f"GET /kratom/map.png?size=2000&as_of={day}", Connection="close"))


async def _columns(port: int, cookie: str, token: str) -> None:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{MANY_COLUMNS}\n{MANY_COLUMNS}\n\r\n--{BOUNDARY}--\r\n"
    )
    head = _head(
        "POST /desk/import",
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
        Content_Length=len(parts),
        Cookie=cookie,
        Connection="close",
    )
    await _send(port, head + parts.encode())


async def _slow(port: int, path: str, *_: str) -> None:
    """A byte a second, asked and read."""
    async with _connected(port) as (reader, writer):
        for byte in _head(f"GET {path}"):
            writer.write(bytes([byte]))
            await asyncio.sleep(1)
        while await reader.read(1):
            await asyncio.sleep(1)


# How many do what at the same time.
RUDE: dict[str, dict[Rudeness, int]] = {
    "memory": {_long_query: 4, _long_host: 4},
    "unread": {_unread: 13},
    "forms": {_form: 13, _withheld: 100},
    "pipelines": {_half_open: 2_000, _idle: 2_000, _pipelined: 16},
    "pictures": {_picture: 16},
    "columns": {_columns: 4},
    "rude": {_half_open: 17, _unread: 17, _slow: 16},
}


async def _again_and_again(rude: Rudeness, port: int, details: list[str]) -> None:
    while True:
        with suppress(OSError, TimeoutError):
            # wait_for can swallow the end of the attack where it meets the end of a request.
            async with asyncio.timeout(SECONDS):
                await rude(port, *details)
        # Who is refused does not fill the machine with new connections.
        await asyncio.sleep(0.02)


async def main(name: str, port: int, details: list[str]) -> None:
    """Be rude until standard input ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rude = [
        asyncio.create_task(_again_and_again(what, port, details))
        for what, count in RUDE[name].items()
        for _ in range(count)
    ]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in rude:
        task.cancel()
    await asyncio.gather(*rude, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
