"""Invitations: made by admins only; a link makes one account, once, with the role that was meant."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from unittest import mock

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import one_time_links, passwords
from tests.services.workflow.promises import Rows
from tests.services.workflow.world import PEOPLE, READER, Invited, World
from tests.store.build import PASSWORD, a_password_hash


@dataclass(frozen=True)
class Invite:
    """Somebody makes a link."""

    by: str
    role: Role
    remits: tuple[Remit, ...] = ()
    name = "invite"

    def why_not(self, _world: World) -> str:
        """No admin; or who reviews nothing is given places to review."""
        if PEOPLE[self.by] is not Role.ADMIN:
            return "only admins invite"
        return (
            "only moderators have remits" if self.remits and self.role is not Role.MODERATOR else ""
        )

    def do(self, tracker: Tracker, actor: Account) -> tuple[str, int]:
        """Through the service of the page of people; gives the token and the number."""
        token = one_time_links.invite(tracker, actor, self.role, self.remits)
        return token, one_time_links.invitation(tracker, token).id

    def happen(self, world: World, made: tuple[str, int]) -> None:
        """The link is open for a week."""
        token, number = made
        until = world.now + timedelta(days=7)
        world.invitations[token] = Invited(number, until)


@dataclass(frozen=True)
class Revoke:
    """Somebody takes a link back."""

    by: str
    token: str
    number: int
    name = "revoke an invitation"

    def why_not(self, world: World) -> str:
        """No admin, or too late."""
        if PEOPLE[self.by] is not Role.ADMIN:
            return "only admins invite"
        return world.invitations[self.token].why_closed(world.now)

    def do(self, tracker: Tracker, actor: Account) -> None:
        """Through the service of the page of people."""
        one_time_links.revoke(tracker, actor, self.number)

    def happen(self, world: World, _made: None) -> None:
        """It opens nothing any more."""
        world.invitations[self.token] = replace(world.invitations[self.token], fate="revoked")


@dataclass(frozen=True)
class Join:
    """Somebody follows a link."""

    token: str
    handle: str
    by: str = READER
    name = "join"

    def why_not(self, world: World) -> str:
        """Too late, or the name is taken."""
        closed = world.invitations[self.token].why_closed(world.now)
        return closed or ("the name is taken" if self.handle in world.guests else "")

    def do(self, tracker: Tracker, _actor: Account | None) -> None:
        """Through the service of the link."""
        with mock.patch.object(passwords, "hashed", return_value=a_password_hash()):
            one_time_links.join(tracker, self.token, self.handle, PASSWORD)

    def happen(self, world: World, _made: None) -> None:
        """One more account."""
        world.invitations[self.token] = replace(world.invitations[self.token], fate="used")
        world.guests.add(self.handle)


def broken(rows: Rows) -> Iterator[str]:
    """Who came by a link is who was invited; and nobody came by none."""
    remits: dict[int, list[list[str | None]]] = {}
    for remit in rows["remit"].values():
        remits.setdefault(remit.account_id, []).append([remit.topic, remit.jurisdiction_code])
    guests = []
    for invitation in rows["invitation"].values():
        if invitation.used_by_id is None:
            continue
        guests.append(invitation.used_by_id)
        account = rows["account"][(invitation.used_by_id,)]
        granted = (account.role, remits.get(account.id, []))
        if granted != (invitation.role, json.loads(invitation.remits)):
            yield f"{account.handle} has {granted} by an invitation for {invitation.role} {invitation.remits}"
        if invitation.revoked_at is not None or invitation.used_at >= invitation.expires_at:
            yield f"{account.handle} came by an invitation that was closed"
    strangers = {account.handle for account in rows["account"].values() if account.id not in guests}
    if len(set(guests)) < len(guests) or strangers != {*PEOPLE, "legalmap"}:
        yield f"by invitations came {guests}, otherwise {sorted(strangers)}"
