"""A CSV of changes: the header, one row a period, and what is taken over of what is published."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from legalmap.domain.law.diff import diff
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import file_import
from legalmap.services.editing.file_import import Plan
from legalmap.services.exporting.files import Files
from legalmap.services.reading.reader import Reader
from tests.build import a_payload, a_period, a_source
from tests.services.build import decide, person, propose

ROW = {
    "topic": "kratom",
    "jurisdiction": "us-al",
    "effective_from": "",
    "status": "legal",
    "summary": "No law names it.",
    "source_urls": "https://law.example/act",
}
BAN = {**ROW, "effective_from": "2020-05", "status": "banned", "summary": "A ban."}


@pytest.fixture
def ana(tracker: Tracker) -> Account:
    return person(tracker, "ana")


def table(*rows: dict[str, Any], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def planned(tracker: Tracker, *rows: dict[str, Any]) -> Plan:
    return file_import.plan(tracker, person(tracker, "ana"), table(*rows))


def said(plan: Plan) -> dict[str, str]:
    return {problem.field: problem.message for problem in plan.problems}


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["commas", "semicolons", "tabs"])
def test_a_row_is_a_period_and_the_rest_stays(
    tracker: Tracker, ana: Account, separator: str
) -> None:
    plan = file_import.plan(tracker, ana, table(ROW, BAN, separator=separator))
    assert plan.problems == ()
    (planned,) = plan.planned
    assert planned.number == 2
    published = Reader(tracker).edition("kratom").records["us-al"].payload
    proposed = planned.proposal.payload
    assert [change.field for change in diff(published, proposed)] == ["periods.2020-05"]
    assert proposed.periods[1].sources == published.periods[0].sources
    assert proposed.last_verified == published.last_verified


def test_a_row_that_says_what_is_published_is_left_out(tracker: Tracker, ana: Account) -> None:
    alike = file_import.plan(tracker, ana, table(ROW))
    assert "published already" in said(alike)["line 2"]
    other = {**BAN, "jurisdiction": "th", "effective_from": "", "source_urls": "https://x.example",
             "source_title": "An act", "source_publisher": "Parliament", "source_kind": "statute",
             "confidence": "low"}  # fmt: skip
    both = planned(tracker, {**ROW, "confidence": "high"}, other)
    assert (len(both.planned), both.unchanged) == (1, 1)


# What the header holds instead of the columns needed, and what is said.
HEADERS = [
    ("a column missing", [n for n in ROW if n != "status"], "Missing columns: status."),
    ("a column unknown", [*ROW, "colour"], "Unknown columns: colour."),
    ("both", ["topic", "colour", *list(ROW)[2:]], "Missing columns: jurisdiction. Unknown columns: colour."),
    ("a column twice", [*ROW, "status"], "Columns that are there twice: status."),
    ("a column without a name", [*ROW, ""], "Unknown columns: (no name)."),
    ("another table", ["date", "shop", "price"], "neither JSON nor a CSV"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "says"), [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS]
)
def test_a_wrong_header_is_told_by_its_columns(
    tracker: Tracker, ana: Account, names: list[str], says: str
) -> None:
    content = "\n".join([",".join(names), ",".join("x" for _ in names)]).encode()
    plan = file_import.plan(tracker, ana, content)
    assert says in said(plan)["header"]


# What a row says instead, the line and field at fault, and a word of what is said.
ROWS = [
    ("a status outside the codebook", {"status": "lgeal"}, "line 3: status", "lgeal"),
    ("a date that is none", {"effective_from": "May"}, "line 3: effective_from", "not a year"),
    ("no number", {"min_age": "many"}, "line 3: min_age", "no number"),
    ("an unknown link that nothing describes", {"source_urls": "https://new.example"}, "line 3: source_title", "source_publisher"),
    ("two unknown links", {"source_urls": "https://a.example https://b.example"}, "line 3: source_urls", "JSON"),
    ("a script as link", {"source_urls": "javascript:alert(1)", "source_title": "T", "source_publisher": "P", "source_kind": "news"}, "line 3: sources.0.url", "http"),
    ("a control character", {"summary": "a\x07b"}, "line 3: summary", "invisible"),
    ("a right-to-left override", {"summary": "a\u202eb"}, "line 3: summary", "invisible"),
    ("notes that differ from row to row", {"notes": "Other."}, "line 3: notes", "the same"),
    ("a revision that is none", {"revision": "one"}, "line 2: revision", "number"),
    ("another place between its rows", {"jurisdiction": "us-xx"}, "line 3: jurisdiction", "us-xx"),
    ("an unknown topic", {"topic": "tea"}, "line 3: topic", "tea"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "at", "says"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_fault_is_told_with_line_and_field(
    tracker: Tracker, changed: dict[str, str], at: str, says: str
) -> None:
    first = {**dict.fromkeys(changed, ""), **ROW}
    if "revision" in changed:
        first |= changed
    plan = planned(tracker, first, {**BAN, **changed})
    assert says in said(plan)[at], said(plan)


@pytest.mark.parametrize(
    ("content", "at", "says"),
    [
        (b"PK\x03\x04rest", "file", "save the sheet as CSV"),
        (b"%PDF-1.7", "file", "This is a PDF"),
        ("topic".encode("utf-16"), "file", "UTF-16"),
        (b"topic\xff", "file", "not UTF-8 at byte 5"),
        (b"\x89PNG\r\n", "file", "not UTF-8"),
        (b"hello", "header", "neither JSON nor a CSV"),
        (b"a,b\n1\n", "line 2", "1 cells, the header 2"),
        (b'a,b\n"1"x,2\n', "line 2", "not CSV"),
        (b'a,b\n"1,2\n', "line 2", "not CSV"),
        (b"a,b\n" + b"x" * 1_500_000 + b",2\n", "line 2", "not CSV"),
        (b" \n", "file", "empty"),
        (b"[]", "file", "no entry"),
        (table(ROW).split(b"\n")[0] + b"\n", "file", "no entry"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_table_is_told_apart(
    tracker: Tracker, ana: Account, content: bytes, at: str, says: str
) -> None:
    plan = file_import.plan(tracker, ana, content)
    assert says in said(plan)[at], said(plan)


def test_a_cell_may_hold_several_lines(tracker: Tracker, ana: Account) -> None:
    wrong = {**BAN, "jurisdiction": "th", "status": "lgeal"}
    plan = file_import.plan(tracker, ana, table({**ROW, "summary": "One.\nTwo.\nThree."}, wrong))
    (at,) = {field.split(":")[0] for field in said(plan)}
    assert at == "line 5"


def test_a_new_link_is_described_by_its_row(tracker: Tracker) -> None:
    new = {"source_title": "Act 7", "source_publisher": "Parliament", "source_kind": "statute"}
    links = f"{ROW['source_urls']} https://law.example/7"
    plan = planned(tracker, ROW, {**BAN, **new, "source_urls": links})
    sources = plan.planned[0].proposal.payload.periods[1].sources
    assert sources == (a_source(), a_source("https://law.example/7", title="Act 7"))


def test_what_a_column_left_out_would_say_stays(tracker: Tracker, ana: Account) -> None:
    answers = {"min_age": 21, "possession": "allowed"}
    first = a_period("2019", "regulated", answers=answers, until="2030", force="challenged")
    decide(tracker, propose(tracker, a_payload(first, notes="Open.", confidence="low")))
    row = {**ROW, "effective_from": "2019", "status": "restricted", "summary": "No law names it."}
    row["revision"] = "1"
    (planned,) = file_import.plan(tracker, ana, table(row)).planned
    assert [change.field for change in planned.changes] == ["periods.2019.status"]
    emptied = {**row, "status": "regulated", "min_age": "", "effective_until": ""}
    (planned,) = file_import.plan(tracker, ana, table(emptied)).planned
    fields = {change.field for change in planned.changes}
    assert fields == {"periods.2019.answers.min_age", "periods.2019.effective_until"}


def test_a_revision_that_is_not_published_any_more_is_told(tracker: Tracker) -> None:
    plan = planned(tracker, {**ROW, "status": "banned", "revision": "4"})
    assert said(plan) == {"line 2: base_revision": "Published now is revision 0, not 4."}
    assert planned(tracker, {**ROW, "status": "banned", "revision": "0"}).planned


@pytest.mark.both_databases
def test_what_the_export_wrote_changes_nothing(tracker: Tracker, ana: Account) -> None:
    """Every column of the export is read back as it was."""
    period = a_period(
        "2019",
        "regulated",
        answers={"min_age": 21, "possession": "allowed"},
        sources=(a_source(accessed_on=date(2026, 1, 2)), a_source("https://law.example/2")),
    )
    decide(tracker, propose(tracker, a_payload(a_period(), period, notes='Two "lines",\nhere.')))
    edition = Reader(tracker).edition("kratom")
    content = Files().of(edition, date(2026, 11, 23), "csv").content
    plan = file_import.plan(tracker, ana, content)
    assert "published already" in said(plan)["line 2"], said(plan)
    plan = file_import.plan(tracker, ana, content.replace(b"No law names it.", b"Nothing does.", 1))
    assert [change.field for change in plan.planned[0].changes] == ["periods.start.summary"]
