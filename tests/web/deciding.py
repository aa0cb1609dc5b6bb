"""What a reviewer sends: verdicts with all that they need, for tests that are about something else."""

from tests.web.visit import Page, Visitor

VERDICT = 'form[action*="/verdict"]'
CHECKS = ["opened", "dates", "place", "words"]
APPROVE: dict[str, str | list[str]] = {"verdict": "approve", "checks": CHECKS}


def against(verdict: str, comment: str = "Why.", reason: str = "other") -> dict[str, str]:
    """``reject`` or ``request-changes`` with a reason and words."""
    return {"verdict": verdict, "reasons": reason, "comment": comment}


def approve(visitor: Visitor, proposal: str) -> Page:
    """Open a proposal, tick everything, approve it."""
    return visitor.send(visitor.get(proposal), VERDICT, APPROVE)
