"""The records for which somebody read a link."""

import re

from wtforms import HiddenField, SelectMultipleField

from legalmap.domain.errors import BadQuery
from legalmap.services.sourcing import Chosen
from legalmap.web.forms.base import HouseForm, TextField

_KEY = re.compile(r"([a-z0-9-]{1,40})/([a-z0-9-]{1,120})@(\d{1,9})", re.ASCII)


class LinkForm(HouseForm):
    """A link and the records ticked under it, each with the revision that was on screen."""

    url = HiddenField()
    records = SelectMultipleField("Records", choices={}, validate_choice=False)
    note = TextField("Note")

    def chosen(self) -> list[Chosen]:
        """The records as values; raise BadQuery for what no page of ours sends."""
        found = [_KEY.fullmatch(key) for key in self.records.data or []]
        if not all(found):
            raise BadQuery.at("records", "Open the page of the link again and tick there.")
        return [Chosen(match[1], match[2], int(match[3])) for match in found if match]
