"""A reader's suggestion: taken in, taken up by one person at a time, answered once, its address gone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from legalmap import clock
from legalmap.domain.desk.suggestions import Outcome, Suggestion
from legalmap.domain.errors import AlreadyDecided, Invalid, LegalmapError, Missing, NotNow
from legalmap.domain.outside.mail import SITE
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from legalmap.services.people import accounts
from legalmap.store import log
from legalmap.store.desk import suggestions as kept
from legalmap.store.outside import mail_outbox
from tests.services.build import person, propose
from tests.store.build import NOW, contents, events_of, queued

SAID = {"text": "The ban was lifted in May.", "url": "https://law.example/2026/5"}
DECLINED = (Outcome.DECLINED, "The link is about another place.")


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(tracker: Tracker) -> Account:
    return person(tracker, "ana")


@pytest.fixture
def ben(tracker: Tracker) -> Account:
    return person(tracker, "ben")


def suggest(tracker: Tracker, **changed: str) -> int:
    return suggestions.suggest(tracker, "kratom", "us-al", **{**SAID, **changed})


def one(tracker: Tracker, number: int) -> Suggestion:
    """As it is stored."""
    with tracker.store.reading() as connection:
        suggestion = kept.find(connection, number)
    assert suggestion is not None
    return suggestion


def actions(tracker: Tracker, number: int) -> list[tuple[str, str]]:
    with tracker.store.reading() as connection:
        events = events_of(connection, "suggestion", number)
    return [(event.actor_label, event.action) for event in events]


def test_it_waits_at_the_desk_and_is_no_proposal(tracker: Tracker, ana: Account) -> None:
    number = suggest(tracker, email="kim@mail.example")
    page = suggestions.listed(tracker, ana)
    assert [suggestion.id for suggestion in page.suggestions] == [number]
    assert (page.open_count, page.awaited) == (1, {number})
    with tracker.store.reading() as connection:
        assert queued(connection) == []


def test_the_log_knows_that_it_came_and_no_address(tracker: Tracker) -> None:
    number = suggest(tracker, email="kim@mail.example")
    assert actions(tracker, number) == [("a reader", "suggest")]
    with tracker.store.reading() as connection:
        assert not any("kim@mail" in row for row in contents(connection)["event"])


# What is sent, the error, and why.
REFUSED = [
    ("an unknown topic", {"topic": "tea"}, Missing),
    ("an unknown place", {"code": "us-xx"}, Missing),
    ("a NUL in the code", {"code": "us\x00"}, Missing),
    ("a bad link", {"url": "javascript:alert(1)"}, Invalid),
    ("too long a text", {"text": "x" * 2_001}, Invalid),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused_changes_nothing(
    tracker: Tracker, changed: dict[str, str], error: type[LegalmapError]
) -> None:
    with tracker.store.reading() as connection:
        before = contents(connection)
    with pytest.raises(error):
        suggestions.suggest(tracker, **{"topic": "kratom", "code": "us-al", **SAID, **changed})
    with tracker.store.reading() as connection:
        assert contents(connection) == before


def test_pressing_twice_makes_one(tracker: Tracker, ana: Account) -> None:
    number = suggest(tracker)
    with pytest.raises(NotNow, match="already"):
        suggest(tracker)
    suggestions.close(tracker, ana, number, *DECLINED)
    assert suggest(tracker) != number, "Once it is answered it may be said again."


def test_no_place_is_buried(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "MOST_OPEN_OF_PLACE", 3)
    for number in range(3):
        suggest(tracker, text=f"Reason {number}.")
    with pytest.raises(NotNow, match="Very many"):
        suggest(tracker, text="One more.")


def test_one_person_at_a_time(tracker: Tracker, ana: Account, ben: Account) -> None:
    number = suggest(tracker)
    suggestions.claim(tracker, ana, number)
    for act in (
        lambda: suggestions.claim(tracker, ben, number),
        lambda: suggestions.close(tracker, ben, number, *DECLINED),
    ):
        with pytest.raises(NotNow, match="ana is at it until 24 November 2026 at 12:00 UTC"):
            act()
    suggestions.claim(tracker, ana, number)  # taking it again is no error
    suggestions.release(tracker, ben, number)  # what one does not have one cannot give back
    assert suggestions.listed(tracker, ben).claims[number].handle == "ana"
    suggestions.release(tracker, ana, number)
    suggestions.claim(tracker, ben, number)
    who = [("ana", "claim"), ("ana", "unclaim"), ("ben", "claim")]
    assert actions(tracker, number)[1:] == who


def test_taking_it_over_is_deliberate_and_logged(
    tracker: Tracker, ana: Account, ben: Account
) -> None:
    number = suggest(tracker)
    suggestions.claim(tracker, ana, number)
    with pytest.raises(NotNow, match="Press “Take it over” if it cannot wait"):
        suggestions.claim(tracker, ben, number)
    suggestions.claim(tracker, ben, number, over=True)
    assert suggestions.sheet(tracker, ana, number).claim == suggestions.claim(tracker, ben, number)
    assert actions(tracker, number)[1:] == [("ana", "claim"), ("ben", "take-over")]
    with pytest.raises(NotNow, match="ben is at it"):
        suggestions.close(tracker, ana, number, *DECLINED)
    suggestions.close(tracker, ben, number, *DECLINED)


def test_only_who_took_it_up_reads_the_address(
    tracker: Tracker, ana: Account, ben: Account
) -> None:
    number, other = suggest(tracker, email="kim@mail.example"), suggest(tracker, text="Another.")
    suggestions.claim(tracker, ana, number)

    def seen(by: Account) -> set[str | None]:
        page = suggestions.listed(tracker, by)
        sheets = [suggestions.sheet(tracker, by, each) for each in (number, other)]
        assert (page.awaited, [sheet.awaited for sheet in sheets]) == ({number}, [True, False])
        beside = [item for sheet in sheets for item in sheet.others]
        return {
            item.email for item in (*page.suggestions, *(s.suggestion for s in sheets), *beside)
        }

    assert seen(ana) == {"kim@mail.example", None}
    assert seen(ben) == {None}, "Whoever only looks reads no address."
    suggestions.claim(tracker, ben, number, over=True)
    assert seen(ana) == {None}


def test_a_claim_expires_by_itself(tracker: Tracker, ana: Account, ben: Account) -> None:
    number = suggest(tracker)
    suggestions.claim(tracker, ana, number)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert suggestions.sheet(tracker, ben, number).claim is None
        suggestions.claim(tracker, ben, number)
        with pytest.raises(NotNow, match="ben"):
            suggestions.claim(tracker, ana, number)


@pytest.mark.both_databases
@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.DUPLICATE])
def test_it_is_closed_once_with_a_reason(
    tracker: Tracker, ana: Account, ben: Account, outcome: Outcome
) -> None:
    number = suggest(tracker, email="kim@mail.example")
    with pytest.raises(Invalid, match="answer"):
        suggestions.close(tracker, ana, number, outcome, " ")
    closed = suggestions.close(tracker, ana, number, outcome, "See number 1.")
    assert (closed.outcome, closed.closed_by, closed.answer) == (outcome, "ana", "See number 1.")
    assert closed.email is None, "The address is gone with the answer."
    assert actions(tracker, number) == [("a reader", "suggest"), ("ana", "close")]
    for act in (
        lambda: suggestions.close(tracker, ben, number, *DECLINED),
        lambda: suggestions.claim(tracker, ben, number),
    ):
        with pytest.raises(AlreadyDecided, match="ana closed it"):
            act()
    assert suggestions.listed(tracker, ana).suggestions == []
    assert [e.id for e in suggestions.listed(tracker, ana, is_open=False).suggestions] == [number]


def test_only_a_proposal_closes_it_as_proposed(tracker: Tracker, ana: Account) -> None:
    number = suggest(tracker)
    with pytest.raises(Invalid, match="proposal"):
        suggestions.close(tracker, ana, number, Outcome.PROPOSED, "Done.")


def close_proposed(tracker: Tracker, actor: Account, number: int) -> int:
    revised = propose(tracker)
    with tracker.store.writing() as connection:
        suggestions.close_proposed(connection, actor, number, revised, clock.now())
    return revised.id


def test_a_proposal_closes_it(tracker: Tracker, ana: Account) -> None:
    number = suggest(tracker, email="kim@mail.example")
    suggestions.claim(tracker, ana, number)
    revision_id = close_proposed(tracker, ana, number)
    closed = suggestions.sheet(tracker, ana, number)
    assert closed.suggestion.outcome is Outcome.PROPOSED
    assert (closed.suggestion.revision_id, closed.suggestion.email) == (revision_id, None)
    assert closed.claim is None


def test_a_proposal_stands_if_the_suggestion_was_closed_meanwhile(
    tracker: Tracker, ana: Account, ben: Account
) -> None:
    number = suggest(tracker)
    suggestions.close(tracker, ben, number, *DECLINED)
    close_proposed(tracker, ana, number)
    assert one(tracker, number).outcome is Outcome.DECLINED


def test_a_proposal_answers_only_a_suggestion_for_its_record(
    tracker: Tracker, ana: Account
) -> None:
    number = suggestions.suggest(tracker, "kratom", "us-ca", **SAID)
    with pytest.raises(Missing):
        close_proposed(tracker, ana, number)


def test_no_address_is_kept_longer_than_90_days(tracker: Tracker) -> None:
    old, new = suggest(tracker, email="kim@mail.example"), 0
    with time_machine.travel(NOW + timedelta(days=89), tick=False):
        new = suggest(tracker, text="Another.", email="lee@mail.example")
        assert suggestions.forget_old_addresses(tracker) == 0
    with time_machine.travel(NOW + timedelta(days=90, seconds=1), tick=False):
        assert suggestions.forget_old_addresses(tracker) == 1
        assert (one(tracker, old).email, one(tracker, new).email) == (None, "lee@mail.example")
        assert suggestions.forget_old_addresses(tracker) == 0
    with tracker.store.reading() as connection:
        (event,) = log.newest(connection, 1)
    assert (event.actor_label, event.action, event.data) == (
        "legalmap",
        "forget-addresses",
        {"count": 1},
    )


def test_whoever_writes_next_takes_old_addresses_away(tracker: Tracker) -> None:
    old = suggest(tracker, email="kim@mail.example")
    with time_machine.travel(NOW + timedelta(days=91), tick=False):
        suggest(tracker, text="Another.")
    assert one(tracker, old).email is None


def mails(tracker: Tracker) -> list[tuple[str, str]]:
    with tracker.store.reading() as connection:
        mail = mail_outbox.next_due(connection, clock.now())
    return [(mail.address, mail.body)] if mail else []


@pytest.mark.parametrize("address", ["kim@mail.example", ""], ids=["left", "not left"])
@pytest.mark.parametrize("on", [True, False], ids=["mail is on", "mail is off"])
def test_who_left_an_address_is_told_what_came_of_it(
    tracker: Tracker, ana: Account, address: str, on: bool
) -> None:
    tracker.store.mails = on
    number = suggest(tracker, email=address)
    suggestions.close(tracker, ana, number, Outcome.DECLINED, "It is about Arizona.")
    sent = mails(tracker)
    assert [to for to, _ in sent] == ([address] if on and address else [])
    for _, body in sent:
        assert "It is about Arizona." in body
        assert f"{SITE}/kratom/us-al" in body


def test_a_proposal_is_told_too(tracker: Tracker, ana: Account) -> None:
    tracker.store.mails = True
    close_proposed(tracker, ana, suggest(tracker, email="kim@mail.example"))
    ((_, body),) = mails(tracker)
    assert "It became a proposal" in body


def test_who_was_disabled_holds_nothing_up(tracker: Tracker, ana: Account, ben: Account) -> None:
    number = suggest(tracker)
    suggestions.claim(tracker, ana, number)
    accounts.disable(tracker, "ana")
    assert suggestions.sheet(tracker, ben, number).claim is None
    suggestions.claim(tracker, ben, number)
