"""“I checked it: nothing changed.”"""

from wtforms import HiddenField, SelectMultipleField

from legalmap.web.forms.base import HouseForm, TextField


class VerifyForm(HouseForm):
    """Which sources somebody opened."""

    base = HiddenField()
    opened = SelectMultipleField("Sources you opened", choices={}, validate_choice=False)
    note = TextField("Note")
