"""What a reader may write, and what is said of the rest."""

import pytest

from legalmap.domain.desk.suggestions import Outcome, check_answer, problems_of
from legalmap.domain.errors import Invalid

GOOD = {"text": "The ban was lifted.", "url": "https://law.example/1", "email": ""}

# What is written, the field at fault (None: it is taken), and why.
RULES = [
    ("a sentence and a link are enough", {}, None),
    ("an address may be left", {"email": "kim@mail.example.org"}, None),
    ("“less than” is no tag", {"text": "Since then it is <21 and 3 < 4."}, None),
    ("2,000 characters are taken", {"text": "x" * 2_000}, None),
    ("2,001 are not", {"text": "x" * 2_001}, "text"),
    ("5 MB are not", {"text": "x" * 5_000_000}, "text"),
    ("nothing but spaces says nothing", {"text": " \n "}, "text"),
    ("a link in HTML is not plain text", {"text": 'See <a href="https://x.example">'}, "text"),
    ("a closing tag is not plain text", {"text": "bold</b>"}, "text"),
    ("a NUL cannot be seen", {"text": "a\x00b"}, "text"),
    ("a right-to-left override reorders what follows", {"text": "a\u202eb"}, "text"),
    ("a link has to be given", {"url": ""}, "url"),
    ("a script is no link", {"url": "javascript:alert(1)"}, "url"),
    ("data: is no link", {"url": "data:text/html,x"}, "url"),
    ("a link has a host", {"url": "https://"}, "url"),
    ("a link holds no override", {"url": "https://law.example/\u202e1"}, "url"),
    ("a link of 3,000 characters is too long", {"url": "https://law.example/" + "x" * 3_000}, "url"),
    ("an address has an @", {"email": "kim"}, "email"),
    ("an address is one line", {"email": "kim@mail.example\nBcc: all@mail.example"}, "email"),
    ("an address is one address", {"email": "a@mail.example, b@mail.example"}, "email"),
    ("an address holds no override", {"email": "kim\u202e@mail.example"}, "email"),
    ("an address is not endless", {"email": "k" * 250 + "@mail.example"}, "email"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "at"), [row[1:] for row in RULES], ids=[row[0] for row in RULES]
)
def test_what_a_reader_may_write(changed: dict[str, str], at: str | None) -> None:
    problems = problems_of(**{**GOOD, **changed})
    assert {problem.field for problem in problems} == ({at} if at else set())


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.DUPLICATE])
def test_who_closes_without_a_proposal_says_why(outcome: Outcome) -> None:
    check_answer(outcome, "The link says nothing of the kind.")
    for answer in ("", "  ", "x\u202e", "x" * 2_001):
        with pytest.raises(Invalid, match="answer"):
            check_answer(outcome, answer)
