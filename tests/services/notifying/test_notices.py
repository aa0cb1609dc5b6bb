"""Who is told what, in the transaction of the act, and never of their own."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from jinja2 import UndefinedError

from legalmap import clock
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.suggestions import Outcome
from legalmap.domain.errors import Missing
from legalmap.domain.people.accounts import Account
from legalmap.paths import TEMPLATES
from legalmap.services.audit.actions import log_act
from legalmap.services.core import texts
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from legalmap.services.notifying import mail_delivery, notices
from legalmap.services.people import accounts
from legalmap.store import log
from legalmap.store.desk.notices import Notice
from legalmap.store.engine import Connection, Store
from legalmap.store.people import accounts as account_rows
from legalmap.store.tables import assent, remark
from tests.build import a_payload, a_period
from tests.services.build import BANNED, decide, person, propose
from tests.services.mailbox import Mailbox
from tests.store.build import counted_queries

OTHER = a_payload(a_period(), a_period("2021", "restricted"))


def told(tracker: Tracker, handle: str) -> list[str]:
    return [notice.text for notice in notices.of_account(tracker, person(tracker, handle))]


def remarks(tracker: Tracker, handle: str, revised: Revision) -> None:
    """As the discussion writes it."""
    who = person(tracker, handle)
    with tracker.store.writing() as connection:
        at = clock.now()
        row = {"revision_id": revised.id, "author_id": who.id, "at": at, "text": "Why?"}
        connection.execute(remark.insert().values(row))
        log_act(connection, who, "remark", revised, at, text="Why?")


def assents(tracker: Tracker, handle: str, revised: Revision) -> None:
    """As a first of two approvals is written."""
    who = person(tracker, handle)
    with tracker.store.writing() as connection:
        at = clock.now()
        row = {
            "revision_id": revised.id,
            "author_id": revised.author_id,
            "payload_sha256": revised.payload_sha256,
            "reviewer_id": who.id,
            "comment": "",
            "checks": "[]",
            "at": at,
        }
        connection.execute(assent.insert().values(row))
        log_act(connection, who, "assent", revised, at, comment="")


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.APPROVE, "ben approved your proposal for Alabama (kratom). It is published."),
        (Verdict.REQUEST_CHANGES, "ben asked for changes to your proposal for Alabama (kratom)."),
        (Verdict.REJECT, "ben rejected your proposal for Alabama (kratom)."),
    ],
)
def test_the_author_hears_of_a_verdict(tracker: Tracker, verdict: Verdict, said: str) -> None:
    proposal = propose(tracker)
    assert told(tracker, "ana") == []
    decide(tracker, proposal, verdict)
    (notice,) = notices.of_account(tracker, person(tracker, "ana"))
    assert (notice.text, notice.path, notice.read_at) == (
        said,
        f"/desk/proposals/{proposal.id}",
        None,
    )
    assert told(tracker, "ben") == []
    assert told(tracker, "cleo") == []


def test_the_author_hears_of_a_first_approval(tracker: Tracker) -> None:
    assents(tracker, "ben", propose(tracker))
    (text,) = told(tracker, "ana")
    assert text.startswith("ben gave your proposal for Alabama (kratom) the first of two")


def test_all_who_take_part_hear_of_a_remark_but_not_who_made_it(tracker: Tracker) -> None:
    proposal = propose(tracker)
    remarks(tracker, "ben", proposal)
    assert told(tracker, "ana") == ["ben remarked on the proposal for Alabama (kratom)."]
    assert told(tracker, "cleo") == []
    assents(tracker, "cleo", proposal)
    remarks(tracker, "ana", proposal)
    assert told(tracker, "ben") == ["ana remarked on the proposal for Alabama (kratom)."]
    assert told(tracker, "cleo") == ["ana remarked on the proposal for Alabama (kratom)."]
    assert len(told(tracker, "ana")) == 2


def test_earlier_reviewers_hear_of_a_new_version_however_many_there_were(tracker: Tracker) -> None:
    first = propose(tracker)
    decide(tracker, first, Verdict.REQUEST_CHANGES)
    second = propose(tracker, OTHER, reworks_id=first.id)
    text = "ana sent a new version of the proposal for Alabama (kratom)."
    assert told(tracker, "ben") == [text]
    decide(tracker, second, Verdict.REQUEST_CHANGES, by="cleo")
    propose(tracker, a_payload(a_period(), a_period("2022", "banned")), reworks_id=second.id)
    assert told(tracker, "ben") == [text, text]
    assert told(tracker, "cleo") == [text]
    assert text not in told(tracker, "ana")


def test_a_fresh_proposal_is_for_the_queue_and_tells_nobody(tracker: Tracker) -> None:
    propose(tracker)
    assert [told(tracker, who) for who in ("ana", "ben", "cleo")] == [[], [], []]


def test_whose_proposal_became_stale_is_told(tracker: Tracker) -> None:
    waiting = propose(tracker, OTHER, by="cleo")
    elsewhere = propose(tracker, by="cleo", jurisdiction="us-ca")
    decide(tracker, propose(tracker, BANNED))
    (notice,) = notices.of_account(tracker, person(tracker, "cleo"))
    assert notice.text.startswith("The record of Alabama (kratom) has moved on")
    assert notice.path == f"/desk/proposals/{waiting.id}"
    assert elsewhere.id != waiting.id


def test_an_act_that_fails_tells_nobody(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = propose(tracker)

    def fail(*_asked: object, **_more: object) -> None:
        raise KeyError

    monkeypatch.setattr("legalmap.store.history.feed.publish", fail)
    with pytest.raises(KeyError):
        decide(tracker, proposal)
    assert told(tracker, "ana") == []


def test_who_can_no_longer_sign_in_is_told_nothing(tracker: Tracker) -> None:
    proposal = propose(tracker)
    accounts.disable(tracker, "ana")
    decide(tracker, proposal)
    assert told(tracker, "ana") == []


# Words

WHO_AND_WHAT = {"who": "ben", "what": "Alabama (kratom)"}
SENTENCES = {
    "approve": "ben approved your proposal for Alabama (kratom). It is published.",
    "assent": "ben gave your proposal for Alabama (kratom) the first of two approvals.",
    "request-changes": "ben asked for changes to your proposal for Alabama (kratom).",
    "reject": "ben rejected your proposal for Alabama (kratom).",
    "remark": "ben remarked on the proposal for Alabama (kratom).",
    "submit": "ben sent a new version of the proposal for Alabama (kratom).",
    "stale": "The record of Alabama (kratom) has moved on: your proposal starts from an older revision. "
    "Open it to take it over.",
    "account-link": "ben made a link by which a new password can be set for your account. If you did not "
    "ask for it, tell another admin.",
}


def test_every_notice_has_its_sentence() -> None:
    """A template without a row here, or a row without a template, is forgotten by somebody."""
    files = (TEMPLATES / "mail" / "notices").iterdir()
    assert {file.stem for file in files} == set(SENTENCES)


@pytest.mark.parametrize("act", SENTENCES)
def test_a_notice_is_told_in_these_words(act: str) -> None:
    assert texts.rendered(f"mail/notices/{act}.txt", **WHO_AND_WHAT) == f"{SENTENCES[act]}\n"


def test_a_value_that_is_missing_is_no_gap_in_a_mail() -> None:
    with pytest.raises(UndefinedError, match="what"):
        texts.rendered("mail/notices/approve.txt", who="ben")


# Reading


@pytest.mark.both_databases
def test_unread_come_first_and_each_is_marked_once(tracker: Tracker) -> None:
    for status in ("banned", "restricted", "regulated"):
        proposal = propose(tracker, a_payload(a_period(), a_period("2020", status)))
        decide(tracker, proposal, Verdict.REJECT)
    ana, ben = person(tracker, "ana"), person(tracker, "ben")
    third, second, first = notices.of_account(tracker, ana)
    assert notices.unread_count(tracker, ana) == 3
    notices.mark_read(tracker, ana, second.id)
    notices.mark_read(tracker, ana, second.id)
    assert _ids(notices.of_account(tracker, ana)) == [third.id, first.id, second.id]
    assert notices.unread_count(tracker, ana) == 2
    with pytest.raises(Missing):
        notices.mark_read(tracker, ben, first.id)
    assert notices.mark_all_read(tracker, ben) == 0
    assert notices.unread_count(tracker, ana) == 2
    assert notices.mark_all_read(tracker, ana) == 2
    assert notices.unread_count(tracker, ana) == 0
    assert _ids(notices.of_account(tracker, ana)) == [third.id, second.id, first.id]


def _ids(listed: list[Notice]) -> list[int]:
    return [notice.id for notice in listed]


def test_the_number_is_one_query(tracker: Tracker, store: Store) -> None:
    ana = person(tracker, "ana")
    with counted_queries(store) as sent:
        notices.unread_count(tracker, ana)
    assert len(sent) == 1


# Mail


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


def with_address(tracker: Tracker, handle: str) -> Account:
    account = person(tracker, handle)
    tracker.store.mails = True
    with tracker.store.writing() as connection:
        account_rows.update(connection, account.id, email=f"{handle}@people.example")
    return account


def test_who_left_an_address_is_told_by_mail_too(tracker: Tracker, mailbox: Mailbox) -> None:
    with_address(tracker, "ana")
    proposal = propose(tracker)
    decide(tracker, proposal, Verdict.REJECT, comment="Secret? No.")
    assert list(mail_delivery.send_due(tracker, mailbox.server())) == ["mail 1: sent"]
    (message,) = mailbox.got
    text = "ben rejected your proposal for Alabama (kratom)."
    assert message["Subject"] == text
    assert message["To"] == "ana@people.example"
    body = message.get_content().replace("\r\n", "\n")
    assert body == (
        f"{text}\n\nhttps://law.example/desk/proposals/{proposal.id}\n\n"
        "To get no more mail: https://law.example/desk/account\n"
    )
    assert message["List-Unsubscribe"] == "<https://law.example/desk/account>"


@pytest.mark.parametrize(
    ("outcome", "became", "answer"),
    [
        (
            Outcome.PROPOSED,
            "It became a proposal: once another person has reviewed it, the page changes.",
            "",
        ),
        (Outcome.DECLINED, "Nothing was changed.", "Thank <you> & “all”.\n\nReally."),
        (Outcome.DUPLICATE, "It had been suggested before.", "Thank you."),
    ],
)
def test_who_suggested_something_gets_one_answer_by_mail(
    tracker: Tracker, mailbox: Mailbox, outcome: Outcome, became: str, answer: str
) -> None:
    tracker.store.mails = True
    ana = person(tracker, "ana")
    for email in ("kim@mail.example", ""):
        fields = {"text": f"The ban was lifted. {email}", "url": "https://law.example/5"}
        number = suggestions.suggest(tracker, "kratom", "us-al", **fields, email=email)
        if outcome is Outcome.PROPOSED:
            payload = a_payload(a_period("2020", "restricted" if email else "banned"))
            propose(tracker, payload, suggestion_id=number)
        else:
            suggestions.close(tracker, ana, number, outcome, answer)
    assert len(list(mail_delivery.send_due(tracker, mailbox.server()))) == 1
    (message,) = mailbox.got
    assert message["To"] == "kim@mail.example"
    assert message["Subject"] == "Your suggestion for Alabama (kratom)"
    paragraphs = [
        f"Somebody read what you suggested for Alabama (kratom). {became}",
        *([answer] if answer else []),
        "https://law.example/kratom/us-al",
        "This is the only answer. Your address is forgotten within 7 days after it.",
    ]
    body = message.get_content().replace("\r\n", "\n")
    assert body == "\n\n".join(paragraphs) + "\n"
    assert message["List-Unsubscribe"] is None


def test_the_act_never_speaks_to_the_mail_server(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_address(tracker, "ana")

    def fail(*_asked: object) -> None:
        raise AssertionError

    monkeypatch.setattr("smtplib.SMTP.__init__", fail)
    decide(tracker, propose(tracker), Verdict.REJECT)
    assert mail_delivery.is_due(tracker)


@pytest.mark.both_databases
def test_addresses_never_stand_in_the_log(tracker: Tracker, store: Store) -> None:
    with_address(tracker, "ana")
    decide(tracker, propose(tracker), Verdict.REJECT)
    with store.reading() as connection:
        assert "people.example" not in json.dumps(_logged(connection))


def _logged(connection: Connection) -> list[str]:
    rows = connection.execute(sa.text("SELECT * FROM event"))
    assert log.newest(connection, 1)
    return [str(tuple(row)) for row in rows]
