"""The scale of a topic: its statuses, mildest first, and how each is drawn."""

import msgspec


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One status of the scale. A higher ``severity`` is stricter; 0 means it is not on the scale.

    ``pattern`` and ``letter`` carry the meaning where colour cannot.
    """

    code: str
    label: str
    definition: str
    severity: int
    colour: str
    pattern: str
    letter: str

    @property
    def transparent(self) -> bool:
        """Whether this level leaves the matter to the levels below (``varies``)."""
        return self.severity == 0
