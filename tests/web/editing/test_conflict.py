"""An edit whose record moved on: whatever it was, nothing typed or chosen is lost on the way."""

import msgspec
import pytest

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, suggestions
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.store.build import PASSWORD, queued
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor

ALABAMA, FORM, SIDES = "/desk/edit/kratom/us-al", "#edit-form", "form.conflict"
MOBILE = "/desk/edit/kratom/us-al-mobile"
THEIRS = a_payload(a_period(summary="Theirs."), notes="Theirs.")
MINE = {"notes": "Mine.", "note": "Why.", "action": "submit"}


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


def publish(tracker: Tracker, payload: Payload = THEIRS, **more: object) -> None:
    """Somebody else's change of Alabama is published meanwhile."""
    decide(tracker, propose(tracker, payload, by="dora", **more))


def collide(ana: Visitor, tracker: Tracker, query: str = "") -> Page:
    """The three sides of an edit that began before theirs was published."""
    page = ana.get(ALABAMA + query)
    publish(tracker)
    return ana.send(page, FORM, MINE, status=409)


def submitted(tracker: Tracker) -> list[tuple[str, str | None]]:
    """Kind and intent of everything that waits."""
    with tracker.store.reading() as connection:
        return [(revision.kind, revision.intent) for revision in queued(connection)]


def test_an_edit_that_collides_is_kept_as_a_draft(ana: Visitor, tracker: Tracker) -> None:
    """Whoever closes the page with the three sides comes back to what they typed."""
    sides = collide(ana, tracker)
    assert "kept as your draft" in sides.text
    back = ana.get(ALABAMA)
    assert back.form(FORM)["notes"] == "Mine."
    assert "when you send this you will see both" in back.text
    again = ana.send(back, FORM, {"action": "submit"}, status=409)
    assert again.one("fieldset.clash")


def test_choices_outlive_the_session(ana: Visitor, client: Visitor, tracker: Tracker) -> None:
    """Sign in again and go on: what was typed, and which side was chosen."""
    page = ana.get(ALABAMA)
    publish(tracker)
    sides = ana.send(page, FORM, {**MINE, "last_verified": "2026-06-01"}, status=409)
    assert len(sides.all("fieldset.clash")) == 2
    sent = sides.form(SIDES)
    sent["clash-0"], sent["action"] = "yours", "take-over"
    sign_in = client.post(ALABAMA, sent, status=403)
    assert "What you typed is kept" in sign_in.text
    signing = {"handle": "ana", "password": PASSWORD}
    welcome = client.send(sign_in, 'form[action="/sign-in"]', signing, status=200)
    back = client.send(welcome, f'form[action="{ALABAMA}"]', status=200)
    assert "Nothing has been sent yet" in back.text
    chosen = {name: value for name, value in back.form(SIDES).items() if "clash" in name}
    assert chosen == {"clash-0": "yours"}
    other = {"clash-1": "theirs", "action": "take-over"}
    merged = client.send(back, SIDES, other, status=200)
    assert merged.form(FORM)["note"] == "Why."
    client.send(merged, FORM, {"action": "submit"})


def test_a_form_that_grew_old_on_the_three_sides(ana: Visitor, tracker: Tracker) -> None:
    """Signed in again in another window: the token is another one, what was typed is not."""
    sides = collide(ana, tracker)
    sent = sides.form(SIDES)
    sent["clash-0"], sent["action"] = "theirs", "take-over"
    ana.post("/sign-in", {"handle": "ana", "password": PASSWORD}, status=303)
    refused = ana.post(ALABAMA, sent, status=403)
    back = ana.send(refused, f'form[action="{ALABAMA}"]', status=200)
    assert back.form(SIDES)["clash-0"] == "theirs"
    form = ana.send(back, SIDES, {"action": "resume"}, status=200)
    assert form.form(FORM)["notes"] == "Mine."


def test_a_law_that_changed_is_still_that_on_the_new_base(ana: Visitor, tracker: Tracker) -> None:
    """Disjoint: one press puts both together, and the kind stays."""
    page = ana.get(ALABAMA + "?intent=law-changed")
    publish(tracker, with_notes(tracker, "Theirs."))
    new = {
        "periods-2-effective_from": "2026-11",
        "periods-2-status": "regulated",
        "periods-2-summary": "A new act.",
        "periods-2-sources-0-url": "https://law.example/2026",
        "periods-2-sources-0-title": "Act 1",
        "periods-2-sources-0-publisher": "The legislature",
        "periods-2-sources-0-kind": "statute",
    }
    sides = ana.send(page, FORM, {**new, "note": "Why.", "action": "submit"}, status=409)
    assert "one press puts both together" in sides.text
    assert not sides.all("fieldset.clash")
    merged = ana.send(sides, SIDES, {"action": "take-over"}, status=200)
    assert merged.form(FORM)["intent"] == "law-changed"
    assert merged.form(FORM)["notes"] == "Theirs."
    assert merged.one(FORM).has_attr("data-unsaved")
    ana.send(merged, FORM, {"action": "submit"})
    assert submitted(tracker) == [("edit", Intent.LAW_CHANGED)]


def with_notes(tracker: Tracker, notes: str) -> Payload:
    """Alabama as it ships, with other notes."""
    return msgspec.structs.replace(proposals.payload_at(tracker, "kratom", "us-al", 0), notes=notes)


def test_of_two_first_records_the_second_is_a_correction(ana: Visitor, tracker: Tracker) -> None:
    """The kind follows what the record has become, and the author sees it."""
    page = ana.get(MOBILE)
    publish(tracker, a_payload(a_period(summary="Theirs.")), jurisdiction="us-al-mobile")
    first = {
        "periods-0-status": "banned",
        "periods-0-summary": "Mine.",
        "periods-0-sources-0-url": "https://law.example/act",
        "periods-0-sources-0-title": "The Act",
        "periods-0-sources-0-publisher": "Parliament",
        "periods-0-sources-0-kind": "statute",
        "confidence": "high",
    }
    sides = ana.send(page, FORM, {**first, "note": "Why.", "action": "submit"}, status=409)
    choices = {f"clash-{n}": "yours" for n in range(len(sides.all("fieldset.clash")))}
    merged = ana.send(sides, SIDES, {**choices, "action": "take-over"}, status=200)
    assert merged.form(FORM)["intent"] == "correction"
    ana.send(merged, FORM, {"action": "submit"})
    assert submitted(tracker) == [("edit", Intent.CORRECTION)]


@pytest.mark.parametrize(("side", "kind"), [("yours", "revert"), ("theirs", "correction")])
def test_a_revert_that_collides_is_one_only_word_for_word(
    ana: Visitor, tracker: Tracker, side: str, kind: str
) -> None:
    """With theirs in it, it is no longer what the earlier revision said."""
    publish(tracker)
    page = ana.get(ALABAMA + "?revert=0")
    publish(tracker, a_payload(a_period(summary="Later."), notes="Theirs."), base_number=1)
    sides = ana.send(page, FORM, {"action": "submit"}, status=409)
    choices = {f"clash-{n}": side for n in range(len(sides.all("fieldset.clash")))}
    merged = ana.send(sides, SIDES, {**choices, "action": "take-over"}, status=200)
    assert merged.form(FORM)["intent"] == kind
    assert merged.form(FORM)["reverts"] == "0"


def test_a_suggestion_goes_along_to_the_new_base(ana: Visitor, tracker: Tracker) -> None:
    """And is closed by what is sent in the end."""
    suggested = {"text": "There is a new act.", "url": "https://law.example/2026"}
    number = suggestions.suggest(tracker, "kratom", "us-al", **suggested)
    page = ana.get(f"{ALABAMA}?suggestion={number}")
    publish(tracker, with_notes(tracker, "Theirs."))
    mine = {"last_verified": "2026-06-01", "verified_how": "source-date", "note": "Why."}
    sides = ana.send(page, FORM, {**mine, "action": "submit"}, status=409)
    merged = ana.send(sides, SIDES, {"action": "take-over"}, status=200)
    assert merged.form(FORM)["suggestion"] == str(number)


def test_an_author_comes_back_to_a_stale_proposal(ana: Visitor, tracker: Tracker) -> None:
    """Three sides at once, and the kind and the note of what they had sent."""
    sent = ana.send(ana.get(ALABAMA), FORM, MINE)
    publish(tracker, with_notes(tracker, "Theirs."))
    address = sent.response.headers["Location"]
    rework = str(ana.get(address).one('a[href*="?rework="]')["href"])
    sides = ana.get(rework)
    assert "revision 0: where you began" in sides.text.lower()
    clash = sides.one("fieldset.clash").get_text(" ", strip=True)
    assert "Mine." in clash
    assert "Theirs." in clash
    chosen = {"clash-0": "yours", "action": "take-over"}
    merged = ana.send(sides, SIDES, chosen, status=200)
    assert merged.form(FORM)["note"] == "Why."
    assert merged.form(FORM)["reworks"] == address.rpartition("/")[2]
    ana.send(merged, FORM, {"action": "submit"})
