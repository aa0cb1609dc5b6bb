"""People and their sessions. An account is anonymised in place, never deleted."""

import sqlalchemy as sa

from legalmap.domain.roles import Role
from legalmap.store.tables.base import metadata
from legalmap.store.types import UTCDateTime, word_of

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("handle", sa.String(60), nullable=False, unique=True),
    sa.Column("role", word_of(Role, "role"), nullable=False),
    # Null for an account nobody can sign in to, such as the system's own.
    sa.Column("password_hash", sa.String(200)),
    sa.Column("is_demo", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("disabled_at", UTCDateTime),
)
session = sa.Table(
    "session",
    metadata,
    # The SHA-256 of the token in the cookie: who reads the table cannot sign in with it.
    sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("seen_at", UTCDateTime, nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False),
)
