"""Every act leaves an event that is declared, and what the log gives back of them."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import time_machine

from legalmap import clock
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.suggestions import Outcome
from legalmap.domain.errors import Forbidden
from legalmap.domain.events import ACTIONS, Filter
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Role
from legalmap.domain.people.sessions import Session
from legalmap.services.audit import audit_log
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, suggestions
from legalmap.services.exporting import releases
from legalmap.services.maintenance import integrity_check
from legalmap.services.notifying import webhook_delivery, webhooks
from legalmap.services.people import (
    accounts,
    admins,
    one_time_links,
    own_account,
    recovery_codes,
    totp,
)
from legalmap.services.reading.reader import Reader
from legalmap.store import log
from legalmap.store.engine import Store
from legalmap.store.people import second_factors as factor_rows
from tests.build import a_payload, a_period
from tests.services.build import BANNED, decide, person, propose
from tests.services.entering import an_admin, entered, opened
from tests.services.receiving import Receiver
from tests.store.build import PASSWORD, TOTP_SECRET, counted_queries

TESTS = Path(__file__).parents[2]
HOOK = "https://hooks.example/in?key=hidden"


def _with_hook(act: Callable[[Tracker, int], object]) -> Callable[[Tracker], object]:
    return lambda tracker: act(tracker, webhooks.add(tracker, HOOK).id)


def _refused_hook(tracker: Tracker, status: int) -> None:
    receiver = Receiver()
    receiver.answers = [status]
    hook = webhooks.add(tracker, receiver.url, loopback=True)
    webhooks.replay(tracker, hook.id, 0)
    webhook_delivery.deliver_due(tracker, loopback=True)
    receiver.stop()


def _release(tracker: Tracker) -> None:
    with TemporaryDirectory() as folder:
        releases.freeze(Reader(tracker), Path(folder), "2026.11")


SUGGESTED = {"text": "The ban was lifted.", "url": "https://law.example/5"}


def _with_suggestion(act: Callable[[Tracker, Account, int], object]) -> Callable[[Tracker], object]:
    def run(tracker: Tracker) -> None:
        more = {**SUGGESTED, "email": "hidden@mail.example"}
        number = suggestions.suggest(tracker, "kratom", "us-al", **more)
        act(tracker, person(tracker, "ana"), number)

    return run


def _released(tracker: Tracker, actor: Account, number: int) -> None:
    suggestions.claim(tracker, actor, number)
    suggestions.release(tracker, actor, number)


def _forgotten(tracker: Tracker, _actor: Account, _number: int) -> None:
    with time_machine.travel(clock.now() + suggestions.ADDRESS_LIFE * 2, tick=False):
        suggestions.forget_old_addresses(tracker)


def _on_another(tracker: Tracker, act: Callable[[Tracker, Account], object]) -> None:
    act(tracker, an_admin(tracker))


def _on_oneself(act: Callable[[Tracker, Session], object]) -> Callable[[Tracker], object]:
    return lambda tracker: act(tracker, opened(tracker, "ana")[0])


def _with_app(act: Callable[[Tracker, Session, str], object]) -> Callable[[Tracker], object]:
    """What an authenticator app has to be there for."""

    def run(tracker: Tracker) -> None:
        ana = person(tracker, "ana")
        with tracker.store.writing() as connection:
            factor_rows.set_totp(connection, ana.id, TOTP_SECRET, None)
        act(tracker, entered(tracker, "ana")[0], PASSWORD)

    return run


def _let_in_again(tracker: Tracker, admin: Account) -> None:
    accounts.disable(tracker, "ana")
    admins.enable(tracker, admin, "ana")


def _took_invitation_back(tracker: Tracker, admin: Account) -> None:
    one_time_links.invite(tracker, admin, Role.CONTRIBUTOR)
    (only,) = one_time_links.listed(tracker, admin)
    one_time_links.revoke(tracker, admin, only.id)


def _changed_password(tracker: Tracker) -> None:
    session, token = opened(tracker, "ana")
    own_account.change_password(tracker, session, token, PASSWORD, f"{PASSWORD}, another")


# Each use case that changes something, and the action it has to log. Where none stands here, a test
# elsewhere names the action.
ACTS: dict[str, Callable[[Tracker], object]] = {
    "submit": propose,
    "withdraw": lambda tracker: proposals.withdraw(
        tracker, person(tracker, "ana"), propose(tracker).id, "A mistake."
    ),
    "approve": lambda tracker: decide(tracker, propose(tracker)),
    "publish": lambda tracker: decide(tracker, propose(tracker)),
    "request-changes": lambda tracker: decide(tracker, propose(tracker), Verdict.REQUEST_CHANGES),
    "reject": lambda tracker: decide(tracker, propose(tracker), Verdict.REJECT),
    "suggest": _with_suggestion(lambda *_: None),
    "claim": _with_suggestion(suggestions.claim),
    "unclaim": _with_suggestion(_released),
    "close": _with_suggestion(
        lambda *asked: suggestions.close(*asked, Outcome.DECLINED, "It is about another place.")
    ),
    "forget-addresses": _with_suggestion(_forgotten),
    "account-add": lambda tracker: accounts.add(tracker, "eve", Role.MODERATOR),
    "account-disable": lambda tracker: accounts.disable(tracker, "ana"),
    "account-reset": lambda tracker: accounts.reset(tracker, "ana"),
    "account-enable": lambda tracker: _on_another(tracker, _let_in_again),
    "account-role": lambda tracker: admins.change_role(
        tracker, an_admin(tracker), "ana", Role.MODERATOR, ()
    ),
    "account-factors-reset": _with_app(
        lambda tracker, *_: admins.reset_factors(tracker, an_admin(tracker), "ana")
    ),
    "invite-revoke": lambda tracker: _on_another(tracker, _took_invitation_back),
    "leave": _on_oneself(
        lambda tracker, session: own_account.leave(tracker, session, PASSWORD, sure=True)
    ),
    "session-end": _on_oneself(own_account.end_other_sessions),
    "password-change": _changed_password,
    "email-change": _on_oneself(
        lambda *asked: own_account.change_email(*asked, "hidden@mail.example", PASSWORD)
    ),
    "interest-change": _on_oneself(lambda *asked: own_account.disclose(*asked, "Runs a shop.")),
    "authenticator-remove": _with_app(totp.turn_off),
    "recovery-codes": _with_app(recovery_codes.renew),
    "webhook-add": _with_hook(lambda _tracker, number: number),
    "webhook-remove": _with_hook(webhooks.remove),
    "webhook-replay": _with_hook(lambda tracker, number: webhooks.replay(tracker, number, 0)),
    "webhook-fail": lambda tracker: _refused_hook(tracker, 500),
    "webhook-disable": lambda tracker: _refused_hook(tracker, 410),
    "reindex": integrity_check.reindex,
    "release": _release,
}


@pytest.mark.both_databases
@pytest.mark.parametrize("action", sorted(ACTS))
def test_every_act_is_logged(tracker: Tracker, action: str) -> None:
    ACTS[action](tracker)
    with tracker.store.reading() as connection:
        events = [event for event in log.newest(connection, 10) if event.action == action]
    assert len(events) == 1
    assert events[0].subject_label
    assert events[0].actor_label
    assert "hidden" not in events[0].subject_label + json.dumps(events[0].data)


def test_every_declared_action_is_logged_by_some_test() -> None:
    """The names are looked for in quotes: who declares an action tests that it is logged."""
    table = Path(__file__).name
    named = {
        word
        for file in TESTS.glob("**/test_*.py")
        if file.name not in (table, "test_events.py")
        for word in re.findall(r'"([a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    assert set(ACTS) <= set(ACTIONS)
    assert [action for action in ACTIONS if action not in named | set(ACTS)] == []


def test_a_page_tells_what_changed_before_and_after(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    page = audit_log.page(tracker, person(tracker, "ben"), Filter())
    by_action = {entry.event.action: entry for entry in page.entries}
    assert list(by_action) == ["publish", "approve", "submit"]
    assert page.older is None
    news = by_action["publish"].news
    assert news is not None
    assert news.before is not None
    assert (news.before.number, news.revision.number) == (0, 1)
    assert by_action["approve"].news is None
    assert by_action["submit"].event.data["intent"] == "law-changed"


def test_only_moderators_read_the_log(tracker: Tracker) -> None:
    ana = person(tracker, "ana")
    with pytest.raises(Forbidden):
        audit_log.page(tracker, ana, Filter())
    with pytest.raises(Forbidden):
        audit_log.walk(tracker, ana, Filter())


@pytest.mark.both_databases
def test_pages_follow_each_other_without_gap_or_repetition(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "PAGE", 2)
    for status in ("banned", "restricted", "regulated", "unclear", "legal"):
        propose(tracker, a_payload(a_period(), a_period("2020", status)))
    ben, seen, before = person(tracker, "ben"), [], None
    while True:
        page = audit_log.page(tracker, ben, Filter(action="submit"), before)
        seen += [entry.event.id for entry in page.entries]
        if (before := page.older) is None:
            break
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


def test_a_page_is_a_constant_number_of_queries(tracker: Tracker, store: Store) -> None:
    ben = person(tracker, "ben")
    counts = []
    for since in ("2001", "2002", "2003", "2004", "2005", "2006"):
        propose(tracker, a_payload(a_period(), a_period(since, "banned")))
        with counted_queries(store) as sent:
            audit_log.page(tracker, ben, Filter())
        counts.append(len(sent))
    # The places are in memory after the first time.
    assert len(set(counts[1:])) == 1
    assert counts[-1] <= 6


def test_the_whole_log_as_csv_and_ndjson(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BATCH", 2)
    revised = propose(tracker, BANNED)
    proposals.withdraw(tracker, person(tracker, "ana"), revised.id, '=cmd("x"), “sorry”\nand more')
    decide(tracker, propose(tracker, BANNED))
    ben = person(tracker, "ben")
    events = list(audit_log.walk(tracker, ben, Filter()))
    assert [event.action for event in events] == [
        "submit",
        "withdraw",
        "submit",
        "approve",
        "publish",
    ]
    rows = list(csv.DictReader(io.StringIO("".join(audit_log.as_csv(iter(events))), newline="")))
    lines = [json.loads(line) for line in audit_log.as_ndjson(iter(events))]
    assert [int(row["id"]) for row in rows] == [line["id"] for line in lines]
    assert [line["data"] for line in lines] == [event.data for event in events]
    assert [json.loads(row["data"]) for row in rows] == [event.data for event in events]
    assert {row["jurisdiction"] for row in rows} == {"us-al"}


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_runs_what_somebody_wrote(tracker: Tracker, evil: str) -> None:
    with tracker.store.writing() as connection:
        at = person(tracker, "ana").created_at
        log.append(connection, evil, "init", ("database", 1, evil), at)
    events = audit_log.walk(tracker, person(tracker, "ben"), Filter(action="init"))
    (row,) = csv.DictReader(io.StringIO("".join(audit_log.as_csv(events)), newline=""))
    assert (row["actor"], row["subject_label"]) == (f"'{evil}", f"'{evil}")
