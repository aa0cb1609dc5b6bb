"""The sign-in form."""

from wtforms import PasswordField

from legalmap.domain.errors import Problem
from legalmap.web.forms.base import HouseForm, LineField, Problems

LONGEST = 1_000


class SignInForm(HouseForm):
    """A name and a password."""

    handle = LineField("Name")
    password = PasswordField("Password")

    def problems(self) -> Problems:
        """What is missing, before anything is looked up."""
        found = []
        if not (self.handle.data or "").strip():
            found.append(Problem("handle", "Enter your name."))
        if not self.password.data:
            found.append(Problem("password", "Enter your password."))
        elif len(self.password.data) > LONGEST:
            found.append(Problem("password", f"Keep the password under {LONGEST:,} characters."))
        return Problems.of(found)
