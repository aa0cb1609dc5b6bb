"""The edit form knows what kind of edit it is: how it opens, what it asks, and that it can be changed."""

import pytest

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.suggestions import Outcome
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from tests.build import a_payload, a_period
from tests.services.build import decide, person, propose
from tests.store.build import queued
from tests.web.conftest import SignedIn
from tests.web.visit import Page, Visitor

ALABAMA, FORM = "/desk/edit/kratom/us-al", "#edit-form"
# How many periods Alabama has as it ships.
SHIPPED = 2


@pytest.fixture
def ana(signed_in: SignedIn) -> Visitor:
    """A contributor."""
    return signed_in("ana")


def chosen(page: Page) -> str:
    """The kind of edit that the form says it is."""
    return page.form(FORM)["intent"]


def kinds(page: Page) -> list[str]:
    """The kinds of edit to choose from."""
    return [str(button["value"]) for button in page.all('#intent input[type="radio"]')]


def a_new_law(at: int = SHIPPED) -> dict[str, str]:
    """What somebody types about a law that changed."""
    period, source = f"periods-{at}-", f"periods-{at}-sources-0-"
    return {
        period + "effective_from": "2026-11-01",
        period + "status": "regulated",
        period + "summary": "A new act regulates it.",
        source + "url": "https://law.example/2026/11",
        source + "title": "Act 11 of 2026",
        source + "publisher": "The legislature",
        source + "kind": "statute",
        "note": "A new act.",
    }


def submitted(tracker: Tracker) -> list[tuple[str, str | None]]:
    """Kind and intent of everything in the queue."""
    with tracker.store.reading() as connection:
        return [(revision.kind, revision.intent) for revision in queued(connection)]


def publish_ban(tracker: Tracker) -> None:
    """Revision 1 of Alabama: a ban."""
    decide(tracker, propose(tracker, a_payload(a_period(status="banned"))))


# How it opens


@pytest.mark.parametrize(
    ("path", "kind", "periods"),
    [
        # Nobody said: what is published may be mended.
        (ALABAMA, "correction", SHIPPED),
        (ALABAMA + "?intent=correction", "correction", SHIPPED),
        # The law changed: an empty period at the end.
        (ALABAMA + "?intent=law-changed", "law-changed", SHIPPED + 1),
        # A place without a record has no choice.
        ("/desk/edit/kratom/us-al-mobile", "first-record", 1),
        ("/desk/edit/kratom/us-al-mobile?intent=law-changed", "first-record", 1),
        # Nobody goes back without saying to which revision.
        (ALABAMA + "?intent=revert", "correction", SHIPPED),
        (ALABAMA + "?intent=first-record", "correction", SHIPPED),
    ],
)
def test_the_form_opens_as_what_it_is(ana: Visitor, path: str, kind: str, periods: int) -> None:
    """Chosen by the address, or by itself where there is but one."""
    page = ana.get(path)
    assert chosen(page) == kind
    assert len(page.all("details.period-form")) == periods


def test_where_the_law_changed_the_older_periods_are_folded(ana: Visitor) -> None:
    """Only the new one is open, with an empty source in it."""
    page = ana.get(ALABAMA + "?intent=law-changed")
    opened = [str(period["id"]) for period in page.all("details.period-form[open]")]
    assert opened == [f"periods-{SHIPPED}"]
    assert len(page.all(f"#periods-{SHIPPED} details.source")) == 1
    assert page.form(FORM)[f"periods-{SHIPPED}-summary"] == ""


def test_a_check_of_the_sources_has_a_page_of_its_own(ana: Visitor) -> None:
    """One click from anywhere."""
    sent = ana.get(ALABAMA + "?intent=verification", status=303)
    assert sent.response.headers["Location"] == "/desk/verify/kratom/us-al"
    assert ana.get(ALABAMA).all('.kind a[href="/desk/verify/kratom/us-al"]')


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("intent=forged", 400),
        ("revert=abc", 400),
        ("revert=-1", 400),
        ("revert=99", 404),
        ("suggestion=x", 400),
        ("suggestion=99", 404),
        ("suggestion=²", 400),
    ],
)
def test_an_address_that_asks_for_nonsense(ana: Visitor, query: str, status: int) -> None:
    """It says which part of it cannot be read."""
    page = ana.get(f"{ALABAMA}?{query}", status)
    assert status == 404 or query.partition("=")[0] in page.text


# What it asks


def test_a_law_that_changed_is_sent_as_such(ana: Visitor, tracker: Tracker) -> None:
    """The kind is kept with the submission."""
    page = ana.get(ALABAMA + "?intent=law-changed")
    ana.send(page, FORM, {**a_new_law(), "action": "submit"})
    assert submitted(tracker) == [("edit", Intent.LAW_CHANGED)]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        # The new period was left empty.
        ({"notes": "More."}, "add a period or the day the last one ended"),
        # An older one is another than it was.
        ({**a_new_law(), "periods-0-summary": "Mended."}, "leaves the older periods as they are"),
    ],
)
def test_an_edit_that_is_no_change_of_law_asks_for_another_kind(
    ana: Visitor, typed: dict[str, str], message: str
) -> None:
    """At the choice itself, with everything typed still there; then it can be sent."""
    page = ana.get(ALABAMA + "?intent=law-changed")
    refused = ana.send(page, FORM, {**typed, "note": "Why.", "action": "submit"}, status=422)
    assert message in refused.errors()["intent"]
    assert message in refused.one("fieldset#intent").get_text()
    form = refused.form(FORM)
    assert all(form[name] == value for name, value in typed.items() if name != "note")
    ana.send(refused, FORM, {"intent": "correction", "action": "submit"})


def test_the_end_of_a_law_is_a_change_of_law(ana: Visitor, tracker: Tracker) -> None:
    """An emergency rule that lapses: no new period is needed."""
    page = ana.get(ALABAMA + "?intent=law-changed")
    last = f"periods-{SHIPPED - 1}-effective_until"
    ana.send(page, FORM, {last: "2026-12-31", "note": "It lapses.", "action": "submit"})
    assert submitted(tracker) == [("edit", Intent.LAW_CHANGED)]


@pytest.mark.parametrize("intent", ["forged", "genesis", "LAW-CHANGED"])
def test_a_forged_kind_is_refused_at_the_choice(ana: Visitor, intent: str) -> None:
    """And what was typed is kept."""
    page = ana.get(ALABAMA)
    sent = {"intent": intent, "notes": "Typed.", "note": "Why.", "action": "submit"}
    refused = ana.send(page, FORM, sent, status=422)
    assert "Choose what kind of edit this is" in refused.errors()["intent"]
    assert refused.form(FORM)["notes"] == "Typed."


def test_a_first_record_is_sent_as_one(ana: Visitor, tracker: Tracker) -> None:
    """Without anybody choosing."""
    page = ana.get("/desk/edit/kratom/us-al-mobile")
    ana.send(page, FORM, {**a_new_law(0), "confidence": "low", "action": "submit"})
    assert submitted(tracker) == [("edit", Intent.FIRST_RECORD)]


# Changing one's mind


def test_the_kind_is_changed_without_losing_what_is_typed(ana: Visitor) -> None:
    """An empty period comes and goes with it; one in which something is typed stays."""
    page = ana.send(ana.get(ALABAMA), FORM, {"notes": "Typed."}, status=200)
    changed = {"intent": "law-changed", "action": "choose-kind"}
    page = ana.send(page, FORM, changed, status=200)
    assert len(page.all("details.period-form")) == SHIPPED + 1
    page = ana.send(page, FORM, {"intent": "correction", "action": "choose-kind"}, status=200)
    assert len(page.all("details.period-form")) == SHIPPED
    page = ana.send(page, FORM, changed, status=200)
    summary = f"periods-{SHIPPED}-summary"
    sent = {"intent": "correction", summary: "A new act.", "action": "choose-kind"}
    page = ana.send(page, FORM, sent, status=200)
    assert page.form(FORM)[summary] == "A new act."
    assert page.form(FORM)["notes"] == "Typed."
    page = ana.send(page, FORM, changed, status=200)
    assert len(page.all("details.period-form")) == SHIPPED + 1


def test_a_draft_keeps_the_kind_and_another_may_be_asked_for(ana: Visitor) -> None:
    """A link to another kind takes nothing from the draft."""
    page = ana.get(ALABAMA + "?intent=law-changed")
    back = ana.follow(ana.send(page, FORM, {"notes": "Typed.", "action": "save-draft"}))
    assert chosen(back) == "law-changed"
    assert len(back.all("details.period-form")) == SHIPPED + 1
    other = ana.get(ALABAMA + "?intent=correction")
    assert (chosen(other), other.form(FORM)["notes"]) == ("correction", "Typed.")
    assert len(other.all("details.period-form")) == SHIPPED


# Going back to an earlier revision


def test_the_form_opens_with_an_earlier_revision(ana: Visitor, tracker: Tracker) -> None:
    """The note says which; a reviewer and the history are told that it is a revert."""
    before = ana.get(ALABAMA).form(FORM)
    publish_ban(tracker)
    page = ana.get(ALABAMA + "?revert=0")
    assert chosen(page) == "revert"
    assert kinds(page) == ["law-changed", "correction", "revert"]
    filled = page.form(FORM)
    assert filled["base"] == "1"
    assert filled["note"].startswith("Back to revision 0, published on ")
    told_apart = {"csrf_token", "last_sent", "base", "note", "intent", "reverts"}
    assert {name: value for name, value in filled.items() if name not in told_apart} == {
        name: value for name, value in before.items() if name not in told_apart
    }
    sent = ana.follow(ana.send(page, FORM, {"action": "submit"}))
    assert "Back to revision 0" in sent.text
    assert submitted(tracker) == [("revert", Intent.REVERT)]


def test_a_revert_that_says_something_else_is_a_correction(ana: Visitor, tracker: Tracker) -> None:
    """Word for word or not at all; with the other kind chosen it can be sent."""
    publish_ban(tracker)
    page = ana.get(ALABAMA + "?revert=0")
    refused = ana.send(page, FORM, {"notes": "And more.", "action": "submit"}, status=422)
    assert "word for word" in refused.errors()["intent"]
    assert refused.form(FORM)["notes"] == "And more."
    ana.send(refused, FORM, {"intent": "correction", "action": "submit"})
    assert submitted(tracker) == [("edit", Intent.CORRECTION)]


def test_a_draft_is_not_set_aside_by_going_back(ana: Visitor, tracker: Tracker) -> None:
    """What was typed comes first, and the page says how to go on."""
    publish_ban(tracker)
    ana.send(ana.get(ALABAMA), FORM, {"notes": "Typed.", "action": "save-draft"})
    page = ana.get(ALABAMA + "?revert=0")
    assert page.form(FORM)["notes"] == "Typed."
    assert "Throw this draft away first if you want to go back to revision 0" in page.text


def test_a_draft_of_a_revert_comes_back_as_one(ana: Visitor, tracker: Tracker) -> None:
    """With the revision it goes back to."""
    publish_ban(tracker)
    page = ana.get(ALABAMA + "?revert=0")
    back = ana.follow(ana.send(page, FORM, {"action": "save-draft"}))
    assert (chosen(back), back.form(FORM)["reverts"]) == ("revert", "0")
    assert "Throw this draft away first" not in ana.get(ALABAMA + "?revert=0").text
    ana.send(back, FORM, {"action": "submit"})
    assert submitted(tracker) == [("revert", Intent.REVERT)]


def test_a_rework_keeps_its_kind(ana: Visitor, tracker: Tracker) -> None:
    """Also a withdrawn revert still knows to which revision it goes back."""
    publish_ban(tracker)
    sent = ana.follow(ana.send(ana.get(ALABAMA + "?revert=0"), FORM, {"action": "submit"}))
    number = sent.path.rpartition("/")[2]
    ana.send(sent, f'form[action="/desk/proposals/{number}/withdraw"]')
    again = ana.get(f"{ALABAMA}?rework={number}")
    assert (chosen(again), again.form(FORM)["reverts"]) == ("revert", "0")


# Answering a suggestion of a reader


@pytest.fixture
def suggestion(tracker: Tracker) -> str:
    """A reader says that something about Alabama is wrong; gives its number."""
    suggested = {"text": "There is a new act.", "url": "https://law.example/2026/11"}
    return str(suggestions.suggest(tracker, "kratom", "us-al", **suggested))


def test_a_suggestion_is_closed_by_the_proposal_that_answers_it(
    ana: Visitor, tracker: Tracker, suggestion: str
) -> None:
    """Through a draft, with the proposal named."""
    page = ana.get(f"{ALABAMA}?suggestion={suggestion}")
    assert page.all(f'main a[href="/desk/suggestions/{suggestion}"]')
    back = ana.follow(ana.send(page, FORM, {"notes": "Typed.", "action": "save-draft"}))
    assert back.form(FORM)["suggestion"] == suggestion
    sent = ana.follow(ana.send(back, FORM, {"note": "As suggested.", "action": "submit"}))
    closed = suggestions.sheet(tracker, person(tracker, "ana"), int(suggestion)).suggestion
    assert closed.outcome is Outcome.PROPOSED
    assert str(closed.revision_id) == sent.path.rpartition("/")[2]


def test_a_draft_takes_up_a_suggestion_that_comes_later(ana: Visitor, suggestion: str) -> None:
    """With everything typed before still there."""
    ana.send(ana.get(ALABAMA), FORM, {"notes": "Typed.", "action": "save-draft"})
    filled = ana.get(f"{ALABAMA}?suggestion={suggestion}").form(FORM)
    assert (filled["suggestion"], filled["notes"]) == (suggestion, "Typed.")


@pytest.mark.parametrize("action", ["submit", "save-draft"])
def test_a_suggestion_about_another_record_closes_nothing(
    ana: Visitor, tracker: Tracker, suggestion: str, action: str
) -> None:
    """Whether by the address or forged in the form."""
    ana.get(f"/desk/edit/kratom/us-tx?suggestion={suggestion}", status=404)
    forged = {"suggestion": suggestion, "notes": "X", "note": "Why.", "action": action}
    ana.send(ana.get("/desk/edit/kratom/us-tx"), FORM, forged, status=404)
    still_open = suggestions.sheet(tracker, person(tracker, "ana"), int(suggestion)).suggestion
    assert still_open.closed_at is None
    assert submitted(tracker) == []
