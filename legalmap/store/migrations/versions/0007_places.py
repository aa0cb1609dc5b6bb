"""A city and its county in one, the counties of a place in several, and the time zone of each place.

The tree itself is filled anew afterwards ("legalmap migrate" does both).
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jurisdiction",
        sa.Column("county_code", sa.String(length=120), server_default="", nullable=False),
    )
    op.add_column("jurisdiction", sa.Column("time_zone", sa.String(length=40), nullable=True))
    op.add_column("jurisdiction", sa.Column("part_of", sa.String(length=120), nullable=True))
    op.create_table(
        "place_county",
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["county"], ["jurisdiction.code"], name=op.f("fk_place_county_county")
        ),
        sa.ForeignKeyConstraint(
            ["place"], ["jurisdiction.code"], name=op.f("fk_place_county_place")
        ),
        sa.PrimaryKeyConstraint("place", "position", name=op.f("pk_place_county")),
    )
    op.create_index(op.f("ix_place_county_county"), "place_county", ["county"])


def downgrade() -> None:
    op.drop_table("place_county")
    op.drop_column("jurisdiction", "part_of")
    op.drop_column("jurisdiction", "time_zone")
    op.drop_column("jurisdiction", "county_code")
