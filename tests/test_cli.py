"""The command line: what each command prints, its exit status, and one clear line on misuse."""

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from legalmap.cli import main
from legalmap.domain.errors import Unusable
from legalmap.domain.law.payload import to_builtins
from legalmap.services.exporting import formats
from legalmap.store.engine import Store
from legalmap.web import static_site
from tests.conftest import app_on
from tests.services.build import BANNED
from tests.services.maintenance.test_integrity_check import drop_triggers


@pytest.fixture
def url(shipped_store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """The real data, named by the setting a person would use."""
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("LEGALMAP_DATABASE_URL", url)
    return url


def run(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=typed)


def test_init_makes_the_database_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGALMAP_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    first = run("init")
    assert (first.exit_code, first.stdout) == (0, "Ready: 280 records.\n")
    second = run("init")
    assert second.exit_code == 2
    assert "has data already: nothing was changed" in second.stderr
    assert run("init", "--if-missing").exit_code == 0
    assert run("check").stdout.startswith("Sound: 280 publications")


def test_check_names_the_fault_and_leaves_with_1(url: str, shipped_store: Store) -> None:
    with shipped_store.writing() as connection:
        drop_triggers(connection)
        connection.execute(
            sa.text("UPDATE legal_status SET status = 'legal' WHERE topic = 'kratom'")
        )
    result = run("check")
    assert result.exit_code == 1
    assert "is wrong in status: run “legalmap reindex”" in result.stderr
    assert run("reindex").stdout == "341 rows written.\n"
    assert run("check").exit_code == 0


def test_nobody_is_served_what_the_codebook_does_not_know(url: str, shipped_store: Store) -> None:
    """As after a new version whose topic file lost a status; workers and other servers refuse, too."""
    with shipped_store.writing() as connection:
        connection.execute(
            sa.text("UPDATE legal_status SET status = 'odd' WHERE jurisdiction_code = 'th'")
        )
    refused = run("run")
    assert refused.exit_code == 2
    assert "kratom/th: periods.0.status: “odd” is no status." in refused.stderr
    with pytest.raises(Unusable, match="codes are never deleted"):
        app_on(url)
    checked = run("check")
    assert checked.exit_code == 1
    assert "kratom/th: periods.0.status: “odd” is no status." in checked.stderr


def test_people_are_added_listed_disabled_and_reset(url: str) -> None:
    added = run("account", "add", "nora", "--role", "moderator")
    assert added.stdout.startswith("nora (moderator): ")
    typed = run("account", "add", "emil", "--password-stdin", typed="a long password\n")
    assert typed.stdout == "emil (contributor): the password you gave\n"
    assert run("account", "disable", "nora").exit_code == 0
    listed = run("account", "list").stdout.split("\n")
    assert any(line.split() == ["nora", "moderator", "disabled"] for line in listed)
    assert run("account", "reset", "nora", "--second-factor").exit_code == 0
    assert run("account", "add", "ada", "--role", "admin").exit_code == 0
    refused = run("account", "disable", "ada")
    assert refused.exit_code == 2
    assert "last admin" in refused.stderr


def test_an_import_waits_for_review(url: str, tmp_path: Path) -> None:
    file = tmp_path / "changes.json"
    entry = {"topic": "kratom", "jurisdiction": "us-gu", **to_builtins(BANNED)}
    file.write_text(json.dumps([entry]))
    dry = run("import", str(file), "--as", "ana", "--dry-run").stdout
    assert dry.startswith("line 1: kratom/us-gu\n  added periods")
    assert dry.endswith("1 proposals would be made. Nothing was sent.\n")
    sent = run("import", str(file), "--as", "ana").stdout
    assert sent.startswith("1 proposals wait for review: batch ")
    again = run("import", str(file), "--as", "ana")
    assert "line 1: jurisdiction: You sent exactly this already" in again.stderr
    file.write_text(json.dumps([{**entry, "topic": "tea"}]))
    bad = run("import", str(file), "--as", "ana")
    assert (bad.exit_code, bad.stderr) == (
        2,
        run("import", str(file), "--as", "ana", "--dry-run").stderr,
    )
    assert "line 1: topic: There is no topic “tea”. Did you mean kratom, 7-oh?" in bad.stderr


def test_export_writes_what_the_site_serves(url: str, tmp_path: Path) -> None:
    file = tmp_path / "kratom.json"
    assert run("export", "kratom", "--output", str(file)).exit_code == 0
    assert len(json.loads(file.read_bytes())["records"]) == 230
    past = run("export", "kratom", "--as-of", "2015-01-01", "--format", "csv")
    assert b",us-al," in past.stdout_bytes
    assert past.stdout_bytes.startswith(b"topic,")


def test_export_packs_all_topics_in_one(url: str, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    assert run("export", "--format", "datapackage", "--output", str(file)).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        assert {"datapackage.json", "kratom.csv", "7-oh-sources.csv"} <= set(archive.namelist())


def test_export_does_not_replace_a_file_by_a_broken_one(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "7-oh.csv"
    assert run("export", "7-oh", "--format", "csv", "--output", str(file)).exit_code == 0
    before = file.read_bytes()
    monkeypatch.setattr(formats, "render", lambda *_asked: b"<html>")
    broken = run("export", "7-oh", "--format", "csv", "--output", str(file))
    assert broken.exit_code == 2
    assert "7-oh csv at feed number 280 was refused: its columns are" in broken.stderr
    assert file.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []


def test_a_release_is_frozen_once(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEGALMAP_RELEASES", str(tmp_path / "frozen"))
    first = run("release", "2026.11")
    assert first.exit_code == 0
    assert f"{tmp_path / 'frozen' / '2026.11'}: " in first.stdout
    second = run("release", "2026.11")
    assert second.exit_code == 2
    assert "a release is never written again" in second.stderr


def test_a_site_is_written_whole(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGALMAP_SECRET_KEY", "x" * 40)
    # All of it is compared with the live answers in tests/web/test_static_site.py.
    monkeypatch.setattr(static_site, "_starts", lambda *_asked: iter(["/api/v1/topics"]))
    done = run("export", "--site", str(tmp_path / "site"))
    assert "1 files" in done.stdout
    assert (tmp_path / "site" / "site.json").is_file()


MISUSE = [
    (["export"], "TOPIC: Name one of: kratom, 7-oh."),
    (["export", "kratom", "--site", "x"], "--site: It writes everything as it stands now"),
    (["export", "kratom", "--format", "datapackage"], "TOPIC: A data package holds all topics"),
    (["release", "november"], "name: “november” is no name"),
    (["export", "tea"], "There is no topic “tea”. Did you mean: kratom, 7-oh?"),
    (["export", "kratom", "--as-of", "2019-13-40"], "as_of: “2019-13-40” is not a day"),
    (["export", "kratom", "--known-at", "999"], "known_at: The feed ends at 280"),
    (["account", "disable", "nobody"], "There is no account “nobody”."),
    (["account", "add", "Ana B"], "handle: Use 1 to 40"),
    (["run", "--demo", "--host", "0.0.0.0"], "--host: --demo serves this machine only"),
    (["run", "--port", "0"], "0 is not in the range"),
    (["frobnicate"], "No such command"),
]


@pytest.mark.parametrize(("words", "says"), MISUSE, ids=[" ".join(row[0]) for row in MISUSE])
def test_misuse_is_answered_in_a_clear_line(url: str, words: list[str], says: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_demo_is_not_shown_through_a_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGALMAP_BEHIND_PROXY", "1")
    result = run("run", "--demo")
    assert result.exit_code == 2
    assert "--demo: A demo serves this machine only" in result.stderr


def _missing(file: Path) -> str:
    return f"sqlite:///{file}"


def _not_a_database(file: Path) -> str:
    file.write_bytes(b"This is a letter, not a database." * 100)
    return f"sqlite:///{file}"


def _newer(file: Path) -> str:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    return f"sqlite:///{file}"


UNUSABLE = [
    ("missing", _missing, "is missing: run “legalmap init” first"),
    ("no database at all", _not_a_database, "is not a readable database"),
    ("newer than the code", _newer, "is newer than this code: install a newer legalmap"),
    ("an unreadable URL", lambda _file: "what", "LEGALMAP_DATABASE_URL cannot be read"),
    ("an unknown kind", lambda _file: "mysql://x/y", "must begin with sqlite: or postgresql:"),
]


@pytest.mark.parametrize(
    ("make", "says"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE]
)
def test_an_unusable_database_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make, says: str
) -> None:
    monkeypatch.setenv("LEGALMAP_DATABASE_URL", make(tmp_path / "some.sqlite"))
    result = run("check")
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
