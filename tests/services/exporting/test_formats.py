"""The exports hold what data/ holds, and the same edition and day give the same bytes forever."""

import csv
import io
import json
from datetime import date

import msgspec
import pytest

from legalmap.domain.errors import Missing
from legalmap.domain.law import payload
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import tables
from legalmap.services.exporting.formats import FORMATS, render
from legalmap.services.maintenance import first_load
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.build import TODAY, a_payload, a_period, the_topic
from tests.services.build import decide, propose
from tests.store.build import a_record

RECORDS = {"kratom": 230, "7-oh": 50}
VARIABLES = [variable.code for variable in the_topic().variables]
# What must stay under what a browser or QGIS opens without a thought.
MOST_BYTES = 6_000_000


@pytest.fixture
def shipped(shipped_store: Store) -> Reader:
    """A reader of everything data/ holds."""
    return Reader(Tracker(shipped_store))


def everything(edition: Edition, as_of: date = TODAY) -> dict[str, bytes]:
    return {name: render(edition, as_of, name) for name in FORMATS}


def said(record: dict) -> Payload:
    """A record of the export as the payload it was made from."""
    fields = msgspec.structs.asdict(payload.NOT_RESEARCHED)
    raw = {name: record[name] for name in fields if name != "schema"}
    return payload.from_builtins(raw)


@pytest.mark.parametrize("topic", RECORDS)
def test_every_record_of_data_is_in_the_export_with_equal_content(
    shipped: Reader, topic: str
) -> None:
    export = json.loads(render(shipped.edition(topic), TODAY, "json"))
    files = {
        item.jurisdiction: item for item in first_load.shipped_records() if item.topic == topic
    }
    assert len(export["records"]) == len(files) == RECORDS[topic]
    assert [r["jurisdiction"]["code"] for r in export["records"]] == sorted(files)
    for record in export["records"]:
        file = files[record["jurisdiction"]["code"]]
        assert said(record) == file.payload
        assert record["payload_sha256"] == payload.sha256_of(payload.canonical_bytes(file.payload))


def test_every_period_answers_every_variable(shipped: Reader) -> None:
    export = json.loads(render(shipped.edition("kratom"), TODAY, "json"))
    periods = [period for record in export["records"] for period in record["periods"]]
    assert len(periods) > len(export["records"])
    for period in periods:
        assert list(period["answers"]) == VARIABLES
        assert isinstance(period["answers"]["product_rules"], list)


@pytest.mark.parametrize("day", [TODAY, date(2015, 1, 1), date(1900, 1, 1)])
def test_the_counts_are_those_of_the_records_beside_them(shipped: Reader, day: date) -> None:
    export = json.loads(render(shipped.edition("kratom"), day, "json"))
    statuses = [record["status"] for record in export["records"]]
    counts = export["counts"]
    assert counts["records"] == len(statuses)
    assert counts["not_known"] == statuses.count(None)
    assert counts["by_status"] == {
        status.code: statuses.count(status.code) for status in the_topic().statuses
    }


@pytest.mark.parametrize("day", [TODAY, date(2015, 1, 1)])
def test_a_record_names_the_period_in_force_on_the_day(shipped: Reader, day: date) -> None:
    export = json.loads(render(shipped.edition("kratom"), day, "json"))
    for record in export["records"]:
        index = record["period"]
        own = None if index is None else record["periods"][index]["status"]
        assert record["status"] == own
    alabama = next(r for r in export["records"] if r["jurisdiction"]["code"] == "us-al")
    assert alabama["status"] == ("banned" if day == TODAY else "legal")


@pytest.mark.parametrize("topic", RECORDS)
def test_another_process_gives_the_same_bytes(shipped_store: Store, topic: str) -> None:
    edition, other = (Reader(Tracker(shipped_store)).edition(topic) for _ in range(2))
    assert edition is not other
    assert everything(edition) == everything(other)


@pytest.mark.both_databases
def test_a_later_publication_changes_no_byte_of_an_earlier_edition(tracker: Tracker) -> None:
    before = everything(Reader(tracker).edition("kratom"))
    decide(tracker, propose(tracker))
    reader = Reader(tracker)
    assert everything(reader.edition("kratom", "1")) == before
    now = everything(reader.edition("kratom"))
    # The dictionary tells of the codebook, which no publication changes.
    assert all(now[name] != before[name] for name in FORMATS if name != "dictionary")
    assert json.loads(now["json"])["records"][0]["status"] == "banned"


def test_records_stand_in_the_order_of_their_codes_on_every_database(store: Store) -> None:
    with store.writing() as connection:
        for code in ("us-fl", "us", "us-al-mobile", "us-al", "th", "us-al-mobile-county"):
            a_record(connection, code)
    records = json.loads(render(Reader(Tracker(store)).edition("kratom"), TODAY, "json"))["records"]
    codes = [record["jurisdiction"]["code"] for record in records]
    assert codes == sorted(codes)
    assert len(codes) == 6


def test_no_export_holds_a_handle_because_accounts_may_lose_theirs(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    for content in everything(Reader(tracker).edition("kratom")).values():
        assert b'"ana"' not in content
        assert b"ben" not in content


def test_csv_has_a_row_for_each_period_and_every_value_of_the_json(shipped: Reader) -> None:
    edition = shipped.edition("kratom")
    content = render(edition, TODAY, "csv").decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    records = json.loads(render(edition, TODAY, "json"))["records"]
    assert list(rows[0]) == list(tables.columns(edition.topic))
    expected = [(record, period) for record in records for period in record["periods"]]
    assert len(rows) == len(expected)
    for row, (record, period) in zip(rows, expected, strict=True):
        assert row["jurisdiction"] == record["jurisdiction"]["code"]
        assert row["summary"] == period["summary"]
        assert row["notes"] == record["notes"]
        assert row["product_rules"].split() == period["answers"]["product_rules"]
        assert row["source_urls"].split() == [source["url"] for source in period["sources"]]
        assert row["effective_from"] == (period["effective_from"] or "")
        assert row["min_age"] == str(period["answers"]["min_age"] or "")
    in_force = [row for row in rows if row["in_force"] == "true"]
    assert len(in_force) == sum(record["period"] is not None for record in records)


def test_csv_lines_end_as_rfc_4180_says(shipped: Reader) -> None:
    content = render(shipped.edition("7-oh"), TODAY, "csv")
    assert content.endswith(b"\r\n")
    assert content.partition(b"\r\n")[0].decode().split(",")[:2] == ["topic", "known_at"]


def test_csv_leaves_a_cell_that_looks_like_a_formula_as_it_is(store: Store) -> None:
    summary = '=HYPERLINK("x"), "quoted"\nand a second line'
    with store.writing() as connection:
        a_record(connection, "us-al", a_payload(a_period(summary=summary)))
    content = render(Reader(Tracker(store)).edition("kratom"), TODAY, "csv").decode()
    [row] = csv.DictReader(io.StringIO(content, newline=""))
    assert row["summary"] == summary


def test_ndjson_has_the_record_of_the_json_on_each_line(shipped: Reader) -> None:
    edition = shipped.edition("7-oh")
    lines = [json.loads(line) for line in render(edition, TODAY, "ndjson").splitlines()]
    records = json.loads(render(edition, TODAY, "json"))["records"]
    alone = {"known_at": edition.feed_no, "as_of": "2026-11-23", "licence": "CC0-1.0"}
    assert lines == [{**record, **alone} for record in records]


def rings_of(geometry: dict) -> list[list]:
    """All rings of a geometry, the outer one of each polygon first."""
    many = geometry["type"] == "MultiPolygon"
    return [
        ring
        for rings in (geometry["coordinates"] if many else [geometry["coordinates"]])
        for ring in rings
    ]


@pytest.mark.parametrize("topic", RECORDS)
def test_geojson_draws_every_record_it_can(shipped: Reader, topic: str) -> None:
    content = render(shipped.edition(topic), TODAY, "geojson")
    assert len(content) < MOST_BYTES
    features = json.loads(content)["features"]
    assert len(features) == RECORDS[topic]
    kinds = {
        feature["properties"]["kind"]: (feature["geometry"] or {"type": None})["type"]
        for feature in features
    }
    assert kinds["country"] in ("Polygon", "MultiPolygon")
    assert kinds["state"] in ("Polygon", "MultiPolygon")
    assert kinds["county"] in ("Polygon", "MultiPolygon")
    assert kinds["city"] == "Point"


def test_geojson_rings_are_closed_and_on_the_globe(shipped: Reader) -> None:
    for feature in json.loads(render(shipped.edition("kratom"), TODAY, "geojson"))["features"]:
        geometry = feature["geometry"]
        if geometry is None:
            continue
        rings = [[geometry["coordinates"]]] if geometry["type"] == "Point" else rings_of(geometry)
        for ring in rings:
            assert ring[0] == ring[-1], feature["id"]
            assert all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in ring)


def test_an_unknown_format_is_missing_and_the_known_ones_are_named(shipped: Reader) -> None:
    with pytest.raises(Missing) as refused:
        render(shipped.edition("7-oh"), TODAY, "xml")
    assert refused.value.near == tuple(FORMATS)
