"""The jurisdiction tree: filling it, reading it, and finding in it by code, identifier and ZIP."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.places.spelling import search_form
from legalmap.store.rows import having
from legalmap.store.tables import jurisdiction, jurisdiction_alias, zip_county

_COLUMNS = [column for column in jurisdiction.c if column.name != "search_name"]


def _place(row: Any) -> Jurisdiction:
    return Jurisdiction(**row._mapping)


def _places(connection: sa.Connection, query: sa.Select[Any]) -> list[Jurisdiction]:
    return [_place(row) for row in connection.execute(query)]


def _directly_below(code: str) -> sa.ColumnElement[bool]:
    return sa.or_(jurisdiction.c.parent == code, jurisdiction.c.county == code)


def get(connection: sa.Connection, code: str) -> Jurisdiction | None:
    """The place of that code or of one of its other codes, or None."""
    return get_many(connection, [code]).get(code)


def get_many(connection: sa.Connection, codes: Iterable[str]) -> dict[str, Jurisdiction]:
    """The places of ``codes``, by the code asked for; unknown codes are left out."""
    wanted = set(codes)
    rows = having(connection, sa.select(*_COLUMNS), jurisdiction.c.code, wanted)
    places = {row.code: _place(row) for row in rows}
    aliased = sa.select(jurisdiction_alias.c.alias, *_COLUMNS).join(jurisdiction)
    for row in having(connection, aliased, jurisdiction_alias.c.alias, wanted - places.keys()):
        fields = dict(row._mapping)
        alias = fields.pop("alias")
        places[alias] = Jurisdiction(**fields)
    return places


def by_identifier(connection: sa.Connection, identifier: str) -> list[Jurisdiction]:
    """The places with that ISO 3166 code, or with that FIPS code (GEOID)."""
    if not identifier.isprintable():
        return []  # PostgreSQL raises an error for NUL
    query = sa.select(*_COLUMNS).where(
        sa.or_(jurisdiction.c.iso == identifier.upper(), jurisdiction.c.fips == identifier)
    )
    return _places(connection, query.order_by(jurisdiction.c.code))


def children(connection: sa.Connection, code: str) -> list[Jurisdiction]:
    """The places directly below ``code``, by name; for a county, the towns in it."""
    query = sa.select(*_COLUMNS).where(_directly_below(code))
    return _places(connection, query.order_by(jurisdiction.c.name))


def page(
    connection: sa.Connection, *, parent: str | None, after: str, limit: int
) -> list[Jurisdiction]:
    """At most ``limit`` places in the order of their codes, beginning behind the code ``after``."""
    query = sa.select(*_COLUMNS).where(jurisdiction.c.code > after)
    if parent is not None:
        query = query.where(_directly_below(parent))
    return _places(connection, query.order_by(jurisdiction.c.code).limit(limit))


def codes_like(connection: sa.Connection, start: str, limit: int) -> list[str]:
    """Codes that begin with ``start``."""
    query = sa.select(jurisdiction.c.code).where(
        jurisdiction.c.code.startswith(start, autoescape=True)
    )
    return list(connection.scalars(query.order_by(jurisdiction.c.code).limit(limit)))


def of_zip(connection: sa.Connection, zip_code: str) -> list[Jurisdiction]:
    """The counties a US ZIP code touches, the one at its centre first; empty for an unknown code."""
    query = (
        sa.select(*_COLUMNS)
        .join(zip_county, zip_county.c.code == jurisdiction.c.code)
        .where(zip_county.c.zip == zip_code)
        .order_by(zip_county.c.position)
    )
    return _places(connection, query)


def counties_of_zips(connection: sa.Connection, start: str) -> list[str]:
    """The codes of the counties in the middle of the ZIP codes that begin so, one for each."""
    query = sa.select(zip_county.c.code).where(
        zip_county.c.zip.startswith(start, autoescape=True), zip_county.c.position == 0
    )
    return list(connection.scalars(query))


def everything(connection: sa.Connection) -> Iterator[Jurisdiction]:
    """All places, in no order."""
    for row in connection.execute(sa.select(*_COLUMNS)):
        yield _place(row)


def aliases(connection: sa.Connection) -> list[tuple[str, str]]:
    """(other code, code) for every other code of a place."""
    rows = connection.execute(sa.select(jurisdiction_alias.c.alias, jurisdiction_alias.c.code))
    return [(row.alias, row.code) for row in rows]


def count(connection: sa.Connection) -> int:
    """How many jurisdictions there are."""
    return connection.scalar(sa.select(sa.func.count()).select_from(jurisdiction)) or 0


def fill(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert jurisdictions, parents before children; the key ``aliases`` holds their other codes."""
    places, aliases = [], []
    for row in rows:
        fields = {column.name: row[column.name] for column in _COLUMNS}
        places.append({**fields, "search_name": search_form(str(row["name"]))})
        aliases += [{"alias": alias, "code": row["code"]} for alias in row["aliases"]]
    connection.execute(jurisdiction.insert(), places)
    if aliases:
        connection.execute(jurisdiction_alias.insert(), aliases)


def fill_zips(connection: sa.Connection, rows: Iterable[tuple[str, list[str]]]) -> None:
    """Insert pairs of a ZIP code and its counties, the one at its centre first."""
    connection.execute(
        zip_county.insert(),
        [
            {"zip": zip_code, "position": position, "code": code}
            for zip_code, codes in rows
            for position, code in enumerate(codes)
        ],
    )
