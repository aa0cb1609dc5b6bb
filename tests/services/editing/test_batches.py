"""A batch: what was sent together, how much of it waits, and what comes next for whom."""

import pytest

from legalmap.domain.errors import Missing
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches
from tests.services.build import decide, person, propose


@pytest.mark.both_databases
def test_a_batch_tells_what_waits_and_what_comes_next(tracker: Tracker) -> None:
    ana, ben = person(tracker, "ana"), person(tracker, "ben")
    name = batches.new_name()
    sent = [propose(tracker, jurisdiction=code, batch=name) for code in ("us-ca", "us-fl", "us-al")]
    propose(tracker, jurisdiction="th")
    batch = batches.opened(tracker, ben, name)
    assert [proposal.id for proposal in batch.proposals] == [proposal.id for proposal in sent]
    assert batch.left == 3
    assert batches.opened(tracker, ana, name).next_after(0) is None, "Nobody decides their own."
    decide(tracker, sent[1])
    batch = batches.opened(tracker, ben, name)
    order = [batch.next_after(number) for number in (0, sent[0].id, sent[2].id)]
    assert order == [sent[0].id, sent[2].id, sent[0].id], "Behind the last comes the first again."
    (listed,) = batches.listed(tracker, ben)
    assert (listed.name, listed.author, listed.total, listed.waiting) == (name, "ana", 3, 2)


def test_batches_come_newest_first(tracker: Tracker) -> None:
    for name, code in (("one", "us-ca"), ("two", "us-fl")):
        propose(tracker, jurisdiction=code, batch=name)
    names = [batch.name for batch in batches.listed(tracker, person(tracker, "ben"))]
    assert names == ["two", "one"]


@pytest.mark.parametrize("name", ["none", "", "a\x00b"])
def test_an_unknown_batch_is_not_found(tracker: Tracker, name: str) -> None:
    with pytest.raises(Missing):
        batches.opened(tracker, person(tracker, "ben"), name)
