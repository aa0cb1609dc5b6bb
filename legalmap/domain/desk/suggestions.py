"""Suggested corrections by readers without an account: their rules, and how they can end."""

import re
from datetime import datetime, timedelta

import msgspec

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.labelled import Labelled
from legalmap.domain.law.payload import problems_of_text, problems_of_url
from legalmap.domain.outside.mail import is_address

MAX_SUGGESTION = 2_000
MAX_ANSWER = 2_000
# After this time a reader's address is deleted, answered or not.
ADDRESS_LIFE = timedelta(days=90)
# How long somebody who takes a suggestion up has it to themselves.
CLAIM_LIFE = timedelta(days=1)
# What looks like an HTML tag.
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


class Outcome(Labelled):
    """How a suggestion was closed."""

    PROPOSED = "proposed", "Became a proposal"
    DECLINED = "declined", "Declined"
    DUPLICATE = "duplicate", "Told before"


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion as the desk sees it. All that is known of its writer is the address they may leave."""

    id: int
    topic: str
    jurisdiction: str
    text: str
    url: str
    email: str | None
    at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    answer: str = ""
    revision_id: int | None = None

    @property
    def label(self) -> str:
        """What the log calls it."""
        return f"{self.topic}/{self.jurisdiction} suggestion {self.id}"


def problems_of(text: str, url: str, email: str) -> list[Problem]:
    """Everything that is wrong with what a reader wrote."""
    problems = problems_of_text(
        "text", text, MAX_SUGGESTION, needed="Say what is wrong, and what is right."
    )
    if _TAG.search(text):
        problems.append(Problem("text", "Write plain text: take out tags such as <b> or <a href>."))
    problems += problems_of_url("url", url)
    if email and not is_address(email):
        problems.append(
            Problem("email", "Enter an address such as name@example.org, or leave this empty.")
        )
    return problems


def check_answer(outcome: Outcome, answer: str) -> None:
    """Raise Invalid if an answer is too long, or empty where the outcome needs a reason."""
    needed = "" if outcome is Outcome.PROPOSED else "Say why, in a sentence."
    problems = problems_of_text("answer", answer, MAX_ANSWER, needed=needed)
    if problems:
        raise Invalid(problems)
