"""The filters of the verification round, and why somebody skips a record."""

from legalmap.web.forms.base import HouseForm, TextField


class SkipForm(HouseForm):
    """Why a record could not be verified."""

    why = TextField("Why?")
