"""/api/v1/{topic}/diff: what changed in a topic between two feed numbers."""

from flask import Blueprint, Response

from legalmap.domain.roles import Permission
from legalmap.services import differing, wire
from legalmap.web.api import accepting, parameters, sending
from legalmap.web.api.parameters import BadParameter
from legalmap.web.guard import needs, reader, tracker

blueprint = Blueprint("differing", __name__, url_prefix="/api/v1")
blueprint.before_request(accepting.require_json_taken)
blueprint.after_request(sending.opened)


@blueprint.get("/<topic>/diff")
@needs(Permission.READ, decided_by=())
def diff(topic: str) -> Response:
    """The records that differ between ``from`` and ``to``, by default the head of the feed."""
    tracker().topic(topic)
    given = parameters.declared()
    now = parameters.now()
    if "from" not in given:
        raise BadParameter("from", "Give the feed number you have.")
    since = parameters.whole_number(given, "from", usual=0, most=now.feed_no)
    until = parameters.whole_number(given, "to", usual=now.feed_no, most=now.feed_no)
    if since > until:
        raise BadParameter("from", f"Give a number up to that of “to”, {until}.")
    older, newer = (reader().edition(topic, str(number)) for number in (since, until))
    found = differing.between(older, newer)
    return sending.answered(
        now,
        wire.DiffAnswer,
        feed_no=until,
        topic=topic,
        since=since,
        until=until,
        total=len(found),
        records=tuple(differing.told(difference) for difference in found),
    )
