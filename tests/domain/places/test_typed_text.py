"""What a person typed is taken apart without knowing any place."""

import pytest

from legalmap.domain.places.typed_text import (
    MOST_LETTERS,
    MOST_WORDS,
    asked_variants,
    cleaned,
    read,
)

TOPICS = {"kratom": ("kratom", "mitragynine"), "7-oh": ("7-oh", "7oh", "7-hydroxymitragynine")}


@pytest.mark.parametrize(
    ("text", "words", "topic"),
    [
        ("Ohio", "ohio", None),
        ("kratom ohio", "ohio", "kratom"),
        ("7oh texas", "texas", "7-oh"),
        ("7-OH in Florida", "in florida", "7-oh"),
        ("7 oh", "", "7-oh"),
        ("7-Hydroxymitragynine florida", "florida", "7-oh"),
        ("ohio", "ohio", None),
        ("kratom and 7-OH texas", "and texas", "7-oh"),
        ("KRATOM?", "", "kratom"),
    ],
)
def test_the_words_of_a_topic_are_set_aside_and_choose_it(
    text: str, words: str, topic: str | None
) -> None:
    typed = read(text, TOPICS)
    assert (" ".join(typed.words), typed.topic) == (words, topic)


@pytest.mark.parametrize(
    ("text", "zip_code", "words"),
    [
        ("34236", "34236", ""),
        ("34236-1234", "34236", ""),
        ("ZIP 34236", "34236", ""),
        ("zip code 02108", "02108", ""),
        ("Nashville 37201", "37201", "nashville"),
        ("Sarasota, FL 34236", "34236", "sarasota fl"),
        ("342361", None, "342361"),
        ("34236a", None, "34236a"),
    ],
)
def test_a_zip_code_is_found_wherever_it_stands(
    text: str, zip_code: str | None, words: str
) -> None:
    typed = read(text, TOPICS)
    assert (typed.zip_code, " ".join(typed.words)) == (zip_code, words)


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("fips=46113", ("fips", "46113")),
        ("ISO: PR", ("iso", "PR")),
        ("geoid=12115", ("fips", "12115")),
        ("ocd=ocd-division/country:us", ("ocd", "ocd-division/country:us")),
        ("isolation", None),
    ],
)
def test_an_identifier_is_asked_by_its_name(text: str, identifier: tuple[str, str] | None) -> None:
    assert read(text, TOPICS).identifier == identifier


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("military base", ""),
        ("Navajo Nation", ""),
        ("airport", ""),
        ("Denver airport", "denver"),
        ("Pine Ridge Indian Reservation South Dakota", ""),
        ("fort air force base texas", "fort texas"),
    ],
)
def test_land_of_its_own_law_is_told(text: str, words: str) -> None:
    typed = read(text, TOPICS)
    assert typed.beyond
    assert " ".join(typed.words) == words


@pytest.mark.parametrize("text", ["Nation Ford", "Basel", "Tribes Hill NY", "Airmont"])
def test_a_name_that_sounds_like_such_land_is_none(text: str) -> None:
    assert not read(text, TOPICS).beyond


@pytest.mark.parametrize(
    ("text", "variants"),
    [
        ("is kratom legal in ohio", ["ohio"]),
        ("can i bring kratom to indiana", ["indiana"]),
        ("Florida kratom legal?", ["florida legal", "florida"]),
        ("portland or", ["portland or", "portland"]),
        ("is kratom legal in portland or", ["portland or", "portland"]),
        ("kratom laws by state", []),
        ("is it legal", []),
        ("legal", []),
        ("or", ["or"]),
        ("Untied States", ["untied states"]),
        ("New York", ["new york"]),
    ],
)
def test_words_of_a_question_may_stand_on_either_side(text: str, variants: list[str]) -> None:
    found = asked_variants(read(text, TOPICS))
    assert [" ".join(variant.words) for variant in found if variant.words] == variants


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  New \t York\n", "New York"),
        ("\u200fאבג\u200e", "אבג"),
        ("\u202e", ""),
        ("\x00Ohio\x07", "Ohio"),
        ("x" * 10_000, "x" * MOST_LETTERS),
    ],
)
def test_marks_that_nobody_sees_are_dropped(text: str, seen: str) -> None:
    assert cleaned(text) == seen


def test_a_long_text_is_cut() -> None:
    assert len(read("a b c d " * 40, TOPICS).words) == MOST_WORDS


def test_commas_and_full_stops_are_kept_in_mind() -> None:
    typed = read("Parker Co., Texas", TOPICS)
    assert (typed.words, typed.commas, typed.dotted) == (("parker", "co", "texas"), {2}, {1})
    assert typed.part(1, 3).commas == {1}
