"""Places, their codes, and the chain of levels whose law reaches a place."""

import pytest

from legalmap.domain.errors import Missing
from legalmap.domain.law.jurisdictions import Jurisdiction, chain, looks_like_code, parent_of
from tests.build import a_place

PLACES = {
    place.code: place
    for place in (
        a_place("us"),
        a_place("us-fl", "state", parent="us"),
        a_place("us-fl-sarasota-county", "county", parent="us-fl"),
        a_place("us-fl-venice", "city", parent="us-fl", county="us-fl-sarasota-county"),
        a_place("us-fl-nokomis", "community", parent="us-fl", county="us-fl-sarasota-county"),
        a_place("us-md-baltimore", "city", parent="us-fl"),
        a_place("cn"),
        a_place("hk", "territory", parent="cn", law="own"),
        a_place("hk-kowloon", "district", parent="hk"),
        a_place("us-xx", "state", parent="us-gone"),
    )
}


def find(code: str) -> Jurisdiction:
    """The place of that code."""
    if code not in PLACES:
        raise Missing("jurisdiction", code)
    return PLACES[code]


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        # A country stands alone.
        ("us", ["us"]),
        # The widest level comes first, the place itself last.
        ("us-fl", ["us", "us-fl"]),
        ("us-fl-sarasota-county", ["us", "us-fl", "us-fl-sarasota-county"]),
        # A city's county stands between its state and the city.
        ("us-fl-venice", ["us", "us-fl", "us-fl-sarasota-county", "us-fl-venice"]),
        # So does the county of a place that makes no law of its own.
        ("us-fl-nokomis", ["us", "us-fl", "us-fl-sarasota-county", "us-fl-nokomis"]),
        # A city outside every county goes straight to its state.
        ("us-md-baltimore", ["us", "us-fl", "us-md-baltimore"]),
        # Law of the parent does not reach a place with its own law…
        ("hk", ["hk"]),
        # …nor what lies within that place.
        ("hk-kowloon", ["hk", "hk-kowloon"]),
    ],
)
def test_the_levels_whose_law_reaches_a_place(code: str, levels: list[str]) -> None:
    assert [level.code for level in chain(find(code), find)] == levels


def test_a_parent_that_does_not_exist_is_not_passed_over() -> None:
    with pytest.raises(Missing) as missing:
        chain(find("us-xx"), find)
    assert missing.value.name == "us-gone"


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        # A country has none.
        ("us", None),
        # A state lies in its country, a town first of all in its county.
        ("us-fl", "us"),
        ("us-fl-venice", "us-fl-sarasota-county"),
        # Own law does not take a place off the map: breadcrumbs still lead to the parent.
        ("hk", "cn"),
    ],
)
def test_the_next_wider_place(code: str, parent: str | None) -> None:
    assert parent_of(find(code)) == parent


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        # ISO codes in small letters and slugs below them.
        ("th", True),
        ("us-al", True),
        ("us-fl-st-johns-county", True),
        ("fr-2a", True),
        # Capitals, other letters, names and paths are no codes.
        ("US", False),
        ("us-São", False),
        ("Thailand", False),
        ("usa", False),
        ("u", False),
        ("", False),
        ("us_al", False),
        ("us/al", False),
        # No hyphen at an end, no two together, nothing after the code.
        ("us-", False),
        ("-us", False),
        ("us--al", False),
        ("us-al\n", False),
    ],
)
def test_the_shape_of_a_code(text: str, looks: bool) -> None:
    assert looks_like_code(text) is looks


@pytest.mark.parametrize(
    ("kind", "called", "word"),
    [
        # What people there call it, if that is on record.
        ("town", "township", "township"),
        # Otherwise its kind.
        ("county", "", "county"),
        # A community is the census's word for it, not a kind people know.
        ("community", "", "census designated place"),
        ("community", "CDP", "census designated place"),
        ("community", "comunidad", "comunidad"),
        ("community", "hamlet", "hamlet"),
    ],
)
def test_the_word_for_a_place(kind: str, called: str, word: str) -> None:
    assert a_place("us-ny-x", kind, called=called).word == word
