"""Mail as a value: address, text and the state of its delivery; and what may go into a header."""

import re
from datetime import datetime, timedelta

import msgspec

# Placeholder in a body for the address of this site, which only the sender has to know.
SITE = "{site}"
# How long a mail is kept after it was sent or given up, to answer questions; then it is emptied.
KEPT = timedelta(days=7)
# 254 is the longest address that fits a path of SMTP (RFC 5321, 4.5.3.1.3).
LONGEST_ADDRESS, LONGEST_SUBJECT = 254, 200
# The plain form of an address: a local part of at most 64 characters (RFC 5321, 4.5.3.1.1), and a host.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*"
)


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail in the outbox. ``next_at`` is when it is due; None once it was sent or given up."""

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
    """The SMTP server that takes our mail, the sender, and the address of this site for links.

    ``wrapped``: TLS from the first byte (RFC 8314); otherwise STARTTLS (RFC 3207).
    """

    host: str
    port: int
    wrapped: bool
    user: str
    password: str
    sender: str
    site: str


def is_address(text: str) -> bool:
    """Whether ``text`` is one plain mail address, with nothing that could begin another header."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def one_line(text: str) -> str:
    """``text`` as a subject: one line without control characters, of at most ``LONGEST_SUBJECT``."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 2]} …"
