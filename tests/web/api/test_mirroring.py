"""The mirror client of docs/api.md, as it stands there, against a live server that is restarted."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.store.engine import Store
from legalmap.store.history import feed
from tests.browser.conftest import free_port, started
from tests.conventions import pages
from tests.services.build import decide, propose

Follow = Callable[..., Iterator[dict[str, Any]]]


@pytest.fixture
def follow() -> Follow:
    """The code block of “Following the feed”."""
    block = pages.block_with("docs/api.md", "def follow")
    assert len([line for line in block.splitlines() if line]) <= 20
    made: dict[str, Any] = {}
    exec(block, made)  # that it runs as it is written is the point
    return made["follow"]


def start(seen: Queue[Any], changes: Iterator[dict[str, Any]], until: int) -> threading.Thread:
    """Follow in the background to a feed number; what goes wrong comes out of the queue too."""

    def run() -> None:
        try:
            for change in changes:
                seen.put(change)
                if change["feed_no"] == until:
                    return
        except (ValueError, KeyError) as error:
            seen.put(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def taken(seen: Queue[Any], count: int) -> list[dict[str, Any]]:
    answers = [seen.get(timeout=60) for _ in range(count)]
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    return answers


@pytest.mark.slow
def test_the_mirror_follows_through_a_restart_and_verifies_the_chain(
    shipped_store: Store, follow: Follow, tmp_path: Path
) -> None:
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    tracker, port, seen = Tracker(shipped_store), free_port(), Queue[Any]()
    with started(url, port, tmp_path / "first.log") as site:
        mirror = start(seen, follow(site.url), until=282)
        changes = taken(seen, 280)
        # The mirror now waits for this one.
        decide(tracker, propose(tracker))
        changes += taken(seen, 1)
    decide(tracker, propose(tracker, jurisdiction="us-fl", note="While nobody served."))
    with started(url, port, tmp_path / "second.log"):
        changes += taken(seen, 1)
        mirror.join(timeout=60)
    assert [change["feed_no"] for change in changes] == list(range(1, 283))
    with shipped_store.reading() as connection:
        stored = [publication.sha256 for publication in feed.walk(connection)]
    assert [change["sha256"] for change in changes] == stored


@pytest.mark.slow
def test_the_mirror_goes_on_where_it_stood_and_refuses_what_does_not_fit(
    shipped_store: Store, follow: Follow, tmp_path: Path
) -> None:
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    with started(url, free_port(), tmp_path / "log") as site:
        changes = follow(site.url)
        first = next(changes)
        assert next(follow(site.url, 1, first["sha256"]))["feed_no"] == 2
        with pytest.raises(ValueError, match="broken at 2"):
            next(follow(site.url, 1, "f" * 64))
