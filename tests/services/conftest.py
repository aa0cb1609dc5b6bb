"""A tracker on a database with places and people, of both kinds, with one published record."""

import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.store.engine import Store
from tests.store.build import a_record


@pytest.fixture
def tracker(store: Store) -> Tracker:
    """us-al stands at revision 0, "legal"; nothing else is researched."""
    with store.writing() as connection:
        a_record(connection, "us-al")
    return Tracker(store)
