"""Mail through the outbox: written with the act, sent by a worker afterwards, at least once.

A mail server that is down loses nothing and holds nobody up. Should a worker die between the server's
"taken" and our writing it down, the mail is sent once more, with the same Message-ID.
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

# How long a worker has a mail to itself. Should it die, another takes over after that.
CLAIM = timedelta(seconds=4 * smtp.SECONDS)


def post(
    connection: Connection, address: str, subject: str, body: str, account_id: int | None = None
) -> None:
    """Have a mail sent once this transaction is committed; nothing is written where mail is off.

    In ``body``, ``domain.mail.SITE`` stands for the address of this site.
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
    """Send an account nothing more and keep no address of it: it left or changed its address."""
    mail_outbox.forget(connection, account_id, clock.now())


def forget_old(tracker: Tracker, *, is_sending: bool) -> None:
    """Empty what was sent or given up a while ago, also when nothing else is ever due.

    Where nobody sends mail, what waited as long is given up and emptied with it.
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
    """Try all mails that are due; gives a line for each. A server that is away is asked but once."""
    forget_old(tracker, is_sending=True)
    is_reached = True
    while is_reached and not is_stopped():
        with tracker.store.reading() as connection:
            mail = mail_outbox.next_due(connection, clock.now())
        if mail is None:
            return
        line, is_reached = _tried(tracker, server, mail)
        if line:
            yield line


def _tried(tracker: Tracker, server: Server, mail: Mail) -> tuple[str, bool]:
    until = clock.now() + CLAIM
    with tracker.store.writing() as connection:
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
    """Whom it went to, and what it said, stays out of the log."""
    subject = ("mail", mail.id, f"mail {mail.id}")
    log.append(connection, "worker", "mail-give-up", subject, clock.now(), why=why, tries=tries)
