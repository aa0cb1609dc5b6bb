"""Migrations go up, down and up again, match the tables, and say what to run when they do not."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from legalmap import paths
from legalmap.domain.errors import Unusable
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.store import engine, schema
from legalmap.store.derived import gist_index
from legalmap.store.engine import Store
from legalmap.store.history import feed, records
from legalmap.store.tables import metadata
from tests.patience import soon
from tests.store.build import a_publication, a_record, refreshed, seed

NAMES = sorted(metadata.tables)
LOCKED = "is locked by another writer: try again in a moment"


@pytest.fixture
def empty(empty_url: str) -> Iterator[Store]:
    """A database without any table."""
    with closing(Store(empty_url)) as store:
        yield store


def test_the_files_tell_the_order_of_the_migrations(empty: Store) -> None:
    """What a site looks at when it starts is what Alembic finds out by loading them all."""
    with empty.reading() as connection:
        scripts = ScriptDirectory.from_config(schema._config(connection))
    assert schema.revisions() == [each.revision for each in scripts.walk_revisions()][::-1]


def tables(store: Store) -> list[str]:
    """The tables a database has, besides Alembic's own."""
    with store.reading() as connection:
        return sorted({*sa.inspect(connection).get_table_names()} - {"alembic_version"})


def shape(store: Store) -> dict[str, Any]:
    """All that a database knows of its tables, in a form to compare."""
    with store.reading() as connection:
        look = sa.inspect(connection)
        return {
            name: {
                "columns": {
                    c["name"]: f"{c['type']} {c['nullable']}" for c in look.get_columns(name)
                },
                "primary key": look.get_pk_constraint(name)["constrained_columns"],
                "foreign keys": _ordered(look.get_foreign_keys(name)),
                "unique": _ordered(look.get_unique_constraints(name)),
                "checks": _ordered(look.get_check_constraints(name)),
                "indexes": _ordered(look.get_indexes(name)),
            }
            for name in look.get_table_names()
            if name != "alembic_version"
        }


def _ordered(found: list[Any]) -> list[str]:
    return sorted(str(sorted(each.items())) for each in found)


def triggers(store: Store) -> list[str]:
    """The names of the triggers we made, with their tables."""
    query = (
        "SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'trigger'"
        if store.is_sqlite
        else "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with store.reading() as connection:
        return sorted(connection.scalars(sa.text(query)))


def functions(store: Store) -> list[str]:
    """The functions we made; SQLite has none."""
    if store.is_sqlite:
        return []
    query = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    with store.reading() as connection:
        return sorted(connection.scalars(sa.text(query)))


def test_up_makes_all_tables(empty: Store) -> None:
    assert tables(empty) == []
    schema.migrate(empty)
    assert tables(empty) == NAMES
    schema.require_current(empty)


def test_up_down_and_up_again_gives_the_same_database(empty: Store) -> None:
    schema.migrate(empty)
    first = (shape(empty), triggers(empty), functions(empty))
    schema.migrate(empty, "base")
    assert (tables(empty), triggers(empty), functions(empty)) == ([], [], [])
    schema.migrate(empty)
    assert (shape(empty), triggers(empty), functions(empty)) == first


def test_going_up_twice_changes_nothing(empty: Store) -> None:
    schema.migrate(empty)
    first = (shape(empty), triggers(empty))
    schema.migrate(empty)
    assert (shape(empty), triggers(empty)) == first


def test_going_down_from_nothing_is_nothing(empty: Store) -> None:
    schema.migrate(empty, "base")
    assert tables(empty) == []


def test_down_works_on_a_database_with_history(empty: Store) -> None:
    seed(str(empty.url.render_as_string(hide_password=False)))
    with empty.writing() as connection:
        a_publication(connection, a_record(connection))
    schema.migrate(empty, "base")
    assert tables(empty) == []


def test_the_guards_can_be_put_on_a_database_with_history(empty: Store) -> None:
    seed(str(empty.url.render_as_string(hide_password=False)))
    guarded = triggers(empty)
    with empty.writing() as connection:
        published = a_publication(connection, a_record(connection))
        command.downgrade(schema._config(connection), "0001")
    assert triggers(empty) == []
    schema.migrate(empty)
    assert triggers(empty) == guarded
    with empty.reading() as connection:
        assert refreshed(connection, published) == published


def test_every_table_but_the_working_ones_has_a_guard(empty: Store) -> None:
    schema.migrate(empty)
    working = {"draft", "session", "legal_status", "jurisdiction", "jurisdiction_alias"}
    working |= {"webhook", "course", "gist", "waiting", "claim", "notice", "outbox"}
    working |= {"challenge", "invitation", "passkey", "recovery_code", "remit"}
    guarded = {name.partition(".")[0] for name in triggers(empty)}
    assert guarded == {*NAMES} - working - {"place_county", "zip_county"}


def test_alembic_finds_no_drift(empty: Store) -> None:
    schema.migrate(empty)
    with empty.writing() as connection:
        command.check(schema._config(connection))


def test_the_migrations_make_what_the_tables_say(empty: Store) -> None:
    """More than Alembic compares: CHECKs, the names of constraints, keys and indexes too."""
    schema.migrate(empty)
    migrated = shape(empty)
    schema.migrate(empty, "base")
    with empty.writing() as connection:
        metadata.create_all(connection)
    assert migrated == shape(empty)


def test_a_migration_that_fails_leaves_nothing_behind(empty: Store) -> None:
    with empty.writing() as connection:
        connection.execute(sa.text("CREATE TABLE zip_county (in_the_way integer)"))
    with pytest.raises((Unusable, sa.exc.ProgrammingError)):
        schema.migrate(empty)
    assert tables(empty) == ["zip_county"]
    assert not schema.exists(empty)


def test_there_is_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def unusable(store: Store) -> str:
    """What ``require_current`` says: one line that names the database."""
    with pytest.raises(Unusable) as caught:
        schema.require_current(store)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"The database {store.url}")
    return message


def test_a_database_without_tables_is_missing(empty: Store) -> None:
    with empty.writing():
        pass  # on SQLite this makes the file
    assert not schema.exists(empty)
    assert unusable(empty).endswith("is missing: run “legalmap init” first.")


def test_a_database_that_is_not_there_is_missing(empty_url: str) -> None:
    with closing(Store(empty_url.replace("empty", "nowhere"))) as store:
        assert unusable(store).endswith("is missing: run “legalmap init” first.")


def test_asking_for_a_missing_database_does_not_make_one(tmp_path: Path) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'a.sqlite'}")) as store:
        assert not schema.exists(store)
    assert list(tmp_path.iterdir()) == []


def test_using_tables_that_are_missing_says_so(empty: Store) -> None:
    says = "is missing: run “legalmap init” first"
    with pytest.raises(Unusable, match=says), empty.reading() as connection:
        feed.head(connection)


def test_a_database_in_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'no' / 'a.sqlite'}")) as store:
        assert "is missing" in unusable(store)
        with pytest.raises(Unusable, match="is missing"), store.reading():
            pass


def test_a_database_of_an_earlier_version_is_older(empty: Store) -> None:
    schema.migrate(empty, "0001")
    assert schema.exists(empty)
    assert unusable(empty).endswith("is older than this code: run “legalmap migrate”.")
    schema.migrate(empty)
    schema.require_current(empty)


def test_a_database_of_a_later_version_is_newer(empty: Store) -> None:
    schema.migrate(empty)
    with empty.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert unusable(empty).endswith("is newer than this code: install a newer legalmap.")


def test_a_file_that_is_no_database_is_not_readable(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"Dear diary, " * 500)
    with closing(Store(f"sqlite:///{tmp_path / 'a.sqlite'}")) as store:
        assert unusable(store).endswith("is not a readable database: restore it.")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_sqlite_locked_by_another_writer_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SQLITE_WAIT_MS", 50)
    with closing(Store(str(store.url))) as impatient, store.writing():
        with pytest.raises(Unusable, match=LOCKED), impatient.writing():
            pass
        with impatient.reading() as connection:
            assert feed.head(connection) == 0, "readers do not wait for writers"


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_postgresql_locked_by_another_writer_says_so(store: Store) -> None:
    with store.writing() as connection:
        record_id = a_record(connection).record_id
    with store.writing() as patient:
        records.lock_by_id(patient, record_id)
        with pytest.raises(Unusable, match=LOCKED):
            _lock_impatiently(store, record_id)


def _lock_impatiently(store: Store, record_id: int) -> None:
    with store.writing() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        records.lock_by_id(connection, record_id)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_mistake_in_our_own_sql_is_no_matter_of_the_database(store: Store) -> None:
    with pytest.raises(sa.exc.ProgrammingError) as caught, store.reading() as connection:
        connection.execute(sa.text("SELEKT 1"))
    assert caught.value.__cause__ is not caught.value


def test_a_server_that_does_not_answer_cannot_be_reached(tmp_path: Path) -> None:
    url = f"postgresql://ana:secret@/legalmap?host={tmp_path}"
    with closing(Store(url)) as store, pytest.raises(Unusable) as caught, store.reading():
        pass
    assert "cannot be reached: check that it runs and the URL is right." in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "cannot be read"),
        ("not a url", "cannot be read"),
        ("mysql://host/name", "must begin with sqlite: or postgresql:"),
        ("oracle://host/name", "must begin with sqlite: or postgresql:"),
    ],
)
def test_a_url_of_another_kind_is_refused_with_the_setting_to_change(url: str, says: str) -> None:
    with pytest.raises(Unusable, match=says) as caught:
        Store(url)
    assert "LEGALMAP_DATABASE_URL" in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://h/d", "postgres://h/d", "postgresql+psycopg2://h/d"])
def test_postgresql_always_means_the_driver_we_ship(url: str) -> None:
    assert engine.readable_url(url).drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////srv/a.sqlite", Path("/srv/a.sqlite")),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql://h/d", None),
    ],
)
def test_only_a_sqlite_file_is_a_file(url: str, file: Path | None) -> None:
    with closing(Store(url)) as store:
        assert store.file == file
        assert store.is_sqlite is url.startswith("sqlite")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("foreign_keys", 1), ("recursive_triggers", 1), ("journal_mode", "wal"), ("synchronous", 2)],
)
def test_every_sqlite_connection_is_set_up(store: Store, pragma: str, value: object) -> None:
    with store.reading() as one, store.reading() as other:
        assert [each.exec_driver_sql(f"PRAGMA {pragma}").scalar() for each in (one, other)] == [
            value,
            value,
        ]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_nobody_waits_for_a_migration_that_waits(empty: Store) -> None:
    """A publication is under way when the indexes of the feed are built: others publish on."""
    schema.migrate(empty, "0003")
    other = Store(empty.engine.url.render_as_string(hide_password=False))
    publishing = sa.text("LOCK TABLE publication IN ROW EXCLUSIVE MODE")
    done: list[bool] = []
    migrating = Thread(target=lambda: done.append(schema.migrate(empty) is None))
    with other.engine.connect() as under_way:
        under_way.execute(publishing)
        migrating.start()
        with other.engine.connect() as looking:
            waits = sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%'"
            )
            assert soon(lambda: bool(looking.scalar(waits)) or looking.rollback())
        for _ in range(3):
            with other.engine.begin() as writer:
                writer.execute(sa.text("SET LOCAL lock_timeout = 1000"))
                writer.execute(publishing)
        assert not done
    migrating.join(timeout=60)
    assert done == [True]
    schema.require_current(empty)
    other.close()


def test_what_an_older_version_published_gets_its_course(store: Store) -> None:
    """By “legalmap migrate”, in steps; broken off, it goes on where it stood."""
    tracker = Tracker(store)
    with store.writing() as connection:
        base = a_record(connection)
        a_publication(connection, base)
        gist_index.clear(connection)
    assert any("the course of publication 1" in fault for fault in integrity_check.check(tracker))
    edition = Reader(tracker).edition("kratom")
    assert edition.statuses(date(2026, 11, 23)) == {"us-al": "banned"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integrity_check, "STEP", 1)
        assert integrity_check.catch_up(tracker) == 2
    assert integrity_check.check(tracker) == []
    assert integrity_check.catch_up(tracker) == 0
