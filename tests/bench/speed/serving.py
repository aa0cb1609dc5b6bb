"""What is served ready-made, beside nginx with the same bytes; the records list beside Datasette."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from tests.bench.speed import real
from tests.bench.speed.driving import Asked, WrongAnswer
from tests.bench.speed.measuring import Goal, Ground, Row, side_by_side
from tests.bench.speed.servers import Saved, Server, datasette, legalmap, nginx

EXPORT = "/export/kratom.json"
PAGES = ("/kratom", "/kratom/us-al")
LIST = "/api/v1/kratom/records?limit=250"
TABLE = "/db/legal_status.json?_size=250"
# How long the smallest form may take.
PACKING_SECONDS = 60
NGINX = "nginx, the same bytes as a file"


def rows(ground: Ground) -> Iterator[Row]:
    """Exports, pages and the records list."""
    with ExitStack() as stack:
        ours = stack.enter_context(legalmap(real.database(ground), ground.folder / "ours.log"))
        saved = {(path, coding): _saved(ours, path, coding) for path, coding in _asked()}
        folder = ground.folder / "nginx"
        beside = stack.enter_context(nginx(list(saved.values()), folder))
        for (path, coding), file in saved.items():
            yield from _beside_nginx(ground, ours, beside, path, coding, file)
        yield from _unchanged(ground, ours, beside, saved[EXPORT, "identity"])
        yield _listed(ground, ours, stack)


def _asked() -> Iterator[tuple[str, str]]:
    for path in (EXPORT, *PAGES):
        for coding in ("br", "identity") if path == EXPORT else ("br",):
            yield path, coding


def _saved(ours: Server, path: str, coding: str) -> Saved:
    """What we answer once it is warm: who asks first is given a larger form."""
    deadline = time.monotonic() + PACKING_SECONDS
    answer = ours.ask(path, {"Accept-Encoding": coding})
    while "-quick-" in answer.headers["etag"] and time.monotonic() < deadline:
        time.sleep(0.1)
        answer = ours.ask(path, {"Accept-Encoding": coding})
    sent = answer.headers.get("content-encoding", "identity")
    if answer.status != 200 or sent != coding:
        raise WrongAnswer(f"{path} as {coding}: {answer.status}, {sent}")
    return Saved(
        name=f"{path.replace('/', '-').strip('-')}.{coding}",
        content=answer.content,
        media_type=answer.headers["content-type"],
        coding="" if coding == "identity" else coding,
    )


def _beside_nginx(
    ground: Ground, ours: Server, beside: Server, path: str, coding: str, file: Saved
) -> Iterator[Row]:
    headers = {"Accept-Encoding": coding}
    if beside.ask(f"/{file.name}", headers).content != file.content:
        raise WrongAnswer(f"nginx serves other bytes for {path}")
    for connections in ground.plan.connections:
        load = Asked(
            server=ours,
            path=path,
            headers=headers,
            length=len(file.content),
            connections=connections,
            seconds=ground.plan.seconds,
        )
        there = msgspec.structs.replace(load, server=beside, path=f"/{file.name}")
        yield side_by_side(
            f"GET {path}, {coding}, {connections} connections",
            load.rate,
            there.rate,
            beside_what=NGINX,
            unit="/s",
            goal=Goal("at least", 0.8 if path == EXPORT else 0.7),
            rounds=ground.plan.rounds,
            note=f"{len(file.content):,} bytes each",
        )


def _unchanged(ground: Ground, ours: Server, beside: Server, file: Saved) -> Iterator[Row]:
    for connections in ground.plan.connections:
        load = _not_modified(ground, ours, EXPORT, connections)
        there = _not_modified(ground, beside, f"/{file.name}", connections)
        yield side_by_side(
            f"GET {EXPORT}, If-None-Match, {connections} connections",
            load.rate,
            there.rate,
            beside_what="nginx 304",
            unit="/s",
            goal=Goal("at least", 0.8),
            rounds=ground.plan.rounds,
        )


def _not_modified(ground: Ground, server: Server, path: str, connections: int) -> Asked:
    etag = server.ask(path, {"Accept-Encoding": "identity"}).headers["etag"]
    headers = {"Accept-Encoding": "identity", "If-None-Match": etag}
    answer = server.ask(path, headers)
    if answer.status != 304 or answer.content:
        raise WrongAnswer(f"{path} with its own ETag: {answer.status}")
    return Asked(
        server=server,
        path=path,
        headers=headers,
        length=0,
        connections=connections,
        seconds=ground.plan.seconds,
    )


def _listed(ground: Ground, ours: Server, stack: ExitStack) -> Row:
    folder = Path(ground.folder / "datasette")
    folder.mkdir(exist_ok=True)
    beside = stack.enter_context(datasette(real.database(ground), folder))
    loads = []
    for server, path, rows_named in ((ours, LIST, "records"), (beside, TABLE, "rows")):
        answer = server.ask(path, {"Accept-Encoding": "identity"})
        counted = len(msgspec.json.decode(answer.content)[rows_named])
        if answer.status != 200 or counted < real.LISTED:
            raise WrongAnswer(f"{path}: {answer.status}, {counted} rows")
        # As a browser asks: Datasette packs nothing, and that is how it is served.
        packed = {"Accept-Encoding": "br, gzip"}
        if server is ours:
            _saved(ours, path, "br")
        loads.append(Asked(server=server, path=path, headers=packed, seconds=ground.plan.seconds))
    return side_by_side(
        "records list as JSON, 250 rows",
        loads[0].rate,
        loads[1].rate,
        beside_what="Datasette over legal_status",
        unit="/s",
        goal=Goal("at least", 50),
        rounds=ground.plan.rounds,
    )
