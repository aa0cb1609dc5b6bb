"""Drafts keep themselves: what the script of the form sends and is told, and that nothing is lost."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from legalmap.services.core.tracker import Tracker
from legalmap.store.desk import drafts
from tests.services.build import person
from tests.store.build import PASSWORD
from tests.web.conftest import SignedIn
from tests.web.visit import BROWSER, Fields, Visitor

ALABAMA, FORM = "/desk/edit/kratom/us-al", "#edit-form"
DRAFT = ALABAMA + "/draft"
LATEST = "periods-1-"


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


def typing(visitor: Visitor, **typed: str) -> Fields:
    """What the form of Alabama sends once something was typed."""
    sent = visitor.get(ALABAMA).form(FORM)
    for name, value in typed.items():
        sent[name] = value
    return sent


def keep(visitor: Visitor, sent: Fields, path: str = DRAFT) -> TestResponse:
    """Send the form as the script does."""
    return visitor.http.post(path, data=sent.to_dict(flat=False), headers=BROWSER)


def said(answer: TestResponse) -> dict[str, Any]:
    """The answer to the script."""
    assert answer.mimetype == "application/json", answer.text[:300]
    content: dict[str, Any] = json.loads(answer.data)
    return content


def test_what_is_typed_is_kept_and_the_answer_says_when(ana: Visitor) -> None:
    """Valid or not, and only its owner sees it."""
    answer = keep(ana, typing(ana, notes="Typed.", **{LATEST + "effective_from": "soon"}))
    assert answer.status_code == 200
    assert set(said(answer)) == {"kept_at", "hints"}
    back = ana.get(ALABAMA)
    assert "This is your draft" in back.text
    assert back.form(FORM)["notes"] == "Typed."
    assert back.form(FORM)[LATEST + "effective_from"] == "soon"


def test_the_last_one_counts(ana: Visitor) -> None:
    """Each takes the place of the one before."""
    for text in ("One.", "Two."):
        assert keep(ana, typing(ana, notes=text)).status_code == 200
    assert ana.get(ALABAMA).form(FORM)["notes"] == "Two."
    assert len(ana.get("/desk").all('a[href="/desk/edit/kratom/us-al"]')) == 1


def test_the_answer_holds_what_is_worth_a_second_look(ana: Visitor) -> None:
    """Each at the id of its field, where the page shows it too, and nothing about what is old."""
    assert said(keep(ana, typing(ana, notes="Typed.")))["hints"] == []
    source = LATEST + "sources-0-url"
    hints = said(keep(ana, typing(ana, **{source: "https://bit.ly/3x"})))["hints"]
    by_field = {hint["id"]: hint for hint in hints}
    assert by_field[source]["where"] == "Period 2, source 1, link"
    assert "bit.ly hides where a link leads" in by_field[source]["message"]
    page = ana.get(ALABAMA)
    assert "bit.ly hides" in page.one(f'[data-hints="{source}"]').get_text()
    assert f"{source}-hints" in page.one(f"#{source}")["aria-describedby"]
    assert page.one(f'#hints a[href="#{source}"]').get_text() == "Period 2, source 1, link"


def test_hints_do_not_hinder_sending(ana: Visitor) -> None:
    """They are questions, not refusals, and stand beside a problem without hiding it."""
    sent = typing(ana, note="Why.", **{LATEST + "sources-0-url": "https://bit.ly/3x"})
    bad = Fields(sent)
    bad["note"], bad["action"] = "", "submit"
    refused = ana.post(ALABAMA, bad, status=422)
    assert list(refused.errors()) == ["note"]
    assert "bit.ly hides" in refused.one("#hints").get_text()
    sent["action"] = "submit"
    ana.post(ALABAMA, sent, status=303)


def test_a_row_left_empty_does_not_shift_the_hints(ana: Visitor) -> None:
    """The second of two rows is the second, though the first says nothing."""
    page = ana.send(ana.get(ALABAMA), FORM, {"action": "add-source-1"}, status=200)
    count = len(page.all("#periods-1 details.source"))
    page = ana.send(page, FORM, {"action": "add-source-1"}, status=200)
    sent = page.form(FORM)
    sent[f"periods-1-sources-{count}-url"] = "https://t.co/1"
    fields = {hint["id"] for hint in said(keep(ana, sent))["hints"]}
    assert f"periods-1-sources-{count}-url" in fields


# What may go wrong


def test_a_session_that_ended_is_told_and_what_is_typed_is_not_lost(
    ana: Visitor, client: Visitor
) -> None:
    """The script hears 401; pressing the button then leads through sign-in and back."""
    sent = typing(ana, notes="Typed for an hour.")
    answer = keep(client, sent)
    assert answer.status_code == 401
    assert "Sign in to go on" in said(answer)["message"]
    sent["action"] = "save-draft"
    sign_in = client.post(ALABAMA, sent, status=403)
    welcome = client.send(
        sign_in, 'form[action="/sign-in"]', {"handle": "ana", "password": PASSWORD}, status=200
    )
    back = client.send(welcome, f'form[action="{ALABAMA}"]', status=200)
    assert back.form(FORM)["notes"] == "Typed for an hour."
    assert back.one(FORM).has_attr("data-unsaved")
    assert keep(client, back.form(FORM)).status_code == 200


def test_a_form_that_is_not_from_here_keeps_nothing(ana: Visitor) -> None:
    """Without its token, with that of another session, or sent by another site."""
    sent = typing(ana, notes="Forged.")
    without = Fields([pair for pair in sent.items(multi=True) if pair[0] != "csrf_token"])
    assert keep(ana, without).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    data = sent.to_dict(flat=False)
    assert ana.http.post(DRAFT, data=data, headers=foreign).status_code == 403
    assert "This is your draft" not in ana.get(ALABAMA).text


@pytest.mark.parametrize("base", [None, "", "abc", "999"])
def test_a_form_without_its_base_keeps_nothing(ana: Visitor, base: str | None) -> None:
    """No base, no draft: nobody would know what it was typed on."""
    sent = typing(ana, notes="Typed.")
    sent.pop("base")
    if base is not None:
        sent["base"] = base
    assert keep(ana, sent).status_code in (400, 404)
    assert "This is your draft" not in ana.get(ALABAMA).text


def test_a_form_too_long_for_a_draft_is_told_and_leaves_the_draft_before(ana: Visitor) -> None:
    """The script shows the sentence; what is typed stands in the form."""
    keep(ana, typing(ana, notes="Short."))
    answer = keep(ana, typing(ana, notes="x" * 1_100_000))
    assert answer.status_code == 422
    assert "too long to be kept as a draft" in said(answer)["message"]
    assert ana.get(ALABAMA).form(FORM)["notes"] == "Short."


@pytest.mark.parametrize("path", ["/desk/edit/kratom/us-xx/draft", "/desk/edit/tea/us-al/draft"])
def test_a_draft_of_nothing(ana: Visitor, path: str) -> None:
    """An unknown place or topic."""
    assert keep(ana, typing(ana), path).status_code == 404


def test_another_draft_is_not_overwritten_by_itself(ana: Visitor, tracker: Tracker) -> None:
    """Whoever reworks a proposal while they have a draft is told, and only the button replaces it."""
    sent = typing(ana, notes="Proposed.", note="Why.", action="submit")
    number = ana.post(ALABAMA, sent, status=303).response.headers["Location"].rpartition("/")[2]
    keep(ana, typing(ana, notes="Another draft."))
    rework = ana.get(f"{ALABAMA}?rework={number}")
    refused = keep(ana, rework.form(FORM))
    assert refused.status_code == 409
    assert "You have another draft of this record" in said(refused)["message"]
    assert ana.get(ALABAMA).form(FORM)["notes"] == "Another draft."
    back = ana.follow(ana.send(rework, FORM, {"notes": "Reworked.", "action": "save-draft"}))
    assert back.form(FORM)["notes"] == "Reworked."


def test_what_was_sent_for_review_does_not_come_back_as_a_draft(ana: Visitor) -> None:
    """The script’s last words may arrive after the proposal; the button and a fresh form keep again."""
    sent = typing(ana, notes="Typed.", note="Why.")
    ana.post(ALABAMA, Fields([*sent.items(multi=True), ("action", "submit")]), status=303)
    late = keep(ana, sent)
    assert late.status_code == 409
    assert "You sent a proposal for this record after you opened this form" in said(late)["message"]
    assert "This is your draft" not in ana.get(ALABAMA).text
    assert keep(ana, typing(ana, notes="Something else.")).status_code == 200
    on_purpose = Fields([*sent.items(multi=True), ("action", "save-draft")])
    assert ana.follow(ana.post(ALABAMA, on_purpose, status=303)).form(FORM)["notes"] == "Typed."


@pytest.mark.parametrize("known", [None, "", "abc", "-1", "9" * 30])
def test_a_form_that_does_not_say_what_it_knew_of_knew_of_nothing(
    ana: Visitor, known: str | None
) -> None:
    """It keeps drafts until its owner sends the first proposal."""
    sent = typing(ana, notes="Typed.", note="Why.")
    sent.pop("last_sent")
    if known is not None:
        sent["last_sent"] = known
    assert keep(ana, sent).status_code == 200
    ana.post(ALABAMA, Fields([*sent.items(multi=True), ("action", "submit")]), status=303)
    assert keep(ana, sent).status_code == 409


def test_drafts_of_two_people_do_not_meet(
    ana: Visitor, signed_in: SignedIn, tracker: Tracker
) -> None:
    """Nor does one see that there is another."""
    dora = signed_in("dora")
    keep(ana, typing(ana, notes="Ana’s."))
    keep(dora, typing(dora, notes="Dora’s."))
    assert ana.get(ALABAMA).form(FORM)["notes"] == "Ana’s."
    assert dora.get(ALABAMA).form(FORM)["notes"] == "Dora’s."
    with tracker.store.reading() as connection:
        held = drafts.of_person(connection, person(tracker, "dora").id)
    assert [draft.jurisdiction for draft in held] == ["us-al"]
