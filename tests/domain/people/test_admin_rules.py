"""What an admin may do with accounts, and what no admin may."""

from datetime import datetime

import pytest

from legalmap.domain.errors import Forbidden, Invalid, NotNow
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.admin_rules import (
    check_admins_stay,
    check_other,
    check_remits,
    in_words,
)
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from tests.store.build import NOW


def an_account(number: int, role: Role, disabled_at: datetime | None = None) -> Account:
    return Account(
        id=number,
        handle=f"person-{number}",
        role=role,
        is_demo=False,
        created_at=NOW,
        disabled_at=disabled_at,
    )


def test_nobody_manages_their_own_account_as_an_admin() -> None:
    me = an_account(1, Role.ADMIN)
    check_other(me, an_account(2, Role.ADMIN))
    with pytest.raises(Forbidden, match="another admin"):
        check_other(me, me)


@pytest.mark.parametrize(
    ("role", "others", "disabled", "allowed"),
    [
        (Role.ADMIN, 0, False, False),
        (Role.ADMIN, 1, False, True),
        # Somebody who manages nothing is not missed.
        (Role.MODERATOR, 0, False, True),
        (Role.CONTRIBUTOR, 0, False, True),
        # Who is closed already is no admin any more.
        (Role.ADMIN, 0, True, True),
    ],
)
def test_the_last_admin_stays(role: Role, others: int, disabled: bool, allowed: bool) -> None:
    person = an_account(1, role, NOW if disabled else None)
    if allowed:
        check_admins_stay(person, others)
    else:
        with pytest.raises(NotNow, match="last admin"):
            check_admins_stay(person, others)


@pytest.mark.parametrize("role", Role)
def test_only_moderators_have_places_and_topics(role: Role) -> None:
    check_remits(role, ())
    if role is Role.MODERATOR:
        check_remits(role, (Remit("kratom"),))
    else:
        with pytest.raises(Invalid, match="moderator"):
            check_remits(role, (Remit("kratom"),))


def test_remits_read_as_they_are_written() -> None:
    remits = (Remit("kratom"), Remit(None, "us-fl"), Remit("7-oh", "us-al"))
    assert in_words(remits) == ["kratom", "us-fl", "7-oh us-al"]
