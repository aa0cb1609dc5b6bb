"""What people type about their own accounts: joining, signing in, the second factor, and what they change."""

from wtforms import BooleanField, HiddenField, PasswordField

from legalmap.domain.errors import Problem
from legalmap.web.forms.base import HouseForm, LineField, Problems

LONGEST = 1_000


class SignInForm(HouseForm):
    """A name and a password."""

    handle = LineField("Name")
    password = PasswordField("Password")

    def problems(self) -> Problems:
        """What is missing, before anything is looked up."""
        problems = []
        if not (self.handle.data or "").strip():
            problems.append(Problem("handle", "Enter your name."))
        if not self.password.data:
            problems.append(Problem("password", "Enter your password."))
        elif len(self.password.data) > LONGEST:
            problems.append(Problem("password", f"Keep the password under {LONGEST:,} characters."))
        return Problems.of(problems)


class JoinForm(HouseForm):
    """What a new person chooses: a name and a password."""

    handle = LineField("Name")
    password = PasswordField("Password")


class RecoverForm(HouseForm):
    """What somebody chooses who has forgotten their password: another one."""

    password = PasswordField("New password")


class CodeForm(HouseForm):
    """A code of the app, or a recovery code."""

    code = LineField("Code")


class InterestForm(HouseForm):
    """What somebody has to do with the trade or the cause."""

    interest = LineField("What you have to do with the trade or the cause")


class ConfirmForm(HouseForm):
    """The password, so that a thief of a session cannot do it."""

    password = PasswordField("Your password")


class AuthenticatorForm(ConfirmForm):
    """The first code of an app that has scanned the picture."""

    challenge = HiddenField()
    code = LineField("Code that the app shows")


class PasskeyForm(ConfirmForm):
    """What a browser answers, written into the form by a script."""

    challenge = HiddenField()
    answer = HiddenField()
    name = LineField("Name of the passkey")


class PasswordForm(ConfirmForm):
    """Another password."""

    new_password = PasswordField("New password")


class EmailForm(ConfirmForm):
    """Where notices go."""

    email = LineField("E-mail")


class LeaveForm(ConfirmForm):
    """Leaving cannot be undone."""

    sure = BooleanField("I want to leave")
