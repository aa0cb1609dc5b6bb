"""Where each record stood at any number of the feed."""

import pytest

from legalmap.store.derived import state_at_feed_no
from legalmap.store.engine import Store
from tests.store.build import three_records


@pytest.mark.parametrize(
    ("feed_no", "expected"),
    [
        (0, {}),
        (1, {"us-al": "legal"}),
        (2, {"us-al": "legal", "us-fl": "regulated"}),
        (3, {"us-al": "banned", "us-fl": "regulated"}),
        (4, {"us-al": "banned", "us-fl": "regulated"}),
        (99, {"us-al": "banned", "us-fl": "regulated"}),
    ],
)
def test_what_readers_saw_at_a_feed_number(
    store: Store, feed_no: int, expected: dict[str, str]
) -> None:
    with store.writing() as connection:
        three_records(connection)
        seen = list(state_at_feed_no.everything(connection, "kratom", feed_no))
    gists = {stand.jurisdiction: stand.gist for stand in seen}
    assert {code: gist.periods[0].status for code, gist in gists.items() if gist} == expected
    assert len(seen) == len(gists) == len(expected)
