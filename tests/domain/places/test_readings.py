"""Words are read as a place in an area, in the order of what is likeliest."""

import pytest

from legalmap.domain.places.readings import COUNTY, STATE, TOWN, Reading, readings
from legalmap.domain.places.typed_text import read

AREAS = {
    ("oh",): ("us-oh",),
    ("ohio",): ("us-oh",),
    ("texas",): ("us-tx",),
    ("usa",): ("us",),
    ("co",): ("us-co", "co"),
    ("washington",): ("us-wa",),
    ("in",): ("us-in", "in"),
    ("west", "virginia"): ("us-wv",),
    ("virginia",): ("us-va",),
    ("florida",): ("us-fl",),
}


def ways(text: str) -> list[Reading]:
    return readings(read(text, {}), lambda words: AREAS.get(words, ()))


FIRST = [
    ("a name alone", "Ohio", Reading(("ohio",))),
    ("an area behind", "columbus ohio", Reading(("columbus", "ohio"))),
]
AMONG = [
    ("an area behind", "columbus ohio", Reading(("columbus",), (("us-oh",),))),
    ("an area in front", "florida miami", Reading(("miami",), (("us-fl",),))),
    ("two areas", "paris texas usa", Reading(("paris",), (("us-tx",), ("us",)))),
    ("the longer area", "wheeling west virginia", Reading(("wheeling",), (("us-wv",),))),
    ("a county", "king county washington", Reading(("king", "county"), (("us-wa",),), COUNTY)),
    ("a parish", "orleans parish", Reading(("orleans", "county"), (), COUNTY)),
    ("short for county", "cook co", Reading(("cook", "county"), (), COUNTY)),
    ("county of", "County of Cook", Reading(("cook", "county"), (), COUNTY)),
    ("a state named so", "state of washington", Reading(("washington",), (), STATE)),
    ("a state behind", "washington state", Reading(("washington",), (), STATE)),
    ("a town", "washington township", Reading(("washington",), (), TOWN, "township")),
    ("a borough is a town too", "pottstown borough", Reading(("pottstown",), (), TOWN, "borough")),
    ("a census area", "nome census area", Reading(("nome", "county"), (), COUNTY)),
]


@pytest.mark.parametrize(("why", "text", "reading"), FIRST, ids=[row[0] for row in FIRST])
def test_the_whole_text_is_tried_as_a_name_first(why: str, text: str, reading: Reading) -> None:
    assert ways(text)[0] == reading


@pytest.mark.parametrize(("why", "text", "reading"), AMONG, ids=[row[0] for row in AMONG])
def test_a_text_is_read_so_too(why: str, text: str, reading: Reading) -> None:
    assert reading in ways(text)


def test_a_word_of_a_question_is_no_area_in_front() -> None:
    assert all(not reading.areas for reading in ways("in texarkana"))


def test_the_name_ends_at_the_comma() -> None:
    assert ways("West, Virginia")[0] == Reading(("west",), (("us-va",),))
    assert ways("Florida, Miami")[0] == Reading(("miami",), (("us-fl",),))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Parker Co.", Reading(("parker", "county"), (), COUNTY)),
        ("Parker CO", Reading(("parker", "co"))),
    ],
)
def test_a_county_cut_short_is_told_from_colorado(text: str, first: Reading) -> None:
    assert ways(text)[0] == first
