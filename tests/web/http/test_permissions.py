"""Every route × everybody who may ask × own and others' work: the table of ``permissions`` is true.

The rows are asked of a real application on the shipped data. A route without a row fails.
"""

import pytest
from flask import Flask

from legalmap.domain.people.roles import PUBLIC, Permission
from tests.web.permissions import ROLES, TABLE, Outcome, Row, Whose
from tests.web.site import Site


def named(row: Row) -> str:
    """How a row is called among the tests."""
    return f"{row.route} {row.whose}".strip()


@pytest.mark.parametrize("row", TABLE, ids=named)
def test_the_table_is_true(site: Site, row: Row) -> None:
    assert {role: site.ask(row, role) for role in ROLES} == row.who, row.sentence


def routes(app: Flask) -> dict[str, Permission]:
    """Every route with the permission that its view declares."""
    return {
        f"{method} {rule.rule}": app.view_functions[rule.endpoint].permission
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"})
    }


def test_every_route_has_a_row_and_every_row_a_route(site: Site) -> None:
    assert sorted(routes(site.app)) == sorted({row.route for row in TABLE})


def test_what_is_somebodys_work_is_asked_for_own_and_others(site: Site) -> None:
    kinds: dict[str, set[Whose]] = {}
    for row in TABLE:
        kinds.setdefault(row.route, set()).add(row.whose)
    for route in routes(site.app):
        if any(name in route for name in ("revision_id", "passkey_id", "notice_id")):
            assert kinds[route] >= {Whose.OWN, Whose.ANOTHERS}, route


def test_the_guard_says_the_same_as_the_table(site: Site) -> None:
    """Where the table lets nobody in without an account, the view itself asks for a permission."""
    declared = routes(site.app)
    for row in TABLE:
        asked = row.who["nobody"] is Outcome.SIGN_IN
        if declared[row.route] not in PUBLIC:
            assert asked, named(row)
        else:
            # The pages of the second factor stand between signing in and being in.
            assert not asked or "/sign-in/" in row.route, named(row)


def test_every_row_says_why_and_none_twice() -> None:
    names = [(row.route, row.whose, row.path) for row in TABLE]
    assert len(set(names)) == len(names)
    assert all(row.sentence for row in TABLE)
    assert all(row.who.keys() == set(ROLES) for row in TABLE)
