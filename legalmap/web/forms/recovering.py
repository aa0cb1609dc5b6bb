"""What somebody chooses who has forgotten their password."""

from wtforms import PasswordField

from legalmap.web.forms.base import HouseForm


class RecoverForm(HouseForm):
    """Another password."""

    password = PasswordField("New password")
