"""Who may do what. A role is a set of permissions; being an author never adds one."""

from enum import StrEnum

from legalmap.domain.errors import Forbidden


class Role(StrEnum):
    """The three roles, each with all that the one before it may do."""

    CONTRIBUTOR = "contributor"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route or service asks for. READ needs no account."""

    READ = "read"
    SIGN_IN = "sign-in"
    PROPOSE = "propose"
    REVIEW = "review"
    MANAGE_ACCOUNTS = "manage-accounts"


_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: frozenset({Permission.PROPOSE}),
    Role.MODERATOR: frozenset({Permission.PROPOSE, Permission.REVIEW}),
    Role.ADMIN: frozenset({Permission.PROPOSE, Permission.REVIEW, Permission.MANAGE_ACCOUNTS}),
}
_PUBLIC = frozenset({Permission.READ, Permission.SIGN_IN})


def may(role: Role | None, permission: Permission) -> bool:
    """Whether a person of ``role`` (None: not signed in) has ``permission``."""
    return permission in _PUBLIC or (role is not None and permission in _PERMISSIONS[role])


def require(role: Role | None, permission: Permission) -> None:
    """Raise Forbidden unless ``role`` has ``permission``."""
    if not may(role, permission):
        raise Forbidden(f"Your role ({role or 'none'}) does not include “{permission}”.")
