"""When something was published: the two moments beside a feed number are those of the whole list."""

import pytest
import sqlalchemy as sa

from legalmap.store.derived import published_at
from legalmap.store.engine import Store
from tests.build import a_payload, a_period
from tests.services.editions.test_editions import publish


@pytest.fixture
def filled(store: Store) -> Store:
    """Eight publications for three places of one topic."""
    for code, status in zip(
        ("us", "us-fl", "us", "us-al", "us-fl", "us", "us-al", "us"),
        ("banned", "legal", "legal", "banned", "banned", "regulated", "legal", "banned"),
        strict=True,
    ):
        publish(store, code, a_payload(a_period(None, status)))
    return store


ADDRESSES = [
    (None, None),  # all there is
    ("kratom", None),  # a topic
    ("7-oh", None),  # one without any
    ("kratom", ("us-fl",)),  # a place
    ("kratom", ("us", "us-al")),  # a place and the levels above it
    ("kratom", ("th",)),  # one without a record
]


@pytest.mark.parametrize(("topic", "codes"), ADDRESSES)
def test_the_moments_beside_a_number(
    filled: Store, topic: str | None, codes: tuple[str, ...] | None
) -> None:
    with filled.reading() as connection:
        whole = published_at.every(connection, topic, codes)
        for feed_no in range(10):
            earlier = [moment for moment in whole if moment[0] <= feed_no]
            later = [moment for moment in whole if moment[0] > feed_no]
            expected = (earlier[-1] if earlier else None, later[0] if later else None)
            assert published_at.beside(connection, topic, codes, feed_no) == expected
            if topic and codes is None:
                newest = earlier[-1][1] if earlier else None
                assert published_at.newest(connection, topic, feed_no) == newest


def test_beside_a_number_no_table_is_walked(sqlite_store: Store) -> None:
    with sqlite_store.reading() as connection:
        for later in (False, True):
            statement = published_at._edge("places", later=later)
            asked = {"topic": "kratom", "codes": ["us", "us-fl"], "feed_no": 3}
            text = str(
                statement.params(**asked).compile(
                    dialect=connection.dialect, compile_kwargs={"literal_binds": True}
                )
            )
            plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")).fetchall()
            assert plan
            assert not [row for row in plan if row.detail.startswith("SCAN")]
