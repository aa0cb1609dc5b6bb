"""The variables of version 2 come out of every file, and go in by form and file, as the codebook says."""

import csv
import io
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import file_import
from legalmap.services.exporting import dictionary, formats, parquet, schemas
from legalmap.services.reading.reader import Reader
from tests.build import TODAY, a_bill, a_date, a_payload, a_period, the_topic
from tests.services.build import decide, person, propose

TEXT = "7-OH at most 0.5 mg per gram; “mitragynine” 150 mg, per serving"
ANSWERS = {"alkaloid_limits": TEXT, "possession_min_age": 21, "reach": "unincorporated"}
RECORD = a_payload(
    a_period("2020", answers=ANSWERS),
    last_verified=a_date("2026-10"),
    verified_how="source-date",
    pending=(a_bill(), a_bill("HB 2", outcome="died", expected_on=a_date("2026"))),
)


@pytest.fixture
def published(tracker: Tracker) -> Tracker:
    decide(tracker, propose(tracker, RECORD))
    return tracker


def rendered(tracker: Tracker, name: str) -> bytes:
    return formats.render(Reader(tracker).edition("kratom"), TODAY, name)


def test_json_has_them_and_fits_its_schema(published: Tracker) -> None:
    export = json.loads(rendered(published, "json"))
    Draft202012Validator(schemas.of(the_topic(), "json")).validate(export)
    [record] = export["records"]
    assert record["periods"][0]["answers"].items() >= ANSWERS.items()
    assert (record["last_verified"], record["verified_how"]) == ("2026-10", "source-date")
    assert [bill["outcome"] for bill in record["pending"]] == ["open", "died"]


def test_tables_have_them(published: Tracker) -> None:
    [row] = csv.DictReader(io.StringIO(rendered(published, "csv").decode()))
    assert {name: row[name] for name in ANSWERS} == {**ANSWERS, "possession_min_age": "21"}
    assert row["last_verified"] == "2026-10"
    # What died can change nothing any more.
    assert row["number_of_pending"] == "1"


@pytest.mark.skipif(not parquet.WRITES, reason="pyarrow is an extra")
def test_parquet_has_them(published: Tracker) -> None:
    names, rows = parquet.shape(rendered(published, "parquet"))
    assert {*ANSWERS} <= {*names}
    assert rows == 1


def test_the_dictionary_says_what_they_are() -> None:
    fields = {field.name: field for field in dictionary.period_fields(the_topic())}
    said = {name: (fields[name].kind, fields[name].resolve, fields[name].unit) for name in ANSWERS}
    assert said == {
        "alkaloid_limits": ("text", "union", ""),
        "possession_min_age": ("integer", "largest", "years"),
        "reach": ("choice", "nearest", ""),
    }
    assert dictionary.json_schema(fields["alkaloid_limits"], nullable=False)["type"] == "string"


def test_what_was_exported_can_be_imported_again(published: Tracker) -> None:
    """The very file, with one word changed, is a proposal that changes just that."""
    table = rendered(published, "csv").decode()
    plan = file_import.plan(published, person(published, "ana"), table.encode())
    assert (plan.planned, plan.unchanged) == ([], 1)
    plan = file_import.plan(
        published, person(published, "ana"), table.replace("150 mg", "90 mg").encode()
    )
    [planned] = plan.planned
    [change] = planned.changes
    assert change.field == "periods.2020.answers.alkaloid_limits"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        # A text has a length, a choice its codes, an age its bounds, an outcome its three words.
        ({"alkaloid_limits": "x" * 501}, "periods.0.answers.alkaloid_limits"),
        ({"reach": "everywhere"}, "periods.0.answers.reach"),
        ({"possession_min_age": 0}, "periods.0.answers.possession_min_age"),
    ],
)
def test_a_bad_value_in_a_file_is_named(
    published: Tracker, written: dict[str, Any], problem: str
) -> None:
    export = json.loads(rendered(published, "json"))
    [record] = export["records"]
    record["periods"][0]["answers"] |= written
    entry = {name: record[name] for name in ("periods", "pending", "last_verified", "verified_how")}
    entry |= {"confidence": "high", "notes": "", "topic": "kratom", "jurisdiction": "us-al"}
    entry |= {"base_revision": 1, "note": "A file."}
    plan = file_import.plan(published, person(published, "ana"), json.dumps([entry]).encode())
    assert [each.field.rpartition(": ")[2] for each in plan.problems] == [problem]


def test_a_payload_taken_from_the_api_can_be_imported(published: Tracker) -> None:
    """With the number of its form; one of a newer form is refused by the version it needs."""
    stored = Reader(published).published_revision("kratom", "us-al", 1).stored
    head = {"topic": "kratom", "jurisdiction": "us-al", "base_revision": 1, "note": "A file."}
    same = file_import.plan(
        published, person(published, "ana"), json.dumps([json.loads(stored) | head]).encode()
    )
    assert (same.planned, same.unchanged) == ([], 1)
    newer = json.loads(stored) | head | {"schema": 3}
    plan = file_import.plan(published, person(published, "ana"), json.dumps([newer]).encode())
    [problem] = plan.problems
    assert "install a version that reads form 3" in problem.message
