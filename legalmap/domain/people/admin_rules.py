"""What an admin may do with another account, and what keeps a site from losing its last admin."""

from legalmap.domain.errors import Forbidden, Invalid, NotNow
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role

MAX_INTEREST = 300
MAX_REMITS = 50


def check_other(actor: Account, person: Account) -> None:
    """Raise Forbidden if an admin tries to manage their own account."""
    if actor.id == person.id:
        raise Forbidden("Nobody changes their own role or access: another admin has to.")


def check_admins_stay(person: Account, other_admins: int) -> None:
    """Raise NotNow if ``person``, about to lose their rights, is the only one who can manage accounts."""
    if person.role is Role.ADMIN and person.is_active and other_admins == 0:
        raise NotNow("This is the last admin: make somebody else an admin first.")


def check_remits(role: Role, remits: tuple[Remit, ...]) -> None:
    """Raise Invalid if remits are set for a role that does not review, or that reviews everywhere."""
    if remits and role is not Role.MODERATOR:
        raise Invalid.at(
            "remits", "Only the role of a moderator is narrowed: leave this empty, or choose it."
        )


def in_words(remits: tuple[Remit, ...]) -> list[str]:
    """Each remit as a line of text: the codes of its topic, its place, or both."""
    return [
        " ".join(part for part in (remit.topic, remit.jurisdiction) if part) for remit in remits
    ]
