"""What to look up next about a record: ticked off by whoever moderates it."""

from legalmap import clock
from legalmap.domain.desk.tasks import Task
from legalmap.domain.errors import Missing
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now, require_remit
from legalmap.services.core.tracker import Tracker
from legalmap.store import log
from legalmap.store.desk import tasks


def tick(tracker: Tracker, actor: Account, number: int) -> Task:
    """Say that something was looked up; said twice, it is done once."""
    require(actor.role, Permission.REVIEW)
    at = clock.now()
    with tracker.store.writing() as connection:
        task = tasks.find(connection, number)
        if task is None:
            raise Missing("task", str(number))
        actor = as_of_now(connection, actor, Permission.REVIEW)
        require_remit(tracker, actor, task.topic, task.jurisdiction)
        if tasks.tick(connection, number, actor.id, at):
            subject = ("task", number, task.text)
            about = {"topic": task.topic, "jurisdiction": task.jurisdiction}
            log.append(connection, actor, "task-done", subject, at, **about)
    return task
