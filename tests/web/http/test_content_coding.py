"""Which content coding a client is sent (RFC 9110, 12.5.3), and that it is the same content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.services.exporting.compression import CODINGS, unpacked
from legalmap.web.http import content_coding
from legalmap.web.http.content_coding import IDENTITY, negotiate

# A sentence for each client: what it says, and what it is sent.
CLIENTS = [
    ("gzip, deflate, br, zstd", "br", "Chrome and Firefox"),
    ("gzip, deflate, br", "br", "Safari"),
    ("gzip, deflate", "gzip", "requests"),
    ("gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "gzip", "Ruby"),
    (None, IDENTITY, "curl says nothing"),
    ("", IDENTITY, "or an empty header"),
    ("*", "br", "anything"),
    ("*;q=0", IDENTITY, "nothing at all: it is sent as it is"),
    ("br;q=0, gzip;q=0.1", "gzip", "one is refused"),
    ("br;q=0.1, zstd", "zstd", "what it likes best"),
    ("gzip;q=0.5, identity", IDENTITY, "none is liked better"),
    ("zstd, identity;q=0.5", "zstd", "a coding is liked better"),
    ("x-unknown", IDENTITY, "a coding that nobody knows"),
    ("br;q=abc, gzip", "gzip", "a quality that is no number"),
    ("gzip" + ", x" * 1_000, IDENTITY, "a header that no browser sends"),
]


@pytest.mark.parametrize(("accept_encoding", "coding", "_who"), CLIENTS)
def test_what_a_client_is_sent(accept_encoding: str | None, coding: str, _who: str) -> None:
    assert negotiate(accept_encoding) == coding


@given(st.binary(), st.sampled_from(CODINGS), st.booleans())
def test_every_coding_is_undone(content: bytes, coding: str, kept: bool) -> None:
    coded = content_coding.compress(content, coding, kept=kept)
    assert unpacked(coded, coding) == content


@pytest.mark.parametrize(
    ("media_type", "length", "gains"),
    [
        ("text/html; charset=utf-8", 5_000, True),
        ("application/json", 5_000, True),
        ("application/problem+json", 5_000, True),
        ("application/atom+xml", 5_000, True),
        ("image/svg+xml", 5_000, True),
        ("text/html", 100, False),
        ("image/png", 5_000, False),
        ("application/zip", 5_000, False),
        ("application/vnd.apache.parquet", 5_000, False),
    ],
)
def test_what_gains_by_a_coding(media_type: str, length: int, gains: bool) -> None:
    assert content_coding.gains(media_type, length) == gains


@pytest.mark.parametrize("coding", CODINGS)
def test_each_coding_has_an_etag_of_its_own(coding: str) -> None:
    etag = content_coding.coded_etag('"abc"', coding)
    assert etag == f'"abc-{coding}"'
    assert content_coding.plain_etags(f'W/{etag}, "x"') == 'W/"abc", "x"'
