"""The index of names: exact, by beginning, nearly; within areas; signs mean nothing."""

import os
from pathlib import Path
from threading import Thread

import pytest

from legalmap.domain.places.spelling import key
from legalmap.store.name_index import READY, Name, NamedPlace, NameIndex, write

PLACES = [
    NamedPlace("us", None, 0, "country"),
    NamedPlace("us-fl", None, 1, "state"),
    NamedPlace("us-fl-sarasota", "us-fl-sarasota-county", 3, "city"),
    NamedPlace("us-fl-sarasota-county", None, 2, "county"),
    NamedPlace("us-wv", None, 1, "state"),
    NamedPlace("us-wv-sarasota", None, 3, "town"),
    NamedPlace("fr-idf", None, 1, "state"),
]
NAMES = [
    Name("unitedstates", "us", "own", 1000),
    Name("florida", "us-fl", "own", 900),
    Name("floride", "us-fl", "language", 450),
    Name("sarasota", "us-fl-sarasota", "own", 50),
    Name("sarasotacounty", "us-fl-sarasota-county", "own", 90),
    Name("sarasota", "us-fl-sarasota-county", "short", 5),
    Name("sarasota", "us-wv-sarasota", "own", 3),
    Name("paris", "fr-idf", "city", 800, "Paris"),
    Name("nowhere", "xx", "own", 1),
]


@pytest.fixture
def index(tmp_path: Path) -> NameIndex:
    write(tmp_path / "names", PLACES, NAMES)
    return NameIndex(tmp_path / "names")


def codes(matches) -> list[str]:
    return [match.code for match in matches]


def test_the_heaviest_of_a_name_comes_first_with_all_that_is_known(index: NameIndex) -> None:
    first, second, third = index.named("sarasota")
    assert (first.code, first.county, first.reach, first.word) == (
        "us-fl-sarasota",
        "us-fl-sarasota-county",
        3,
        "city",
    )
    assert (second.kind, third.code) == ("short", "us-wv-sarasota")
    assert [match.via for match in index.named("paris")] == ["Paris"]


def test_an_area_holds_itself_and_all_below_it_and_no_neighbour(index: NameIndex) -> None:
    assert codes(index.named("sarasota", ["us-wv"])) == ["us-wv-sarasota"]
    assert codes(index.named("florida", ["us-fl"])) == ["us-fl"]
    assert len(index.named("sarasota", ["us"])) == 3
    assert index.named("sarasota", ["us-f"]) == []
    assert codes(index.named("paris", ["us-wv", "fr-idf"])) == ["fr-idf"]


def test_a_beginning_finds_the_heaviest_first_and_other_languages_apart(index: NameIndex) -> None:
    assert codes(index.beginning("sar", foreign=False))[:2] == [
        "us-fl-sarasota-county",
        "us-fl-sarasota",
    ]
    assert [match.key for match in index.beginning("fl", foreign=False)] == ["florida"]
    assert [match.key for match in index.beginning("flor", foreign=True)] == ["floride"]
    assert index.count_beginning("sar") == 3


def test_near_names_are_looked_for_by_first_letter_and_length(index: NameIndex) -> None:
    assert index.near("s", range(7, 10)) == ["sarasota"]
    assert index.near("fp", range(4, 8)) == ["florida", "paris"]
    assert index.near("f", range(9, 12)) == []


def test_places_by_their_codes_in_the_order_asked(index: NameIndex) -> None:
    assert codes(index.coded(["us-wv-sarasota", "xx", "us"])) == ["us-wv-sarasota", "us"]
    assert index.has("us")
    assert not index.has("u")


@pytest.mark.parametrize("sign", ["%", "_", "s%", "'", '"', "\\", "*", "?", "", "\x00"])
def test_signs_mean_nothing(index: NameIndex, sign: str) -> None:
    assert index.named(sign) == []
    assert index.named("sarasota", [sign]) == []
    assert index.near(sign.strip("s"), range(1, 99)) == []
    if sign:
        assert index.beginning(sign, foreign=False) == []


def test_short_beginnings_have_as_many_ready_as_a_list_shows(tmp_path: Path) -> None:
    many = [NamedPlace(f"us-{n:04}", None, 3, "town") for n in range(READY + 50)]
    names = [Name(key([f"s{place.code}"]), place.code, "own", n) for n, place in enumerate(many, 1)]
    write(tmp_path / "names", many, names)
    index = NameIndex(tmp_path / "names")
    assert len(index.beginning("s", foreign=False)) == READY
    assert codes(index.beginning("s", foreign=False))[0] == many[-1].code
    assert index.count_beginning("s") == READY + 50


def test_threads_ask_the_same_file(index: NameIndex) -> None:
    found: list[list[str]] = []
    threads = [Thread(target=lambda: found.append(codes(index.named("paris")))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["fr-idf"]] * 4


def test_a_file_that_is_gone_or_of_another_user_is_refused(
    index: NameIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match="No such file"):
        NameIndex(tmp_path / "none")
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    with pytest.raises(PermissionError, match="somebody else"):
        NameIndex(tmp_path / "names")


def test_the_same_names_make_the_same_file(tmp_path: Path) -> None:
    for name, names in (("one", NAMES), ("two", NAMES[::-1])):
        write(tmp_path / name, PLACES, names)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
