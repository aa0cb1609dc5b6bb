"""/api/v1: the feed, what differs between two feed numbers, and how far the feed is."""

from flask import Response, request

from legalmap import clock
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.exporting import edition_diff, feed
from legalmap.web.api import parameters, responses, routes
from legalmap.web.api.negotiation import ApiPart
from legalmap.web.api.parameters import BadParameter
from legalmap.web.api.routes import FEED_NO, FIELDS, LIMIT, Parameter
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.http.wsgi import CAN_WAIT, HAS_WAITED, WAIT

blueprint = ApiPart("api_feed", "Feed")
# All who wait in this process share its seats.
waiting = feed.Waiting()


@blueprint.answers(
    "/<topic>/diff",
    contract.DiffAnswer,
    (
        Parameter("from", "The feed number you have.", FEED_NO, 272, required=True),
        Parameter("to", "The later one; by default the head.", FEED_NO, 280),
    ),
    {"The last of the shipped": "/kratom/diff?from=228&to=230"},
)
@needs(Permission.READ, decided_by=())
def diff(topic: str) -> Response:
    """The records of a topic that differ between two feed numbers."""
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
        records=edition_diff.told(differences),
    )


@blueprint.answers(
    "/changes",
    contract.ChangesAnswer,
    (
        Parameter(
            "since", "The last feed number you have seen; 0 if it is not given.", FEED_NO, 260
        ),
        Parameter("topic", "Only this topic.", routes.TOPIC_CODE, "kratom"),
        Parameter(
            "wait",
            "How many seconds to wait for news if there is none yet; 0 if it is not given.",
            routes.number("integer", 0, feed.LONGEST_WAIT),
            30,
        ),
        LIMIT,
        FIELDS,
    ),
    {
        "The newest publications": "/changes?since=266&limit=2",
        "The next publication, as soon as it is there": (
            "/changes?since=267&wait=30&fields=feed_no,url"
        ),
    },
)
@needs(Permission.READ)
def changes() -> Response:
    """The feed after a number, oldest first. Go on with since=next_since. With wait the answer comes as
    soon as there is news; with none in time, or where too many wait, it is empty.
    """
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
    """Whether to answer now: there is news, or the wait is over. ``wait`` is in seconds.

    Under ``legalmap run`` the front waits, without a thread, and asks again; under any other server
    this thread waits.
    """
    environ = request.environ
    if environ.get(HAS_WAITED) or reader().feed(since, 1, topic):
        return True
    if environ.get(CAN_WAIT):
        environ[WAIT] = wait
        return False
    waiting.for_news(reader(), since, topic, wait)
    return True


@blueprint.answers(
    "/heartbeat",
    contract.HeartbeatAnswer,
    (FIELDS,),
    {"Whether anything is new": "/heartbeat"},
)
@needs(Permission.READ)
def heartbeat() -> Response:
    """How far the feed is and when it last moved, so that silence and failure can be told apart."""
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
