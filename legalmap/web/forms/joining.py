"""What a new person chooses."""

from wtforms import PasswordField

from legalmap.web.forms.base import HouseForm, LineField


class JoinForm(HouseForm):
    """A name and a password."""

    handle = LineField("Name")
    password = PasswordField("Password")
