"""schemathesis over the whole OpenAPI document, with every check on, against the application itself.

``make bench-api`` and ``make soak`` run as many cases as ``LEGALMAP_FUZZ_CASES`` says; without it a
bounded number.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from legalmap.web.api import feed

CASES = int(os.environ.get("LEGALMAP_FUZZ_CASES", "1500"))
EDGES = 1_200
# What no schema can say: which parameters go together, which cursor belongs to which query, how far
# the feed goes, which days are asked about, and which keys an answer has.
BEYOND_A_SCHEMA = {"cursor", "known_at", "as_of", "place", "lat", "lon", "zip", "since", "fields"}
REFUSED = ["400", "401", "403", "404", "405", "406", "413", "415", "422", "429"]
BEYOND_A_SCHEMA |= {"from", "to", "parent"}


@pytest.fixture(autouse=True)
def frozen_day() -> None:
    """Here time passes: the engine measures it."""


@pytest.fixture
def unlimited(reading_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with no limit on batches, where nobody waits for news."""
    monkeypatch.setattr(feed.waiting, "for_news", lambda *_asked: None)
    limiter = reading_app.extensions["limiter"]
    wait = limiter.wait
    limiter.wait = lambda *_names: 0
    yield reading_app
    limiter.wait = wait
    limiter.forget()


def counts(_context: Any, failure: Any, _case: Any, response: Any) -> bool:
    """A request that fits the document may be refused for one of the reasons above, and no other."""
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code != 400:
        return True
    return not {error["field"] for error in response.json()["errors"]} <= BEYOND_A_SCHEMA


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")
def test_nothing_that_is_sent_breaks_what_is_promised(unlimited: Flask) -> None:
    # The examples and the edges of each schema give a fixed number, chance the rest for each route.
    most = max((CASES - EDGES) // 14, 1)
    config = SchemathesisConfig.from_dict(
        {
            "seed": 20261123,
            "generation": {"max-examples": most, "database": "none"},
            # 413 is how a batch over its limit is refused.
            "checks": {"negative_data_rejection": {"expected-statuses": REFUSED}},
            "phases": {"stateful": {"enabled": False}},
            "warnings": False,
            "continue-on-failure": True,
        }
    )

    def plain(environ: dict[str, Any], start: Any) -> Any:
        """Through WSGI nothing unpacks a compressed answer."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        return unlimited(environ, start)

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app=plain, config=config)
    schema.hook("filter_failure")(counts)
    ran: Counter[str] = Counter()
    answered: Counter[int] = Counter()
    failures = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            ran[event.phase.value] += len(recorder.interactions)
            answered.update(
                interaction.response.status_code for interaction in recorder.interactions.values()
            )
            for checks in recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info
                        failures.append(f"{failure.code_sample[:400]}\n{failure.failure}"[:1_500])
        elif isinstance(event, events.NonFatalError | events.FatalError):
            failures.append(str(getattr(event, "value", event)))
    print(f"schemathesis ran {ran.total()} cases: {dict(ran)}, answered {dict(answered)}")
    assert not failures, "\n\n".join(failures[:20])
    assert ran.total() >= CASES
