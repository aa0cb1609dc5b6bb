"""/api/v1/heartbeat, by which a tool tells a feed that is silent from one that is broken."""

from flask import Blueprint, Response, request

from legalmap import clock
from legalmap.domain.roles import Permission
from legalmap.services import feeding, wire
from legalmap.web.api import accepting, parameters, sending
from legalmap.web.guard import needs, reader, tracker
from legalmap.web.http.wsgi import CAN_WAIT, HAS_WAITED, WAIT

ROOT = "/api/v1"

blueprint = Blueprint("feeding", __name__, url_prefix=ROOT)
blueprint.before_request(accepting.require_json_taken)
blueprint.after_request(sending.opened)
# The seats of this process, whatever route is waited at.
waiting = feeding.Waiting()


def is_due(since: int, topic: str | None, wait: int) -> bool:
    """Whether to answer now: there is news, or the wait is over.

    Under ``legalmap run`` the front waits and asks again; under another server this thread does.
    """
    environ = request.environ
    if environ.get(HAS_WAITED) or reader().feed(since, 1, topic):
        return True
    if environ.get(CAN_WAIT):
        environ[WAIT] = wait
        return False
    waiting.for_news(reader(), since, topic, wait)
    return True


@blueprint.get("/heartbeat")
@needs(Permission.READ)
def heartbeat() -> Response:
    """The head of the feed, when something was last published and last checked, and the time here."""
    parameters.declared()
    found, now = feeding.heartbeat(tracker()), clock.now()
    newest = found.newest
    answer = wire.HeartbeatAnswer(
        feed_no=newest.feed_no if newest else 0,
        as_of=now.date(),
        sha256=newest.sha256 if newest else None,
        published_at=wire.instant(newest.at) if newest else None,
        verified_at=wire.instant(found.verified_at) if found.verified_at else None,
        server_time=wire.instant(now),
    )
    return sending.send(answer, now)
