"""The outbox against a real mail server on this machine: sent, down and up again, refused, killed."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from legalmap.domain.outside.mail import KEPT, SITE, Mail
from legalmap.domain.outside.retry import LEAST_FAILURES, PATIENCE
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import mail_delivery, smtp
from legalmap.services.notifying.http_post import Undelivered
from legalmap.store import log
from legalmap.store.engine import Store
from legalmap.store.outside import mail_outbox
from legalmap.store.tables import outbox as outbox_table
from tests.services.build import person
from tests.services.mailbox import Mailbox, certificate, lets_in

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that is up."""
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def tracker(store: Store) -> Tracker:
    """A tracker that sends mail."""
    store.mails = True
    return Tracker(store)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """All tests begin at the same instant."""
    with time_machine.travel(START, tick=False):
        yield


def post(tracker: Tracker, subject: str = "Hello", to: str = "ana@people.example") -> None:
    """One mail, in a transaction of its own."""
    with tracker.store.writing() as connection:
        mail_delivery.post(connection, to, subject, f"Read on:\n\n{SITE}/desk\n")


def send(tracker: Tracker, mailbox: Mailbox) -> list[str]:
    return list(mail_delivery.send_due(tracker, mailbox.server()))


def rows(tracker: Tracker) -> list[Mail]:
    with tracker.store.reading() as connection:
        mails = connection.execute(sa.select(outbox_table).order_by(outbox_table.c.id))
        return [Mail(**row._mapping) for row in mails]


def test_a_mail_is_sent_once_with_its_headers(tracker: Tracker, mailbox: Mailbox) -> None:
    ana = person(tracker, "ana")
    with tracker.store.writing() as connection:
        body = f"Was gilt in Österreich?\n\n{SITE}/desk/notices\n"
        mail_delivery.post(connection, "ana@people.example", "Gewöhnlich – “ok”", body, ana.id)
    assert send(tracker, mailbox) == ["mail 1: sent"]
    assert send(tracker, mailbox) == []
    (message,) = mailbox.got
    assert mailbox.seen == [("desk@law.example", ["ana@people.example"])]
    assert message["From"] == "legalmap <desk@law.example>"
    assert message["To"] == "ana@people.example"
    assert message["Subject"] == "Gewöhnlich – “ok”"
    assert message["Message-ID"] == f"<1.{int(START.timestamp())}@law.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://law.example/desk/account>"
    assert message["Date"].datetime == START
    assert message.get_content_type() == "text/plain"
    text = message.get_content().replace("\r\n", "\n")
    assert text == "Was gilt in Österreich?\n\nhttps://law.example/desk/notices\n"
    assert rows(tracker)[0].sent_at == START


def test_who_has_no_account_has_nothing_to_unsubscribe_from(
    tracker: Tracker, mailbox: Mailbox
) -> None:
    post(tracker)
    send(tracker, mailbox)
    assert mailbox.got[0]["List-Unsubscribe"] is None


def test_a_mail_of_an_act_that_failed_is_never_sent(tracker: Tracker, mailbox: Mailbox) -> None:
    def fail() -> None:
        with tracker.store.writing() as connection:
            mail_delivery.post(connection, "ana@people.example", "Never", "It did not happen.")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert send(tracker, mailbox) == []
    assert rows(tracker) == []


def test_where_mail_is_off_nothing_is_kept(store: Store) -> None:
    tracker = Tracker(store)
    post(tracker)
    assert rows(tracker) == []


def test_a_server_that_is_down_loses_nothing(tracker: Tracker, mailbox: Mailbox) -> None:
    post(tracker, "One")
    post(tracker, "Two")
    mailbox.stop()
    # It is asked but once, however many mails wait.
    assert send(tracker, mailbox) == [
        "mail 1: No answer: ConnectionRefusedError. Again at 2026-11-24 12:00:05 UTC."
    ]
    again = Mailbox(port=mailbox.port)
    with time_machine.travel(START + timedelta(seconds=5), tick=False):
        assert sorted(send(tracker, again)) == ["mail 1: sent", "mail 2: sent"]
    assert sorted(again.subjects) == ["One", "Two"]
    again.stop()


def test_pauses_grow_and_end_after_days(tracker: Tracker, mailbox: Mailbox) -> None:
    post(tracker)
    mailbox.refused["ana@people.example"] = "450 Later"
    at, pauses = START, []
    while (mail := rows(tracker)[0]).next_at is not None:
        pauses.append(mail.next_at - at)
        at = mail.next_at
        with time_machine.travel(at, tick=False):
            assert len(send(tracker, mailbox)) == 1
    assert [pause.total_seconds() for pause in pauses[:5]] == [0, 5, 20, 80, 320]
    assert max(pauses) == timedelta(hours=6)
    assert mail.given_up_at is not None
    assert mail.given_up_at - START >= PATIENCE
    assert mail.tries >= LEAST_FAILURES


REFUSALS = [
    # (what the server says, where, tried again)
    ("550 No such user ana@people.example", "rcpt", False),
    ("450 Mailbox busy", "rcpt", True),
    ("552 Too much", "data", False),
    ("451 Try later", "data", True),
]


@pytest.mark.parametrize(("said", "where", "again"), REFUSALS)
def test_refused_for_good_or_for_now(
    tracker: Tracker, mailbox: Mailbox, said: str, where: str, again: bool
) -> None:
    """And another mail is not held up by it."""
    post(tracker, "Refused")
    post(tracker, "Taken", to="ben@people.example")
    if where == "rcpt":
        mailbox.refused["ana@people.example"] = said
    else:
        mailbox.answers = [said]
    first, second = send(tracker, mailbox)
    assert said[:3] in first
    assert second == "mail 2: sent"
    assert "@" not in first
    assert mailbox.subjects == ["Taken"]
    mailbox.refused.clear()
    with time_machine.travel(START + timedelta(days=1), tick=False):
        assert len(send(tracker, mailbox)) == int(again)
    assert mailbox.subjects == ["Taken", "Refused"][: 1 + again]
    with tracker.store.reading() as connection:
        events = [event for event in log.newest(connection, 9) if event.action == "mail-give-up"]
    assert len(events) == int(not again)
    assert "ana@" not in json.dumps([event.data for event in events])


def test_a_worker_killed_in_the_middle_leaves_the_mail_to_another(
    tracker: Tracker, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(tracker)

    def die(*_asked: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(smtp, "_hand_over", die)
        with pytest.raises(KeyboardInterrupt):
            send(tracker, mailbox)
    # Nobody takes it over while the other may still be at it.
    assert send(tracker, mailbox) == []
    with time_machine.travel(START + mail_delivery.CLAIM, tick=False):
        assert send(tracker, mailbox) == ["mail 1: sent"]
    assert mailbox.subjects == ["Hello"]


def test_killed_after_the_server_took_it_a_mail_comes_twice_with_the_same_id(
    tracker: Tracker, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: whoever receives it can tell the repetition."""
    post(tracker)

    def die(*_asked: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mail_outbox, "settle", die)
        with pytest.raises(KeyboardInterrupt):
            send(tracker, mailbox)
    with time_machine.travel(START + mail_delivery.CLAIM, tick=False):
        send(tracker, mailbox)
    assert len(mailbox.got) == 2
    assert len({str(message["Message-ID"]) for message in mailbox.got}) == 1


def test_two_workers_send_a_mail_once(tracker: Tracker, mailbox: Mailbox) -> None:
    post(tracker)
    with tracker.store.reading() as connection:
        mail = mail_outbox.next_due(connection, START)
    assert mail is not None
    assert send(tracker, mailbox) == ["mail 1: sent"]
    # The other read the outbox before the first was done.
    assert mail_delivery._tried(tracker, mailbox.server(), mail) == ("", True)
    assert len(mailbox.got) == 1


@pytest.mark.both_databases
def test_address_and_text_are_forgotten_some_days_afterwards(
    tracker: Tracker, mailbox: Mailbox
) -> None:
    post(tracker, "Sent")
    post(tracker, "Refused", to="gone@people.example")
    mailbox.refused["gone@people.example"] = "550 Gone"
    send(tracker, mailbox)
    with time_machine.travel(START + KEPT, tick=False):
        send(tracker, mailbox)
        assert {mail.address for mail in rows(tracker)} == {
            "ana@people.example",
            "gone@people.example",
        }
    with time_machine.travel(START + KEPT + timedelta(seconds=1), tick=False):
        send(tracker, mailbox)
    for mail in rows(tracker):
        assert (mail.address, mail.subject, mail.body, mail.last_error) == ("", "", "", "")


def test_who_left_is_sent_nothing_more(tracker: Tracker, mailbox: Mailbox) -> None:
    ana, ben = person(tracker, "ana"), person(tracker, "ben")
    with tracker.store.writing() as connection:
        for who in (ana, ben):
            mail_delivery.post(
                connection, f"{who.handle}@people.example", who.handle, "Text", who.id
            )
        mail_delivery.forget(connection, ana.id)
    send(tracker, mailbox)
    assert mailbox.subjects == ["ben"]
    assert rows(tracker)[0].address == ""


@pytest.mark.parametrize(
    "address",
    [
        "ana@people.example\r\nBcc: all@people.example",
        "ana@people.example, bob@people.example",
        "Ana <ana@people.example>",
        "<ana@people.example>",
        "ana",
        "ana@",
        "@people.example",
        "ana@people..example",
        "ana@-x.example",
        "änne@people.example",
        f"{'x' * 65}@people.example",
        f"ana@{'x.' * 130}example",
        "",
    ],
)
def test_what_is_no_single_address_is_not_written_to(tracker: Tracker, address: str) -> None:
    post(tracker, to=address)
    assert rows(tracker) == []
    mail = msg(address=address)
    with pytest.raises(Undelivered, match="cannot be written to"):
        smtp.message_of(Mailbox.server(_NOBODY), mail)


class _Nobody:
    port = 25


_NOBODY: Mailbox = _Nobody()  # type: ignore[assignment]


def msg(**changed: object) -> Mail:
    fields = {
        "id": 1,
        "account_id": None,
        "address": "ana@people.example",
        "subject": "Hello",
        "body": "Text",
        "created_at": START,
        "tries": 0,
        "next_at": START,
        "last_error": "",
        "sent_at": None,
        "given_up_at": None,
        **changed,
    }
    return Mail(**fields)  # type: ignore[arg-type]


def test_nothing_slips_into_a_header(tracker: Tracker, mailbox: Mailbox) -> None:
    evil = "Hello\r\nBcc: all@people.example\n\nBuy \x00\x1b[31m\u2028now" + "x" * 400
    post(tracker, evil)
    assert send(tracker, mailbox) == ["mail 1: sent"]
    (message,) = mailbox.got
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith("Hello Bcc: all@people.example Buy [31m nowxxx")
    assert len(str(message["Subject"])) <= 200
    assert mailbox.seen[0][1] == ["ana@people.example"]


# How the server is spoken to


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_is_sent_is_encrypted_and_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrapped: bool
) -> None:
    ours, theirs = certificate(tmp_path)
    monkeypatch.setattr(smtp, "tls", lambda: theirs)
    # aiosmtpd warns of required sign-in where it does not know of the encryption around it.
    starting = {"tls_context": ours, "require_starttls": True, "auth_required": True}
    more = {"ssl_context": ours, "auth_require_tls": False} if wrapped else starting
    mailbox = Mailbox(authenticator=lets_in("desk", "p@ss:word"), **more)
    try:
        account = {"user": "desk", "password": "p@ss:word", "wrapped": wrapped}
        smtp.send(mailbox.server(**account), msg())
        assert mailbox.subjects == ["Hello"]
        with pytest.raises(Undelivered, match="refused us: 535") as refused:
            smtp.send(mailbox.server(**{**account, "password": "wrong"}), msg())
        # It is our settings that are wrong: no mail is given up for it.
        assert not refused.value.for_good
        assert not refused.value.reached
    finally:
        mailbox.stop()


def test_a_stranger_s_certificate_is_refused(tmp_path: Path) -> None:
    ours, _ = certificate(tmp_path)
    mailbox = Mailbox(ssl_context=ours)
    try:
        with pytest.raises(Undelivered, match="SSLCertVerificationError"):
            smtp.send(mailbox.server(wrapped=True), msg())
    finally:
        mailbox.stop()


def test_nothing_goes_out_in_clear(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server elsewhere that does not offer STARTTLS is sent nothing."""
    no: Callable[[str], bool] = lambda _host: False  # noqa: E731
    monkeypatch.setattr(smtp, "is_loopback", no)
    with pytest.raises(Undelivered, match="SMTPNotSupportedError"):
        smtp.send(mailbox.server(), msg())
    assert mailbox.got == []
