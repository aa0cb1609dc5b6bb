"""What is the same for all readers, asked for by all clients: beside a constant, and beside nginx."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack

import msgspec

from tests.bench.speed import attacks, real
from tests.bench.speed.clients import Client, Wish, Wishes, answers, at
from tests.bench.speed.driving import Load, check, compared, mean_length
from tests.bench.speed.measuring import Ground, Row
from tests.bench.speed.nginxes import files, in_front
from tests.bench.speed.servers import Answer, Saved, Server, bare, legalmap, saved

MAP, PLACE, EXPORT = "/kratom", "/kratom/us-al", "/export/kratom.json"
LIST = "/api/v1/kratom/records?limit=250"
PATHS = (MAP, PLACE, EXPORT, LIST)
BARE = "the bare server, a constant of the same size"
NGINX = "nginx, the same bytes as files"
# How long an answer may take to become what it stays.
SETTLING_SECONDS = 60
Known = dict[str, Answer]


class Site(msgspec.Struct, frozen=True):
    """Ours as it is and behind nginx, what each client is answered, and the two that answer the same."""

    ours: Server
    behind: Server
    direct: dict[str, Known]
    through: dict[str, Known]
    bare: Server
    nginx: Server


def rows(ground: Ground) -> Iterator[Row]:
    """Each page warm, then on new connections, beside rude ones, and not modified."""
    with ExitStack() as stack:
        site = _site(ground, stack)
        for path in PATHS:
            for connections in ground.plan.connections:
                yield from _warm(ground, site, path, connections)
        yield from _connected_anew(ground, site)
        yield from _beside_rude(ground, site)
        for path in (MAP, EXPORT):
            yield from _unchanged(ground, site, path)


def _site(ground: Ground, stack: ExitStack) -> Site:
    file, folder = real.database(ground), ground.folder
    ours = stack.enter_context(legalmap(file, folder / "ours.log"))
    proxied = stack.enter_context(legalmap(file, folder / "behind.log", behind_proxy=1))
    behind = stack.enter_context(in_front(proxied, folder / "in-front"))
    direct, through = settled(ground, ours, PATHS), settled(ground, behind, PATHS)
    constants = [*all_of(direct), *all_of(through)]
    beside = stack.enter_context(bare(constants, folder))
    nginx = stack.enter_context(files(constants, folder / "nginx"))
    return Site(ours, behind, direct, through, beside, nginx)


def settled(ground: Ground, server: Server, paths: Iterable[str]) -> dict[str, Known]:
    """What each client is answered at each path when nothing smaller is being made any more."""
    deadline = time.monotonic() + SETTLING_SECONDS
    etags, since = None, time.monotonic()
    while True:
        known = {path: answers(server, at(path)) for path in paths}
        for path, to_all in known.items():
            check(path, to_all.values())
        before = etags
        etags = [answer.headers["etag"] for to_all in known.values() for answer in to_all.values()]
        now = time.monotonic()
        since = since if etags == before else now
        if now - since > ground.plan.settled or now > deadline:
            return known
        time.sleep(0.2)


def all_of(known: dict[str, Known]) -> list[Saved]:
    """Everything that was answered, for a server that shall answer the same."""
    return [saved(path, answer) for path, to_all in known.items() for answer in to_all.values()]


def same(path: str, known: Known, headers: Mapping[str, str] = {}) -> Wishes:
    """Each client asks such a server for what it is answered by us."""
    paths = {name: saved(path, answer).path for name, answer in known.items()}
    return lambda client, _number: Wish(paths[client.name], headers)


def _warm(ground: Ground, site: Site, path: str, connections: int) -> Iterator[Row]:
    def load(server: Server, wishes: Wishes, known: Known) -> Load:
        length = mean_length(known)
        return Load(ground, server, wishes, connections=connections, length=length)

    name = f"`{path}`, {connections} connections"
    direct, through = site.direct[path], site.through[path]
    loads = [load(site.ours, at(path), direct)]
    loads += [load(server, same(path, direct), direct) for server in (site.bare, site.nginx)]
    yield from compared(ground, name, loads, ((BARE, 0.7), (NGINX, 0.35)))
    behind = load(site.behind, at(path), through)
    beside = load(site.nginx, same(path, through), through)
    name += ", behind the shipped nginx.conf"
    yield from compared(ground, name, (behind, beside), ((NGINX, 0.9),))


def _connected_anew(ground: Ground, site: Site) -> Iterator[Row]:
    closing = {"Connection": "close"}
    loads = (
        Load(ground, site.ours, at(MAP, closing)),
        Load(ground, site.bare, same(MAP, site.direct[MAP], closing)),
    )
    yield from compared(ground, f"`{MAP}`, a new connection each", loads, ((BARE, 0.7),))


def _beside_rude(ground: Ground, site: Site) -> Iterator[Row]:
    loads = (
        Load(ground, site.ours, at(MAP)),
        Load(ground, site.bare, same(MAP, site.direct[MAP])),
    )
    name = f"`{MAP}`, beside 50 rude connections (half open, not reading, slow)"
    large = saved(EXPORT, site.direct[EXPORT]["curl"]).path
    with (
        attacks.going_on("rude", site.ours, EXPORT),
        attacks.going_on("rude", site.bare, large),
    ):
        yield from compared(ground, name, loads, (("the bare server, as many beside", 0.7),))


def _unchanged(ground: Ground, site: Site, path: str) -> Iterator[Row]:
    loads = (
        Load(ground, site.ours, _held(site.ours, at(path)), length=0),
        Load(ground, site.nginx, _held(site.nginx, same(path, site.direct[path])), length=0),
    )
    yield from compared(ground, f"`{path}`, not modified", loads, (("nginx 304", 0.5),))


def _held(server: Server, wishes: Wishes) -> Wishes:
    """Each client asks whether what it holds is still right, which it is."""
    etags = {name: answer.headers["etag"] for name, answer in answers(server, wishes).items()}

    def asking(client: Client, number: int) -> Wish:
        return Wish(wishes(client, number).path, {"If-None-Match": etags[client.name]})

    check("If-None-Match", answers(server, asking).values(), 304)
    return asking
