"""Who may do what. A role is a set of permissions; being an author never adds one."""

from enum import StrEnum

from legalmap.domain.errors import Forbidden


class Role(StrEnum):
    """The three roles, each with all that the one before it may do."""

    CONTRIBUTOR = "contributor"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route or service requires. READ, SIGN_IN and SUGGEST need no account.

    PROVE needs only the password: it is for the pages where a second factor is shown or set up.
    """

    READ = "read"
    SIGN_IN = "sign-in"
    SUGGEST = "suggest"
    PROVE = "prove"
    OWN_ACCOUNT = "own-account"
    PROPOSE = "propose"
    REVIEW = "review"
    READ_LOG = "read-log"
    MANAGE_ACCOUNTS = "manage-accounts"


PUBLIC = frozenset({Permission.READ, Permission.SIGN_IN, Permission.SUGGEST})
_CONTRIBUTOR = frozenset({Permission.PROVE, Permission.OWN_ACCOUNT, Permission.PROPOSE})
_MODERATOR = _CONTRIBUTOR | {Permission.REVIEW, Permission.READ_LOG}
_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.MODERATOR: _MODERATOR,
    Role.ADMIN: _MODERATOR | {Permission.MANAGE_ACCOUNTS},
}


def may(role: Role | None, permission: Permission) -> bool:
    """Whether a person of ``role`` (None: not signed in) has ``permission``."""
    return permission in PUBLIC or (role is not None and permission in _PERMISSIONS[role])


def require(role: Role | None, permission: Permission) -> None:
    """Raise Forbidden unless ``role`` has ``permission``."""
    if not may(role, permission):
        raise Forbidden(f"Your role ({role or 'none'}) does not include “{permission}”.")
