"""The forms of accounts: what people fill in about their own, and admins about those of others."""

from wtforms import BooleanField, HiddenField, PasswordField

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.people.accounts import MAX_PASSWORD, MIN_PASSWORD
from legalmap.domain.people.admin_rules import in_words
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.web.forms.base import ChoiceField, HouseForm, LineField, TextField

ROLES = {
    Role.CONTRIBUTOR: ("Contributor", "proposes changes"),
    Role.MODERATOR: ("Moderator", "also reviews what others propose, and reads the log"),
    Role.ADMIN: ("Admin", "also manages accounts"),
}
_GOOD = f"At least {MIN_PASSWORD} characters. A password manager makes good ones."


class SignInForm(HouseForm):
    """A name and a password."""

    handle = LineField("Name")
    password = PasswordField("Password")

    def check(self) -> None:
        """Raise Invalid for what is missing or too long, before anything is looked up."""
        problems = []
        if not (self.handle.data or "").strip():
            problems.append(Problem("handle", "Enter your name."))
        if not self.password.data:
            problems.append(Problem("password", "Enter your password."))
        elif len(self.password.data) > MAX_PASSWORD:
            too_long = f"Keep the password under {MAX_PASSWORD:,} characters."
            problems.append(Problem("password", too_long))
        if problems:
            raise Invalid(problems)


class JoinForm(HouseForm):
    """What a new person chooses."""

    handle = LineField("Name")
    password = PasswordField("Password", description=_GOOD)


class RecoverForm(HouseForm):
    """Another password, for who has forgotten theirs."""

    password = PasswordField("New password", description=_GOOD)


class CodeForm(HouseForm):
    """A code of the app, or a recovery code."""

    code = LineField("Code")


class ConfirmForm(HouseForm):
    """The password once more, so that a stolen session is not enough for it."""

    password = PasswordField("Your password")


class AuthenticatorForm(ConfirmForm):
    """The first code of an app that has scanned the picture."""

    challenge = HiddenField()
    code = LineField("Code that the app shows")


class PasskeyForm(ConfirmForm):
    """The answer of the browser to a challenge (WebAuthn), written into the form by a script."""

    challenge = HiddenField()
    answer = HiddenField()
    name = LineField("Name of the passkey")


class PasswordForm(ConfirmForm):
    """Another password."""

    new_password = PasswordField("New password", description=_GOOD)


class EmailForm(ConfirmForm):
    """Where notices go."""

    email = LineField("E-mail")


class LeaveForm(ConfirmForm):
    """Leaving cannot be undone."""

    sure = BooleanField("I want to leave")


class InterestForm(HouseForm):
    """What somebody has to do with the trade or the cause."""

    interest = LineField("What you have to do with the trade or the cause")


class RoleForm(HouseForm):
    """A role, and what a moderator may review."""

    role = ChoiceField("Role", {role.value: label for role, (label, _) in ROLES.items()})
    remits = TextField("Moderates only")

    def chosen(self) -> Role:
        """The role; raise Invalid if it is none of the three."""
        if self.role.data not in set(Role):
            raise Invalid.at("role", "Choose one of the roles.")
        return Role(self.role.data)

    def show(self, role: Role, remits: tuple[Remit, ...]) -> None:
        """Fill in what somebody has."""
        self.role.data = role.value
        self.remits.data = "\n".join(in_words(remits))


class InvitationForm(RoleForm):
    """The same for somebody who is invited, with a note on who it is."""

    note = LineField("For whom")
