"""POST to a URL that an outsider chose: https only, no redirects, no private hosts, no endless wait."""

import http.client
import socket
import ssl
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from legalmap.domain.errors import Invalid

# For the whole exchange: connecting, sending, and reading the status.
SECONDS = 15
LONGEST = 2000
# NAT64, Teredo and 6to4 (RFC 6052, 4380, 3056) embed an IPv4 address, which may be private.
_WRAPPED = tuple(IPv6Network(text) for text in ("64:ff9b::/32", "2001::/32", "2002::/16"))
Address = IPv4Address | IPv6Address


class Undelivered(Exception):
    """A webhook or a mail that was not taken, and why, without the address it was for.

    ``for_good``: it never will be. ``reached``: the server did answer.
    """

    def __init__(self, why: str, *, for_good: bool = False, reached: bool = True) -> None:
        self.for_good, self.reached = for_good, reached
        super().__init__(why)


def checked_url(url: str, *, loopback: bool) -> SplitResult:
    """The parts of a URL that may be posted to; raise Invalid for any other.

    ``loopback``: also this machine, by http too: for tests and development.
    """
    try:
        parts = urlsplit(url)
        # ``port`` raises ValueError for a number that is none, and 0 cannot be connected to.
        named = parts.hostname and parts.port != 0
    except ValueError:
        named = None
    if not named or not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid.at("URL", "Give a whole address such as https://example.org/hook.")
    if len(url) > LONGEST:
        raise Invalid.at("URL", f"Give at most {LONGEST} characters.")
    if parts.username is not None or parts.fragment:
        raise Invalid.at("URL", "Leave out user name, password and fragment.")
    plain = parts.scheme == "http" and loopback and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not plain:
        raise Invalid.at("URL", "Only https is spoken to other machines.")
    # A host name is checked when it is resolved, just before sending.
    literal = _literal(parts.hostname or "")
    if literal is not None and not _is_public(literal, loopback=loopback):
        raise Invalid.at("URL", "Give an address of the public internet.")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host name or literal address is this machine."""
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def _is_public(address: Address, *, loopback: bool) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped, loopback=loopback)
        if any(address in network for network in _WRAPPED):
            return False
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses a name resolves to now; raise OSError if it does not."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in answers))


class _Connection(http.client.HTTPConnection):
    """Connects to an address checked before: a second look-up could give another (DNS rebinding)."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        self.secure = parts.scheme == "https"
        self.address = address
        if self.secure:
            self.default_port = 443
        super().__init__(parts.hostname or "", parts.port, timeout=SECONDS)

    def connect(self) -> None:
        """Connect to the checked address; the certificate is verified for the host name."""
        self.sock = socket.create_connection((self.address, self.port), SECONDS)
        if self.secure:
            self.sock = tls().wrap_socket(self.sock, server_hostname=self.host)

    def hang_up(self) -> None:
        """Abort: a socket's timeout starts anew with each byte, so one byte a second would hold us for ever."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.sock.close()


@cache
def tls() -> ssl.SSLContext:
    """The TLS settings for webhooks and mail: certificates are verified."""
    return ssl.create_default_context()


def post(url: str, headers: dict[str, str], body: bytes, *, loopback: bool) -> None:
    """POST a message; raise Undelivered unless the answer has a status from 200 to 299."""
    try:
        parts = checked_url(url, loopback=loopback)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = addresses_of(parts.hostname or "", port)
        if not all(_is_public(ip_address(address), loopback=loopback) for address in addresses):
            raise Undelivered("The name stands for an address that is not public.")
        status = _status(_Connection(parts, addresses[0]), parts, headers, body)
    except Invalid as error:
        raise Undelivered(error.problems[0].message) from error
    # AttributeError: http.client, where the connection was aborted under its hands.
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        raise Undelivered(f"No answer: {type(error).__name__}.") from error
    if not 200 <= status <= 299:
        # 410 Gone: the receiver asks to be sent no more.
        raise Undelivered(f"The answer was {status}.", for_good=status == http.client.GONE)


def _status(
    connection: _Connection, parts: SplitResult, headers: dict[str, str], body: bytes
) -> int:
    deadline = Timer(SECONDS, connection.hang_up)
    deadline.daemon = True
    deadline.start()
    try:
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        connection.request("POST", target, body, headers)
        return connection.getresponse().status
    finally:
        deadline.cancel()
        connection.close()
