"""The cache of finished answers: what it holds it holds rightly, and no more than it may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.web.http import cache as caches
from legalmap.web.http.answer import Answer
from legalmap.web.http.cache import Cache, Entry, Key

KEY = Key("https://law.example", "/kratom", "", "br")
DAY = (1_000.0, 2_000.0)
ENTRY = Entry(Answer(200, [("etag", '"a"')], b"body"), 7, *DAY, is_ours=True)

# A sentence for each: feed number and instant of a request, and whether the entry holds then.
HOLDS = [
    (7, 1_000.0, True, "from the beginning of its day"),
    (7, 1_999.9, True, "to the end of it"),
    (7, 2_000.0, False, "at midnight it is over"),
    (7, 999.0, False, "a clock that is set back finds nothing of tomorrow"),
    (8, 1_500.0, False, "the feed has moved"),
]


@pytest.mark.parametrize(("feed_no", "now", "holds", "_why"), HOLDS)
def test_an_entry_holds_at_its_feed_number_and_day(
    feed_no: int, now: float, holds: bool, _why: str
) -> None:
    cache = Cache()
    cache.keep(KEY, ENTRY)
    assert (cache.get(KEY, feed_no, now) is ENTRY) == holds
    # What does not hold is gone at once, and its bytes with it.
    assert len(cache) == holds
    assert (cache.bytes > 0) == holds


def test_what_never_changes_holds_at_every_feed_number() -> None:
    cache, forever = Cache(), ENTRY._replace(feed_no=None, since=0, until=float("inf"))
    cache.keep(KEY, forever)
    assert cache.get(KEY, 100, 1e12) is forever


@pytest.mark.parametrize(
    ("key", "entry", "_why"),
    [
        (KEY._replace(query="x" * 2_000), ENTRY, "a key that no link of ours has"),
        (KEY._replace(site="http://" + "h" * 12_000), ENTRY, "a host of 12 KB"),
        (KEY, ENTRY._replace(answer=Answer(200, [], bytes(5_000_000))), "a body too large"),
    ],
)
def test_what_is_too_large_is_not_kept(key: Key, entry: Entry, _why: str) -> None:
    cache = Cache()
    cache.keep(key, entry)
    assert (len(cache), cache.bytes) == (0, 0)


@given(
    st.lists(
        st.tuples(st.text(max_size=20), st.integers(0, 3_000), st.integers(0, 3_000), st.booleans())
    )
)
def test_it_holds_no_more_than_it_may(
    acts: list[tuple[str, int, int, bool]],
) -> None:
    """Keys, headers and bodies are counted, whatever is kept and asked for in whatever order."""
    cache = Cache(most_entries=5, most_bytes=12_000)
    for path, body, header, is_asked in acts:
        key = KEY._replace(path=path)
        if is_asked:
            cache.get(key, 7, 1_500)
        answer = Answer(200, [("x", "h" * header)], bytes(body))
        cache.keep(key, ENTRY._replace(answer=answer))
        assert len(cache) <= 5
        assert cache.bytes <= 12_000
        assert cache.bytes == sum(caches._size(k, e) for k, e in cache._entries.items())


def test_what_is_asked_for_again_outlives_what_was_asked_for_once() -> None:
    cache = Cache(most_entries=3)
    for number in range(20):
        cache.keep(KEY._replace(query=str(number)), ENTRY)
        if number == 0:
            continue
        assert cache.get(KEY._replace(query="0"), 7, 1_500) is not None
