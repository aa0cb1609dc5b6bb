"""Mail as a value: where it goes, what it says, how it was tried; and what may stand in a header."""

import re
from datetime import datetime, timedelta

import msgspec

# Stands in a body for the address of this site, which only who sends it has to know.
SITE = "{site}"
# For so long after it was sent or given up a mail is kept, to answer questions; then it is emptied.
KEPT = timedelta(days=7)
LONGEST_ADDRESS, LONGEST_SUBJECT = 254, 200
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*"
)


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail. ``next_at`` is when it is due; None once it was sent or given up."""

    id: int
    account_id: int | None
    address: str
    subject: str
    body: str
    created_at: datetime
    tries: int
    next_at: datetime | None
    last_error: str
    sent_at: datetime | None
    given_up_at: datetime | None


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes our mail, as whom we send it, and the address of this site for its links.

    ``wrapped``: TLS from the first byte; else by STARTTLS.
    """

    host: str
    port: int
    wrapped: bool
    user: str
    password: str
    sender: str
    site: str


def is_address(text: str) -> bool:
    """Whether mail can be sent there: one plain address, nothing that could begin another header."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def one_line(text: str) -> str:
    """``text`` as a subject: one line without control characters, not too long."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 2]} …"
