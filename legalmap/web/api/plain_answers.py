"""The answer to a person in the words of the public contract."""

from legalmap.domain.law.answer import Answer
from legalmap.domain.law.topics import Topic
from legalmap.services import contract
from legalmap.web.wording.sentences import sentences


def plain_answer(answer: Answer, topic: Topic) -> contract.PlainAnswer:
    """The same that the page of the place says, in parts."""
    since = answer.since
    return contract.same(
        contract.PlainAnswer,
        answer,
        sentences=tuple(sentences(answer, topic)),
        since=since.status if since else None,
        rules_since=since.rules if since else None,
        until=since.until if since else None,
        possession=contract.same(contract.Act, answer.have),
        sale=contract.same(contract.Act, answer.buy),
        limits=tuple(contract.same(contract.StatedLimit, limit) for limit in answer.limits),
        inside=tuple(
            contract.same(
                contract.StricterInside,
                group,
                status=group.shown,
                places=tuple(place.code for place in group.places),
            )
            for group in answer.inside
        ),
        unknown=tuple(
            contract.Unknown(
                what=gap.what, why=gap.first_sentence, level=gap.level.code if gap.level else None
            )
            for gap in answer.gaps
        ),
        coming=_coming(answer),
        bills=_bills(answer),
        evidence=contract.same(
            contract.DecidingEvidence, answer.evidence, level=answer.evidence.level.code
        )
        if answer.evidence
        else None,
    )


def _coming(answer: Answer) -> tuple[contract.EnactedChange, ...]:
    return tuple(
        contract.same(
            contract.EnactedChange,
            change,
            level=change.level.code,
            outcome=change.then.outcome,
            status=change.then.status,
        )
        for change in answer.coming
    )


def _bills(answer: Answer) -> tuple[contract.OpenBill, ...]:
    return tuple(
        contract.same(contract.OpenBill, bill.pending, level=bill.level.code, state=bill.state)
        for bill in answer.bills
    )
