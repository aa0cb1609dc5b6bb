"""The form of a reader's suggestion, and the one with which the desk answers."""

from wtforms import RadioField

from legalmap.domain.desk.suggestions import Outcome
from legalmap.domain.errors import Invalid, Problem
from legalmap.web.forms.base import HouseForm, LineField, TextField

ANSWERS: dict[Outcome, tuple[str, str]] = {
    Outcome.DECLINED: ("Decline it", "The record is right, or the link does not show it."),
    Outcome.DUPLICATE: ("Told before", "Another suggestion or a proposal says the same."),
}


class SuggestForm(HouseForm):
    """What is wrong, a link that shows it, and an address if they want to hear of it."""

    text = TextField("What is wrong?")
    url = LineField("A link that shows it")
    email = LineField("Your e-mail address (optional)")
    # Hidden from people by the stylesheet; programs that fill in every field are caught by it.
    homepage = LineField("Leave this empty")

    def trap_problems(self) -> list[Problem]:
        """A problem if the trap is filled in. It is shown, as a person's browser may have filled it in."""
        if (self.homepage.data or "").strip():
            return [Problem("homepage", "Leave this field empty: it catches programs.")]
        return []


class AnswerForm(HouseForm):
    """How the desk closes a suggestion that becomes no proposal."""

    outcome = RadioField(
        "How does it end?",
        choices={outcome.value: label for outcome, (label, _) in ANSWERS.items()},
        validate_choice=False,
    )
    answer = TextField("Why")

    def chosen(self) -> Outcome:
        """The outcome; raise Invalid if neither was chosen."""
        if self.outcome.data not in set(ANSWERS):
            raise Invalid.at("outcome", "Choose how it ends.")
        return Outcome(self.outcome.data)
