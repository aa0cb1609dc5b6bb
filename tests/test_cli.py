"""The command line: what each command prints, its exit status, and one clear line on misuse."""

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from legalmap.cli import main
from legalmap.domain.payload import to_builtins
from legalmap.store.engine import Store
from tests.services.build import BANNED
from tests.services.test_checking import drop_triggers


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
    assert (first.exit_code, first.stdout) == (0, "Ready: 268 records.\n")
    second = run("init")
    assert second.exit_code == 2
    assert "has data already: nothing was changed" in second.stderr
    assert run("init", "--if-missing").exit_code == 0
    assert run("check").stdout.startswith("Sound: 268 publications")


def test_check_names_the_fault_and_leaves_with_1(url: str, shipped_store: Store) -> None:
    with shipped_store.writing() as connection:
        drop_triggers(connection)
        connection.execute(
            sa.text("UPDATE legal_status SET status = 'legal' WHERE topic = 'kratom'")
        )
    found = run("check")
    assert found.exit_code == 1
    assert "is wrong in status: run “legalmap reindex”" in found.stderr
    assert run("reindex").stdout == "324 rows written.\n"
    assert run("check").exit_code == 0


def test_people_are_added_listed_disabled_and_reset(url: str) -> None:
    added = run("account", "add", "dora", "--role", "moderator")
    assert added.stdout.startswith("dora (moderator): ")
    typed = run("account", "add", "emil", "--password-stdin", typed="a long password\n")
    assert typed.stdout == "emil (contributor): the password you gave\n"
    assert run("account", "disable", "dora").exit_code == 0
    listed = run("account", "list").stdout.split("\n")
    assert any(line.split() == ["dora", "moderator", "disabled"] for line in listed)
    assert run("account", "reset", "dora").exit_code == 0


def test_an_import_waits_for_review(url: str, tmp_path: Path) -> None:
    file = tmp_path / "changes.json"
    entry = {"topic": "kratom", "jurisdiction": "us-gu", **to_builtins(BANNED)}
    file.write_text(json.dumps([entry]))
    assert run("import", str(file), "--as", "ana").stdout == "1 proposals wait for review.\n"
    file.write_text(json.dumps([{**entry, "topic": "tea"}]))
    bad = run("import", str(file), "--as", "ana")
    assert bad.exit_code == 2
    assert "line 1: topic: There is no topic “tea”. Did you mean kratom, 7-oh?" in bad.stderr


def test_export_writes_what_the_site_serves(url: str, tmp_path: Path) -> None:
    file = tmp_path / "kratom.json"
    assert run("export", "kratom", "--output", str(file)).exit_code == 0
    assert len(json.loads(file.read_bytes())["records"]) == 222
    past = run("export", "kratom", "--as-of", "2015-01-01", "--format", "csv")
    assert b",us-al," in past.stdout_bytes
    assert past.stdout_bytes.startswith(b"topic,")


MISUSE = [
    (["export", "tea"], "There is no topic “tea”. Did you mean: kratom, 7-oh?"),
    (["export", "kratom", "--as-of", "2019-13-40"], "as_of: “2019-13-40” is not a day"),
    (["export", "kratom", "--known-at", "999"], "known_at: The feed ends at 268"),
    (["account", "disable", "nobody"], "There is no account “nobody”."),
    (["account", "add", "Ana B"], "handle: Use 1 to 40"),
    (["run", "--demo", "--host", "0.0.0.0"], "--host: --demo serves this machine only"),
    (["run", "--port", "0"], "0 is not in the range"),
    (["frobnicate"], "No such command"),
]


@pytest.mark.parametrize(("words", "says"), MISUSE, ids=[" ".join(row[0]) for row in MISUSE])
def test_misuse_is_answered_in_a_clear_line(url: str, words: list[str], says: str) -> None:
    found = run(*words)
    assert found.exit_code == 2
    assert says in found.stderr
    assert "Traceback" not in found.stderr


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
    found = run("check")
    assert found.exit_code == 2
    assert says in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
