"""Every Accept that an answer satisfies beside one that takes all, and the list beside Datasette."""

from collections.abc import Iterator
from contextlib import ExitStack

import msgspec

from tests.bench.speed import real
from tests.bench.speed.clients import Wish, answers, at
from tests.bench.speed.driving import Load, WrongAnswer, check, compared
from tests.bench.speed.measuring import Ground, Row
from tests.bench.speed.pages import LIST, MAP, settled
from tests.bench.speed.servers import Server, datasette, legalmap

TABLE = "/db/legal_status.json?_size=250"
SATISFIED = {
    MAP: (
        "text/html",
        "text/*",
        "application/json;q=0.5, text/html",
        "text/html;level=1, text/html;q=0.7",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "image/webp, text/html;charset=utf-8, */*;q=0.1",
    ),
    LIST: (
        "application/json",
        "application/*",
        "application/json, text/plain, */*",
        "application/json;q=0.9, text/html;q=0.8",
        "application/vnd.api+json, application/json;q=0.5",
    ),
}


def rows(ground: Ground) -> Iterator[Row]:
    """A page and the list with every such Accept, then the list beside Datasette."""
    file = real.database(ground)
    with ExitStack() as stack:
        ours = stack.enter_context(legalmap(file, ground.folder / "ours.log"))
        settled(ground, ours, SATISFIED)
        for path in SATISFIED:
            yield from _with_each(ground, ours, path)
        folder = ground.folder / "datasette"
        folder.mkdir(exist_ok=True)
        yield from _listed(ground, ours, stack.enter_context(datasette(file, folder)))


def _with_each(ground: Ground, ours: Server, path: str) -> Iterator[Row]:
    accepts = SATISFIED[path]
    for accept in accepts:
        check(f"{path} as {accept}", answers(ours, at(path, {"Accept": accept})).values())
    loads = (
        Load(
            ground, ours, lambda _, number: Wish(path, {"Accept": accepts[number % len(accepts)]})
        ),
        Load(ground, ours, at(path, {"Accept": "*/*"})),
    )
    name = f"`{path}`, every `Accept` that it satisfies"
    yield from compared(ground, name, loads, (("`*/*`", 0.9),))


def _listed(ground: Ground, ours: Server, beside: Server) -> Iterator[Row]:
    for server, path, named in ((ours, LIST, "records"), (beside, TABLE, "rows")):
        answer = server.ask(path)
        counted = len(msgspec.json.decode(answer.content)[named])
        if answer.status != 200 or counted < real.LISTED:
            raise WrongAnswer(f"{path}: {answer.status}, {counted} rows")
    loads = Load(ground, ours, at(LIST)), Load(ground, beside, at(TABLE))
    beside_what = ("Datasette over legal_status", 50)
    yield from compared(ground, "records list as JSON, 250 rows", loads, (beside_what,))
