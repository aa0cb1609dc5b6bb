"""What admins fill in about people."""

from legalmap.domain.people import in_words
from legalmap.domain.remits import Remit
from legalmap.domain.roles import Role
from legalmap.web.forms.base import ChoiceField, HouseForm, LineField, TextField

ROLES = {
    Role.CONTRIBUTOR: ("Contributor", "proposes changes"),
    Role.MODERATOR: ("Moderator", "also reviews what others propose, and reads the log"),
    Role.ADMIN: ("Admin", "also manages accounts"),
}


class RoleForm(HouseForm):
    """A role, and what a moderator may review."""

    role = ChoiceField("Role", {role.value: label for role, (label, _) in ROLES.items()})
    remits = TextField("Moderates only")

    def chosen(self) -> Role | None:
        """The role, or None if it is none of the three."""
        return next((role for role in Role if role.value == self.role.data), None)

    def show(self, role: Role, remits: tuple[Remit, ...]) -> None:
        """Fill in what somebody has."""
        self.role.data = role.value
        self.remits.data = "\n".join(in_words(remits))


class InvitationForm(RoleForm):
    """The same for somebody who has no account yet."""

    note = LineField("For whom")
