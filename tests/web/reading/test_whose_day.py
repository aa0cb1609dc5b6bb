"""Today is the day at the place: on its page and in the API; what covers many zones goes by UTC and says so."""

import pytest
import time_machine

from tests.web.visit import Visitor

# In Alabama it is still the evening before.
NIGHT = "2026-11-24T03:00:00Z"
DAYS = [
    ("us-al", "2026-11-23"),
    ("jp", "2026-11-24"),
    # Several time zones: UTC.
    ("us", "2026-11-24"),
]


@pytest.mark.parametrize(("code", "day"), DAYS)
def test_the_page_and_the_api_take_the_day_at_the_place(
    client: Visitor, code: str, day: str
) -> None:
    with time_machine.travel(NIGHT, tick=False):
        page = client.get(f"/kratom/{code}")
        answer = client.http.get(f"/api/v1/kratom/resolve?place={code}").json
        check = client.http.get(f"/api/v1/kratom/check?place={code}").json
    assert page.one("#as-of")["value"] == day
    assert answer is not None
    assert check is not None
    assert (answer["as_of"], check["as_of"]) == (day, day)


@pytest.mark.parametrize(
    ("path", "by_utc"),
    [
        ("/kratom", True),
        ("/kratom/us", True),
        ("/kratom/us-al", False),
        ("/kratom?as_of=2026-01-01", False),
    ],
)
def test_what_covers_many_zones_says_utc(client: Visitor, path: str, by_utc: bool) -> None:
    assert ("Law in force on (UTC)" in client.get(path).text) == by_utc
