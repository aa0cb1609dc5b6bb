"""What can be said of a US ZIP code that is no Census area: in which state its neighbours lie."""

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.core.tracker import Tracker
from legalmap.store import places

# A ZIP code and others that begin with the same digits are sorted at one place of the post.
PREFIX = 3


def states_of_prefix(tracker: Tracker, zip_code: str) -> list[Jurisdiction]:
    """The states of all known ZIP codes that begin with the same three digits, the commonest first."""
    with tracker.store.reading() as connection:
        codes = places.counties_of_zips(connection, zip_code[:PREFIX])
    states: dict[str, int] = {}
    for code in codes:
        state = "-".join(code.split("-")[:2])
        states[state] = states.get(state, 0) + 1
    ordered = sorted(states, key=lambda state: (-states[state], state))
    return [tracker.place(state) for state in ordered]
