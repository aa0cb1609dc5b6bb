"""The forms of the second factor."""

from wtforms import HiddenField, PasswordField

from legalmap.web.forms.base import HouseForm, LineField


class CodeForm(HouseForm):
    """A code of the app, or a recovery code."""

    code = LineField("Code")


class AuthenticatorForm(HouseForm):
    """The first code of an app that has scanned the picture."""

    challenge = HiddenField()
    code = LineField("Code that the app shows")
    password = PasswordField("Your password")


class PasskeyForm(HouseForm):
    """What a browser answers, written into the form by a script."""

    challenge = HiddenField()
    answer = HiddenField()
    name = LineField("Name of the passkey")
    password = PasswordField("Your password")
