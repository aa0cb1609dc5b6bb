"""Other people's tools read the files: frictionless, jsonschema, duckdb, and pandas, GDAL."""

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import duckdb
import jsonschema
import pandas as pd
import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import data_package, formats, schemas
from legalmap.services.exporting.files import Files
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.build import TODAY

pytestmark = pytest.mark.slow

TOPICS = ("kratom", "7-oh")


@pytest.fixture
def editions(shipped_store: Store) -> list[Edition]:
    """Both topics of the real data."""
    reader = Reader(Tracker(shipped_store))
    return [reader.edition(topic) for topic in TOPICS]


@pytest.fixture
def folder(editions: list[Edition], tmp_path: Path) -> Path:
    """The package, unpacked."""
    content = data_package.zipped(editions, TODAY, Files()).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "package")
    return tmp_path / "package"


# Frictionless and what it stands on use what Python has since deprecated.
@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_no_fault(folder: Path) -> None:
    import frictionless

    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message", "note"])
    assert len(report.tasks) == len(TOPICS) * len(data_package.PACKED)
    rows = {task.name: task.stats.get("rows") for task in report.tasks if task.type == "table"}
    assert (rows["kratom"], rows["kratom-sources"]) == (281, 843)


# See above.
@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_the_fault_that_we_make(folder: Path) -> None:
    import frictionless

    table = folder / "7-oh.csv"
    table.write_bytes(table.read_bytes().replace(b",in-force,", b",somehow,", 1))
    assert not frictionless.validate(str(folder / "datapackage.json")).valid


def test_the_package_names_version_licence_sources_bytes_and_hash(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert (package["version"], package["feed_no"], package["as_of"]) == ("280", 280, "2026-11-23")
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert package["sources"]
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_archive_is_the_same_every_time(editions: list[Edition]) -> None:
    archive, other = (data_package.zipped(editions, TODAY, Files()).content for _ in range(2))
    assert archive == other


def test_a_pinned_package_names_the_edition_and_day_in_its_paths(editions: list[Edition]) -> None:
    package = json.loads(data_package.package(editions, TODAY, Files(), pinned=True).content)
    ends = {resource["path"].partition("?")[2] for resource in package["resources"]}
    assert ends == {"as_of=2026-11-23&known_at=280"}


@pytest.mark.parametrize("form", ["json", "geojson", "ndjson"])
def test_each_json_file_fits_its_json_schema(editions: list[Edition], form: str) -> None:
    for edition in editions:
        content = formats.render(edition, TODAY, form)
        schema = schemas.of(edition.topic, form)
        jsonschema.Draft202012Validator.check_schema(schema)
        check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        for part in content.splitlines() if form == "ndjson" else [content]:
            check.validate(json.loads(part))


def test_the_schema_refuses_a_word_that_is_not_in_the_codebook(editions: list[Edition]) -> None:
    export = json.loads(formats.render(editions[1], TODAY, "json"))
    export["records"][0]["periods"][0]["status"] = "tolerated"
    with pytest.raises(jsonschema.ValidationError, match="tolerated"):
        jsonschema.validate(export, schemas.of(editions[1].topic, "json"))


def test_the_dictionary_explains_every_column_and_code(editions: list[Edition]) -> None:
    for edition in editions:
        topic = edition.topic
        text = formats.render(edition, TODAY, "dictionary").decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        for name in ("csv", "sources"):
            header = formats.render(edition, TODAY, name).decode().partition("\r\n")[0]
            file = formats.file_name(topic.code, name)
            explained = [row for row in rows if row["file"] == file]
            assert list(dict.fromkeys(row["column"] for row in explained)) == header.split(",")
            assert all(row["description"] for row in explained)
        codes = {row["code"] for row in rows if row["column"] == "status"}
        assert codes == {"", *(status.code for status in topic.statuses)}
        for variable in topic.variables:
            own = {row["code"] for row in rows if row["column"] == variable.code}
            assert own == {"", *(choice.code for choice in variable.choices)}


def test_duckdb_reads_parquet_and_ndjson(editions: list[Edition], tmp_path: Path) -> None:
    for form in ("parquet", "ndjson"):
        (tmp_path / f"kratom.{form}").write_bytes(formats.render(editions[0], TODAY, form))
    count = "SELECT count(*), count(DISTINCT jurisdiction) FROM read_parquet(?)"
    parquet = str(tmp_path / "kratom.parquet")
    assert duckdb.execute(count, [parquet]).fetchone() == (281, 230)
    types = dict(duckdb.execute("SELECT name, type FROM parquet_schema(?)", [parquet]).fetchall())
    assert (types["min_age"], types["in_force"]) == ("INT64", "BOOLEAN")
    lists = "SELECT sum(len(source_urls)) = sum(number_of_sources) FROM read_parquet(?)"
    assert duckdb.execute(lists, [parquet]).fetchone() == (True,)
    lines = "SELECT count(*) FROM read_json_auto(?) WHERE jurisdiction.code IS NOT NULL"
    assert duckdb.execute(lines, [str(tmp_path / "kratom.ndjson")]).fetchone() == (230,)


# pandas warns of its own future.
@pytest.mark.filterwarnings("ignore")
def test_pandas_reads_csv(editions: list[Edition]) -> None:
    content = formats.render(editions[0], TODAY, "csv")
    frame = pd.read_csv(io.BytesIO(content), dtype={"fips": str}, keep_default_na=False)
    assert len(frame) == 281
    assert frame.loc[frame.jurisdiction == "us-al", "fips"].unique().tolist() == ["01"]


def test_gdal_reads_geojson(editions: list[Edition], tmp_path: Path) -> None:
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        reason = "NO GDAL: install Debian's “gdal-bin” to read the GeoJSON with it"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    file = tmp_path / "kratom.geojson"
    file.write_bytes(formats.render(editions[0], TODAY, "geojson"))
    done = subprocess.run([ogrinfo, "-so", "-al", file], capture_output=True, text=True, check=True)
    assert "Feature Count: 230" in done.stdout
    assert "resolved_status: String" in done.stdout
