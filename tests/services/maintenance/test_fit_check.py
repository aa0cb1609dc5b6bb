"""A version whose topics or maps do not fit what is published says so by record and field, and serves nobody."""

import logging
from collections.abc import Callable

import msgspec
import pytest
import sqlalchemy as sa

from legalmap.domain.errors import Unusable
from legalmap.domain.law.topics import Choice, Topic
from legalmap.paths import DATA
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import fit_check, integrity_check
from legalmap.services.places import map_shapes
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.store.tables import jurisdiction
from legalmap.web.drawing import map_drawing
from legalmap.web.drawing.map_drawing import Wish
from tests.build import TODAY, a_payload, a_period, the_topic
from tests.store.build import a_record

Edit = Callable[[Topic], Topic]


def without_status(topic: Topic) -> Topic:
    left = tuple(status for status in topic.statuses if status.code != "banned")
    meanings = {**topic.meanings, "status": {**topic.meanings["status"]}}
    meanings["status"].pop("banned", None)
    return msgspec.structs.replace(topic, statuses=left, meanings=meanings)


def renamed_status(topic: Topic) -> Topic:
    def renamed(code: str) -> str:
        return "forbidden" if code == "banned" else code

    statuses = tuple(
        msgspec.structs.replace(status, code=renamed(status.code)) for status in topic.statuses
    )
    of_scale = {renamed(code): meaning for code, meaning in topic.meanings["status"].items()}
    return msgspec.structs.replace(
        topic, statuses=statuses, meanings={**topic.meanings, "status": of_scale}
    )


def of_another_type(topic: Topic) -> Topic:
    changed = {"type": "choice", "choices": (Choice(code="adult", label="Adult"),)}
    roles = msgspec.structs.replace(topic.roles, buyer_age=None)
    topic = msgspec.structs.replace(topic, roles=roles)
    return _with("min_age", topic, lambda variable: msgspec.structs.replace(variable, **changed))


def without_choice(topic: Topic) -> Topic:
    def less(variable: msgspec.Struct) -> msgspec.Struct:
        left = tuple(c for c in variable.choices if c.code != "testing")  # type: ignore[attr-defined]
        return msgspec.structs.replace(variable, choices=left)

    return _with("product_rules", topic, less)


def _with(code: str, topic: Topic, change: Callable[..., object]) -> Topic:
    variables = tuple(change(v) if v.code == code else v for v in topic.variables)
    return msgspec.structs.replace(topic, variables=variables)


# What a new version changes in its topic file, and what is said of a database that has used it.
EDITS = [
    ("a status taken out", without_status, "kratom/us-al: periods.1.status: “banned” is no status."),
    ("a status renamed", renamed_status, "kratom/us-al: periods.1.status: “banned” is no status."),
    ("a number made a choice", of_another_type, "kratom/us-al: periods.1.answers.min_age: 21 is not in the codebook."),
    ("a choice taken out", without_choice, "kratom/us-al: periods.1.answers.product_rules: 'testing' is not in the codebook."),
]  # fmt: skip
PUBLISHED = a_payload(
    a_period(),
    a_period("2020", "banned", answers={"min_age": 21, "product_rules": ["testing"]}),
)


@pytest.mark.parametrize(("edit", "says"), [row[1:] for row in EDITS], ids=[r[0] for r in EDITS])
def test_a_topic_that_lost_what_is_published_is_refused_by_record_and_field(
    store: Store, edit: Edit, says: str
) -> None:
    with store.writing() as connection:
        a_record(connection, "us-al", PUBLISHED)
    assert fit_check.misfits(Tracker(store)) == []
    changed = Tracker(store, {"kratom": edit(the_topic())})
    (line,) = fit_check.misfits(changed)
    assert line.startswith(says)
    assert integrity_check.check(changed) == [line]
    with pytest.raises(Unusable, match="codes are never deleted"):
        fit_check.require_fit(changed)


def test_a_topic_file_that_is_gone_is_named_with_its_records(store: Store) -> None:
    with store.writing() as connection:
        a_record(connection, "us-al")
        a_record(connection, "us-fl")
    misfits = fit_check.misfits(Tracker(store, {"7-oh": the_topic("7-oh")}))
    assert misfits == [
        f"kratom/{code}: topic: No topic file has the code “kratom”. There are: 7-oh."
        for code in ("us-al", "us-fl")
    ]


def test_a_refused_start_names_ten_and_counts_the_others(shipped_store: Store) -> None:
    changed = Tracker(
        shipped_store, {"kratom": without_status(the_topic()), "7-oh": the_topic("7-oh")}
    )
    with pytest.raises(Unusable) as refused:
        fit_check.require_fit(changed)
    lines = str(refused.value).splitlines()
    assert len(lines) == 12
    assert lines[-1] == f"And {len(fit_check.misfits(changed)) - 10} more."


def test_what_ships_fits_itself(shipped_store: Store) -> None:
    tracker = Tracker(shipped_store)
    assert fit_check.misfits(tracker) == []
    assert fit_check.undrawable(tracker) == []


def test_every_shipped_view_is_looked_at() -> None:
    views = map_shapes.views()
    assert {"world", "us", "us-counties", "us/al", "admin1/ca", "world/us"} <= set(views)
    assert len(views) == len(list((DATA / "geography").rglob("*.json")))


def test_a_region_that_the_tree_lacks_is_drawn_grey_and_said_once(
    shipped_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """As when ISO changes a code and the tree of the database is older than the map."""
    with shipped_store.writing() as connection:
        connection.execute(sa.delete(jurisdiction).where(jurisdiction.c.parent == "aq"))
        connection.execute(sa.delete(jurisdiction).where(jurisdiction.c.code == "pn"))
    reader = Reader(Tracker(shipped_store))
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            shown = map_drawing.draw(
                reader.tracker, reader.edition("kratom"), "world", Wish(as_of=TODAY), title="A map"
            )
    assert '/kratom/pn"' not in shown.svg
    assert '/kratom/th"' in shown.svg
    assert caplog.messages == ["places: a map draws “pn”, which the tree of places lacks."]
    (line,) = [line for line in fit_check.undrawable(reader.tracker) if line.startswith("world:")]
    assert "(pn) is no place of the tree: run “legalmap migrate”." in line
