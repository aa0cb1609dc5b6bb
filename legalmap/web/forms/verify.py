"""Forms of “I checked it: nothing changed”: for one record, in a round, for all that rest on a link."""

import re

from wtforms import HiddenField, SelectMultipleField

from legalmap.domain.errors import BadQuery
from legalmap.services.editing.source_checks import Chosen
from legalmap.web.forms.base import HouseForm, TextField

# Topic, place and revision of a record: kratom/us-al@3.
_KEY = re.compile(r"([a-z0-9-]{1,40})/([a-z0-9-]{1,120})@(\d{1,9})", re.ASCII)


class VerifyForm(HouseForm):
    """The sources that somebody opened and read."""

    base = HiddenField()
    opened = SelectMultipleField("Sources you opened", choices={}, validate_choice=False)
    note = TextField("Note")


class SkipForm(HouseForm):
    """Why a record could not be verified."""

    why = TextField("Why?")


class LinkForm(HouseForm):
    """A link and the records ticked under it, each with the revision that was on screen."""

    url = HiddenField()
    records = SelectMultipleField("Records", choices={}, validate_choice=False)
    note = TextField("Note")

    def chosen(self) -> list[Chosen]:
        """The ticked records; raise BadQuery for a value that no page of ours sends."""
        matches = [_KEY.fullmatch(key) for key in self.records.data or []]
        if not all(matches):
            raise BadQuery.at("records", "Open the page of the link again and tick there.")
        return [Chosen(match[1], match[2], int(match[3])) for match in matches if match]
