"""What stands in front of Flask under ``legalmap run``: an RSGI application.

What is made leaves from the cache; everything else is made by Flask in a bounded number of threads, and
coded, kept and cut to what was asked for on its way out. No thread waits for a client.
RSGI is granian's interface: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, time
from typing import Any, TypeVar

import msgspec
from flask import Flask

from legalmap import clock
from legalmap.services import contract
from legalmap.services.core.feed_head import Head
from legalmap.services.exporting import compression
from legalmap.web.http import bodies, content_coding, limits, session
from legalmap.web.http.answer import Answer, Condition, given
from legalmap.web.http.bodies import MOST_OF_ANYBODY
from legalmap.web.http.cache import Cache, Entry, Key
from legalmap.web.http.content_coding import IDENTITY, takes_json
from legalmap.web.http.front_routes import STRICT, Route, Routes, canonical
from legalmap.web.http.limits import Refused, Slots
from legalmap.web.http.permissions import LAW
from legalmap.web.http.rate_limits import BATCH, PAST, PICTURE
from legalmap.web.http.wsgi import (
    CAN_WAIT,
    CODED,
    HAS_WAITED,
    READY,
    WAIT,
    Environ,
    call,
    environ_of,
)

log = logging.getLogger(__name__)
# For how many seconds a look at the head of the feed serves everybody.
LOOK_SECONDS = 0.01
# How often those who wait for news look, in seconds, and how many may wait.
NEWS_SECONDS, MOST_WAITING = 0.25, 2_000
# By kind of work: how many threads it may have at once, and how many requests may wait for one.
WORK = {"": (2, 400), PICTURE: (1, 6), PAST: (1, 30), BATCH: (1, 6)}
READS = ("GET", "HEAD")
QUARTER_HOUR = 900
# Answered here, from the whole answer.
_CONDITIONS = dict.fromkeys(
    ("if-none-match", "if-modified-since", "range", "if-range", "accept-encoding"), ""
)

Done = TypeVar("Done")


class Front:
    """The RSGI application. All of it but what Flask does runs in one event loop."""

    def __init__(self, app: Flask) -> None:
        self._application = app.wsgi_app
        self._routes = Routes(app)
        self._heading: Head = app.extensions["reader"].tracker.heading
        self._app = app
        self._hops: int = app.config["BEHIND_PROXY"]
        self.cache = Cache()
        self._making: dict[Key, asyncio.Future[Answer | None]] = {}
        self._looking: asyncio.Future[None] | None = None
        self._next_look = 0.0
        self._slots = {kind: Slots(*room) for kind, room in WORK.items()}
        self._bodies = Slots(64, 200)
        self._news = Slots(MOST_WAITING, 0)
        most = sum(threads for threads, _ in WORK.values())
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="flask")
        self._looker = ThreadPoolExecutor(1, thread_name_prefix="head")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        method, headers = scope.method, scope.headers
        try:
            answer = self._at_hand(scope, headers, method)
            if answer is None:
                answer = await self._answer(scope, headers, protocol)
        except Refused as refusal:
            answer = _refusal(scope.path, refusal)
        except Exception:
            log.exception("front: a request could not be answered.")
            answer = _refusal(scope.path, Refused(500, "Our mistake", "Ask again in a moment."))
        if method == "HEAD" or answer.status in (204, 304):
            protocol.response_empty(answer.status, answer.headers)
        elif answer.file is not None:
            protocol.response_file_range(
                answer.status, answer.headers, answer.file, answer.start, answer.stop
            )
        else:
            protocol.response_bytes(answer.status, answer.headers, answer.body)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """The server stops."""
        self.close()

    def close(self) -> None:
        """Take no more work; what is under way is not waited for."""
        for threads in (self._threads, self._looker):
            threads.shutdown(wait=False, cancel_futures=True)

    def _at_hand(self, scope: Any, headers: Any, method: str) -> Answer | None:
        """What the cache has for the very address, where nothing has to be waited for: the usual case."""
        if method not in READS or monotonic() >= self._next_look:
            return None
        path = scope.path
        if not _is_common(path, headers):
            return None
        coding = content_coding.negotiate(headers.get("accept-encoding"))
        key = (self._site(scope, headers), path, scope.query_string, coding)
        entry = self.cache.get(key, self._heading.number, time())
        return None if entry is None else self._cut(entry.answer, headers)

    async def _answer(self, scope: Any, headers: Any, protocol: Any) -> Answer:
        """What somebody else has for the address, or Flask."""
        site = self._site(scope, headers)
        limits.require_plain(scope.method, scope.path, site)
        if scope.method not in READS:
            return await self._sent(scope, protocol)
        coding = content_coding.negotiate(headers.get("accept-encoding"))
        key = Key(site, scope.path, scope.query_string, coding)
        if _is_common(key.path, headers):
            if monotonic() >= self._next_look:
                await self._look()
            answer = await self._kept(key, scope)
        else:
            answer = await self._made(key, scope, self._routes.of(key.path))
        return self._cut(answer, headers)

    def _cut(self, answer: Answer, headers: Any) -> Answer:
        """As much of an answer as its client wants, dated for nginx."""
        held, part = headers.get("if-none-match"), headers.get("range")
        if held is not None or part is not None:
            answer = given(answer, Condition(held, part, headers.get("if-range")))
        return self._dated(answer) if self._hops else answer

    def _site(self, scope: Any, headers: Any) -> str:
        """Scheme and host as the client sees them; raise Refused where RFC 9112, 3.2 does."""
        hosts = headers.get_all("host")
        if len(hosts) != 1 and not (
            scope.authority or (not hosts and scope.http_version in ("1", "1.0"))
        ):
            raise Refused(400, "Bad request", "Send one Host header.", connection="close")
        # The host of a whole address in the request line is the one that counts.
        host, scheme = scope.authority or (hosts[0] if hosts else ""), scope.scheme
        if self._hops:
            host = _forwarded(headers, "x-forwarded-host", self._hops) or host
            scheme = _forwarded(headers, "x-forwarded-proto", self._hops) or scheme
        return f"{scheme}://{host}"

    async def _kept(self, key: Key, scope: Any) -> Answer:
        """The answer from the cache under its canonical key, or made and kept there."""
        route = self._routes.of(key.path)
        query = canonical(key.path, key.query, route)
        if route.decided_by is None or query is None:
            return await self._made(key, scope, route)
        key = key._replace(query=query)
        for _ in range(2):
            entry = self.cache.get(key, self._heading.number, time())
            if entry is not None:
                return entry.answer
            making = self._making.get(key)
            if making is None:
                return await self._made_once(key, scope, route)
            # Of requests for the same that come at once the first one makes it.
            answer = await asyncio.shield(making)
            if answer is not None:
                return answer
        return await self._made(key, scope, route)

    async def _made_once(self, key: Key, scope: Any, route: Route) -> Answer:
        making = self._making[key] = asyncio.get_running_loop().create_future()
        answer = None
        try:
            answer = await self._recoded(key) or await self._made(key, scope, route, keep=True)
            return answer
        finally:
            del self._making[key]
            # What was not kept may be for this client alone.
            making.set_result(answer if answer and self._is_kept(key) else None)

    def _is_kept(self, key: Key) -> bool:
        return self.cache.get(key, self._heading.number, time()) is not None

    async def _recoded(self, key: Key) -> Answer | None:
        """The same content in another coding than it is kept in; None if it is kept in none."""
        for coding in (IDENTITY, *compression.CODINGS):
            known = self.cache.get(key._replace(coding=coding), self._heading.number, time())
            if known is not None and known.is_ours:
                answer = await self._in_thread(lambda: _recode(known.answer, coding, key.coding))  # noqa: B023
                self.cache.keep(key, known._replace(answer=answer))
                return answer
        return None

    async def _made(self, key: Key, scope: Any, route: Route, *, keep: bool = False) -> Answer:
        """What Flask answers to a GET, coded; kept if its view says so and ``keep``."""
        environ = environ_of(scope, b"", key.query, {**_CONDITIONS, "accept-encoding": key.coding})
        # The whole answer to GET is what HEAD, conditions and ranges are answered from.
        environ["REQUEST_METHOD"] = "GET"
        feed_no: int | None = self._heading.number
        since, until = _quarter_hour()
        room = self._slots[_cost(route, key.query)]
        answer, may_be_kept, is_ours = await self._worked(environ, key.coding, room)
        if keep and may_be_kept:
            if key.path.startswith("/static/"):
                feed_no, since, until = None, 0, float("inf")
            self.cache.keep(key, Entry(answer, feed_no, since, until, is_ours))
        return answer

    async def _worked(
        self, environ: Environ, coding: str, room: Slots
    ) -> tuple[Answer, bool, bool]:
        """What Flask answers; where it has no news yet, once the feed has moved or its time is over."""
        environ[CAN_WAIT] = True
        began = monotonic()
        while True:
            said, seen = environ.copy(), self._heading.number
            async with room:
                done = await self._in_thread(lambda: _work(self._application, said, coding))  # noqa: B023
            left = said.get(WAIT, 0) - (monotonic() - began)
            if WAIT not in said:
                return done
            environ[HAS_WAITED] = left <= 0 or not await self._moves(seen, left)

    async def _moves(self, seen: int, seconds: float) -> bool:
        """Whether the feed moves beyond ``seen`` within so many seconds; no thread waits meanwhile."""
        ends = monotonic() + seconds
        async with self._news:
            while self._heading.number == seen and monotonic() < ends:
                await asyncio.sleep(NEWS_SECONDS)
                await self._look()
        return self._heading.number != seen

    async def _sent(self, scope: Any, protocol: Any) -> Answer:
        """What Flask answers to a request that may change something."""
        body, route = b"", self._routes.of(scope.path, scope.method)
        if route.exists:
            body = await self._body(scope, protocol)
        environ = environ_of(scope, body, scope.query_string, {})
        async with self._slots[route.cost]:
            coding = content_coding.negotiate(scope.headers.get("accept-encoding"))
            answer, _, _ = await self._in_thread(lambda: _work(self._application, environ, coding))
        return answer

    async def _body(self, scope: Any, protocol: Any) -> bytes:
        headers = scope.headers
        length = limits.declared_length(headers.get("content-length"))
        is_chunked = limits.is_chunked(headers.get_all("transfer-encoding"))
        if not length and not is_chunked:
            return b""
        allowed = MOST_OF_ANYBODY
        async with self._bodies:
            if is_chunked or length > allowed:
                environ = environ_of(scope, b"", scope.query_string, {})
                allowed = await self._in_thread(lambda: bodies.most_bytes(self._app, environ))
            if length > allowed:
                raise limits.too_large(allowed)
            return await limits.read_body(protocol, allowed)

    async def _look(self) -> None:
        """See whether somebody has published; who might have to wait for that waits beside the loop."""
        if self._looking is not None:
            await asyncio.shield(self._looking)
            return
        if not self._heading.still():
            loop = asyncio.get_running_loop()
            self._looking = loop.create_future()
            try:
                await loop.run_in_executor(self._looker, _now, self._heading)
            finally:
                self._looking.set_result(None)
                self._looking = None
        self._next_look = monotonic() + LOOK_SECONDS

    async def _in_thread(self, work: Callable[[], Done]) -> Done:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _dated(self, answer: Answer) -> Answer:
        """Let nginx keep what is kept here until the second is over in which it left.

        A number of seconds would be kept for up to one more (it counts whole ones).
        """
        if answer.header("cdn-cache-control") is None:
            return answer
        return answer._replace(headers=[*answer.headers, ("x-accel-expires", f"@{int(time())}")])


def _is_common(path: str, headers: Any) -> bool:
    """Whether nothing but site, path, query, coding and conditions can decide the answer."""
    cookie = headers.get("cookie")
    if cookie is not None and session.NAME in cookie:
        return False
    if "accept-datetime" in headers or "if-match" in headers or "if-unmodified-since" in headers:
        return False
    return not path.startswith("/api/") or takes_json(headers.get("accept") or "")


def _forwarded(headers: Any, name: str, hops: int) -> str | None:
    """What the nearest proxy that is trusted says of the client."""
    values = ",".join(headers.get_all(name)).split(",")
    return values[-hops].strip() if len(values) >= hops else None


def _cost(route: Route, query: str) -> str:
    """The kind of expensive work: a day or edit time that nobody has asked for yet is one."""
    if not route.cost and any(f"{name}=" in query for name in LAW):
        return PAST
    return route.cost


def _now(heading: Head) -> None:
    try:
        heading.now()
    except Exception:
        # Whoever needs the database is told by Flask.
        log.debug("front: the head of the feed is not known.", exc_info=True)


def _quarter_hour() -> tuple[float, float]:
    """When the present quarter of an hour begins and ends, in seconds since the epoch.

    No day begins within it, wherever on the globe: time zones differ by whole quarters.
    """
    start = clock.now().timestamp() // QUARTER_HOUR * QUARTER_HOUR
    return start, start + QUARTER_HOUR


def _work(application: Any, environ: Environ, coding: str) -> tuple[Answer, bool, bool]:
    """Flask's answer in a coding; whether it may be kept; and whether the coding was made here."""
    answer = call(application, environ)
    may_be_kept = (
        bool(environ.get(READY))
        and answer.status == 200
        and answer.header("etag") is not None
        and answer.header("set-cookie") is None
    )
    is_ours = answer.file is None and not environ.get(CODED)
    # A page with somebody's form token must not share a compressed stream with what they typed.
    if is_ours and session.NAME not in environ.get("HTTP_COOKIE", ""):
        answer = _recode(answer, IDENTITY, coding, kept=may_be_kept)
    return answer, may_be_kept, is_ours


def _recode(answer: Answer, coded: str, coding: str, *, kept: bool = True) -> Answer:
    """An answer that is in one coding in another."""
    content, etag = answer.body, answer.header("etag")
    if answer.header("content-encoding") is not None:
        content = compression.unpacked(content, coded)
        etag = content_coding.plain_etags(etag) if etag else None
        answer = answer._replace(headers=[p for p in answer.headers if p[0] != "content-encoding"])
    headers = {}
    if coding != IDENTITY and content_coding.gains(
        answer.header("content-type") or "", len(content)
    ):
        content = content_coding.compress(content, coding, kept=kept)
        headers["content_encoding"] = coding
        etag = content_coding.coded_etag(etag, coding) if etag else None
    if etag:
        headers["etag"] = etag
    return answer.with_headers(content_length=str(len(content)), **headers)._replace(body=content)


def _refusal(path: str, refusal: Refused) -> Answer:
    """Problem details (RFC 9457) for tools, a sentence for people."""
    if path.startswith(STRICT):
        details = contract.Details(
            type=f"urn:legalmap:problem:{refusal.title.lower().replace(' ', '-')}",
            title=refusal.title,
            status=refusal.status,
            detail=refusal.detail,
            instance=path[:500],
            errors=(),
            near=(),
        )
        kind, body = "application/problem+json", msgspec.json.encode(details)
    else:
        kind, body = "text/plain; charset=utf-8", f"{refusal.title}: {refusal.detail}\n".encode()
    headers = [
        ("content-type", kind),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ]
    return Answer(refusal.status, headers, body).with_headers(**refusal.headers)
