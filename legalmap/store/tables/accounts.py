"""People, how they sign in, and where they may review. An account is anonymised, never deleted."""

import sqlalchemy as sa

from legalmap.domain.outside.mail import LONGEST_ADDRESS
from legalmap.domain.people.admin_rules import MAX_INTEREST
from legalmap.domain.people.invitations import MAX_NOTE
from legalmap.domain.people.roles import Role
from legalmap.store.tables.base import metadata
from legalmap.store.tables.types import UTCDateTime, word_of

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
    sa.Column("email", sa.String(LONGEST_ADDRESS)),
    sa.Column("interest", sa.String(MAX_INTEREST), nullable=False, server_default=""),
    # Base 32. Null until its owner has entered a right code.
    sa.Column("totp_secret", sa.String(64)),
    # The time step of the last accepted code: none is accepted twice (RFC 6238, 5.2).
    sa.Column("totp_step", sa.Integer),
    sa.Column("left_at", UTCDateTime),
)
session = sa.Table(
    "session",
    metadata,
    # The SHA-256 of the token in the cookie, so that nobody can sign in with what the table holds.
    sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("seen_at", UTCDateTime, nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False),
    # Names the session in its owner's list, without giving away the hash.
    sa.Column("public_id", sa.String(32)),
    sa.Column("label", sa.String(120), nullable=False, server_default=""),
    # When the second factor was shown in this session; null if not yet.
    sa.Column("proved_at", UTCDateTime),
    sa.Index("uq_session_public_id", "public_id", unique=True),
)
# Where a moderator may review. None at all means everywhere.
remit = sa.Table(
    "remit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("topic", sa.String(40)),
    sa.Column("jurisdiction_code", sa.ForeignKey("jurisdiction.code")),
    sa.CheckConstraint("topic IS NOT NULL OR jurisdiction_code IS NOT NULL", name="narrows"),
)
invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("role", word_of(Role, "role"), nullable=False),
    # The remits of the account to be made, as JSON.
    sa.Column("remits", sa.Text, nullable=False),
    sa.Column("note", sa.String(MAX_NOTE), nullable=False),
    sa.Column("inviter_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False),
    sa.Column("used_at", UTCDateTime),
    sa.Column("used_by_id", sa.ForeignKey("account.id")),
    sa.Column("revoked_at", UTCDateTime),
    sa.CheckConstraint("(used_at IS NULL) = (used_by_id IS NULL)", name="used"),
)
passkey = sa.Table(
    "passkey",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    # Both are base64url, as WebAuthn gives them.
    sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("used_at", UTCDateTime),
)
recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("code_sha256", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("used_at", UTCDateTime),
)
# What can be answered once: the challenge for a passkey, the link for a new password.
challenge = sa.Table(
    "challenge",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), index=True),
    sa.Column("purpose", sa.String(20), nullable=False),  # such as “password”
    sa.Column("value", sa.String(200), nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False, index=True),
)
