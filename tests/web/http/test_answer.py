"""What of a finished answer a client is given (RFC 9110, 13 and 14)."""

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from legalmap.web.http.answer import Answer, Condition, given

BODY = b"0123456789"
WHOLE = Answer(
    200,
    [
        ("etag", '"abc-br"'),
        ("accept-ranges", "bytes"),
        ("content-type", "text/plain"),
        ("content-encoding", "br"),
        ("content-length", "10"),
        ("vary", "Accept-Encoding"),
    ],
    BODY,
)
# A sentence for each: If-None-Match, and the ETag of the 304, None where the whole is sent.
HELD = [
    ('"abc-br"', '"abc-br"', "the very bytes"),
    ('W/"abc-br"', '"abc-br"', "a weak comparison will do"),
    ('"abc"', '"abc"', "the same content in no coding: the answer names what the client holds"),
    ('"x", "abc-gzip"', '"abc-gzip"', "or in another coding"),
    ("*", '"abc-br"', "anything"),
    ('"other"', None, "something else"),
    ("abc-br", None, "no ETag stands without quotes"),
    ("", None, "nothing"),
]


@pytest.mark.parametrize(("condition", "etag", "_why"), HELD)
def test_who_has_it_is_not_sent_it_again(condition: str, etag: str | None, _why: str) -> None:
    answer = given(WHOLE, Condition(if_none_match=condition))
    if etag is None:
        assert answer == WHOLE
    else:
        assert (answer.status, answer.body, answer.header("etag")) == (304, b"", etag)
        assert answer.header("vary") == "Accept-Encoding"
        assert answer.header("content-length") is answer.header("content-encoding") is None
        # The client holds it with the content: a 304 is read a thousand times as often.
        document = answer._replace(headers=[*WHOLE.headers, ("content-security-policy", "none")])
        document = given(document._replace(status=200), Condition(if_none_match=condition))
        assert document.header("content-security-policy") is None


# A sentence for each: Range, If-Range, and what is sent: None for the whole, empty for 416.
RANGES = [
    ("bytes=0-3", None, b"0123", "the beginning"),
    ("bytes=8-", None, b"89", "from a byte on"),
    ("bytes=-3", None, b"789", "the last bytes"),
    ("bytes=-99", None, b"0123456789", "more than there are"),
    ("bytes=5-99", None, b"56789", "to the end"),
    ("bytes=10-", None, b"", "behind the end"),
    ("bytes=-0", None, b"", "the last none"),
    ("bytes=5-3", None, None, "backwards is no range"),
    ("bytes=-", None, None, "no number at all"),
    ("bytes=0-1,3-4", None, None, "several may be answered with the whole"),
    ("lines=0-3", None, None, "another unit"),
    ("bytes=" + "9" * 5_000 + "-", None, None, "a number that nobody means"),
    ("bytes=0-3", '"abc-br"', b"0123", "of the very bytes the client holds a part of"),
    ("bytes=0-3", '"abc"', None, "of another coding"),
    ("bytes=0-3", "Mon, 23 Nov 2026 12:00:00 GMT", None, "a date is no proof"),
]


@pytest.mark.parametrize(("asked", "if_range", "sent", "_why"), RANGES)
def test_a_part_is_the_part_that_was_asked_for(
    asked: str, if_range: str | None, sent: bytes | None, _why: str
) -> None:
    answer = given(WHOLE, Condition(range=asked, if_range=if_range))
    if sent is None:
        assert answer == WHOLE
    elif sent:
        start = BODY.index(sent)
        assert (answer.status, answer.body) == (206, sent)
        assert answer.header("content-range") == f"bytes {start}-{start + len(sent) - 1}/10"
        assert answer.header("content-length") == str(len(sent))
    else:
        assert (answer.status, answer.header("content-range")) == (416, "bytes */10")


@example(st.integers(0, 12), st.integers(0, 12))
def test_of_a_file_the_same_part_is_named(start: int, end: int) -> None:
    condition = Condition(range=f"bytes={start}-{end}")
    in_memory = given(WHOLE, condition)
    on_disk = given(WHOLE._replace(body=b"", file="/some/file", stop=10), condition)
    assert on_disk.status == in_memory.status
    assert on_disk.headers == in_memory.headers
    if in_memory.status == 206:
        assert BODY[on_disk.start : on_disk.stop] == in_memory.body


def test_only_what_says_so_is_sent_in_part() -> None:
    page = Answer(200, [("etag", '"abc"')], BODY)
    assert given(page, Condition(range="bytes=0-3")) == page


@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_condition_is_of_what_is_found(status: int) -> None:
    assert given(WHOLE._replace(status=status), Condition(if_none_match="*")).status == status
