"""Attacks that once stopped others from reading, and how long readers wait while each goes on."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts, authentication
from legalmap.store.engine import Store
from tests.bench.speed import real
from tests.bench.speed.clients import Client, Wish
from tests.bench.speed.driving import check
from tests.bench.speed.measuring import Goal, Ground, Row
from tests.bench.speed.readers import Look, looking, slowest_twentieth
from tests.bench.speed.servers import Server, beside, legalmap

GEOJSON, UPLOAD = "/export/kratom.geojson", "/desk/import"
# The names of rude.py, and what the table calls them.
ATTACKS = {
    "memory": "queries of 60,000 random letters and hosts of 12,000, on 8 connections",
    "unread": "13 connections that ask four times for a large file and do not read",
    "forms": "13 forms of 3.9 MB at no address, and 100 of which the last bytes never come",
    "pipelines": "2,000 half-open requests, 2,000 idle connections, 16 endless pipelines",
    "pictures": "16 connections that ask for large pictures of random days",
    "columns": "4 connections of somebody signed in who uploads tables of 10,000 columns",
}
TOWNS = ("mobile", "austin", "springfield", "35203", "bangkok", "san+diego")
CALM_SECONDS = 5.0
TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


def rows(ground: Ground) -> Iterator[Row]:
    """Each attack on a server of its own."""
    file = ground.once("attacked.sqlite3", lambda new: _copy(real.database(ground), new))
    cookie = _signed_in(file)
    for number, (name, what) in enumerate(ATTACKS.items(), start=1):
        with legalmap(file, ground.folder / "attacked.log") as server:
            details = (cookie, _form_token(server, cookie)) if name == "columns" else (GEOJSON,)
            before = _megabytes(server)
            calm, attacked = _watched(ground, file, server, going_on(name, server, *details))
            grown = _megabytes(server) - before
        yield _row(f"attack {number}: {what}", calm, attacked, grown)


def going_on(name: str, server: Server, *details: str) -> AbstractContextManager[None]:
    """Attack a server from another address of this machine until the block ends."""
    return beside("rude", name, str(server.port), *details)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _megabytes(server: Server) -> float:
    return server.worker().memory_info().rss / 1_000_000


def _row(name: str, calm: list[Look], attacked: list[Look], grown: float) -> Row:
    seconds = slowest_twentieth(attacked)
    served = sum(look.is_served for look in attacked)
    return Row(
        name=name,
        beside_what="without it",
        unit="s",
        ours=seconds,
        beside=slowest_twentieth(calm),
        figures=(seconds,),
        goal=Goal("at most", 1, "s for 95 of 100 readers"),
        note=f"{served:,} of {len(attacked):,} served, the worker {grown:+.0f} MB",
    )


def _watched(
    ground: Ground, file: Path, server: Server, attack: AbstractContextManager[None]
) -> tuple[list[Look], list[Look]]:
    """What readers noticed before an attack and during it."""
    places = real.places(file, 2_000)

    def wishes(_client: Client, number: int) -> Wish:
        asked = (
            "/kratom",
            "/kratom/us-al",
            f"/search?q={TOWNS[number // 4 % len(TOWNS)]}",
            f"/api/v1/kratom/resolve?place={places[number % len(places)]}",
        )
        return Wish(asked[number % len(asked)])

    with ExitStack() as stack:
        looks = stack.enter_context(looking(ground.folder, [server], wishes))
        # The first of all find nothing warm.
        time.sleep(min(CALM_SECONDS, ground.plan.attack) / 2)
        warm = time.monotonic()
        time.sleep(min(CALM_SECONDS, ground.plan.attack))
        with attack:
            began = time.monotonic()
            time.sleep(ground.plan.attack)
            ended = time.monotonic()
    return (
        [look for look in looks if warm <= look.at < began],
        [look for look in looks if began <= look.at < ended],
    )


def _signed_in(file: Path) -> str:
    """The cookie of somebody who may propose."""
    store = Store(f"sqlite:///{file}")
    try:
        tracker = Tracker(store)
        name = f"bench-{time.time_ns()}"
        made = accounts.add(tracker, name, Role.CONTRIBUTOR)
        return f"legalmap-session={authentication.sign_in(tracker, name, made.password)}"
    finally:
        store.close()


def _form_token(server: Server, cookie: str) -> str:
    page = server.ask(UPLOAD, {"Cookie": cookie})
    check(UPLOAD, [page])
    found = TOKEN.search(page.content)
    assert found is not None
    return found[1].decode()
