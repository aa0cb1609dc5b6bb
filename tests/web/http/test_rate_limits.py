"""Counting attempts: in memory or where a setting says, and nobody is locked out by a storage that fails."""

import logging

import pytest
from flask import Flask
from limits import parse
from limits.errors import StorageError

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.domain.errors import Unusable
from legalmap.web.http.rate_limits import Limiter

TWICE = parse("2 per 1 minute")


def test_the_third_attempt_of_two_waits() -> None:
    limiter = Limiter("memory://")
    assert [limiter.wait(TWICE, "a", "1.2.3.4") for _ in range(2)] == [0, 0]
    assert 0 < limiter.wait(TWICE, "a", "1.2.3.4") <= 60
    assert 0 < limiter.blocked(TWICE, "a", "1.2.3.4") <= 60
    # Another name and another limit are counted apart.
    assert limiter.wait(TWICE, "a", "1.2.3.5") == 0
    assert limiter.wait(parse("3 per 1 minute"), "a", "1.2.3.4") == 0


def test_looking_does_not_count() -> None:
    limiter = Limiter("memory://")
    assert [limiter.blocked(TWICE, "a") for _ in range(9)] == [0] * 9
    assert limiter.remaining(TWICE, "a") == 2


def test_what_is_forgotten_is_free_again() -> None:
    limiter = Limiter("memory://")
    limiter.wait(TWICE, "a")
    limiter.wait(TWICE, "a")
    limiter.clear(TWICE, "a")
    assert limiter.wait(TWICE, "a") == 0


def test_a_storage_that_fails_lets_everybody_pass_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = Limiter("memory://")

    def fail(*_: object) -> bool:
        raise StorageError(ConnectionError("gone"))

    for name in ("hit", "test", "get_window_stats", "clear"):
        monkeypatch.setattr(limiter._counting, name, fail)
    with caplog.at_level(logging.WARNING):
        assert [limiter.wait(TWICE, "a") for _ in range(9)] == [0] * 9
        assert limiter.blocked(TWICE, "a") == 0
        assert limiter.remaining(TWICE, "a") == 2
        assert limiter.reset(TWICE, "a") == 1
        limiter.clear(TWICE, "a")
    assert "everybody passes: gone" in caplog.text


def test_several_processes_count_together_in_redis(redis_url: str) -> None:
    """What one has counted the other knows, and a clearing of one holds for both."""
    here, there = Limiter(redis_url), Limiter(redis_url)
    here.forget()
    assert [here.wait(TWICE, "a"), there.wait(TWICE, "a")] == [0, 0]
    assert here.wait(TWICE, "a") > 0
    assert there.blocked(TWICE, "a") > 0
    assert there.remaining(TWICE, "b") == 2
    there.clear(TWICE, "a")
    assert here.blocked(TWICE, "a") == 0


def test_a_redis_that_does_not_answer_lets_everybody_pass(caplog: pytest.LogCaptureFixture) -> None:
    limiter = Limiter("redis://127.0.0.1:1/0")
    with caplog.at_level(logging.WARNING):
        assert [limiter.wait(TWICE, "a") for _ in range(3)] == [0] * 3
    assert "everybody passes" in caplog.text


@pytest.mark.parametrize("url", ["nowhere://", "redis", "http://law.example"])
def test_a_storage_nobody_knows_is_refused_at_the_start(app: Flask, url: str) -> None:
    database = app.extensions["reader"].tracker.store.engine.url
    settings = Settings(
        database_url=database.render_as_string(hide_password=False),
        secret_key="x" * 40,
        limits_url=url,
    )
    with pytest.raises(Unusable, match="LEGALMAP_LIMITS_URL cannot be used"):
        create_app(settings)


def test_a_limit_nobody_knows_is_refused_at_the_start(app: Flask) -> None:
    database = app.extensions["reader"].tracker.store.engine.url
    settings = Settings(
        database_url=database.render_as_string(hide_password=False),
        secret_key="x" * 40,
        per_minute={"pages": 5},
    )
    with pytest.raises(Unusable, match="LEGALMAP_PER_MINUTE names pages"):
        create_app(settings)


def test_the_setting_is_read() -> None:
    assert (
        Settings.from_environment({"LEGALMAP_LIMITS_URL": "redis://r/0"}).limits_url
        == "redis://r/0"
    )
    assert Settings.from_environment({}).limits_url == ""
