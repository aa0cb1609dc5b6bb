"""The verdict on a proposal."""

from wtforms import HiddenField, RadioField

from legalmap.domain.moderation import Verdict
from legalmap.web.forms.base import HouseForm, TextField

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.APPROVE: ("Approve", "It is published at once, exactly as shown here."),
    Verdict.REQUEST_CHANGES: ("Request changes", "The author can mend it and send it again."),
    Verdict.REJECT: ("Reject", "It is closed. Say why."),
}


class VerdictForm(HouseForm):
    """Verdict and comment on the content whose hash the reviewer saw."""

    verdict = RadioField(
        "Your verdict",
        choices={verdict.value: label for verdict, (label, _) in VERDICTS.items()},
        validate_choice=False,
    )
    comment = TextField("Comment")
    payload_sha256 = HiddenField()

    def chosen(self) -> Verdict | None:
        """The verdict, or None if none of the three was chosen."""
        known = {verdict.value: verdict for verdict in Verdict}
        return known.get(self.verdict.data or "")
