"""The verification round: what is due, ten at a time for one person each, and the month so far."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from legalmap.domain.desk.rounds import Due
from legalmap.domain.errors import Invalid, Missing, NotNow
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import verification
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import rounds
from legalmap.store import log
from legalmap.store.engine import Store
from tests.build import a_payload, a_period, the_topic
from tests.services.build import decide, person
from tests.store.build import a_record, counted_queries

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMIT = timedelta(days=the_topic().age_limit_days)
URL = "https://law.example/act"
NEVER = {"last_verified": None, "verified_how": None}
BANNED = a_period("2016", "banned")


def verified(days_past: int) -> date:
    """The day on which something was verified that is so many days past the age limit now."""
    return NOW.date() - LIMIT - timedelta(days=days_past)


# Codes in the order of the round, with when each was verified.
RECORDS = [
    ("th", a_payload(BANNED, last_verified=verified(3))),
    ("us", a_payload(last_verified=verified(400))),
    ("us-ca", a_payload(BANNED, last_verified=verified(50))),
    ("us-al", a_payload(**NEVER)),
    ("us-fl", a_payload(last_verified=verified(40))),
    ("us-fl-sarasota-county", a_payload(BANNED, **NEVER)),
    ("us-ca-san-diego", a_payload(BANNED, **NEVER)),
]
FRESH = [("us-wv", a_payload(BANNED, last_verified=verified(0))), ("us-pr", a_payload(last_verified=NOW.date()))]  # fmt: skip
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reader(store: Store) -> Reader:
    """Nine records, of which two are fresh."""
    with store.writing() as connection:
        for code, payload in [*RECORDS, *FRESH]:
            a_record(connection, code, payload, at=LONG_AGO)
    return Reader(Tracker(store))


@pytest.fixture
def ana(reader: Reader) -> Account:
    return person(reader.tracker, "ana")


@pytest.fixture
def ben(reader: Reader) -> Account:
    return person(reader.tracker, "ben")


def codes(due: list[Due]) -> list[str]:
    return [entry.place.code for entry in due]


def mine(reader: Reader, actor: Account) -> list[str]:
    standings = rounds.overview(reader, actor).mine
    return codes([standing.due for standing in standings if standing.is_open_for(actor.id)])


def test_what_is_due_comes_widest_strictest_and_oldest_first(reader: Reader) -> None:
    due = rounds.due(reader)
    assert codes(due) == [code for code, _ in RECORDS]
    assert {entry.place.code: entry.freshness for entry in due} == {
        "th": "due",
        "us": "overdue",
        "us-ca": "due",
        "us-al": "never",
        "us-fl": "due",
        "us-fl-sarasota-county": "never",
        "us-ca-san-diego": "never",
    }


# What is asked for, and what is left of the list.
FILTERS = [
    ("one topic", {"topic": "kratom"}, [code for code, _ in RECORDS]),
    ("another topic", {"topic": "7-oh"}, []),
    ("a state with all below it", {"place": "us-fl"}, ["us-fl", "us-fl-sarasota-county"]),
    ("a town alone", {"place": "us-ca-san-diego"}, ["us-ca-san-diego"]),
    ("a place without a record", {"place": "us-al-mobile"}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "left"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS]
)
def test_the_list_narrows_to_topic_and_place(
    reader: Reader, asked: dict[str, str], left: list[str]
) -> None:
    assert codes(rounds.due(reader, **asked)) == left


def test_an_unknown_topic_or_place_is_told(reader: Reader) -> None:
    for limits in ({"topic": "tea"}, {"place": "us-xx"}):
        with pytest.raises(Missing):
            rounds.due(reader, **limits)


def test_ten_are_taken_from_the_top_and_nobody_else_gets_them(
    reader: Reader, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "TEN", 3)
    assert rounds.take_ten(reader, ana) == 3
    assert rounds.take_ten(reader, ben) == 3
    assert mine(reader, ana) == ["th", "us", "us-ca"]
    assert mine(reader, ben) == ["us-al", "us-fl", "us-fl-sarasota-county"]
    with pytest.raises(NotNow, match="You have 3 already"):
        rounds.take_ten(reader, ana)
    assert rounds.take_ten(reader, person(reader.tracker, "cleo")) == 1
    rounds.give_back(reader, ana)
    assert mine(reader, ana) == []


def test_ten_of_a_place(reader: Reader, ana: Account) -> None:
    assert rounds.take_ten(reader, ana, place="us-fl") == 2
    assert mine(reader, ana) == ["us-fl", "us-fl-sarasota-county"]
    with pytest.raises(NotNow, match="Nothing is free"):
        rounds.take_ten(reader, ana, place="us-fl")


def test_what_is_not_done_in_a_week_is_free_again(
    reader: Reader, ana: Account, ben: Account
) -> None:
    rounds.take_ten(reader, ana)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        assert mine(reader, ana) == []
        assert rounds.take_ten(reader, ben) >= len(RECORDS)


def verify(reader: Reader, actor: Account, code: str) -> None:
    """Check a record; somebody else approves it."""
    proposal = verification.propose(
        reader.tracker, actor, "kratom", code, base_number=0, opened={URL}, note=""
    )
    decide(reader.tracker, proposal, by="cleo")


def test_what_waits_for_review_is_done_and_not_offered(
    reader: Reader, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "TEN", 2)
    rounds.take_ten(reader, ana)
    verification.propose(reader.tracker, ana, "kratom", "th", base_number=0, opened={URL}, note="")
    assert mine(reader, ana) == ["us"]
    (standing, *_) = rounds.overview(reader, ben).standings
    assert standing.due.place.code == "th"
    assert standing.proposal is not None
    assert rounds.take_ten(reader, ana) == 1, "What is sent makes room for another one."


def test_who_skips_says_why_and_is_not_offered_it_again(
    reader: Reader, ana: Account, ben: Account
) -> None:
    rounds.take_ten(reader, ana)
    for why in ("", "x" * 501, "a\u202eb"):
        with pytest.raises(Invalid, match="why"):
            rounds.skip(reader.tracker, ana, "kratom", "th", why)
    rounds.skip(reader.tracker, ana, "kratom", "th", "I do not read Thai.")
    with pytest.raises(NotNow):
        rounds.skip(reader.tracker, ana, "kratom", "th", "Twice.")
    with pytest.raises(NotNow):
        rounds.skip(reader.tracker, ben, "kratom", "us", "It is ana's.")
    with pytest.raises(NotNow, match="Nothing is free"):
        rounds.take_ten(reader, ana, place="th")
    (standing, *_) = rounds.overview(reader, ben).standings
    assert [(s.handle, s.why) for s in standing.skips] == [("ana", "I do not read Thai.")]
    assert rounds.take_ten(reader, ben, place="th") == 1
    assert rounds.overview(reader, ana).me.skipped == 1
    assert rounds.overview(reader, ben).me.skipped == 0


def test_every_act_is_logged(reader: Reader, ana: Account) -> None:
    rounds.take_ten(reader, ana, place="us-fl")
    rounds.skip(reader.tracker, ana, "kratom", "us-fl", "The link is dead.")
    rounds.give_back(reader, ana)
    with reader.tracker.store.reading() as connection:
        events = [(e.action, e.subject_label) for e in log.newest(connection, 4)]
    county = "kratom/us-fl-sarasota-county"
    claims = [("claim", "kratom/us-fl"), ("claim", county)]
    assert events[::-1] == [*claims, ("skip", "kratom/us-fl"), ("unclaim", county)]


@pytest.mark.both_databases
def test_the_month_tells_what_was_due_and_what_of_it_is_verified(
    reader: Reader, ana: Account, ben: Account
) -> None:
    """“th” became due only within the month, so it is no part of what the month began with."""
    start = rounds.progress(reader)
    assert (start.since, start.due, start.verified, start.left) == (date(2026, 11, 1), 6, 0, 6)
    verify(reader, ana, "us-fl")
    verify(reader, ana, "th")
    after = rounds.progress(reader)
    assert (after.due, after.verified, after.left) == (6, 1, 5)
    assert rounds.progress(reader, place="us-fl").left == 1
    verification.propose(reader.tracker, ana, "kratom", "us", base_number=0, opened={URL}, note="")
    own = rounds.overview(reader, ana).me
    assert (own.sent, own.published) == (3, 2)
    assert rounds.overview(reader, ben).me.sent == 0


def test_a_month_before_anything_was_edited_begins_with_what_ships(store: Store) -> None:
    with store.writing() as connection:
        a_record(connection, "us-al", a_payload(**NEVER), at=NOW - timedelta(hours=1))
    reader = Reader(Tracker(store))
    assert rounds.progress(reader).due == 1
    verify(reader, person(reader.tracker, "ana"), "us-al")
    assert (rounds.progress(reader).due, rounds.progress(reader).verified) == (1, 1)


def test_the_list_takes_as_many_queries_for_one_record_as_for_all(store: Store) -> None:
    def queries() -> int:
        reader = Reader(Tracker(store))
        ana = person(reader.tracker, "ana")
        with counted_queries(store) as sent:
            rounds.overview(reader, ana)
        return len(sent)

    with store.writing() as connection:
        a_record(connection, "us", a_payload(**NEVER), at=LONG_AGO)
        a_record(connection, "th", a_payload(**NEVER), at=LONG_AGO)
    few = queries()
    with store.writing() as connection:
        for code, payload in [*RECORDS[2:], *FRESH]:
            a_record(connection, code, payload, at=LONG_AGO)
    assert queries() == few
