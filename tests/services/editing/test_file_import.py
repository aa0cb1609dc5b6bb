"""A file of changes becomes proposals, all or none; every bad line is listed with number and field."""

import json
from typing import Any

import pytest

from legalmap.domain.desk.moderation import State
from legalmap.domain.errors import Invalid, NotNow
from legalmap.domain.law import payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import file_import
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import queue
from tests.services.build import BANNED, decide, person, propose
from tests.store.build import queued


def entry(code: str = "us-al", **changed: Any) -> dict[str, Any]:
    return {"topic": "kratom", "jurisdiction": code, **payload.to_builtins(BANNED), **changed}


def lines(*entries: Any) -> bytes:
    return "\n".join(json.dumps(entry) for entry in entries).encode()


def imported(tracker: Tracker, content: bytes) -> list[Any]:
    return file_import.import_file(tracker, person(tracker, "ana"), content)


@pytest.mark.parametrize("as_list", [True, False], ids=["a JSON list", "a JSON object a line"])
def test_changes_become_proposals_never_publications(tracker: Tracker, as_list: bool) -> None:
    entries = [entry("us-al"), entry("us-ca"), entry("th", note="From the gazette.")]
    content = json.dumps(entries).encode() if as_list else lines(*entries)
    proposals = imported(tracker, content)
    assert [revision.state for revision in proposals] == [State.PENDING] * 3
    assert Reader(tracker).head() == 1


BAD = [
    ("a status outside the codebook", entry(periods=[{**payload.to_builtins(BANNED)["periods"][0], "status": "lgeal"}]), "line 500: periods.0.status"),
    ("a period without a source", entry(periods=[{**payload.to_builtins(BANNED)["periods"][0], "sources": []}]), "line 500: periods.0.sources"),
    ("an unknown place", entry("us-xx"), "line 500: jurisdiction"),
    ("an unknown topic", entry(topic="tea"), "line 500: topic"),
    ("an unknown field", entry(colour="red"), "line 500: colour"),
    ("a base that is not current", entry(base_revision=3), "line 500: base_revision"),
    ("no object", ["us-al"], "line 500: entry"),
    ("a wrong type deep inside", entry(periods=[{"effective_from": 2016}]), "line 500: periods.0"),
    ("a place twice", entry("th"), "line 500: jurisdiction"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_one_bad_line_among_a_thousand_imports_nothing(
    tracker: Tracker, bad: Any, says: str
) -> None:
    good = [entry(code) for code in ("th", "us-ca")]
    content = b"\n".join([lines(*good), *[b""] * 497, lines(bad), *[b""] * 500])
    with pytest.raises(Invalid) as caught:
        imported(tracker, content)
    assert any(problem.field.startswith(says) for problem in caught.value.problems), caught.value
    assert queue.waiting_count(tracker, person(tracker, "ben")) == 0


def test_every_bad_line_is_listed(tracker: Tracker) -> None:
    content = b"\n".join([lines(entry(topic="tea")), b"{", lines(entry("us-xx"))])
    with pytest.raises(Invalid) as broken:
        imported(tracker, content)
    assert [problem.field for problem in broken.value.problems] == ["line 2"]
    with pytest.raises(Invalid) as wrong:
        imported(tracker, lines(entry(topic="tea"), entry(), entry("us-xx")))
    fields = [problem.field for problem in wrong.value.problems]
    assert fields == ["line 1: topic", "line 3: jurisdiction"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[{", b"[" * 100_000], ids=repr)
def test_a_file_that_is_none_is_told_apart(tracker: Tracker, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"file|line 1"):
        imported(tracker, content)


@pytest.mark.both_databases
def test_a_file_taken_from_data_can_be_imported_again_after_a_change(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    with pytest.raises(Invalid, match="published already"):
        imported(tracker, lines(entry(name="Alabama")))


def test_an_old_file_does_not_undo_what_came_meanwhile(tracker: Tracker) -> None:
    """Who does not say what they started from is asked, once anything was published."""
    decide(tracker, propose(tracker))
    older = entry(notes="From an old copy.")
    with pytest.raises(Invalid, match=r"started from\. Published now is 1"):
        imported(tracker, lines(older))
    assert len(imported(tracker, lines({**older, "base_revision": 1}))) == 1


def test_a_line_ends_where_json_says(tracker: Tracker) -> None:
    """U+2028 ends a line for some editors; within a string of NDJSON it is a character like others."""
    content = json.dumps(entry(notes="One.\u2028Two."), ensure_ascii=False).encode()
    with pytest.raises(Invalid, match="LINE SEPARATOR") as refused:
        imported(tracker, content)
    assert [problem.field for problem in refused.value.problems] == ["line 1: notes"]


def test_what_is_imported_together_is_one_batch(tracker: Tracker) -> None:
    proposals = imported(tracker, lines(entry("us-al"), entry("us-ca")))
    (batch,) = {revision.batch for revision in proposals}
    assert batch


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(tracker: Tracker) -> None:
    ana = person(tracker, "ana")
    content = lines(entry("us-ca"), entry("us-al"))
    plan = file_import.plan(tracker, ana, content)
    places = [(item.number, item.proposal.jurisdiction) for item in plan.planned]
    assert places == [(2, "us-al"), (1, "us-ca")]
    with tracker.store.reading() as connection:
        assert queued(connection) == []
    proposals = file_import.import_planned(tracker, ana, content, plan.mark)
    assert [revision.payload for revision in proposals] == [
        e.proposal.payload for e in plan.planned
    ]


def test_another_plan_than_was_shown_is_not_sent(tracker: Tracker) -> None:
    ana = person(tracker, "ana")
    mark = file_import.plan(tracker, ana, lines(entry("us-al"))).mark
    for other in (lines(entry("us-al", note="Other.")), lines(entry("us-ca"))):
        with pytest.raises(NotNow, match="Something was published since you looked"):
            file_import.import_planned(tracker, ana, other, mark)
