"""The triggers that guard history: each rule once, turned into the SQL of SQLite and of PostgreSQL."""

import textwrap
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

# Tables, each with its unique keys, by which REPLACE INTO could overwrite a row on SQLite.
Keys = Mapping[str, Sequence[str]]
# (name, table, INSERT or UPDATE, condition under which to refuse, message); NEW and OLD as in SQL.
Rule = tuple[str, str, str, str, str]


def put(history: Keys, kept: Keys, rules: Sequence[Rule]) -> None:
    """Guard tables: ``history`` against UPDATE and DELETE, ``kept`` against DELETE; and make ``rules`` hold."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    statements = _sqlite(history, kept, rules) if sqlite else _postgresql(history, kept, rules)
    for statement in statements:
        execute(statement)


def execute(statement: str) -> None:
    """Run SQL as it is: a colon in it does not begin a parameter."""
    op.execute(sa.text(textwrap.dedent(statement).replace(":", "\\:")))


def take_away(history: Keys, kept: Keys, rules: Sequence[Rule]) -> None:
    """The reverse of ``put``."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in _sqlite(history, kept, rules):
            op.execute(f"DROP TRIGGER {statement.split()[2]}")
        return
    for table in (*history, *kept):
        op.execute(f"DROP TRIGGER {table}_kept ON {table}")
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    for name, table, *_ in rules:
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION legalmap_{name}()")


def function(name: str, body: str) -> str:
    """The statement that makes a trigger function of PostgreSQL."""
    return (
        f"CREATE FUNCTION legalmap_{name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN {body} END $$"
    )


def _sqlite(history: Keys, kept: Keys, rules: Sequence[Rule]) -> list[str]:
    statements = [_sqlite_refusal(table, "UPDATE") for table in history]
    for table, keys in {**history, **kept}.items():
        statements.append(_sqlite_refusal(table, "DELETE"))
        statements += [_sqlite_once(table, key) for key in keys]
    return statements + [
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, 'refused: {says}'); END"
        for name, table, act, condition, says in rules
    ]


def _sqlite_refusal(table: str, act: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'refused: {table} is history, {act} is not possible'); END"
    )


def _sqlite_once(table: str, key: str) -> str:
    values = ", ".join(f"NEW.{column}" for column in key.split(", "))
    # DELETE triggers fire for REPLACE INTO only with PRAGMA recursive_triggers, which a foreign client lacks.
    return (
        f"CREATE TRIGGER {table}_{key.replace(', ', '_')}_once BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE ({key}) = ({values}))"
        f" BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table}.{key}'); END"
    )


def _postgresql(history: Keys, kept: Keys, rules: Sequence[Rule]) -> list[str]:
    statements = []
    for table in (*history, *kept):
        acts = "UPDATE OR DELETE" if table in history else "DELETE"
        statements += [
            f"CREATE TRIGGER {table}_kept BEFORE {acts} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION legalmap_refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION legalmap_refuse_change()",
        ]
    for name, table, act, condition, says in rules:
        body = (
            f"IF {condition} THEN RAISE EXCEPTION 'refused: {says}'"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW;"
        )
        statements += [
            function(name, body),
            f"CREATE TRIGGER {name} BEFORE {act} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION legalmap_{name}()",
        ]
    return statements
