"""Which coding is taken, and which ETag names what."""

import pytest

from legalmap.web import codings


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br", "br gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br zstd gzip"),
        ("*;q=0, zstd", "zstd"),
    ],
)
def test_what_somebody_takes(accepted: str, taken: str) -> None:
    assert codings.taken(accepted) == taken


@pytest.mark.parametrize(
    ("etag", "plain"),
    [
        ('"abc"', '"abc"'),
        ('"abc-br"', '"abc"'),
        ('"abc-quick-br"', '"abc"'),
        ('W/"abc-zstd", "def-quick-gzip" , *', 'W/"abc", "def" , *'),
        # Only at its end is it ours.
        ('"br-abc"', '"br-abc"'),
        ('"abc-quick"', '"abc-quick"'),
    ],
)
def test_every_coding_of_a_content_is_that_content(etag: str, plain: str) -> None:
    assert codings.plain_etags(etag) == plain


@pytest.mark.parametrize("coding", codings.CODINGS)
def test_each_coding_has_an_etag_of_its_own(coding: str) -> None:
    best, quick = codings.etag_of("abc", coding), codings.etag_of("abc", coding, quick=True)
    assert len({"abc", best, quick}) == 3
    assert {codings.plain_etags(f'"{etag}"') for etag in ("abc", best, quick)} == {'"abc"'}
    assert codings.etag_of("abc", None) == "abc"


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        # What the asker holds, in whatever coding it came …
        ('"abc-quick-br"', '"abc-quick-br"'),
        ('"abc"', '"abc"'),
        ('"other", W/"abc-gzip", "abc"', '"abc-gzip"'),
        # … else the content itself.
        ("*", '"abc"'),
        ('"other"', '"abc"'),
        ("", '"abc"'),
    ],
)
def test_an_answer_without_a_body_names_what_the_asker_holds(condition: str, named: str) -> None:
    assert codings.held(condition, '"abc-br"') == named
