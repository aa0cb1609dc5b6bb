"""Publishing exactly the revision that was reviewed, and revision 0 of what ships in data/."""

from datetime import datetime

from legalmap.domain.accounts import Account
from legalmap.domain.errors import Missing
from legalmap.domain.payload import Payload
from legalmap.domain.records import Revision
from legalmap.services.acting import log_act
from legalmap.store import feed, records
from legalmap.store.engine import Connection


def publish_reviewed(
    connection: Connection, actor: Account, revised: Revision, review_id: int, at: datetime
) -> int:
    """Put an approved revision into the feed, in the transaction of its review."""
    feed_no = feed.publish(connection, revised, review_id, at)
    log_act(connection, actor, "publish", revised, at, feed_no=feed_no, base=revised.base_number)
    return feed_no


def publish_shipped(
    connection: Connection, system: Account, topic: str, code: str, content: Payload, at: datetime
) -> int:
    """Make a record of what ships in data/ and publish it as revision 0, which nobody reviews here."""
    record_id, revision_id = records.insert_record(connection, topic, code, content, system.id, at)
    records.point_to_genesis(connection, record_id, revision_id)
    revised = records.revision_by_id(connection, revision_id)
    if revised is None:
        raise Missing("revision", str(revision_id))
    return feed.publish(connection, revised, None, at)
