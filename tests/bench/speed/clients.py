"""The clients that ask: what each really sends, and requests that are each a little different."""

import random
from collections.abc import Callable, Mapping

import msgspec

from tests.bench.speed.measuring import SEED
from tests.bench.speed.servers import HOST, Answer, Server

# Each stands in the requests of a kind of client by turns: about 400 kinds of User-Agent in all.
TAILS = 57
LANGUAGES = (
    "en-US,en;q=0.9",
    "en-GB,en;q=0.8",
    "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7",
    "es-US,es;q=0.9,en;q=0.8",
)
NAVIGATED = "text/html,application/xhtml+xml,application/xml;q=0.9,"
FETCHED = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
MANY = 2_000


class Client(msgspec.Struct, frozen=True):
    """A kind of client, how many of twenty readers have it, and its headers.

    ``{tail}`` and ``{language}`` stand where they differ from reader to reader.
    """

    name: str
    share: int
    headers: dict[str, str]


CLIENTS = (
    Client(
        "Chrome",
        7,
        {
            "Connection": "keep-alive",
            "sec-ch-ua": '"Google Chrome";v="143", "Chromium";v="143", "Not A(Brand";v="24"',
            "sec-ch-ua-mobile": "?0",
            "sec-ch-ua-platform": '"Windows"',
            "Upgrade-Insecure-Requests": "1",
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/143.0.{tail}.0 Safari/537.36",
            "Accept": f"{NAVIGATED}image/avif,image/webp,image/apng,*/*;q=0.8,"
            "application/signed-exchange;v=b3;q=0.7",
            **FETCHED,
            "Sec-Fetch-User": "?1",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Accept-Language": "{language}",
        },
    ),
    Client(
        "Safari on an iPhone",
        5,
        {
            "Accept": f"{NAVIGATED}*/*;q=0.8",
            **FETCHED,
            "Accept-Language": "{language}",
            "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) "
            "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.{tail} Mobile/15E148 Safari/604.1",
            "Accept-Encoding": "gzip, deflate, br",
            "Connection": "keep-alive",
        },
    ),
    Client(
        "Firefox",
        2,
        {
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:{tail}.0) Gecko/20100101 Firefox/{tail}.0",
            "Accept": f"{NAVIGATED}*/*;q=0.8",
            "Accept-Language": "{language}",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Connection": "keep-alive",
            "Upgrade-Insecure-Requests": "1",
            **FETCHED,
            "Sec-Fetch-User": "?1",
            "Priority": "u=0, i",
        },
    ),
    Client("curl", 1, {"User-Agent": "curl/8.{tail}.0", "Accept": "*/*"}),
    Client(
        "requests",
        2,
        {
            "User-Agent": "python-requests/2.{tail}.0",
            "Accept-Encoding": "gzip, deflate",
            "Accept": "*/*",
            "Connection": "keep-alive",
        },
    ),
    Client(
        "a feed reader",
        1,
        {
            "User-Agent": "Mozilla/5.0 (compatible; Miniflux/2.2.{tail}; +https://miniflux.app)",
            "Accept": "application/xml, application/atom+xml, application/rss+xml, "
            "application/rdf+xml, application/feed+json, text/html, */*;q=0.9",
            "Accept-Encoding": "br, gzip",
        },
    ),
    Client(
        "Java",
        2,
        {
            "User-Agent": "Java/21.0.{tail}",
            "Accept": "application/json",
            "Connection": "keep-alive",
        },
    ),
)
READERS = tuple(client for client in CLIENTS for _ in range(client.share))


class Wish(msgspec.Struct, frozen=True):
    """What a client is to ask for. ``headers`` take the place of its own; an empty one is not sent."""

    path: str
    headers: Mapping[str, str] = {}


Wishes = Callable[[Client, int], Wish]


def requests(server: Server, wishes: Wishes, count: int = MANY) -> list[str]:
    """So many requests of all clients by their shares, in a random order that is always the same."""
    by_shares = (READERS * (count // len(READERS) + 1))[:count]
    readers = random.Random(SEED).sample(by_shares, count)
    return [
        _request(server, _headers(client, number), wishes(client, number))
        for number, client in enumerate(readers)
    ]


def _headers(client: Client, number: int) -> dict[str, str]:
    language, tail = LANGUAGES[number % len(LANGUAGES)], 100 + number % TAILS
    return {
        name: value.format(tail=tail, language=language) for name, value in client.headers.items()
    }


def _request(server: Server, own: dict[str, str], wish: Wish) -> str:
    headers = {"Host": f"{HOST}:{server.port}", **own, **wish.headers}
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    return "\r\n".join((f"GET {wish.path} HTTP/1.1", *lines, "\r\n"))


def at(path: str, headers: Mapping[str, str] = {}) -> Wishes:
    """All clients ask for the same."""
    return lambda _client, _number: Wish(path, headers)


def answers(server: Server, wishes: Wishes) -> dict[str, Answer]:
    """What each kind of client is answered."""
    return {client.name: _answer(server, client, wishes(client, 0)) for client in CLIENTS}


def _answer(server: Server, client: Client, wish: Wish) -> Answer:
    headers = {**_headers(client, 0), **wish.headers}
    return server.ask(wish.path, {name: value for name, value in headers.items() if value})
