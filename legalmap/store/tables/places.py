"""The jurisdiction tree, other codes of its places, the counties of a place in several, and ZIP codes."""

import sqlalchemy as sa

from legalmap.store.tables.base import metadata

jurisdiction = sa.Table(
    "jurisdiction",
    metadata,
    sa.Column("code", sa.String(120), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    # The name as ``places.search_form`` makes it.
    sa.Column("search_name", sa.String(200), nullable=False, index=True),
    sa.Column("parent", sa.ForeignKey("jurisdiction.code"), index=True),
    sa.Column("county", sa.ForeignKey("jurisdiction.code"), index=True),
    sa.Column("called", sa.String(80), nullable=False),  # the local word for its kind
    sa.Column("iso", sa.String(10), index=True),  # ISO 3166-1 or 3166-2
    sa.Column("fips", sa.String(10), index=True),  # GEOID of the US Census Bureau
    sa.Column("lat", sa.Float),  # degrees, WGS 84
    sa.Column("lon", sa.Float),
    sa.Column("law", sa.String(3), nullable=False),  # “own” or empty, see Jurisdiction
    sa.Column("note", sa.Text, nullable=False),
    # Of a city and its county in one: its code as a county, which is an alias.
    sa.Column("county_code", sa.String(120), nullable=False, server_default=""),
    # The state that lists it as a part, though it has a code of its own.
    sa.Column("part_of", sa.String(120)),
    # An IANA name; null where a place has several.
    sa.Column("time_zone", sa.String(40)),
)
place_county = sa.Table(
    "place_county",
    metadata,
    sa.Column("place", sa.ForeignKey("jurisdiction.code"), primary_key=True),
    # Of a place in several counties: 0 is the one with most of it.
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("county", sa.ForeignKey("jurisdiction.code"), nullable=False, index=True),
)
jurisdiction_alias = sa.Table(
    "jurisdiction_alias",
    metadata,
    sa.Column("alias", sa.String(120), primary_key=True),
    sa.Column("code", sa.ForeignKey("jurisdiction.code"), nullable=False, index=True),
)
zip_county = sa.Table(
    "zip_county",
    metadata,
    sa.Column("zip", sa.String(5), primary_key=True),
    # 0 is the county in which the centre of the ZIP area lies.
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("code", sa.ForeignKey("jurisdiction.code"), nullable=False, index=True),
)
