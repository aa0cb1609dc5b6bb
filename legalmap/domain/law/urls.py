"""Links: when two lead to the same page, and when one hides where it leads."""

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

# Services that hide where a link leads and may stop working any day.
SHORTENERS = frozenset(
    (
        *("adf.ly", "amzn.to", "bit.do", "bit.ly", "bl.ink", "buff.ly", "cutt.ly", "dlvr.it"),
        *("fb.me", "goo.gl", "ift.tt", "is.gd", "lnkd.in", "mcaf.ee", "ow.ly", "qr.ae"),
        *("rb.gy", "rebrand.ly", "s.id", "shorturl.at", "snip.ly", "soo.gd", "t.co", "t.ly"),
        *("tiny.cc", "tinyurl.com", "tr.im", "trib.al", "urlz.fr", "v.gd", "wp.me", "x.co"),
    )
)
# Parameters that tell a site who sent the reader, and nothing about the page.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|twclid|igshid|mc_[ce]id|_ga|_hs\w+"
)
# Pages of a US state’s government: tn.gov, legislature.ca.gov, legis.state.al.us.
_OF_A_STATE = re.compile(r"(?:.*\.)?(?:(?P<gov>[a-z]{2})\.gov|state\.(?P<us>[a-z]{2})\.us)")
_STATES = frozenset(
    (
        *("al", "ak", "az", "ar", "ca", "co", "ct", "de", "fl", "ga", "hi", "id", "il"),
        *("in", "ia", "ks", "ky", "la", "me", "md", "ma", "mi", "mn", "ms", "mo", "mt"),
        *("ne", "nv", "nh", "nj", "nm", "ny", "nc", "nd", "oh", "ok", "or", "pa", "ri"),
        *("sc", "sd", "tn", "tx", "ut", "vt", "va", "wa", "wv", "wi", "wy"),
    )
)


# Names that mean a machine near whoever opens the link (RFC 6761, 6762, 8375 and ICANN’s “internal”).
_NEARBY = ("localhost", "local", "localdomain", "lan", "internal", "home.arpa")
NO_LINK = "Enter a full link that begins with http:// or https://."
_USER = "This link leads to {host}, not to what stands before the “@”: enter the address without “{user}@”."
_NEAR = "“{host}” is no host on the internet that readers can open: enter a public address."
_LOOKALIKE = "The host has characters that only look like others: enter it as “{host}”."


def host_of(url: str) -> str:
    """The host of a link in lower case without “www.”; empty if there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def same_page(url: str) -> str:
    """A key that links to the same page share: scheme, “www.”, a final slash, the order of
    parameters, tracking parameters and the fragment do not count.
    """
    try:
        parts = urlsplit(url)
        port = parts.port  # raises ValueError if it is not a number
    except ValueError:
        return url
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    parameters = sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0].lower()))
    host = host_of(url) + (f":{port}" if port not in (None, 80, 443) else "")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(parameters)}"


def is_shortened(url: str) -> bool:
    """Whether a link goes through a known shortener."""
    return host_of(url) in SHORTENERS


def state_of(url: str) -> str | None:
    """The US state whose government a link belongs to, such as “tn”; None for any other link."""
    match = _OF_A_STATE.fullmatch(host_of(url))
    state = (match["gov"] or match["us"]) if match else None
    return state if state in _STATES else None


def fault_of(url: str) -> str:
    """Why a link cannot be a source, in a sentence; empty if it can.

    Refused is what readers could not open, and what leads to another host than it seems to.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return NO_LINK
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s<>\"\\\ufffd]", url):
        return NO_LINK
    if "@" in parts.netloc:
        return _USER.format(host=host, user=parts.netloc.rpartition("@")[0])
    # Fullwidth letters and their like: browsers read them as the plain ones.
    plain = unicodedata.normalize("NFKC", host).lower()
    if plain != host:
        return _LOOKALIKE.format(host=plain)
    return "" if _is_public(host) else _NEAR.format(host=host)


def _is_public(host: str) -> bool:
    name = host.removesuffix(".")
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        # A last label that is a number makes an address of it (WHATWG URL, 3.5), such as 127.1.
        last = name.rpartition(".")[2]
        nearby = any(f".{name}".endswith(f".{end}") for end in _NEARBY)
        return "." in name and not nearby and not re.fullmatch(r"\d+|0x[\da-f]*", last)


def plainly(url: str) -> str:
    """The link with its scheme and host in lower case, and a host of mixed alphabets as it travels (“xn--…”).

    A link that cannot be read stays as it is.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return url
    if not host or "@" in parts.netloc:
        return url
    shown = _as_it_travels(host) if mixes_alphabets(url) else host
    at = parts.netloc.lower().index(host.lower())
    netloc = parts.netloc[:at] + shown + parts.netloc[at + len(host) :]
    return _joined(url, parts, netloc)


def _joined(url: str, parts: SplitResult, netloc: str) -> str:
    # Not ``urlunsplit``: it would drop an empty query or fragment.
    scheme, mark, rest = url.partition("//")
    return scheme.lower() + mark + netloc + rest[len(parts.netloc) :]


def mixes_alphabets(url: str) -> bool:
    """Whether the letters of a link’s host are of more than one alphabet: one may pass for another.

    The top-level domain counts, so a Cyrillic word under “.com” does, and “закон.рф” does not.
    """
    letters = {letter for letter in _readable(host_of(url)) if letter.isalpha()}
    return len({unicodedata.name(letter, "").split(" ")[0] for letter in letters}) > 1


def _readable(host: str) -> str:
    """A host as it is meant to be read: “xn--…” decoded where it can be."""
    return ".".join(_decoded(label) for label in host.split("."))


def _decoded(label: str) -> str:
    try:
        return label.encode().decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _as_it_travels(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
