"""Two spellings of one name are one; different names stay different."""

import pytest

from legalmap.domain.places.spelling import key, keys_of, keys_typed, search_form


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("São Tomé", "sao tome"),
        ("Straße", "strasse"),
        ("İzmir", "izmir"),
        ("Ağrı", "agri"),
        ("Møre og Romsdal", "more og romsdal"),
        ("Đắk Lắk", "dak lak"),
        ("O’Fallon  (city)", "ofallon city"),
        ("50%_off", "50 off"),
        ("กรุงเทพ", "กรงเทพ"),
    ],
)
def test_names_are_compared_in_a_plain_form(name: str, form: str) -> None:
    assert search_form(name) == form


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Saint Louis", "St. Louis"),
        ("Ste Genevieve", "Sainte Genevieve"),
        ("Ft Worth", "Fort Worth"),
        ("Mt. Pleasant", "Mount Pleasant"),
        ("N. Carolina", "North Carolina"),
        ("E Baton Rouge", "East Baton Rouge"),
        ("So. Dakota", "South Dakota"),
        ("De Kalb", "DeKalb"),
        ("La Salle", "LaSalle"),
        ("O Fallon", "O'Fallon"),
        ("winston salem", "Winston-Salem"),
        ("ŁÓDŹ", "lodz"),
        ("Cote d'Ivoire", "Côte d’Ivoire"),
        ("Trinidad and Tobago", "Trinidad & Tobago"),
        ("The Gambia", "Gambia"),
        ("Washington D.C.", "Washington DC"),
        ("ประเทศไทย", "ไทย"),
        ("Oesterreich", "Österreich"),
        ("Koeln", "Köln"),
        ("Aarhus", "Århus"),
    ],
)
def test_ways_to_write_a_name_are_one(typed: str, stored: str) -> None:
    assert key(search_form(typed).split()) in keys_of(stored)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Carolina", "North Carolina"),
        ("Saint", "St"),
        ("Fall", "Falls"),
        ("Lake Fort", "Fort Lake"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert not keys_of(one) & keys_of(other)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("port st", {"portsaint", "portst"}),
        ("st", {"st", "saint"}),
        ("st louis", {"saintlouis"}),
        ("n", {"n"}),
    ],
)
def test_a_last_word_may_be_short_or_not_yet_ended(typed: str, keys: set[str]) -> None:
    assert set(keys_typed(typed.split())) == keys


def test_signs_alone_have_no_key() -> None:
    assert keys_of("…%_") == set()
