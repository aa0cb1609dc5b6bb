"""Who may take up an earlier proposal, and when: a review that has begun comes to its end first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from legalmap.domain.desk.claims import CLAIM_LIFE, Claim
from legalmap.domain.desk.moderation import Decision, Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.rework import obstacle, takes_over
from tests.build import a_payload

AT = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
ANA, BEN, CLEO, EVE = 1, 2, 3, 4
NAMES = {ANA: "ana", BEN: "ben", CLEO: "cleo", EVE: "eve"}


def sent(number: int, *authors: int, **more: Any) -> Revision:
    """A proposal that waits, by one or more people."""
    facts: dict[str, Any] = {
        "id": number,
        "topic": "kratom",
        "jurisdiction": "us-al",
        "record_id": 1,
        "number": number,
        "base_id": 1,
        "base_number": 0,
        "reworks_id": None,
        "author_id": authors[0],
        "author": NAMES[authors[0]],
        "created_at": AT,
        "kind": "edit",
        "note": "A law.",
        "payload": a_payload(),
        "stored": "",
        "payload_sha256": "0" * 64,
        "submitted_at": AT,
        "withdrawn_at": None,
        "decision": None,
        "comment": "",
        "published_at": None,
        "feed_no": None,
        "authors": frozenset(authors),
        "base_is_current": True,
        "is_current": False,
    }
    return Revision(**{**facts, **more})


def held(number: int, by: int) -> dict[int, Claim]:
    """A claim on one proposal."""
    claim = Claim(
        subject_id=number, account_id=by, handle=NAMES[by], at=AT, expires_at=AT + CLAIM_LIFE
    )
    return {number: claim}


def given(by: int, verdict: Verdict = Verdict.APPROVE) -> Decision:
    """What somebody said of it."""
    return Decision(verdict, by, NAMES[by], AT)


BACK = {"decision": given(CLEO, Verdict.REQUEST_CHANGES)}
ONCE = {"assents": (given(CLEO),), "approvals_needed": 2}
STALE = {"base_is_current": False}
OUT = {"withdrawn_at": AT}
PUBLISHED = {"published_at": AT, "decision": given(CLEO)}
BENS_TOO = (ANA, BEN)

# What is taken up, by whom, who is at what, what else they sent; then what they are told.
ROWS: list[tuple[str, Revision, int, dict[int, Claim], list[Revision], str]] = [
    ("what nobody reviews can be taken up by anybody", sent(7, ANA), EVE, {}, [], ""),
    ("what somebody has taken for review waits for them", sent(7, ANA), EVE, held(7, BEN), [], "ben is reviewing proposal 7 until 09:35 UTC"),
    ("its author may think again all the same", sent(7, ANA), ANA, held(7, BEN), [], ""),
    ("so may each of its authors", sent(7, *BENS_TOO), BEN, held(7, CLEO), [], ""),
    ("whoever has it for review themselves waits for nobody", sent(7, ANA), BEN, held(7, BEN), [], ""),
    ("a claim on another proposal is no claim on this", sent(7, ANA), EVE, held(8, BEN), [], ""),
    ("half of a review of two is a review", sent(7, ANA, **ONCE), EVE, {}, [], "cleo has approved proposal 7"),
    ("not to who gave that half", sent(7, ANA, **ONCE), CLEO, {}, [], ""),
    ("what is stale is not approved any more", sent(7, ANA, **ONCE, **STALE), EVE, {}, [], ""),
    ("but whoever is at it sends it back", sent(7, ANA, **STALE), EVE, held(7, BEN), [], "ben is reviewing"),
    ("what was sent back is anybody’s to mend", sent(7, ANA, **BACK), EVE, {}, [], ""),
    ("as is what was withdrawn", sent(7, ANA, **OUT), EVE, {}, [], ""),
    ("who reviews yours is not made its author", sent(7, BEN, **OUT), ANA, held(9, BEN), [sent(9, ANA)], "ben wrote a part of proposal 7 and is reviewing your proposal 9"),
    ("nor who approved yours once", sent(7, CLEO, **OUT), ANA, {}, [sent(9, ANA, **ONCE)], "cleo wrote a part"),
    ("nor who sent yours back", sent(7, CLEO, **OUT), ANA, {}, [sent(9, ANA, **BACK)], "cleo wrote a part"),
    ("nor by way of what you wrote together", sent(7, *BENS_TOO, **OUT), ANA, held(9, BEN), [sent(9, ANA)], "ben wrote a part"),
    ("somebody else’s work bars nobody who reviews yours", sent(7, EVE, **OUT), ANA, held(9, BEN), [sent(9, ANA)], ""),
    ("your own work bars but you", sent(7, ANA, **BACK), ANA, {}, [sent(7, ANA, **BACK)], ""),
    ("what was published is everybody’s and bars nobody", sent(7, BEN, **PUBLISHED), ANA, held(9, BEN), [sent(9, ANA)], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "actor", "claims", "own", "says"),
    [row[1:] for row in ROWS],
    ids=[r[0] for r in ROWS],
)
def test_what_stands_in_the_way(
    earlier: Revision, actor: int, claims: dict[int, Claim], own: list[Revision], says: str
) -> None:
    now = AT + timedelta(minutes=10)
    message = obstacle(earlier, actor, own, claims, now)
    assert message.startswith(says)
    assert bool(message) == bool(says)


@pytest.mark.parametrize(
    ("facts", "taken"),
    [
        ({}, True),
        (BACK, True),
        (OUT, True),
        (PUBLISHED, False),  # Readers see it: an edit begins from there.
        ({**PUBLISHED, "is_current": True}, False),
    ],
)
def test_whose_work_it_is(facts: dict[str, Any], taken: bool) -> None:
    assert takes_over(sent(7, ANA, **facts)) is taken
