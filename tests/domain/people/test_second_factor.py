"""Who needs a second factor, and how far a session is."""

import pytest

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing, is_needed, standing
from tests.store.build import NOW


def an_account(role: Role, *, is_demo: bool = False) -> Account:
    return Account(id=1, handle="dora", role=role, is_demo=is_demo, created_at=NOW)


@pytest.mark.parametrize(
    ("role", "is_demo", "needed"),
    [
        (Role.CONTRIBUTOR, False, False),
        # Who reviews what others wrote, reads the log or manages accounts.
        (Role.MODERATOR, False, True),
        (Role.ADMIN, False, True),
        # A demo answers this machine only.
        (Role.MODERATOR, True, False),
        (Role.ADMIN, True, False),
    ],
)
def test_who_needs_one(role: Role, is_demo: bool, needed: bool) -> None:
    assert is_needed(an_account(role, is_demo=is_demo)) is needed


@pytest.mark.parametrize(
    ("role", "has_factor", "is_proved", "expected"),
    [
        (Role.CONTRIBUTOR, False, False, Standing.COMPLETE),
        # Whoever has set one up is asked for it.
        (Role.CONTRIBUTOR, True, False, Standing.TO_PROVE),
        (Role.CONTRIBUTOR, True, True, Standing.COMPLETE),
        (Role.MODERATOR, False, False, Standing.TO_ENROL),
        (Role.MODERATOR, True, False, Standing.TO_PROVE),
        (Role.MODERATOR, True, True, Standing.COMPLETE),
        # Its factors were taken away meanwhile.
        (Role.MODERATOR, False, True, Standing.TO_ENROL),
    ],
)
def test_how_far_a_session_is(
    role: Role, has_factor: bool, is_proved: bool, expected: Standing
) -> None:
    account = an_account(role)
    assert standing(account, has_factor=has_factor, is_proved=is_proved) is expected
