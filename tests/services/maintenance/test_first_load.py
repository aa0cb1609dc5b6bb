"""What ships in data/ becomes revision 0 of every record, published and sound, once."""

import pytest
import sqlalchemy as sa

from legalmap.domain.errors import LegalmapError, Unusable
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.domain.law.payload import Payload, canonical_bytes
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import first_load, integrity_check
from legalmap.services.maintenance.first_load import ShippedRecord
from legalmap.services.reading.reader import Reader, asked_day
from legalmap.store import places
from legalmap.store.engine import Store
from legalmap.store.tables import jurisdiction, jurisdiction_alias, zip_county
from tests.build import a_payload, a_period
from tests.store.build import a_record, a_row, contents


@pytest.fixture
def shipped(shipped_store: Store) -> Tracker:
    return Tracker(shipped_store)


def test_every_record_file_is_published_as_it_stands(shipped: Tracker) -> None:
    reader = Reader(shipped)
    editions = {code: reader.edition(code).records for code in shipped.topics}
    assert {code: len(records) for code, records in editions.items()} == {"kratom": 230, "7-oh": 50}
    for item in first_load.shipped_records():
        published = editions[item.topic][item.jurisdiction]
        assert canonical_bytes(published.payload) == canonical_bytes(item.payload)
        assert published.place.name == item.name
        assert published.publication.revision_number == 0


def test_the_loaded_database_is_sound(shipped: Tracker) -> None:
    assert integrity_check.check(shipped) == []
    assert Reader(shipped).head() == 280


def test_loading_twice_is_refused_and_changes_nothing(shipped: Tracker) -> None:
    with pytest.raises(Unusable, match="has data already"):
        first_load.initialise(shipped)
    assert Reader(shipped).head() == 280


@pytest.mark.parametrize(
    ("topic", "content", "says"),
    [
        ("kratom", a_payload(a_period(None, "lgeal")), "kratom/us-al: periods.0.status"),
        ("kratom", a_payload(a_period(sources=())), "kratom/us-al: periods.0.sources"),
        ("tea", a_payload(), "There is no topic “tea”"),
    ],
)
def test_one_bad_record_is_named_and_leaves_nothing_of_those_before(
    store: Store, topic: str, content: Payload, says: str
) -> None:
    good = ShippedRecord("kratom", "us", "United States", a_payload())
    bad = ShippedRecord(topic, "us-al", "Alabama", content)
    with store.reading() as connection:
        before = contents(connection)

    def load() -> None:
        with store.writing() as connection:
            connection.execute(
                sa.text("UPDATE account SET handle = 'somebody' WHERE handle = 'legalmap'")
            )
            first_load.publish_shipped(connection, Tracker(store), [good, bad], lambda *_: None)

    with pytest.raises(LegalmapError) as caught:
        load()
    problems = getattr(caught.value, "problems", ())
    assert says in " ".join([str(caught.value), *(problem.field for problem in problems)])
    with store.reading() as connection:
        assert contents(connection) == before


RESOLVED = [
    # A county's own ban is stricter than its state's rules.
    ("us-fl-sarasota-county", "2026-11-23", "banned", "us-fl-sarasota-county"),
    # A city without a record has its state's law.
    ("us-al-mobile", "2026-11-23", "banned", "us-al"),
    ("us-al", "2026-11-23", "banned", "us-al"),
    # Before May 2016 Alabama had no rule.
    ("us-al", "2015-01-01", "legal", "us-al"),
    # A federal level that varies decides nothing for a territory nobody researched.
    ("us-gu", "2026-11-23", "not-researched", None),
    ("us", "2026-11-23", "varies", "us"),
    # Hong Kong has its own law: China's record does not reach it.
    ("hk", "2026-11-23", "banned", "hk"),
    ("mo", "2026-11-23", "not-researched", None),
    # West Virginia preempts local rules.
    ("us-wv", "2026-11-23", "regulated", "us-wv"),
    # New York's law of 22 December 2026 is enacted and not yet in force.
    ("us-ny", "2026-12-22", "regulated", "us-ny"),
]


@pytest.mark.parametrize(("code", "day", "shown", "deciding"), RESOLVED)
def test_what_holds_on_the_real_data(
    shipped: Tracker, code: str, day: str, shown: str, deciding: str | None
) -> None:
    edition = Reader(shipped).edition("kratom")
    resolution = edition.resolve(shipped.place(code), asked_day(day).day)
    assert (resolution.shown, resolution.deciding) == (shown, deciding)


def as_before_the_merge(store: Store) -> None:
    """The tree as an older database has it: Denver in a county of its own, which is a place too."""
    county = a_row("us-co-denver-county", "county", "Denver County", "us-co", fips="08031")
    with store.writing() as connection:
        connection.execute(
            sa.delete(jurisdiction_alias).where(jurisdiction_alias.c.code == "us-co-denver")
        )
        places.fill(connection, [county])
        connection.execute(
            sa.update(jurisdiction)
            .where(jurisdiction.c.code == "us-co-denver")
            .values(county="us-co-denver-county", county_code="", time_zone=None)
        )


def tree_of(store: Store) -> dict[str, Jurisdiction]:
    with store.reading() as connection:
        return {place.code: place for place in places.everything(connection)}


def test_the_tree_of_an_older_database_becomes_the_one_that_ships(shipped_store: Store) -> None:
    whole = tree_of(shipped_store)
    as_before_the_merge(shipped_store)
    assert tree_of(shipped_store) != whole
    assert first_load.refill_tree(Tracker(shipped_store)) == []
    assert tree_of(shipped_store) == whole
    assert Tracker(shipped_store).place("us-co-denver-county") == whole["us-co-denver"]


def test_a_county_that_became_part_of_a_city_and_has_a_record_stays_above_it(
    shipped_store: Store,
) -> None:
    """Nothing is lost: its history stays under its code, and its law counts in the city's answer."""
    as_before_the_merge(shipped_store)
    with shipped_store.writing() as connection:
        a_record(connection, "us-co-denver-county")
    tracker = Tracker(shipped_store)
    assert first_load.refill_tree(tracker) == ["us-co-denver-county"]
    levels = chain(tracker.place("us-co-denver"), tracker.place)
    codes = [level.code for level in levels]
    assert codes == ["us", "us-co", "us-co-denver-county", "us-co-denver"]


def test_an_empty_database_is_left_to_init(store: Store) -> None:
    with store.writing() as connection:
        for table in (zip_county, jurisdiction_alias, jurisdiction):
            connection.execute(table.delete())
    assert first_load.refill_tree(Tracker(store)) == []
