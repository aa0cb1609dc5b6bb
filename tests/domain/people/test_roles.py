"""Who may do what: every role against every permission."""

from itertools import pairwise

import pytest

from legalmap.domain.errors import Forbidden
from legalmap.domain.people.roles import Permission, Role, may, require

EVERYBODY = {"read", "sign-in", "suggest"}
CONTRIBUTOR = EVERYBODY | {"prove", "own-account", "propose"}
MODERATOR = CONTRIBUTOR | {"review", "read-log"}
TABLE: dict[Role | None, set[str]] = {
    # Who is not signed in reads, may sign in, and may suggest a correction.
    None: EVERYBODY,
    # A contributor shows a second factor, proposes, and keeps an account.
    Role.CONTRIBUTOR: CONTRIBUTOR,
    # A moderator also reviews, and reads the log.
    Role.MODERATOR: MODERATOR,
    # An admin also manages accounts.
    Role.ADMIN: MODERATOR | {"manage-accounts"},
}


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("permission", Permission)
def test_a_role_has_exactly_its_permissions(role: Role | None, permission: Permission) -> None:
    assert may(role, permission) is (permission.value in TABLE[role])


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("permission", Permission)
def test_what_a_role_lacks_is_forbidden(role: Role | None, permission: Permission) -> None:
    if permission.value in TABLE[role]:
        require(role, permission)
        return
    with pytest.raises(Forbidden) as refused:
        require(role, permission)
    assert f"“{permission.value}”" in str(refused.value)
    assert f"({role.value if role else 'none'})" in str(refused.value)


def test_each_role_may_all_that_the_one_before_it_may() -> None:
    sets = [TABLE[role] for role in (None, Role.CONTRIBUTOR, Role.MODERATOR, Role.ADMIN)]
    assert sets == sorted(sets, key=len)
    assert all(lower < higher for lower, higher in pairwise(sets))
