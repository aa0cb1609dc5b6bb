"""What people change about their own account. Each asks for the password but the interest."""

from wtforms import BooleanField, PasswordField

from legalmap.web.forms.base import HouseForm, LineField


class InterestForm(HouseForm):
    """What somebody has to do with the trade or the cause."""

    interest = LineField("What you have to do with the trade or the cause")


class ConfirmForm(HouseForm):
    """The password, so that a thief of a session cannot do it."""

    password = PasswordField("Your password")


class PasswordForm(ConfirmForm):
    """Another password."""

    new_password = PasswordField("New password")


class EmailForm(ConfirmForm):
    """Where notices go."""

    email = LineField("E-mail")


class LeaveForm(ConfirmForm):
    """Leaving cannot be undone."""

    sure = BooleanField("I want to leave")
