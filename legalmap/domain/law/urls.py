"""Links: when two lead to the same page, and when one hides where it leads."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

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
