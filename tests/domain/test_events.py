"""The table of what the log can say."""

import pytest

from legalmap.domain import events
from legalmap.domain.events import ACTIONS, Detail, Undeclared

# No value that must stay private has a place in the log: what a key could be called that holds one.
PRIVATE = ("password", "token", "secret", "email", "address", "code", "hash", "ip", "totp")


def test_what_is_declared_may_be_logged() -> None:
    events.check("publish", {"topic": "kratom", "jurisdiction": "us-al", "feed_no": 3, "base": 0})
    events.check("account-disable", {})


@pytest.mark.parametrize(
    ("action", "data", "named"),
    [
        ("dance", {}, "dance"),
        ("", {}, "“”"),
        ("account-reset", {"password": "x"}, "password"),
        ("claim", {"after": {"held_by": "ana", "password": "x"}}, "password"),
        ("approve", {"comment": "Yes.", "mood": "good", "height": 3}, "height, mood"),
    ],
)
def test_what_is_not_declared_is_refused(action: str, data: dict[str, object], named: str) -> None:
    with pytest.raises(Undeclared, match=named):
        events.check(action, data)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_an_action_is_a_sentence_and_tells_what_it_changed(action: str) -> None:
    declared = ACTIONS[action]
    assert declared.verb == declared.verb.strip() != ""
    assert declared.verb[0].islower()
    assert bool(declared.before) == bool(declared.after)
    # Either it always moves between the same states, or what it carries tells.
    assert declared.after or declared.carries - {"topic", "jurisdiction"}
    for key in declared.carries:
        assert not set(key.split("_")) & set(PRIVATE), key


@pytest.mark.parametrize(
    ("action", "data", "expected"),
    [
        # A state that always moves the same way, and what somebody said.
        (
            "reject",
            {"topic": "kratom", "jurisdiction": "us-al", "comment": "No source."},
            [
                Detail("State", "Waiting for review", "Rejected"),
                Detail("Comment", "", "No source."),
            ],
        ),
        # Both sides of a value.
        (
            "webhook-replay",
            {"topic": None, "before": {"since": 7}, "after": {"since": 0}},
            [Detail("Delivered up to feed number", "7", "0")],
        ),
        # A state in words; what one side alone has.
        (
            "reject",
            {"before": {"state": "stale"}, "after": {"state": "changes-requested"}},
            [Detail("State", "Stale", "Changes requested")],
        ),
        (
            "take-over",
            {"before": {"held_by": "ana"}, "after": {"held_by": "ben", "until": "12:00"}},
            [Detail("Taken up by", "ana", "ben"), Detail("Until", "", "12:00")],
        ),
        (
            "account-role",
            {"role": "moderator", "role_before": "contributor", "remits": [], "remits_before": []},
            [Detail("Role", "Contributor", "Moderator")],
        ),
        # What says nothing is not shown.
        (
            "approve",
            {"comment": "", "reasons": []},
            [Detail("State", "Waiting for review", "Approved")],
        ),
        # What an older version logged and this one does not know still reads.
        ("ancient", {"how_many": [1, {"a": 2}]}, [Detail("How many", "", "1, a: 2")]),
    ],
)
def test_an_event_unfolds_to_before_and_after(
    action: str, data: dict[str, object], expected: list[Detail]
) -> None:
    assert events.details(action, data) == expected


def test_an_unknown_action_reads_as_it_is_spelled() -> None:
    assert (events.said("submit"), events.said("hold-a-party")) == ("proposed", "hold a party")
