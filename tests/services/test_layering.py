"""A mapping that grew is the dict one would have made of the same entries."""

from hypothesis import given
from hypothesis import strategies as st

from legalmap.services import layering
from legalmap.services.layering import Layered

KEYS = st.sampled_from("abcdefgh")
ENTRIES = st.dictionaries(KEYS, st.integers(), max_size=5)


@given(first=ENTRIES, later=st.lists(st.tuples(ENTRIES, st.booleans()), max_size=6))
def test_it_is_the_dict_of_the_same_entries(first: dict, later: list) -> None:
    """Also where somebody walks through it on the way, which lays its layers together."""
    known, plain = Layered(first), dict(first)
    for found, is_walked in later:
        before = dict(plain)
        grown, plain = known.grown(found), plain | found
        if is_walked:
            assert sorted(known) == sorted(before)
        assert {key: known.get(key, "none") for key in "abcdefgh"} == {
            key: before.get(key, "none") for key in "abcdefgh"
        }
        assert (len(grown), "a" in grown, grown.get("b")) == (
            len(plain),
            "a" in plain,
            plain.get("b"),
        )
        known = grown
    assert known == plain
    assert dict(known.items()) == plain
    assert sorted(known.values()) == sorted(plain.values())
    assert sorted(known.keys()) == sorted(plain)
    assert all(known[key] == value for key, value in plain.items())


def test_a_layer_stays_thin() -> None:
    known = Layered({"a": 1})
    for number in range(3 * layering.MOST_APART):
        known = known.grown({f"k{number}": number})
        assert len(known._held[1]) <= layering.MOST_APART + 1
    assert len(known) == 1 + 3 * layering.MOST_APART
