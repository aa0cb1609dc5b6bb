"""A grammar of odd requests: parts, what RFC 9112 and 9110 allow as an answer to each, and how they are joined.

Behind each request comes an ordinary one on the same connection. Its answer is the second, or the
connection is closed; an answer to anything else would be one to a smuggled request.
"""

from collections.abc import Iterator
from typing import NamedTuple

# Answered as if nothing about it were odd.
OK = 0
TARGET, POSTED = b"/kratom/codebook", b"/api/v1/kratom/resolve"
CONTENT = b'{"items":[]}'
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
FOLLOWING = b"GET /api/v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HOST = b"Host: localhost\r\n"
LONG = b"x" * 70_000
BAD, LENIENT, FINE = {400}, {OK, 400}, {OK}


class Part(NamedTuple):
    """One part of a request. ``allowed``: statuses, ``OK`` among them; ``usual``: what OK is for a line.

    ``closes``: nothing on this connection can be trusted afterwards, so that it must be closed.
    """

    kind: str
    name: str
    text: bytes
    allowed: frozenset[int]
    usual: int = 200
    body: bytes = b""
    closes: bool = False


def _line(name: str, text: bytes, allowed: set[int], usual: int = 200) -> Part:
    return Part("line", name, text + b"\r\n", frozenset(allowed), usual)


def _get(name: str, target: bytes, allowed: set[int], usual: int = 200) -> Part:
    return _line(name, b"GET %b HTTP/1.1" % target, allowed, usual)


def _version(name: str, version: bytes, allowed: set[int]) -> Part:
    return _line(name, b"GET %b %b" % (TARGET, version), allowed)


def _host(name: str, text: bytes, allowed: set[int]) -> Part:
    return Part("host", name, text, frozenset(allowed))


def _header(name: str, text: bytes, allowed: set[int]) -> Part:
    return Part("header", name, text + b"\r\n", frozenset(allowed))


def _sized(
    name: str, text: bytes, allowed: set[int], body: bytes = CONTENT, *, closes: bool = True
) -> Part:
    return Part("framing", name, text + b"\r\n", frozenset(allowed), 200, body, closes)


def _chunked(name: str, body: bytes, allowed: set[int]) -> Part:
    closes = OK not in allowed
    return _sized(name, b"Transfer-Encoding: chunked", allowed, body, closes=closes)


def _coded(name: str, value: bytes, allowed: set[int]) -> Part:
    body = b"c\r\n%b\r\n0\r\n\r\n" % CONTENT
    return _sized(name, b"Transfer-Encoding:" + value, allowed, body, closes=OK not in allowed)


_NO_METHOD = {405, 501}
LINES = [
    # RFC 9112, 2.3 and RFC 9110, 2.5: a higher minor version is read as 1.1; another major one may be refused.
    _version("HTTP/1.0", b"HTTP/1.0", FINE),
    _version("HTTP/1.2", b"HTTP/1.2", {OK, 505}),
    _version("HTTP/2.0", b"HTTP/2.0", {400, 505}),
    _version("HTTP/3.0", b"HTTP/3.0", {400, 505}),
    _version("HTTP/0.9", b"HTTP/0.9", {400, 505}),
    _version("HTTP/1.10", b"HTTP/1.10", {400, 505}),
    _version("HTTP/1", b"HTTP/1", {400, 505}),
    _version("HTTP/01.1", b"HTTP/01.1", {400, 505}),
    _version("http/1.1", b"http/1.1", {400, 505}),
    _version("HTTPS/1.1", b"HTTPS/1.1", {400, 505}),
    _version("FTP/1.1", b"FTP/1.1", {400, 505}),
    _version("words behind the version", b"HTTP/1.1 more", BAD),
    # RFC 9112, 3: who divides at white space may be lenient.
    _version("a space behind the version", b"HTTP/1.1 ", LENIENT),
    _version("a tab before the version", b"\tHTTP/1.1", LENIENT),
    _line("two spaces", b"GET  %b HTTP/1.1" % TARGET, LENIENT),
    _line("tabs for spaces", b"GET\t%b\tHTTP/1.1" % TARGET, LENIENT),
    _line("no version", b"GET " + TARGET, {400, 505}),
    _line("no target", b"GET HTTP/1.1", BAD),
    _line("a method alone", b"GET", BAD),
    _line("a space first", b" GET %b HTTP/1.1" % TARGET, LENIENT),
    _line("no request line", b"X: y", BAD),
    # RFC 9112, 2.2.
    _line("an empty line first", b"\r\nGET %b HTTP/1.1" % TARGET, FINE),
    _line("a bare CR at its end", b"GET %b HTTP/1.1\r" % TARGET, LENIENT),
    # RFC 9110, 9.1 and 15.6.2.
    _line("a method in lower case", b"get %b HTTP/1.1" % TARGET, {400, *_NO_METHOD}),
    _line("a method nobody knows", b"BREW %b HTTP/1.1" % TARGET, _NO_METHOD),
    _line("a method with a point", b"M-SEARCH.1 %b HTTP/1.1" % TARGET, {400, *_NO_METHOD}),
    _line("a method with signs", b"G(E)T %b HTTP/1.1" % TARGET, BAD),
    _line("a method of 200 letters", b"G" * 200 + b" %b HTTP/1.1" % TARGET, {400, *_NO_METHOD}),
    _line("TRACE", b"TRACE %b HTTP/1.1" % TARGET, _NO_METHOD),
    _line("PUT where nothing can be put", b"PUT %b HTTP/1.1" % TARGET, {405}),
    _line("CONNECT", b"CONNECT localhost:80 HTTP/1.1", {400, *_NO_METHOD}),
    _line("OPTIONS of a page", b"OPTIONS %b HTTP/1.1" % TARGET, FINE),
    _line("OPTIONS of the server", b"OPTIONS * HTTP/1.1", {OK, 204, 404, 405}),
    # RFC 9112, 3.2.
    _get("a star", b"*", {400, 404}),
    _get("a name and port", b"localhost:80", {400, 404}),
    _get("no slash", b"kratom", {400, 404}),
    _get("the whole address", b"http://localhost" + TARGET, FINE),
    _get("the whole address in capitals", b"HTTP://LOCALHOST" + TARGET, FINE),
    _get("the address of another host", b"http://evil.example" + TARGET, {400, 421}),
    _get("the address of nobody", b"http://" + TARGET, {400, 404, 421}),
    _get("an address with a password", b"http://a:b@localhost" + TARGET, {OK, 400, 421}),
    _get("the address of a file server", b"ftp://localhost" + TARGET, {OK, 400, 421}),
    _get("a fragment", TARGET + b"#x", LENIENT),
    _get("a space in the target", b"/kratom /codebook", BAD),
    _get("raw letters of another script", "/kratóm".encode(), {400, 404}),
    _get("raw bytes that are no letters", b"/krat\xff\xfem", {400, 404}),
    _get("a NUL", b"/kratom\x00", BAD),
    _get("a DEL", b"/kratom\x7f", {400, 404}),
    _get("a bare CR", b"/kratom\rX: y", BAD),
    _get("signs no URI has", b'/kratom/<"|^`{}>', {400, 404}),
    _get("half an escape", b"/kratom/%4", {400, 404}),
    _get("a bad escape", b"/kratom/%zz", {400, 404}),
    _get("an escaped NUL", b"/kratom/%00", {400, 404}),
    _get("escaped bytes that are no letters", b"/kratom/%ff%fe", {400, 404}),
    _get("an escaped line end", b"/kratom/%0d%0aX:%20y", {400, 404}),
    _get("an escaped slash", b"/kratom%2Fcodebook", {OK, 404}),
    _get("an escaped letter", b"/%6Bratom/codebook", FINE),
    _get("two slashes", b"//kratom/codebook", {OK, 308, 404}),
    _get("points for steps", b"/x/../kratom/codebook", {OK, 400, 404}),
    _get("an empty query", TARGET + b"?", FINE),
    _get("a query of question marks", TARGET + b"????", FINE),
    _get("a long target", b"/" + b"x" * 8_000, {OK, 414}, 404),
    _get("an overlong target", b"/" + LONG, {414}),
]
HOSTS = [
    # RFC 9112, 3.2: none, several and invalid ones MUST be answered with 400.
    _host("no Host", b"", BAD),
    _host("the same Host twice", HOST * 2, BAD),
    _host("two Hosts", HOST + b"Host: evil.example\r\n", BAD),
    _host("two Hosts, apart", b"Host: localhost\r\nX: y\r\nhOST: evil.example\r\n", BAD),
    _host("an empty Host", b"Host:\r\n", {400, 421}),
    _host("two in one", b"Host: localhost, evil.example\r\n", BAD),
    _host("a Host with a space", b"Host: local host\r\n", BAD),
    _host("a Host with a slash", b"Host: localhost/x\r\n", BAD),
    _host("a Host with a person", b"Host: me@localhost\r\n", BAD),
    _host("a Host with a word for a port", b"Host: localhost:http\r\n", BAD),
    _host("a Host with two ports", b"Host: localhost:80:80\r\n", BAD),
    _host("a Host in brackets", b"Host: [localhost]\r\n", BAD),
    _host("a Host of raw bytes", b"Host: localhost\xff\r\n", BAD),
    _host("a bracket", b"Host: [::1\r\n", BAD),
    _host("a Host with a bare CR", b"Host: localhost\rX: y\r\n", BAD),
    _host("a folded Host", b"Host:\r\n localhost\r\n", LENIENT),
    _host("a space before the colon", b"Host : localhost\r\n", BAD),
    _host("a stranger", b"Host: evil.example\r\n", {421}),
    _host("an overlong Host", b"Host: %b\r\n" % LONG[:12_000], {400, 421, 431}),
    _host("a Host in capitals", b"HOST:LOCALHOST\r\n", FINE),
    _host("an address for a Host", b"Host: 127.0.0.1:8000\r\n", FINE),
    _host("such an address of six", b"Host: [::1]:8000\r\n", FINE),
    _host("white space around it", b"Host: \t localhost \t\r\n", FINE),
    _host("an empty port", b"Host: localhost:\r\n", {OK, 421}),
]
HEADERS = [
    # RFC 9112, 5.
    _header("obs-fold", b"X: a\r\n b", LENIENT),
    _header("obs-fold by a tab", b"X: a\r\n\tb", LENIENT),
    _header("a header that begins with a space", b" X: a", LENIENT),
    _header("no colon", b"X", BAD),
    _header("no name", b": x", BAD),
    _header("a name with a space", b"X Y: a", BAD),
    _header("a space before a colon", b"X : a", BAD),
    _header("a name with signs", b"X(Y): a", BAD),
    _header("a name in another script", "Ä: a".encode(), BAD),
    _header("an empty value", b"X:", FINE),
    # RFC 9110, 5.5.
    _header("a NUL in a value", b"X: a\x00b", LENIENT),
    _header("a bare CR in a value", b"X: a\rb", LENIENT),
    _header("a control in a value", b"X: a\x01b", LENIENT),
    _header("a DEL in a value", b"X: a\x7fb", LENIENT),
    _header("a value in Latin-1", b"X: caf\xe9", FINE),
    _header("a browser in another script", "User-Agent: Браузер".encode(), FINE),
    _header("a cookie of raw bytes", b"Cookie: a=\xff\xfe", FINE),
    _header("an ETag of raw bytes", b'If-None-Match: "\xff"', FINE),
    _header("codings of raw bytes", b"Accept-Encoding: \xff", FINE),
    _header("a bare LF", b"X: a\nY: b", LENIENT),
    _header("a long header", b"X: " + LONG[:7_000], {OK, 431}),
    _header("an overlong header", b"X: " + LONG, {400, 431}),
    _header("an overlong name", LONG + b": x", {400, 431}),
    _header("90 headers", b"\r\n".join(b"X-%d: a" % n for n in range(90)), FINE),
    _header("2,000 headers", b"\r\n".join(b"X-%d: a" % n for n in range(2_000)), {400, 431}),
    # RFC 9110, 10.1.1, 7.8 and 7.6.1.
    _header("an Expect without content", b"Expect: 100-continue", {OK, 417}),
    _header("an Expect nobody knows", b"Expect: tea", {OK, 417}),
    _header("an Upgrade to HTTP/2", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            b"HTTP2-Settings: AAMAAABkAAQAAP__", FINE),
    _header("an Upgrade to a socket", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", FINE),
    _header("an Upgrade to nothing", b"Connection: Upgrade\r\nUpgrade:", FINE),
    _header("a Connection that names Host", b"Connection: Host", FINE),
    _header("a Connection that ends here", b"Connection: close", FINE),
    _header("TE", b"Connection: TE\r\nTE: trailers, gzip;q=0.5", FINE),
    _header("a Trailer", b"Trailer: Host", FINE),
    _header("no more steps", b"Max-Forwards: 0", FINE),
    _header("a header that passes for another", b"Content_Length: 5\r\nX_Forwarded_Host: evil.example",
            LENIENT),
    _header("a Range nobody knows", b"Range: lines=1-2", FINE),
    _header("two Ranges", b"Range: bytes=0-1\r\nRange: bytes=2-3", {OK, 206, 416}),
]  # fmt: skip
_LENGTH, _CHUNKED = b"Content-Length: 12", b"Transfer-Encoding: chunked"
_CHUNKS = b"c\r\n%b\r\n0\r\n\r\n" % CONTENT
FRAMINGS = [
    _sized("a length", _LENGTH, FINE, closes=False),
    _sized("a length behind zeros", b"Content-Length: 0012", FINE, closes=False),
    # RFC 9112, 6.3 and RFC 9110, 8.6.
    _sized("the same length twice", _LENGTH + b"\r\n" + _LENGTH, LENIENT),
    _sized("the same length in one", b"Content-Length: 12, 12", LENIENT),
    _sized("two lengths", _LENGTH + b"\r\nContent-Length: 56", BAD, CONTENT + SMUGGLED),
    _sized("two lengths in one", b"Content-Length: 12, 56", BAD, CONTENT + SMUGGLED),
    _sized("two lengths, none first", b"Content-Length: 0\r\n" + _LENGTH, BAD),
    *(
        _sized(f"the length {value!r}", b"Content-Length: " + value, BAD)
        for value in (b"+12", b"-12", b"0xc", b"1 2", b"12;", b"twelve", b"", b"12.0", b"\xb2", b"1_2")
    ),
    _sized("a length with a space before its colon", b"Content-Length : 12", BAD),
    _sized("a folded length", b"Content-Length:\r\n 12", LENIENT),
    _sized("a length beyond any number", b"Content-Length: " + b"9" * 40, {400, 413}),
    # RFC 9112, 6.1 and 6.3: one who knows better may go by the chunks alone, and must close.
    _sized("length and chunks", _LENGTH + b"\r\n" + _CHUNKED, LENIENT, _CHUNKS),
    _sized("chunks and length", _CHUNKED + b"\r\n" + _LENGTH, LENIENT, _CHUNKS),
    _sized("length and no chunk", b"Content-Length: 49\r\n" + _CHUNKED, LENIENT, b"0\r\n\r\n" + SMUGGLED),
    _sized("a length and identity", _LENGTH + b"\r\nTransfer-Encoding: identity", {400, 501}),
    _coded("chunks", b" chunked", FINE),
    _coded("chunks in capitals", b" CHUNKED", FINE),
    _coded("chunks behind a tab", b"\tchunked", FINE),
    _coded("chunks behind gzip", b" gzip, chunked", {400, 501}),
    _coded("chunks, then gzip", b" chunked, gzip", {400, 501}),
    _coded("chunks of chunks", b" chunked, chunked", {400, 501}),
    _coded("chunks twice", b" chunked\r\nTransfer-Encoding: chunked", {400, 501}),
    _coded("chunks and identity", b" chunked\r\nTransfer-Encoding: identity", {400, 501}),
    _coded("identity", b" identity", {400, 501}),
    _coded("a coding nobody knows", b" xchunked", {400, 501}),
    _coded("no coding", b"", {400, 501}),
    _coded("chunks behind a control", b" \x0bchunked", {400, 501}),
    _coded("chunks in quotes", b' "chunked"', {400, 501}),
    _sized("a space before the colon of chunks", b"Transfer-Encoding : chunked", BAD, _CHUNKS),
    # RFC 9112, 7.1.
    _chunked("a chunk with an extension", b'c;a="b"\r\n%b\r\n0\r\n\r\n' % CONTENT, FINE),
    _chunked("a chunk in capitals behind zeros", b"00C\r\n%b\r\n000\r\n\r\n" % CONTENT, FINE),
    _chunked("a trailer", b"c\r\n%b\r\n0\r\nX: y\r\n\r\n" % CONTENT, FINE),
    _chunked("a length in the trailer", b"c\r\n%b\r\n0\r\nContent-Length: 5\r\n\r\n" % CONTENT, LENIENT),
    _chunked("a space behind the size", b"c \r\n%b\r\n0\r\n\r\n" % CONTENT, LENIENT),
    *(
        _chunked(f"the size {size!r}", b"%b\r\n%b\r\n0\r\n\r\n" % (size, CONTENT), BAD)
        for size in (b"0xc", b"-c", b"+c", b"zz", b"", b"c_0", b"f" * 17, b"\xb2")
    ),
    _chunked("a chunk longer than it says", b"5\r\n%b\r\n0\r\n\r\n" % CONTENT, BAD),
    _chunked("chunks divided by LF", b"c\n%b\n0\n\n" % CONTENT, BAD),
    _chunked("an LF behind a chunk", b"c\r\n%b\n0\r\n\r\n" % CONTENT, BAD),
    _chunked("an extension with an LF", b"c;a\nb\r\n%b\r\n0\r\n\r\n" % CONTENT, LENIENT),
    _chunked("an endless extension", b"c;%b\r\n%b\r\n0\r\n\r\n" % (LONG, CONTENT), {400, 413, 431}),
    _sized("an Expect", _LENGTH + b"\r\nExpect: 100-continue", FINE, closes=False),
]  # fmt: skip


class Request(NamedTuple):
    """Parts that make one request; those that are not named are ordinary."""

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """What is odd about it."""
        return " + ".join(part.name for part in self.parts)

    @property
    def content(self) -> bytes:
        """Its bytes."""
        parts = {part.kind: part for part in self.parts}
        line, framing = parts.get("line"), parts.get("framing")
        usual = b"POST " + POSTED if framing else b"GET " + TARGET
        head = line.text if line else usual + b" HTTP/1.1\r\n"
        head += parts["host"].text if "host" in parts else HOST
        head += parts["header"].text if "header" in parts else b""
        if framing is None:
            return head + b"\r\n"
        return head + b"Content-Type: application/json\r\n" + framing.text + b"\r\n" + framing.body

    @property
    def allowed(self) -> set[int]:
        """The statuses that the RFC allows."""
        refusals = [part.allowed for part in self.parts if OK not in part.allowed]
        every = {status for part in self.parts for status in part.allowed}
        line = next((part for part in self.parts if part.kind == "line"), None)
        if refusals:
            return every - {OK}
        return every - {OK} | {line.usual if line else 200}

    @property
    def closes(self) -> bool:
        """Whether nothing behind it may be answered."""
        return any(part.closes for part in self.parts)


def requests() -> Iterator[Request]:
    """Each odd part alone, and with two others of other kinds."""
    parts = [*LINES, *HOSTS, *HEADERS, *FRAMINGS]
    for part in parts:
        yield Request((part,))
    for step in (len(LINES), len(LINES) + len(HEADERS)):
        for index, part in enumerate(parts):
            other = parts[(index + step) % len(parts)]
            if part.kind != other.kind:
                yield Request((part, other))
