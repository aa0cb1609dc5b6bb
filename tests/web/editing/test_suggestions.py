"""“Suggest a correction” as a reader without scripts and cookies sees it, and the desk behind it."""

import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions as suggestion_service
from legalmap.store.desk import suggestions
from tests.web.conftest import SignedIn
from tests.web.visit import BROWSER, Page, Visitor

ALABAMA = "/kratom/us-al/suggest"
FORM = ".suggest-form"
CLOSE = 'form[action$="/close"]'
SAID = {"text": "The ban was lifted in May.", "url": "https://law.example/2026/5"}


def suggest(client: Visitor, path: str = ALABAMA, **changed: str) -> Page:
    return client.send(client.get(path), FORM, {**SAID, **changed})


def waiting(tracker: Tracker) -> int:
    with tracker.store.reading() as connection:
        return suggestions.count_open(connection)


def test_a_reader_suggests_and_is_thanked(client: Visitor, tracker: Tracker) -> None:
    place = client.get("/kratom/us-al")
    form = client.get(str(place.one(f"a[href='{ALABAMA}']")["href"]))
    sent = client.send(form, FORM, {**SAID, "email": "kim@mail.example"})
    assert sent.response.headers["Location"] == f"{ALABAMA}/sent"
    thanks = client.follow(sent)
    assert "Your suggestion for Kratom in Alabama has arrived" in thanks.text
    assert waiting(tracker) == 1
    for page in (place, form, sent, thanks):
        assert "Set-Cookie" not in page.response.headers, page.path


def test_a_place_nobody_researched_can_be_told_of(client: Visitor, tracker: Tracker) -> None:
    suggest(client, "/kratom/us-al-mobile/suggest")
    assert waiting(tracker) == 1


@pytest.mark.parametrize("path", ["/tea/us-al/suggest", "/kratom/us-xx/suggest"])
def test_what_is_not_there_is_not_found(client: Visitor, path: str) -> None:
    client.get(path, status=404)
    client.post(path, SAID, status=404)


def test_the_form_is_the_same_for_all_readers_and_kept_by_caches(client: Visitor) -> None:
    first, second = (client.http.get(ALABAMA) for _ in range(2))
    assert first.data == second.data
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["ETag"] == second.headers["ETag"]


# What is typed, the field at fault, and why.
BAD = [
    ("nothing at all", {"text": "", "url": ""}, {"text", "url"}),
    ("a script as link", {"url": "javascript:alert(1)"}, {"url"}),
    ("HTML", {"text": "<script>alert(1)</script>"}, {"text"}),
    ("control characters", {"text": "a\x00\x1b[31m"}, {"text"}),
    ("a right-to-left override", {"text": "a\u202eb", "url": "https://law.example/\u202e"}, {"text", "url"}),
    ("2,001 characters", {"text": "x" * 2_001}, {"text"}),
    ("an address that is none", {"email": "kim"}, {"email"}),
    ("the field that people do not see", {"homepage": "https://spam.example"}, {"homepage"}),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "at"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_each_fault_is_told_at_its_field_and_nothing_is_lost(
    client: Visitor, tracker: Tracker, typed: dict[str, str], at: set[str]
) -> None:
    filled = {**SAID, "email": "kim@mail.example", **typed}
    page = client.send(client.get(ALABAMA), FORM, filled, status=422)
    assert set(page.errors()) == at
    again = page.form(FORM)
    for name, value in filled.items():
        if name not in at:
            assert again[name] == value
    assert waiting(tracker) == 0


def test_five_megabytes_are_refused(client: Visitor, tracker: Tracker) -> None:
    page = client.post(ALABAMA, {**SAID, "text": "x" * 5_000_000}, status=413)
    assert "more than 64 KB" in page.text
    assert waiting(tracker) == 0


def test_double_and_unknown_keys_do_no_harm(client: Visitor, tracker: Tracker) -> None:
    fields = client.get(ALABAMA).form(FORM)
    for pair in [*SAID.items(), ("text", "Second."), ("text[0]", "x"), ("outcome", "proposed")]:
        fields.add(*pair)
    client.post(ALABAMA, fields, status=422)  # the first of each counts, and it is empty
    assert waiting(tracker) == 0


def test_another_site_cannot_send_it(client: Visitor, tracker: Tracker) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        client.post(ALABAMA, SAID, status=403, headers=headers)
    assert waiting(tracker) == 0


def test_sending_twice_makes_one(client: Visitor, tracker: Tracker) -> None:
    suggest(client)
    page = client.send(client.get(ALABAMA), FORM, SAID, status=409)
    assert "already" in page.text
    assert page.form(FORM)["text"] == SAID["text"]
    assert waiting(tracker) == 1


def test_an_address_that_sends_very_much_waits_and_loses_nothing(
    client: Visitor, tracker: Tracker
) -> None:
    for number in range(10):
        suggest(client, text=f"Reason {number}.")
    # What cannot be taken is not counted, and who waits is told how long.
    client.send(client.get(ALABAMA), FORM, {**SAID, "url": ""}, status=422)
    page = client.send(client.get(ALABAMA), FORM, SAID, status=429)
    assert int(page.response.headers["Retry-After"]) <= 3_600
    assert page.form(FORM)["text"] == SAID["text"]
    assert waiting(tracker) == 10
    elsewhere = Visitor(client.http.application)
    elsewhere.http.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    suggest(elsewhere)


def test_a_household_of_ipv6_is_one_address(client: Visitor) -> None:
    for number in range(11):
        client.http.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number + 1:x}"
        status = 303 if number < 10 else 429
        client.send(client.get(ALABAMA), FORM, {**SAID, "text": f"Reason {number}."}, status)


def test_the_desk_takes_it_up_and_goes_on_to_the_form(
    client: Visitor, signed_in: SignedIn, dialect: str
) -> None:
    suggest(client, email="kim@mail.example")
    ana, ben = signed_in("ana"), signed_in("ben")
    page = ana.get("/desk/suggestions")
    assert "1 waiting" in page.text
    theirs = ben.get(str(page.one(".queue a")["href"]))
    opened = ana.get(str(page.one(".queue a")["href"]))
    assert "kim@mail.example" not in opened.text
    assert "Shown to who takes this up" in opened.text
    assert not opened.all("a[href*='?suggestion=']")
    taken = ana.follow(ana.send(opened, 'form[action$="/claim"]'))
    assert "kim@mail.example" in taken.text
    way = str(taken.one("a[href*='?suggestion=']")["href"])
    assert way.startswith("/desk/edit/kratom/us-al?suggestion=")
    ana.get(way)
    late = ben.send(theirs, 'form[action$="/claim"]', status=409)
    assert "ana is at it until" in late.text
    assert not late.all(CLOSE), "What somebody else is at cannot be closed."
    over = ben.follow(ben.send(late, 'form[action$="/claim"]'))
    assert over.all(CLOSE)
    again = ana.send(taken, CLOSE, {"outcome": "declined", "answer": "No ban."}, status=409)
    assert "ben is at it until" in again.text
    assert again.one("#unsent").get_text(strip=True) == "No ban."


def test_it_is_closed_with_a_reason_and_the_address_goes(
    client: Visitor, signed_in: SignedIn
) -> None:
    suggest(client, email="kim@mail.example")
    ana = signed_in("ana")
    path = str(ana.get("/desk/suggestions").one(".queue a")["href"])
    nothing = ana.send(ana.get(path), CLOSE, status=422)
    assert set(nothing.errors()) == {"outcome"}
    silent = ana.send(ana.get(path), CLOSE, {"outcome": "declined"}, status=422)
    assert set(silent.errors()) == {"answer"}
    ana.send(ana.get(path), CLOSE, {"outcome": "declined", "answer": "It is about Arizona."})
    closed = ana.get(path)
    assert "It is about Arizona." in closed.text
    assert "kim@mail.example" not in closed.text
    assert "Arizona" not in ana.get("/desk/suggestions").text
    assert "Declined" in ana.get("/desk/suggestions?show=closed&topic=kratom").text


def test_two_who_close_it_at_once_are_told_and_keep_their_words(
    client: Visitor, signed_in: SignedIn
) -> None:
    suggest(client)
    ana, ben = signed_in("ana"), signed_in("ben")
    path = str(ana.get("/desk/suggestions").one(".queue a")["href"])
    pages = {"ana": ana.get(path), "ben": ben.get(path)}
    answer = {"outcome": "duplicate", "answer": "See proposal 3."}
    ana.send(pages["ana"], CLOSE, answer)
    late = ben.send(pages["ben"], CLOSE, answer, status=409)
    assert "ana closed it" in late.text
    assert late.one("#unsent").get_text(strip=True) == "See proposal 3."


def test_an_expired_session_keeps_the_reason(client: Visitor) -> None:
    suggest(client)
    resumed = client.post(
        "/desk/suggestions/1/close",
        {"outcome": "declined", "answer": "A long reason."},
        status=403,
    )
    assert "A long reason." in str(resumed.one('input[name="kept"]')["value"])


def test_readers_cannot_see_the_desk(client: Visitor) -> None:
    assert client.get("/desk/suggestions", status=303)
    assert client.get("/desk/suggestions/1", status=303)


def test_unknown_numbers_are_not_found(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    ana.get("/desk/suggestions/99", status=404)
    ana.get("/desk/suggestions?topic=tea", status=404)


def test_what_a_reader_wrote_is_text_on_the_page(tracker: Tracker, signed_in: SignedIn) -> None:
    """Whatever gets past the form cannot become markup."""
    number = suggestion_service.suggest(
        tracker, "kratom", "us-al", text='1 < 2 & "3"', url="https://law.example/?a=1&b='2'"
    )
    page = signed_in("ana").get(f"/desk/suggestions/{number}")
    assert page.one("blockquote").get_text(strip=True) == '1 < 2 & "3"'


# How half a character comes: as bytes of a form, or as JSON that was kept while somebody signed in.
PART = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\xed\xa0\x80b\r\n--x--\r\n'
HALVES = [
    ("multipart/form-data; boundary=x", PART),
    ("application/x-www-form-urlencoded", b'kept=[["text","a\\ud800b"]]'),
]


@pytest.mark.parametrize(("kind", "body"), HALVES)
def test_half_a_character_is_told_at_its_field(client: Visitor, kind: str, body: bytes) -> None:
    answer = client.http.post(ALABAMA, data=body, content_type=kind, headers=BROWSER)
    page = client.seen(answer, ALABAMA, 200 if body.startswith(b"kept") else 422)
    if page.status == 200:
        page = client.send(page, FORM, {"url": "https://law.example/1"}, status=422)
    assert "A character was lost" in page.errors()["text"]
    assert "\ufffd" in page.form(FORM)["text"]


def test_bytes_that_are_no_character_stay_as_they_were_written(client: Visitor) -> None:
    """What an address cannot hold is left in its percent signs, and is text like any other."""
    kind = "application/x-www-form-urlencoded"
    answer = client.http.post(ALABAMA, data=b"text=a%ED%A0%80b", content_type=kind, headers=BROWSER)
    assert client.seen(answer, ALABAMA, 422).form(FORM)["text"] == "a%ED%A0%80b"
