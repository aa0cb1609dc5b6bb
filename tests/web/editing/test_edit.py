"""The edit form: what it takes, what it refuses and where it says so, and that nothing typed is lost."""

import json
from datetime import timedelta

import pytest
import time_machine

from legalmap import clock
from legalmap.domain.law.payload import MAX_PERIODS, MAX_SOURCES, canonical_bytes, with_plain_links
from legalmap.services.core.tracker import Tracker, shipped_topics
from legalmap.services.editing import drafts
from legalmap.services.maintenance import first_load
from legalmap.web.forms import read_record
from legalmap.web.forms import record as forms
from legalmap.web.http import posted_data
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import Fields, Page, Visitor

ALABAMA = "/desk/edit/kratom/us-al"
FORM = "#edit-form"
SOURCE = "periods-1-sources-0-"
LATEST = "periods-1-"


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


def record_path(page: Page) -> str:
    return page.response.headers["Location"]


# What the form makes of a record


def test_every_shipped_record_passes_through_its_form_unchanged() -> None:
    """But for a host in capital letters, which the form writes plainly."""
    topics = shipped_topics()
    for shipped in first_load.shipped_records():
        topic = topics[shipped.topic]
        filled = forms.from_payload(topic, shipped.payload, 0, note="Nothing.")
        untouched = read_record.read(filled, topic, clock.today(), shipped.payload)
        plain = canonical_bytes(with_plain_links(shipped.payload))
        assert canonical_bytes(untouched.payload) == plain
        sent = Fields(sorted(posted_data.pairs_of(filled).items(multi=True)))  # not in our order
        again, problems = forms.from_typed(topic, sent)
        read = read_record.read(again, topic, clock.today(), shipped.payload, problems)
        assert read.problems == [], shipped.jurisdiction
        assert canonical_bytes(read.payload) == plain


@pytest.mark.parametrize("path", ["kratom/us-ms", "kratom/us-fl", "7-oh/us-oh", "kratom/us"])
def test_sending_the_form_untouched_changes_nothing(ana: Visitor, path: str) -> None:
    page = ana.get(f"/desk/edit/{path}")
    refused = ana.send(page, FORM, {"note": "As it was.", "action": "submit"}, status=409)
    assert "Nothing differs from what is published" in refused.text


def test_check_boxes_keep_the_order_of_the_record_while_the_same_are_ticked(ana: Visitor) -> None:
    page = ana.get("/desk/edit/kratom/us-ms")
    field = "periods-1-answers-product_rules"
    box = {"labeling", *page.form(FORM).getlist(field)}
    seen = ana.send(page, FORM, {field: sorted(box), "note": "x", "action": "preview"}, status=200)
    assert "Nothing differs from revision" in seen.one("#preview").get_text()
    fewer = ana.send(
        page, FORM, {field: ["testing", "labeling"], "action": "preview", "note": "x"}, 200
    )
    assert "Labelling, Testing" in fewer.one("#preview").get_text()


def test_line_ends_of_a_browser_are_no_change(ana: Visitor) -> None:
    page = ana.get(ALABAMA)
    typed_by_browser = {
        LATEST + "summary": "One.\r\n\r\nTwo.",
        "note": "a\r\nb",
        "action": "submit",
    }
    proposal = ana.follow(ana.send(page, FORM, typed_by_browser))
    assert "\r" not in proposal.response.text.replace("\r\n", "")
    again = ana.get(ALABAMA + "?rework=" + record_path_id(proposal))
    assert again.one(f"#{LATEST}summary").get_text().strip() == "One.\n\nTwo."


def record_path_id(page: Page) -> str:
    return page.path.rpartition("/")[2]


def test_a_place_without_a_record_begins_with_one_empty_period(ana: Visitor) -> None:
    page = ana.get("/desk/edit/kratom/us-al-mobile")
    assert "Nobody has researched this place yet" in page.text
    assert len(page.all("details.period-form")) == 1
    assert len(page.all("details.source")) == 1


def test_a_first_record_is_proposed(ana: Visitor) -> None:
    page = ana.get("/desk/edit/kratom/us-al-mobile")
    first = {
        "periods-0-status": "legal",
        "periods-0-summary": "No rule of its own.",
        "periods-0-sources-0-url": "https://example.org/mobile",
        "periods-0-sources-0-title": "City code",
        "periods-0-sources-0-publisher": "City of Mobile",
        "periods-0-sources-0-kind": "ordinance",
        "confidence": "medium",
        "note": "First record.",
        "action": "submit",
    }
    assert "Waiting for review" in ana.follow(ana.send(page, FORM, first)).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/edit/kratom/us-xx", 404),
        ("/desk/edit/coffee/us-al", 404),
        (ALABAMA + "?rework=abc", 400),
        (ALABAMA + "?rework=99999", 404),
        (ALABAMA + "?rework=1", 404),
    ],
)
def test_an_unknown_thing_to_edit(ana: Visitor, path: str, status: int) -> None:
    ana.get(path, status)


# Bad input: the error is at that very field, and what was typed is still there


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            LATEST + "effective_from",
            "soon",
            "Enter the year, or year-month, or full date the law took effect",
        ),
        (LATEST + "effective_from", "2016-13", "Enter the year, or year-month, or full date"),
        (LATEST + "effective_from", "٢٠١٦", "Enter the year, or year-month, or full date"),
        (LATEST + "effective_from", "", "Only the oldest period may begin at an unknown date"),
        (LATEST + "effective_until", "2015", "Enter an end that is not before the start"),
        (LATEST + "enacted_on", "May 2016", "full date the law was enacted"),
        (LATEST + "summary", "", "Say in a plain sentence what the law says"),
        (LATEST + "summary", "x" * 5001, "Keep this under 5,000 characters; it has 5,001"),
        (LATEST + "summary", "a\x00b\x07", "Remove the invisible characters"),
        (LATEST + "summary", "abc\u202edef", "Remove the invisible characters"),
        (LATEST + "answers-min_age", "eighteen", "Enter a whole number"),
        (LATEST + "answers-min_age", "18.5", "Enter a whole number"),
        (LATEST + "answers-min_age", "200", "Enter a number from 1 to 99"),
        (LATEST + "answers-min_age", "9" * 400, "Enter a whole number"),
        (LATEST + "answers-seven_oh_limit_percent", "nan", "Enter a number such as 2.5"),
        (LATEST + "answers-seven_oh_limit_percent", "1e9", "Enter a number from 0 to 100"),
        (SOURCE + "url", "javascript:alert(1)", "begins with http:// or https://"),
        (SOURCE + "url", "ftp://example.org/", "begins with http:// or https://"),
        (SOURCE + "url", "http://", "begins with http:// or https://"),
        (SOURCE + "url", "https://example.org/" + "a" * 2000, "Keep the link under 2000"),
        (SOURCE + "archived_url", "javascript:alert(1)", "begins with http:// or https://"),
        (SOURCE + "title", "", "Enter the title of the page"),
        (SOURCE + "publisher", " ", "Enter who publishes the page"),
        (SOURCE + "published_on", "yesterday", "full date the page was published"),
        (SOURCE + "accessed_on", "2016", "Enter a full date, such as 2026-07-01"),
        (SOURCE + "accessed_on", "2999-01-01", "not in the future"),
        ("last_verified", "2999-01-01", "not in the future"),
        ("last_verified", "May 2026", "full date of the newest source, or of the check"),
        ("verified_how", "", "Say how it was verified"),
        ("notes", "x\x00", "Remove the invisible characters"),
        ("note", "", "Say in a sentence what you changed and why"),
        ("note", "x" * 2001, "Keep this under 2,000 characters"),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_kept(
    ana: Visitor, field: str, value: str, message: str
) -> None:
    page = ana.get(ALABAMA)
    sent = {"note": "Why.", "notes": "Typed before.", field: value, "action": "submit"}
    refused = ana.send(page, FORM, sent, status=422)
    assert message in refused.errors()[field]
    control = refused.one(f"#{field}")
    assert control["aria-invalid"] == "true"
    assert f"{field}-error-1" in control["aria-describedby"]
    assert message in refused.one(f"#{field}-error-1").get_text()
    form = refused.form(FORM)
    if "\x00" not in value:
        assert form[field].replace("\r\n", "\n") == value
    if field != "notes":
        assert form["notes"] == "Typed before."


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (LATEST + "status", "forbidden", "Choose the status from the list"),
        (LATEST + "status", "", "Choose the status from the list"),
        (LATEST + "answers-product_rules", "prayer", "not in the codebook"),
        ("confidence", "certain", "Choose from: High, Medium, Low"),
    ],
)
def test_a_choice_outside_the_codebook(ana: Visitor, field: str, value: str, message: str) -> None:
    page = ana.get(ALABAMA)
    refused = ana.send(page, FORM, {field: value, "note": "Why.", "action": "submit"}, status=422)
    assert message in refused.errors()[field]
    assert message in refused.one(f"fieldset#{field}").get_text()


@pytest.mark.parametrize(
    "field", ["answers-possession", "force", "sources-0-kind", "sources-0-stance"]
)
def test_a_forged_choice_of_a_list(ana: Visitor, field: str) -> None:
    page = ana.get(ALABAMA)
    sent = {LATEST + field: "forged", "note": "Why.", "action": "submit"}
    assert LATEST + field in ana.send(page, FORM, sent, status=422).errors()


def test_a_period_without_a_source(ana: Visitor) -> None:
    page = ana.get("/desk/edit/kratom/us-al-mobile")
    refused = ana.send(page, FORM, {"periods-0-status": "legal", "action": "submit"}, status=422)
    assert "Add at least one source" in refused.errors()["periods-0-sources"]


def test_no_period_at_all(ana: Visitor) -> None:
    page = ana.get(ALABAMA)
    sent = Fields([pair for pair in page.form(FORM).items(multi=True) if "periods" not in pair[0]])
    sent["action"] = "submit"
    assert "Add at least one period" in ana.post(ALABAMA, sent, status=422).errors()["periods"]


def test_periods_out_of_order(ana: Visitor) -> None:
    page = ana.get(ALABAMA)
    early = {"periods-0-effective_from": "2020", "note": "Why.", "action": "submit"}
    refused = ana.send(page, FORM, early, status=422)
    assert "oldest period first" in refused.errors()["periods-1-effective_from"]
    assert refused.errors()["periods-1-effective_from"].startswith("Period 2, in force from:")


def test_all_problems_are_told_at_once_in_the_order_of_the_page(ana: Visitor) -> None:
    page = ana.get(ALABAMA)
    bad = {SOURCE + "url": "x", LATEST + "effective_from": "x", "last_verified": "x", "note": ""}
    refused = ana.send(page, FORM, {**bad, "action": "submit"}, status=422)
    fields = list(refused.errors())
    assert fields == [LATEST + "effective_from", SOURCE + "url", "last_verified", "note"]


def test_rows_left_empty_do_not_count_nor_shift_the_errors(ana: Visitor) -> None:
    page = ana.get(ALABAMA)
    page = ana.send(page, FORM, {"action": "add-source-1"}, status=200)
    page = ana.send(page, FORM, {"action": "add-source-1"}, status=200)
    bad = {"periods-1-sources-5-url": "x", "note": "Why.", "action": "submit"}
    refused = ana.send(page, FORM, bad, status=422)
    assert {id_.rpartition("-")[0] for id_ in refused.errors()} == {"periods-1-sources-5"}


@pytest.mark.parametrize("base", [None, "", "abc", "-1", "9" * 30])
@pytest.mark.parametrize("action", ["submit", "save-draft", "preview", "add-period", "take-over"])
def test_a_form_without_its_base_is_refused(ana: Visitor, base: str | None, action: str) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent["action"] = action
    sent.pop("base")
    if base is not None:
        sent["base"] = base
    assert "base" in ana.post(ALABAMA, sent, status=400).text


# Odd forms


def test_ten_thousand_sources(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    for number in range(10_000):
        sent[f"periods-1-sources-{number}-url"] = f"https://example.org/{number}"
    sent["note"], sent["action"] = "Kept.", "submit"
    refused = ana.post(ALABAMA, sent, status=422)
    assert (
        f"Keep to at most {MAX_SOURCES}. You sent 10,000" in refused.errors()["periods-1-sources"]
    )
    assert len(refused.all("#periods-1-sources details.source")) == MAX_SOURCES
    assert refused.form(FORM)["note"] == "Kept."


def test_too_many_periods_and_numbers_with_holes(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    for number in range(100, 10_000, 100):
        sent[f"periods-{number}-summary"] = f"Period {number}"
    sent["action"] = "submit"
    refused = ana.post(ALABAMA, sent, status=422)
    assert "You sent 101" in refused.errors()["periods"]
    assert len(refused.all("details.period-form")) == MAX_PERIODS
    assert refused.form(FORM)["periods-2-summary"] == "Period 100"


@pytest.mark.parametrize(
    "name",
    [
        "periods-" + "9" * 5000 + "-summary",
        "periods-²-summary",
        "periods--1-summary",
        "periods-0-periods-0-summary",
        "periods-0-sources-0-sources-0-url",
        "periods[0][summary]",
        "periods-0-answers-answers-min_age",
        "periods-0-meta",
        "__proto__",
        "periods",
        "\x00",
    ],
)
def test_names_no_form_sends_are_left_aside(ana: Visitor, name: str) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent[name], sent["note"], sent["action"] = "odd", "Why.", "submit"
    assert "Nothing differs" in ana.post(ALABAMA, sent, status=409).text


def test_of_a_name_sent_twice_the_first_counts(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent.setlist("periods-1-status", [sent["periods-1-status"], "legal"])
    sent["note"], sent["action"] = "Why.", "submit"
    assert "Nothing differs" in ana.post(ALABAMA, sent, status=409).text


def test_a_form_larger_than_the_limit(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent["notes"] = "x" * 5_000_000
    assert "more than 4 MB" in ana.post(ALABAMA, sent, status=413).text


@pytest.mark.parametrize(
    "action", ["add-source-9", "remove-period-9", "remove-source-0-9", "what", ""]
)
def test_an_unknown_button_changes_nothing(ana: Visitor, action: str) -> None:
    page = ana.get(ALABAMA)
    again = ana.send(page, FORM, {"action": action, "notes": "Kept."}, status=200)
    assert again.form(FORM)["notes"] == "Kept."
    assert len(again.form(FORM)) == len(page.form(FORM))


# Rows


def test_periods_sources_and_bills_are_added_and_removed_without_scripts(ana: Visitor) -> None:
    page = ana.send(ana.get(ALABAMA), FORM, {"action": "add-period", "notes": "Kept."}, status=200)
    page = ana.send(page, FORM, {"action": "add-source-2", "periods-2-summary": "New."}, status=200)
    assert len(page.all("#periods-2 details.source")) == 2
    page = ana.send(page, FORM, {"action": "remove-period-0"}, status=200)
    assert page.form(FORM)["periods-1-summary"] == "New."
    page = ana.send(page, FORM, {"action": "remove-source-1-0"}, status=200)
    assert len(page.all("#periods-1 details.source")) == 1
    page = ana.send(page, FORM, {"action": "add-pending"}, status=200)
    page = ana.send(page, FORM, {"action": "add-pending", "pending-0-ref": "HB 1"}, status=200)
    page = ana.send(page, FORM, {"action": "remove-pending-1"}, status=200)
    assert page.form(FORM)["pending-0-ref"] == "HB 1"
    assert page.form(FORM)["notes"] == "Kept."


def test_the_enter_key_presses_nothing_that_removes(ana: Visitor) -> None:
    first = ana.get(ALABAMA).all(f"{FORM} button")[0]
    assert first["value"] == "preview"


def test_the_preview_shows_the_changed_fields_and_sends_nothing(
    ana: Visitor, tracker: Tracker
) -> None:
    page = ana.get(ALABAMA)
    changed = {LATEST + "answers-min_age": "21", "note": "Why.", "action": "preview"}
    seen = ana.send(page, FORM, changed, status=200)
    shown = seen.one("#preview")
    assert len(shown.select(".change")) == 1
    assert "21 years" in shown.get_text()
    assert seen.form(FORM)[LATEST + "answers-min_age"] == "21"
    assert "0 proposals wait" in ana.get("/desk").text


# Drafts


def test_a_draft_keeps_what_was_typed_even_if_it_is_wrong(ana: Visitor) -> None:
    wrong = {LATEST + "effective_from": "soon", "note": "Not yet.", "action": "save-draft"}
    back = ana.follow(ana.send(ana.get(ALABAMA), FORM, wrong))
    assert "This is your draft" in back.text
    assert back.form(FORM)[LATEST + "effective_from"] == "soon"
    assert back.form(FORM)["note"] == "Not yet."
    assert ana.get("/desk").all('a[href="/desk/edit/kratom/us-al"]')


def test_a_draft_is_seen_by_its_owner_only(ana: Visitor, signed_in: SignedIn) -> None:
    ana.send(ana.get(ALABAMA), FORM, {"notes": "Secret.", "action": "save-draft"})
    for other in ("ben", "dora"):
        visitor = signed_in(other)
        assert "Secret." not in visitor.get(ALABAMA).response.text
        assert "None." in visitor.get("/desk").text


def test_a_draft_is_thrown_away(ana: Visitor) -> None:
    back = ana.follow(ana.send(ana.get(ALABAMA), FORM, {"notes": "X", "action": "save-draft"}))
    ana.send(back, "form.draft")
    assert "This is your draft" not in ana.get(ALABAMA).text


def test_a_draft_is_gone_once_sent(ana: Visitor) -> None:
    back = ana.follow(ana.send(ana.get(ALABAMA), FORM, {"notes": "X", "action": "save-draft"}))
    ana.send(back, FORM, {"note": "Why.", "action": "submit"})
    assert "This is your draft" not in ana.get(ALABAMA).text


def test_a_draft_that_cannot_be_read_is_no_hindrance(ana: Visitor, tracker: Tracker) -> None:
    ana.send(ana.get(ALABAMA), FORM, {"notes": "X", "action": "save-draft"})
    person = next(p for p in everyone(tracker) if p.handle == "ana")
    drafts.save(tracker, person, "kratom", "us-al", base_number=0, form="{no")
    assert ana.get(ALABAMA).form(FORM)["base"] == "0"


def everyone(tracker: Tracker):
    from legalmap.services.people import accounts

    return accounts.everyone(tracker)


# Sent twice


def test_the_same_form_sent_twice_makes_one_proposal(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent["notes"], sent["note"], sent["action"] = "New.", "Why.", "submit"
    ana.post(ALABAMA, sent, status=303)
    assert "You sent exactly this" in ana.post(ALABAMA, sent, status=409).text
    assert "1 waiting" in ana.get("/desk/queue").text


# A session that ended while somebody typed


def test_what_was_typed_outlives_the_session(ana: Visitor, client: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent["notes"], sent["action"] = "Typed for an hour. \x00é\u2028", "submit"
    sign_in = client.post(ALABAMA, sent, status=403)
    assert "What you typed is kept" in sign_in.text
    wrong = client.send(
        sign_in, 'form[action="/sign-in"]', {"handle": "ana", "password": "no"}, 422
    )
    welcome = client.send(
        wrong, 'form[action="/sign-in"]', {"handle": "ana", "password": PASSWORD}, status=200
    )
    back = client.send(welcome, f'form[action="{ALABAMA}"]', status=200)
    assert "Nothing has been sent yet" in back.text
    assert back.form(FORM)["notes"] == "Typed for an hour. ␀é\u2028".replace("␀", "␀")
    assert "0 proposals wait" in client.get("/desk").text
    client.send(back, FORM, {"notes": "Typed.", "note": "Why.", "action": "submit"})


def test_what_was_typed_outlives_signing_in_again_in_another_window(ana: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    sent["notes"], sent["action"] = "Typed before.", "submit"
    ana.post("/sign-in", {"handle": "ana", "password": PASSWORD}, status=303)
    refused = ana.post(ALABAMA, sent, status=403)
    back = ana.send(refused, f'form[action="{ALABAMA}"]', status=200)
    assert back.form(FORM)["notes"] == "Typed before."


def test_a_session_ends_after_half_a_day(ana: Visitor) -> None:
    page = ana.get(ALABAMA)
    with time_machine.travel(clock.now() + timedelta(hours=13), tick=False):
        refused = ana.send(page, FORM, {"notes": "Typed.", "action": "submit"}, status=403)
    assert "kept" in refused.text


@pytest.mark.parametrize("kept", ["{", "[1]", '[["a"]]', '[["base", 1]]', "[" * 100_000, "null"])
def test_a_forged_parcel_of_typed_text(ana: Visitor, kept: str) -> None:
    token = ana.get(ALABAMA).form(FORM)["csrf_token"]
    ana.post(ALABAMA, {"csrf_token": token, "kept": kept}, status=400)


def test_a_parcel_holds_no_password_nor_token(ana: Visitor, client: Visitor) -> None:
    sent = ana.get(ALABAMA).form(FORM)
    parcel = json.loads(client.post(ALABAMA, sent, status=403).form("main form")["kept"])
    assert not {"csrf_token", "action"} & {name for name, _ in parcel}
