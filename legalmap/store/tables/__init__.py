"""All tables, gathered so that the metadata is complete whoever asks for it."""

from legalmap.store.tables.accounts import (
    account,
    challenge,
    invitation,
    passkey,
    recovery_code,
    remit,
    session,
)
from legalmap.store.tables.base import metadata
from legalmap.store.tables.log import event
from legalmap.store.tables.moderation import (
    assent,
    claim,
    draft,
    remark,
    review,
    submission,
    suggestion,
    waiting,
    withdrawal,
)
from legalmap.store.tables.notices import notice, outbox
from legalmap.store.tables.places import jurisdiction, jurisdiction_alias, place_county, zip_county
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
    "assent",
    "challenge",
    "claim",
    "course",
    "draft",
    "event",
    "gist",
    "invitation",
    "jurisdiction",
    "jurisdiction_alias",
    "legal_status",
    "metadata",
    "notice",
    "outbox",
    "passkey",
    "place_county",
    "publication",
    "record",
    "recovery_code",
    "remark",
    "remit",
    "review",
    "revision",
    "revision_author",
    "session",
    "submission",
    "suggestion",
    "waiting",
    "webhook",
    "withdrawal",
    "zip_county",
]
