"""The jurisdiction tree: filling it, reading it, and finding in it by code, identifier and ZIP."""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.places.spelling import search_form
from legalmap.store.rows import having
from legalmap.store.tables import jurisdiction, jurisdiction_alias, place_county, record, zip_county

_COLUMNS = [column for column in jurisdiction.c if column.name != "search_name"]


def _place(fields: Mapping[Any, Any], counties: Mapping[str, tuple[str, ...]]) -> Jurisdiction:
    return Jurisdiction(**fields, counties=counties.get(fields["code"], ()))


def _places(connection: sa.Connection, query: sa.Select[Any]) -> list[Jurisdiction]:
    rows = [row._mapping for row in connection.execute(query)]
    counties = _counties(connection, rows)
    return [_place(row, counties) for row in rows]


def _counties(
    connection: sa.Connection, rows: Iterable[Mapping[Any, Any]]
) -> dict[str, tuple[str, ...]]:
    """The counties of the places that may lie in several: those with a point that name no single one."""
    codes = {row["code"] for row in rows if row["county"] is None and row["lat"] is not None}
    query = sa.select(place_county).order_by(place_county.c.place, place_county.c.position)
    found: dict[str, tuple[str, ...]] = {}
    for row in having(connection, query, place_county.c.place, codes):
        found[row.place] = (*found.get(row.place, ()), row.county)
    return found


def _directly_below(code: str) -> sa.ColumnElement[bool]:
    partly = sa.select(place_county.c.place).where(place_county.c.county == code)
    return sa.or_(
        jurisdiction.c.parent == code,
        jurisdiction.c.county == code,
        jurisdiction.c.code.in_(partly),
    )


def get(connection: sa.Connection, code: str) -> Jurisdiction | None:
    """The place of that code or of one of its other codes, or None."""
    return get_many(connection, [code]).get(code)


def get_many(connection: sa.Connection, codes: Iterable[str]) -> dict[str, Jurisdiction]:
    """The places of ``codes``, by the code asked for; unknown codes are left out."""
    wanted = set(codes)
    alias, aliased = jurisdiction_alias.c.alias, jurisdiction_alias.c.code
    # An alias goes before a row: a place that became part of another keeps its row as long as
    # somebody's records point to it.
    leading = {
        row.alias: row.code for row in having(connection, sa.select(alias, aliased), alias, wanted)
    }
    ask_for = (wanted - leading.keys()) | set(leading.values())
    rows = having(connection, sa.select(*_COLUMNS), jurisdiction.c.code, ask_for)
    fields = [row._mapping for row in rows]
    counties = _counties(connection, fields)
    places = {row["code"]: _place(row, counties) for row in fields}
    found = {code: leading.get(code, code) for code in wanted}
    return {code: places[lead] for code, lead in found.items() if lead in places}


def by_identifier(connection: sa.Connection, identifier: str) -> list[Jurisdiction]:
    """The places with that ISO 3166 code, or with that FIPS code (GEOID).

    Also by the identifier of the county in one with it, and by one that was retired.
    """
    if not identifier.isprintable():
        return []  # PostgreSQL raises an error for NUL
    aliased = sa.select(jurisdiction_alias.c.code).where(
        jurisdiction_alias.c.alias == identifier.lower()
    )
    query = sa.select(*_COLUMNS).where(
        sa.or_(
            jurisdiction.c.iso == identifier.upper(),
            jurisdiction.c.fips == identifier,
            jurisdiction.c.code.in_(aliased),
        )
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
    yield from _places(connection, sa.select(*_COLUMNS))


def aliases(connection: sa.Connection) -> list[tuple[str, str]]:
    """(other code, code) for every other code of a place."""
    rows = connection.execute(sa.select(jurisdiction_alias.c.alias, jurisdiction_alias.c.code))
    return [(row.alias, row.code) for row in rows]


def count(connection: sa.Connection) -> int:
    """How many jurisdictions there are."""
    return connection.scalar(sa.select(sa.func.count()).select_from(jurisdiction)) or 0


def fill(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert jurisdictions, parents before children; the key ``aliases`` holds their other codes."""
    whole = list(rows)
    connection.execute(jurisdiction.insert(), [_columns(row) for row in whole])
    _relate(connection, whole)


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    fields = {column.name: row[column.name] for column in _COLUMNS}
    return {**fields, "search_name": search_form(str(row["name"]))}


def _relate(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the other codes of places, and the counties of those in several."""
    aliases, counties = [], []
    for row in rows:
        aliases += [{"alias": alias, "code": row["code"]} for alias in row["aliases"]]
        counties += [
            {"place": row["code"], "position": position, "county": county}
            for position, county in enumerate(row["counties"])
        ]
    if aliases:
        connection.execute(jurisdiction_alias.insert(), aliases)
    if counties:
        connection.execute(place_county.insert(), counties)


class TreeChange(msgspec.Struct, frozen=True, kw_only=True):
    """How the tree would change: codes that are ``added``, ``changed`` or ``gone``.

    ``kept``: what became part of another place but has a record of its own. ``lost``: what has a record
    and neither ships any longer nor is part of another place: that tree cannot be taken over. ``zips``: whether
    ZIP codes lead elsewhere.
    """

    added: list[str]
    changed: list[str]
    gone: list[str]
    kept: list[str]
    lost: list[str]
    zips: bool

    @property
    def is_any(self) -> bool:
        """Whether anything would change."""
        return bool(self.added or self.changed or self.gone or self.zips)


def tree_change(
    connection: sa.Connection,
    rows: Iterable[Mapping[str, Any]],
    zips: Iterable[tuple[str, list[str]]],
) -> TreeChange:
    """What ``refill`` and ``fill_zips`` with these rows would do."""
    with_record = set(connection.scalars(sa.select(record.c.jurisdiction_code)))
    kept: list[str] = []
    whole = [_above(row, with_record, kept) for row in rows]
    # Getters that give a tuple: forty thousand places are compared while somebody waits.
    names = [column.name for column in _COLUMNS]
    of_row, of_place = itemgetter(*names), attrgetter(*names)
    shipped = {
        row["code"]: (of_row(row), tuple(row["counties"]), frozenset(row["aliases"]))
        for row in whole
    }
    aliases_here: dict[str, set[str]] = {}
    for alias, code in aliases(connection):
        aliases_here.setdefault(code, set()).add(alias)
    here = {
        place.code: (of_place(place), place.counties, frozenset(aliases_here.get(place.code, ())))
        for place in everything(connection)
    }
    left = here.keys() - shipped.keys() - set(kept)
    return TreeChange(
        added=sorted(shipped.keys() - here.keys()),
        changed=sorted(
            code for code in shipped.keys() & here.keys() if shipped[code] != here[code]
        ),
        gone=sorted(left - _pointed_to(connection, left)),
        kept=sorted(kept),
        lost=sorted(left & with_record),
        zips=_zips(connection) != dict(zips),
    )


def _zips(connection: sa.Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = sa.select(zip_county).order_by(zip_county.c.zip, zip_county.c.position)
    for row in connection.execute(query):
        found.setdefault(row.zip, []).append(row.code)
    return found


def refill(connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Bring the tree to what ``rows`` say; ZIP codes are to be filled anew.

    A place that the tree has no longer goes, unless something points to it. One that became part of
    another and has a record stays as the level above that other: its law still counts. Gives those.
    """
    for table in (zip_county, place_county, jurisdiction_alias):
        connection.execute(table.delete())
    with_record = set(connection.scalars(sa.select(record.c.jurisdiction_code)))
    kept: list[str] = []
    whole = [_above(row, with_record, kept) for row in rows]
    here = set(connection.scalars(sa.select(jurisdiction.c.code)))
    columns = [_columns(row) for row in whole]
    added = [row for row in columns if row["code"] not in here]
    if added:
        connection.execute(jurisdiction.insert(), added)
    changed = [{**row, "at": row["code"]} for row in columns if row["code"] in here]
    if changed:
        update = jurisdiction.update().where(jurisdiction.c.code == sa.bindparam("at"))
        connection.execute(
            update.values({name: sa.bindparam(name) for name in columns[0]}), changed
        )
    _drop(connection, here - {row["code"] for row in columns})
    _relate(connection, whole)
    return kept


def _above(row: Mapping[str, Any], with_record: set[str], kept: list[str]) -> Mapping[str, Any]:
    """The row with what it took in as its county, if that has a record of its own."""
    apart = [alias for alias in row["aliases"] if alias in with_record]
    if not apart:
        return row
    kept += apart
    return {**row, "county": apart[0], "aliases": [a for a in row["aliases"] if a not in apart]}


def _drop(connection: sa.Connection, codes: set[str]) -> None:
    """Delete places that nothing points to."""
    unused = [{"at": code} for code in codes - _pointed_to(connection, codes)]
    if unused:
        connection.execute(
            jurisdiction.delete().where(jurisdiction.c.code == sa.bindparam("at")), unused
        )


def _pointed_to(connection: sa.Connection, codes: set[str]) -> set[str]:
    """Those of ``codes`` that rows of other tables, or of other places, refer to."""
    pointing = [
        key.parent
        for table in jurisdiction.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is jurisdiction.c.code
    ]
    used: set[str] = set()
    for column in pointing:
        used |= {row[0] for row in having(connection, sa.select(column), column, codes)}
    return used


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
