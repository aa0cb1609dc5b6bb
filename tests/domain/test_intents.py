"""What an edit is, where nobody said so."""

import pytest

from legalmap.domain.intents import INTENT_LABELS, Intent, intent_of
from legalmap.domain.payload import NOT_RESEARCHED, Payload
from tests.build import a_payload, a_period

ONE = a_payload(a_period())
TWO = a_payload(a_period(), a_period("2020", "banned"))
OTHER = a_payload(a_period(status="banned"))


@pytest.mark.parametrize(
    ("kind", "base", "proposed", "intent"),
    [
        # A check of the sources is one, whatever it moved.
        ("verify", ONE, ONE, Intent.VERIFICATION),
        # Going back is going back, even to nothing.
        ("revert", TWO, ONE, Intent.REVERT),
        # Where nothing was researched, the first record.
        ("edit", NOT_RESEARCHED, TWO, Intent.FIRST_RECORD),
        # A period more: the law changed.
        ("edit", ONE, TWO, Intent.LAW_CHANGED),
        # The same number of periods: what was said of them was wrong.
        ("edit", ONE, OTHER, Intent.CORRECTION),
        # One period less: it should never have been there.
        ("edit", TWO, ONE, Intent.CORRECTION),
    ],
)
def test_the_intent_follows_from_the_content(
    kind: str, base: Payload, proposed: Payload, intent: Intent
) -> None:
    assert intent_of(kind, base, proposed) is intent


def test_every_intent_has_a_label() -> None:
    assert set(INTENT_LABELS) == set(Intent)
