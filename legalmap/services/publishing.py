"""Publishing exactly the revision that was reviewed."""

from datetime import datetime

from legalmap.domain.accounts import Account
from legalmap.domain.records import Revision
from legalmap.services.acting import log_act
from legalmap.store import feed
from legalmap.store.engine import Connection


def publish_reviewed(
    connection: Connection, actor: Account, revised: Revision, review_id: int, at: datetime
) -> int:
    """Put an approved revision into the feed, in the transaction of its review."""
    feed_no = feed.publish(connection, revised, review_id, at)
    log_act(connection, actor, "publish", revised, at, feed_no=feed_no, base=revised.base_number)
    return feed_no
