"""All tables, gathered so that the metadata is complete whoever asks for it."""

from legalmap.store.tables.accounts import account, session
from legalmap.store.tables.base import metadata
from legalmap.store.tables.log import event
from legalmap.store.tables.moderation import draft, review, submission, withdrawal
from legalmap.store.tables.places import jurisdiction, jurisdiction_alias, zip_county
from legalmap.store.tables.records import (
    course,
    gist,
    legal_status,
    publication,
    record,
    revision,
    revision_author,
)
from legalmap.store.tables.webhooks import webhook

__all__ = [
    "account",
    "course",
    "draft",
    "event",
    "gist",
    "jurisdiction",
    "jurisdiction_alias",
    "legal_status",
    "metadata",
    "publication",
    "record",
    "review",
    "revision",
    "revision_author",
    "session",
    "submission",
    "webhook",
    "withdrawal",
    "zip_county",
]
