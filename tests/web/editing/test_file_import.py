"""A file of changes on the page: a dry run first, then exactly those proposals as one batch."""

import io
import json
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from legalmap.domain.desk.moderation import State
from legalmap.domain.desk.queue import QueueFilter
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law.payload import to_builtins
from legalmap.services.core.tracker import Tracker
from legalmap.services.reviewing import queue
from tests.services.build import BANNED, decide, person
from tests.services.build import propose as propose_for
from tests.web.conftest import SignedIn
from tests.web.visit import BROWSER, Page, Visitor

CHOOSE = ".import-form"
SEND = 'form[action="/desk/import/send"]'
HEADER = "topic,jurisdiction,effective_from,status,summary,source_urls,source_title,source_publisher,source_kind,confidence"


def row(code: str, **changed: str) -> str:
    cells = {"status": "banned", "summary": "A ban since May.", **changed}
    link = "https://law.example/2026/5"
    return f"kratom,{code},2026-05,{cells['status']},{cells['summary']},{link},Act 5,Parliament,statute,high"


def table(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def hand_in(visitor: Visitor, content: bytes, name: str = "changes.csv", status: int = 200) -> Page:
    token = visitor.get("/desk/import").form(CHOOSE)["csrf_token"]
    fields = {"csrf_token": token, "file": FileStorage(io.BytesIO(content), filename=name)}
    # In memory: the test client would leave the file of a large form open.
    body, _, boundary = stream_encode_multipart(fields, use_tempfile=False)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = visitor.http.post("/desk/import", data=body, content_type=kind, headers=BROWSER)
    return visitor.seen(answer, "/desk/import", status)


def waiting(tracker: Tracker) -> list[Revision]:
    lines = queue.page(tracker, person(tracker, "ben"), QueueFilter(order="age")).lines
    return [line.revision for line in lines]


def test_nothing_is_sent_before_the_second_press(signed_in: SignedIn, tracker: Tracker) -> None:
    ana = signed_in("ana")
    plan = hand_in(ana, table(row("us-gu"), row("us-al-mobile", summary="Mobile bans it.")))
    assert "2 proposals" in plan.text
    assert "Mobile bans it." in plan.text
    assert "Guam" in plan.text
    assert waiting(tracker) == []
    sent = ana.send(plan, SEND)
    proposals = waiting(tracker)
    assert {proposal.jurisdiction for proposal in proposals} == {"us-gu", "us-al-mobile"}
    (batch,) = {proposal.batch for proposal in proposals}
    assert sent.response.headers["Location"] == f"/desk/batches/{batch}"
    assert "2 of 2 wait" in ana.follow(sent).text


def test_json_does_the_same_on_both_databases(
    signed_in: SignedIn, tracker: Tracker, dialect: str
) -> None:
    ana = signed_in("ana")
    entry = {"topic": "kratom", "jurisdiction": "us-gu", **to_builtins(BANNED)}
    ana.send(hand_in(ana, json.dumps([entry]).encode(), "changes.json"), SEND)
    assert [proposal.payload for proposal in waiting(tracker)] == [BANNED]


def test_what_was_shown_is_what_is_sent(signed_in: SignedIn, tracker: Tracker) -> None:
    """If anything would be another proposal by now, it is shown anew and nothing is sent."""
    ana = signed_in("ana")
    plan = hand_in(ana, table(row("us-gu")))
    decide(tracker, propose_for(tracker, by="cleo", jurisdiction="us-gu"))
    page = ana.send(plan, SEND, status=422)
    assert "Something was published since you looked" in page.text
    assert "Say which revision this started from. Published now is 1." in page.text
    assert waiting(tracker) == []
    file = f"{HEADER},revision\n{row('us-gu')},1".encode()
    ana.send(hand_in(ana, file), SEND)
    assert [proposal.base_number for proposal in waiting(tracker)] == [1]


def test_pressing_twice_makes_one_batch(signed_in: SignedIn, tracker: Tracker) -> None:
    ana = signed_in("ana")
    plan = hand_in(ana, table(row("us-gu")))
    ana.send(plan, SEND)
    again = ana.send(plan, SEND, status=422)
    assert "You sent exactly this already" in again.text
    assert len(waiting(tracker)) == 1


# What is handed in, the status, and what is said.
FILES: list[tuple[str, bytes, int, str]] = [
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", 422, "not UTF-8"),
    ("a spreadsheet", b"PK\x03\x04\x14\x00", 422, "save the sheet as CSV"),
    ("a letter", b"Dear Sir or Madam", 422, "neither JSON nor a CSV"),
    ("broken JSON", b"[{", 422, "This is not JSON"),
    ("JSON as deep as a well", b"[" * 100_000, 422, "This is not JSON"),
    ("nothing", b"", 422, "The file is empty"),
    ("a header with other columns", b"topic,place\nkratom,us\n", 422, "Missing columns: jurisdiction"),
    ("a status that is none", table(row("us-gu", status="lgeal")), 422, "line 2: status"),
    ("a right-to-left override", table(row("us-gu", summary="a\u202eb")), 422, "line 2: summary"),
    ("a NUL", table(row("us-gu", summary="a\x00b")), 422, "line 2: summary"),
    ("5 MB of text", table(row("us-gu", summary="x" * 5_000_000)), 413, "more than 4 MB"),
    ("50 MB", b"x" * 50_000_000, 413, "more than 4 MB"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "status", "says"), [row[1:] for row in FILES], ids=[row[0] for row in FILES]
)
def test_what_cannot_be_imported_is_told_and_changes_nothing(
    signed_in: SignedIn, tracker: Tracker, content: bytes, status: int, says: str
) -> None:
    page = hand_in(signed_in("ana"), content, status=status)
    assert says in page.text
    assert waiting(tracker) == []


def test_a_file_has_to_be_chosen(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    page = ana.send(ana.get("/desk/import"), CHOOSE, status=422)
    assert "Choose a CSV or JSON file" in page.text


def test_a_page_holds_so_many_and_says_where_the_rest_goes(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("legalmap.web.editing.file_import.MOST_ON_PAGE", 1)
    page = hand_in(signed_in("ana"), table(row("us-gu"), row("us-al-mobile")), status=422)
    assert "would make 2 proposals, a page holds 1" in page.text


@pytest.mark.parametrize(
    "content", ["", "====", "AAAA", "eJwLycgsVgAABw0CDQ"], ids=["none", "=", "A", "cut"]
)
def test_a_file_that_did_not_come_along_is_asked_for_again(
    signed_in: SignedIn, content: str
) -> None:
    ana = signed_in("ana")
    token = ana.get("/desk/import").form(CHOOSE)["csrf_token"]
    page = ana.post("/desk/import/send", {"csrf_token": token, "content": content}, status=400)
    assert "choose it again" in page.text


def test_an_expired_session_keeps_the_file(app: Any, signed_in: SignedIn, tracker: Tracker) -> None:
    fields = hand_in(signed_in("ana"), table(row("us-gu"))).form(SEND)
    somebody = Visitor(app)
    page = somebody.post("/desk/import/send", fields, status=403)
    resumed = somebody.post(
        "/sign-in",
        {
            **page.form('form[action="/sign-in"].panel').to_dict(),
            "handle": "ana",
            "password": "correct horse battery staple",
        },
    )
    again = somebody.send(resumed, 'form[action="/desk/import/send"]', status=200)
    assert "Nothing has been sent yet" in again.text
    assert waiting(tracker) == []
    somebody.send(again, SEND)
    assert [proposal.state for proposal in waiting(tracker)] == [State.PENDING]


# Large files are refused at once: what they hold, and what is said.
LARGE: list[tuple[str, bytes, str]] = [
    ("200,000 columns", ("a," * 199_999 + "a\n").encode(), "at most 1,000 columns"),
    ("200,000 columns without a name", b"," * 199_999, "at most 1,000 columns"),
    ("1,000 columns of one name", ("a," * 999 + "a\n").encode(), "there twice: a."),
    ("10,000 wrong places", table(*[row(f"zz-{n}") for n in range(10_000)]), "9,800 more places"),
    ("10,000 wrong states", table(*[row("us-gu", status="x")] * 10_000), "at most 50 rows"),
    ("10,000 lines that are no JSON", b"{\n" * 10_000, "And 9,801 more."),
    (
        "10,000 wrong records",
        b'{"topic":"kratom","jurisdiction":"us-gu","x":1}\n' * 10_000,
        "9,800 more places",
    ),
]


@pytest.mark.parametrize(("content", "says"), [r[1:] for r in LARGE], ids=[r[0] for r in LARGE])
def test_a_large_file_is_refused_at_once(
    signed_in: SignedIn, tracker: Tracker, content: bytes, says: str
) -> None:
    page = hand_in(signed_in("ana"), content, status=422)
    assert says in page.text
    assert len(page.all("#problems li")) <= 200
    assert waiting(tracker) == []


def test_half_a_character_is_told_at_its_field(signed_in: SignedIn, tracker: Tracker) -> None:
    """JSON can name one; no page and no database can hold it."""
    entry = {"topic": "kratom", "jurisdiction": "us-gu", **to_builtins(BANNED)}
    ana = signed_in("ana")
    for field in ("notes", "note", "jurisdiction", "topic", "confidence", "\ud800"):
        content = json.dumps([{**entry, field: "a\ud800"}]).encode()
        page = hand_in(ana, content, "changes.json", status=422)
        shown_field = field.replace("\ud800", "\ufffd")
        assert f"line 1: {shown_field}" in page.text or "line 1: $." in page.text
    assert waiting(tracker) == []
