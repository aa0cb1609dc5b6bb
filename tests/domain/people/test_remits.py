"""Where a moderator may review."""

import pytest

from legalmap.domain.errors import Forbidden
from legalmap.domain.people.remits import Remit, covered, require

ALABAMA, MOBILE = ("us", "us-al"), ("us", "us-al", "us-al-mobile-county", "us-al-mobile")


@pytest.mark.parametrize(
    ("remits", "topic", "levels", "may"),
    [
        # Who has no remit may review everywhere.
        ((), "kratom", ALABAMA, True),
        # One topic, every place.
        ((Remit(topic="kratom"),), "kratom", MOBILE, True),
        ((Remit(topic="kratom"),), "7-oh", MOBILE, False),
        # One place, and all below it, but nothing above it.
        ((Remit(jurisdiction="us-al"),), "7-oh", MOBILE, True),
        ((Remit(jurisdiction="us-al"),), "7-oh", ("us",), False),
        ((Remit(jurisdiction="us-al-mobile-county"),), "kratom", MOBILE, True),
        # Both have to hold.
        ((Remit("kratom", "us-al"),), "kratom", ALABAMA, True),
        ((Remit("kratom", "us-al"),), "7-oh", ALABAMA, False),
        ((Remit("kratom", "us-fl"),), "kratom", ALABAMA, False),
        # One of several is enough.
        ((Remit("7-oh"), Remit("kratom", "us-al")), "kratom", MOBILE, True),
    ],
)
def test_a_remit_covers_its_topic_and_place(
    remits: tuple[Remit, ...], topic: str, levels: tuple[str, ...], may: bool
) -> None:
    assert covered(remits, topic, levels) is may
    if may:
        require(remits, topic, levels)
        return
    with pytest.raises(Forbidden, match="other places or topics"):
        require(remits, topic, levels)
