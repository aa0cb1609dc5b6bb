"""/api/v1: the feed, what differs between two feed numbers, and how far the feed is."""

from flask import Response, request

from legalmap import clock
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.exporting import edition_diff, feed
from legalmap.web.api import negotiation, parameters, responses
from legalmap.web.api.parameters import BadParameter
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.http.wsgi import CAN_WAIT, HAS_WAITED, WAIT

blueprint = negotiation.api_blueprint("api_feed")
# The seats of this process, whatever route is waited at.
waiting = feed.Waiting()


@blueprint.get("/changes")
@needs(Permission.READ)
def changes() -> Response:
    """The feed after a number, oldest first, with what each publication changed."""
    query = parameters.declared()
    head, limit = reader().head(), parameters.limit(query)
    since = parameters.whole_number(query, "since", usual=0, most=head)
    topic = parameters.choice(query, "topic", tracker().topics)
    wait = parameters.whole_number(query, "wait", usual=0)
    if wait and not _is_due(since, topic, wait):
        return Response(status=204)
    stretch = reader().stretch(since, limit, topic)
    return responses.answered(
        parameters.now(),
        contract.ChangesAnswer,
        feed_no=stretch.head,
        since=since,
        next_since=stretch.next_since,
        head=stretch.head,
        changes=tuple(feed.change(tracker(), entry) for entry in stretch.entries),
    )


def _is_due(since: int, topic: str | None, wait: int) -> bool:
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


@blueprint.get("/<topic>/diff")
@needs(Permission.READ, decided_by=())
def diff(topic: str) -> Response:
    """The records that differ between ``from`` and ``to``, by default the head of the feed."""
    tracker().topic(topic)
    query = parameters.declared()
    now = parameters.now()
    if "from" not in query:
        raise BadParameter("from", "Give the feed number you have.")
    since = parameters.whole_number(query, "from", usual=0, most=now.feed_no)
    until = parameters.whole_number(query, "to", usual=now.feed_no, most=now.feed_no)
    if since > until:
        raise BadParameter("from", f"Give a number up to that of “to”, {until}.")
    older, newer = (reader().edition(topic, str(number)) for number in (since, until))
    differences = edition_diff.between(older, newer)
    return responses.answered(
        now,
        contract.DiffAnswer,
        feed_no=until,
        topic=topic,
        since=since,
        until=until,
        total=len(differences),
        records=tuple(edition_diff.told(difference) for difference in differences),
    )


@blueprint.get("/heartbeat")
@needs(Permission.READ)
def heartbeat() -> Response:
    """The head of the feed, when something was last published and last checked, and the time here.

    By it a tool tells a feed that is silent from one that is broken.
    """
    parameters.declared()
    pulse, now = feed.heartbeat(tracker()), clock.now()
    newest = pulse.newest
    answer = contract.HeartbeatAnswer(
        feed_no=newest.feed_no if newest else 0,
        as_of=now.date(),
        sha256=newest.sha256 if newest else None,
        published_at=contract.instant(newest.at) if newest else None,
        verified_at=contract.instant(pulse.verified_at) if pulse.verified_at else None,
        server_time=contract.instant(now),
    )
    return responses.send(answer, now)
