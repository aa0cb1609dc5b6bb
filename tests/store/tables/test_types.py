"""Instants: only with a zone, always back in UTC, compared as instants on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from legalmap.domain.people.roles import Role
from legalmap.store.engine import Store
from legalmap.store.people import accounts
from legalmap.store.tables import account, jurisdiction
from tests.store.build import NOW, a_row, person

BANGKOK = timezone(timedelta(hours=7))


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 11, 23, 12)  # noqa: DTZ001 - that is the point
    with (
        pytest.raises(sa.exc.StatementError, match="needs a time zone"),
        store.writing() as connection,
    ):
        accounts.insert(connection, "dora", Role.CONTRIBUTOR, None, naive)


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 11, 23, 19, 0, 0, 123456, tzinfo=BANGKOK),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2027, 1, 1, 3, tzinfo=BANGKOK),
    ],
)
def test_an_instant_comes_back_in_utc_to_the_microsecond(store: Store, instant: datetime) -> None:
    with store.writing() as connection:
        accounts.insert(connection, "dora", Role.CONTRIBUTOR, None, instant)
    with store.reading() as connection:
        instant_read = person(connection, "dora").created_at
    assert instant_read == instant
    assert instant_read.tzinfo is UTC


def test_no_instant_stays_none(store: Store) -> None:
    with store.reading() as connection:
        assert person(connection, "ana").disabled_at is None


def test_instants_written_in_different_zones_sort_as_instants(store: Store) -> None:
    with store.writing() as connection:
        for handle, at in [
            ("late", NOW + timedelta(hours=1)),
            ("early", (NOW - timedelta(hours=1)).astimezone(BANGKOK)),
        ]:
            accounts.insert(connection, handle, Role.CONTRIBUTOR, None, at)
        query = sa.select(account.c.handle).where(account.c.handle.in_(["late", "early"]))
        assert list(connection.scalars(query.order_by(account.c.created_at))) == ["early", "late"]


def test_a_word_outside_its_list_is_refused_by_the_database(store: Store) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError, match="ck_account_role"),
        store.writing() as connection,
    ):
        connection.execute(sa.text("UPDATE account SET role = 'emperor' WHERE handle = 'ana'"))


def test_a_place_without_its_parent_is_refused(store: Store) -> None:
    """Foreign keys are on: SQLite has them off unless asked."""
    row = {
        key: value
        for key, value in a_row("xx-yy", "state", "Y", "xx").items()
        if key not in ("aliases", "counties")
    }
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"),
        store.writing() as connection,
    ):
        connection.execute(jurisdiction.insert().values(**row, search_name="y"))
