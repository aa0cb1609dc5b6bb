"""The forms of a review: the verdict on a proposal, and a remark about it."""

from wtforms import HiddenField, RadioField, SelectMultipleField

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.rejection_reasons import REASON_LABELS
from legalmap.domain.errors import Invalid
from legalmap.web.forms.base import HouseForm, TextField

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.APPROVE: ("Approve", "It is published at once, exactly as shown here."),
    Verdict.REQUEST_CHANGES: ("Request changes", "The author can mend it and send it again."),
    Verdict.REJECT: ("Reject", "It is closed. Say why."),
}


class VerdictForm(HouseForm):
    """A verdict with its checklist, reasons and comment, on the content whose hash the reviewer saw.

    The hash makes sure that what is approved is what was on screen.
    """

    verdict = RadioField(
        "Your verdict",
        choices={verdict.value: label for verdict, (label, _) in VERDICTS.items()},
        validate_choice=False,
    )
    checks = SelectMultipleField("To approve, tick each", choices={}, validate_choice=False)
    reasons = SelectMultipleField(
        "Reasons",
        choices={str(code): label for code, label in REASON_LABELS.items()},
        validate_choice=False,
    )
    comment = TextField("Comment")
    payload_sha256 = HiddenField()

    def chosen(self) -> Verdict:
        """The verdict; raise Invalid if none of the three was chosen."""
        if self.verdict.data not in set(Verdict):
            raise Invalid.at("verdict", "Choose one of the verdicts.")
        return Verdict(self.verdict.data)


class RemarkForm(HouseForm):
    """A remark in the discussion of a proposal."""

    text = TextField("Your remark")
