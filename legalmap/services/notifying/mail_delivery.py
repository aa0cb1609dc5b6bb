"""Mail through the outbox: written in the transaction of the act, sent by a worker, at least once.

While the mail server is down nothing is lost and nobody waits. If a worker dies after the server took a
mail and before that is recorded, the mail is sent again with the same Message-ID.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from legalmap import clock
from legalmap.domain.outside.mail import KEPT, Mail, Server, is_address, one_line
from legalmap.domain.outside.retry import is_given_up, pause_after
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import smtp
from legalmap.services.notifying.http_post import Undelivered
from legalmap.store import log
from legalmap.store.engine import Connection
from legalmap.store.outside import mail_outbox

# How long a worker has a mail to itself; after that another takes over, as the first must have died.
CLAIM = timedelta(seconds=4 * smtp.SECONDS)


def post(
    connection: Connection, address: str, subject: str, body: str, account_id: int | None = None
) -> None:
    """Put a mail into the outbox, to be sent after this transaction; does nothing where mail is off.

    ``mail.SITE`` in ``body`` is replaced by the address of this site when it is sent.
    """
    if not mail_outbox.is_on(connection) or not is_address(address):
        return
    mail_outbox.insert(
        connection,
        address=address,
        subject=one_line(subject),
        body=body,
        account_id=account_id,
        at=clock.now(),
    )


def forget(connection: Connection, account_id: int) -> None:
    """Drop an account's waiting mail and delete its address from the outbox: it left or changed address."""
    mail_outbox.forget(connection, account_id, clock.now())


def forget_old(tracker: Tracker, *, is_sending: bool) -> None:
    """Delete address and text of mails that were sent or given up more than KEPT ago.

    Where this site no longer sends mail, those waiting as long are given up first.
    """
    before = clock.now() - KEPT
    with tracker.store.reading() as connection:
        if not mail_outbox.has_old(connection, before, waiting_too=not is_sending):
            return
    with tracker.store.writing() as connection:
        if not is_sending:
            for mail in mail_outbox.give_up_waiting(connection, before):
                _log_giving_up(connection, mail, "This site sends no mail any more.", mail.tries)
        mail_outbox.empty_settled(connection, before)


def is_due(tracker: Tracker) -> bool:
    """Whether a mail may be tried now."""
    with tracker.store.reading() as connection:
        return mail_outbox.next_due(connection, clock.now()) is not None


def send_due(
    tracker: Tracker, server: Server, is_stopped: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """Try all due mails; yields a line for each. Stops at the first if the server cannot be reached."""
    forget_old(tracker, is_sending=True)
    is_reached = True
    while is_reached and not is_stopped():
        with tracker.store.reading() as connection:
            # Looked for anew each time: other workers may be sending too.
            mail = mail_outbox.next_due(connection, clock.now())
        if mail is None:
            return
        line, is_reached = _tried(tracker, server, mail)
        if line:
            yield line


def _tried(tracker: Tracker, server: Server, mail: Mail) -> tuple[str, bool]:
    until = clock.now() + CLAIM
    with tracker.store.writing() as connection:
        # Committed before sending, so that no other worker sends it meanwhile.
        if not mail_outbox.claim(connection, mail, until):
            return "", True
    try:
        smtp.send(server, mail)
    except Undelivered as error:
        again = _failed(tracker, mail, error, until)
        return f"mail {mail.id}: {error} {again}", error.reached
    with tracker.store.writing() as connection:
        done = {"sent_at": clock.now(), "next_at": None, "last_error": ""}
        mail_outbox.settle(connection, mail, until, **done)
    return f"mail {mail.id}: sent", True


def _failed(tracker: Tracker, mail: Mail, error: Undelivered, until: datetime) -> str:
    at, tries = clock.now(), mail.tries + 1
    given_up = error.for_good or is_given_up(tries, mail.created_at, at)
    next_at = None if given_up else at + pause_after(tries)
    with tracker.store.writing() as connection:
        # False if the claim ran out and another worker has the mail: then that one logs.
        settled = mail_outbox.settle(
            connection,
            mail,
            until,
            next_at=next_at,
            last_error=str(error)[:300],
            given_up_at=at if given_up else None,
        )
        if settled and given_up:
            _log_giving_up(connection, mail, str(error), tries)
    return "Given up." if next_at is None else f"Again at {next_at:%Y-%m-%d %H:%M:%S} UTC."


def _log_giving_up(connection: Connection, mail: Mail, why: str, tries: int) -> None:
    """Log that a mail was given up, without its address and text."""
    subject = ("mail", mail.id, f"mail {mail.id}")
    log.append(connection, "worker", "mail-give-up", subject, clock.now(), why=why, tries=tries)
