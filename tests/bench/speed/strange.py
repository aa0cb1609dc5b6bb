"""Requests nobody makes twice: random queries, hosts and headers, some of them longer than is allowed."""

import http.client
import random
import string
from contextlib import suppress

from tests.bench.speed.driving import WrongAnswer
from tests.bench.speed.measuring import SEED
from tests.bench.speed.servers import HOST, Server

PATHS = (
    "/kratom",
    "/kratom/us-al",
    "/kratom/table",
    "/search",
    "/static/css/base.css",
    "/export/kratom.json",
    "/api/v1/kratom/records/us-al",
    "/api/v1/kratom/resolve",
    "/no/such",
)
HEADERS = ("Accept", "Accept-Encoding", "Accept-Language", "Cookie", "If-None-Match", "User-Agent")
# One of a hundred is as long as the last, most are short.
LENGTHS = (20,) * 79 + (400,) * 15 + (8_000,) * 5 + (60_000,)
LETTERS = string.ascii_letters + string.digits


def ask(server: Server, count: int) -> None:
    """So many of them, on one connection as long as it lasts; raises WrongAnswer at a status of 500."""
    chance = random.Random(SEED)
    connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
    for _ in range(count):
        path, headers = _request(chance)
        # Who is refused may find the connection closed before all is sent.
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            if response.status == 500:
                raise WrongAnswer(f"500 for {path[:200]}")
            continue
        connection.close()
    connection.close()


def _request(chance: random.Random) -> tuple[str, dict[str, str]]:
    def letters() -> str:
        return "".join(chance.choices(LETTERS, k=chance.choice(LENGTHS)))

    path = f"{chance.choice(PATHS)}?{letters()[:40]}={letters()}"
    headers = {chance.choice(HEADERS): letters()}
    if chance.random() < 0.3:
        headers["Host"] = letters()[:12_000]
    return path, headers
