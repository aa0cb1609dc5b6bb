"""From proposal to publication over HTTP, and everything that must stop it."""

import msgspec
import pytest

from legalmap.services.core.tracker import Tracker
from tests.store.build import PASSWORD, fresh_code
from tests.web.conftest import SignedIn
from tests.web.deciding import APPROVE, CHECKS, VERDICT, against, approve
from tests.web.visit import PROVING, Page, Visitor

ALABAMA = "/desk/edit/kratom/us-al"
EDIT = "#edit-form"
WITHDRAW = 'form[action$="/withdraw"]'


def propose(visitor: Visitor, path: str = ALABAMA, **changed: str) -> str:
    """Change a record; gives the path of the proposal."""
    fields = {"note": "The statute changed.", "action": "submit", **(changed or {"notes": "New."})}
    return visitor.send(visitor.get(path), EDIT, fields).response.headers["Location"]


# The whole path


def test_propose_review_publish_visible(signed_in: SignedIn, client: Visitor, dialect: str) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    before = client.http.get("/export/kratom.json").get_json()
    assert "A brand-new sentence" not in client.get("/kratom/us-al").text
    proposal = propose(ana, **{"periods-1-summary": "A brand-new sentence about Alabama."})
    assert "A brand-new sentence" not in client.get("/kratom/us-al").text
    assert "us-al" in proposal or "Alabama" in ben.get("/desk/queue").text
    page = ben.get(proposal)
    assert "1 field changed" in page.text
    assert "Period from 10 May 2016 › Summary" in page.text
    approve(ben, proposal)
    assert "A brand-new sentence" in client.get("/kratom/us-al").text
    assert "Nothing waits" in ben.get("/desk/queue").text
    history = client.get("/kratom/us-al/history").text
    assert "ana" in history
    assert "ben" in history
    after = client.http.get("/export/kratom.json")
    assert "A brand-new sentence" in after.text
    assert before != after.get_json()
    assert "Published" in ana.get("/desk").text


def test_the_review_page_says_all_there_is_to_know(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    form = ana.get(ALABAMA).form(EDIT)
    summary = form["periods-1-summary"].replace("Schedule I", "Schedule II")
    page = ana.send(ana.get(ALABAMA), EDIT, {"action": "add-source-1"}, status=200)
    added = {
        "periods-1-summary": summary,
        "periods-1-answers-min_age": "21",
        "periods-1-sources-4-url": "https://law.example/new?a=1&b=2",
        "periods-1-sources-4-title": "The <new> act",
        "periods-1-sources-4-publisher": "Legislature",
        "periods-1-sources-4-kind": "statute",
        "note": "Found the <b>act</b>.",
        "action": "submit",
    }
    proposal = ana.send(page, EDIT, added).response.headers["Location"]
    seen = ben.get(proposal)
    assert [d.get_text().strip() for d in seen.all(".change del")] == ["I"]
    assert [i.get_text().strip() for i in seen.all(".change ins")] == ["II"]
    link = seen.one('.diff a[href="https://law.example/new?a=1&b=2"]')
    assert link.get_text() == "The <new> act"
    assert "Found the <b>act</b>." in seen.text
    assert "Waiting for review" in seen.text
    assert "by ana" in seen.text
    assert "21 years" in seen.text
    assert len(seen.all(".diff > .change")) == 3


# What must stop it


def test_nobody_approves_their_own_work(signed_in: SignedIn, client: Visitor) -> None:
    ben = signed_in("ben")
    proposal = propose(ben, notes="By ben.")
    page = ben.get(proposal)
    assert "You wrote this: somebody else has to review it." in page.text
    assert not page.all(VERDICT)
    forged = {
        **token(page),
        "verdict": "approve",
        "payload_sha256": sha(signed_in("cleo"), proposal),
    }
    refused = ben.post(f"{proposal}/verdict", forged, status=403)
    assert "somebody else has to review" in refused.text
    assert "By ben." not in client.get("/kratom/us-al").text


def token(page: Page) -> dict[str, str]:
    return {"csrf_token": str(page.all('input[name="csrf_token"]')[0]["value"])}


def sha(visitor: Visitor, proposal: str) -> str:
    return visitor.get(proposal).form(VERDICT)["payload_sha256"]


@pytest.mark.parametrize("verdict", ["approve", "reject", "request-changes"])
def test_a_contributor_reads_but_does_not_decide(signed_in: SignedIn, verdict: str) -> None:
    proposal = propose(signed_in("ana"))
    dora = signed_in("dora")
    page = dora.get(proposal)
    assert "Your role (contributor) lets you read this" in page.text
    sent = {**token(page), "verdict": verdict, "comment": "x", "payload_sha256": "0" * 64}
    dora.post(f"{proposal}/verdict", sent, status=403)


@pytest.mark.parametrize("second", ["approve", "reject", "request-changes"])
def test_deciding_twice_says_who_and_when(signed_in: SignedIn, second: str) -> None:
    proposal = propose(signed_in("ana"))
    ben, cleo = signed_in("ben"), signed_in("cleo")
    open_before = cleo.get(proposal)
    approve(ben, proposal)
    verdict = {**against(second, "My reasons."), "checks": CHECKS}
    refused = cleo.send(open_before, VERDICT, verdict, status=409)
    assert "Already decided: ben approved it on" in refused.text
    assert "UTC" in refused.text
    assert "My reasons." in refused.one("#unsent").get_text()


def test_a_replayed_verdict_changes_nothing(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    proposal = propose(ana)
    sent = ben.get(proposal).form(VERDICT)
    sent["verdict"] = "approve"
    sent.setlist("checks", CHECKS)
    ben.post(f"{proposal}/verdict", sent, status=303)
    ben.post(f"{proposal}/verdict", sent, status=303)
    assert len(ben.get(proposal).all(".word")) == 1
    sent["verdict"] = "reject"
    assert "ben approved it" in ben.post(f"{proposal}/verdict", sent, status=409).text
    ben.post("/sign-out", token(ben.get("/desk")), status=303)
    ben.post(f"{proposal}/verdict", sent, status=403)


@pytest.mark.parametrize("sent", ["", "0" * 64, "nonsense"])
def test_a_verdict_on_other_content_than_was_seen(signed_in: SignedIn, sent: str) -> None:
    proposal = propose(signed_in("ana"))
    ben = signed_in("ben")
    refused = ben.send(ben.get(proposal), VERDICT, {**APPROVE, "payload_sha256": sent}, status=409)
    assert "not this revision" in refused.text


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"verdict": "approve"}, "checks", "Tick this before you approve: “I opened the sources"),
        ({"verdict": "reject", "comment": "Hm."}, "reasons", "Choose at least one reason"),
        ({"verdict": "reject", "reasons": "mood", "comment": "Hm."}, "reasons", "from the list"),
        ({"verdict": "reject"}, "comment", "Say why"),
        ({"verdict": "request-changes", "comment": "  "}, "comment", "Say why"),
        ({"comment": "Hm."}, "verdict", "Choose one of the verdicts"),
        ({"verdict": "burn", "comment": "Hm."}, "verdict", "Choose one of the verdicts"),
        ({"verdict": "reject", "comment": "x" * 5001}, "comment", "Keep this under 5,000"),
        ({"verdict": "reject", "comment": "a\x00"}, "comment", "invisible characters"),
    ],
)
def test_a_verdict_that_lacks_something(
    signed_in: SignedIn, sent: dict[str, str], field: str, message: str
) -> None:
    proposal = propose(signed_in("ana"))
    ben = signed_in("ben")
    refused = ben.send(ben.get(proposal), VERDICT, sent, status=422)
    assert message in refused.errors()[field]
    assert refused.one("#comment").get_text().strip()[:3] == sent.get("comment", "").strip()[
        :3
    ].replace("\x00", "␀")


@pytest.mark.parametrize("path", ["/desk/proposals/99999", "/desk/proposals/1"])
def test_no_such_proposal(signed_in: SignedIn, path: str) -> None:
    signed_in("ben").get(path, status=404)


# Two reviewers


@pytest.fixture
def careful(tracker: Tracker) -> None:
    """The topic asks for two reviewers where possession becomes or ceases to be prohibited."""
    kratom = tracker.topic("kratom")
    review = msgspec.structs.replace(kratom.review, two_approvals=True)
    tracker.topics["kratom"] = msgspec.structs.replace(kratom, review=review)


@pytest.mark.usefixtures("careful")
def test_what_is_grave_is_published_by_the_second_reviewer(
    signed_in: SignedIn, client: Visitor
) -> None:
    ana, ben, cleo = signed_in("ana"), signed_in("ben"), signed_in("cleo")
    lifted = {"periods-1-answers-possession": "allowed", "periods-1-summary": "Lifted."}
    proposal = propose(ana, **lifted)
    page = ben.get(proposal)
    assert "Another reviewer has to approve it too before it is published." in page.text
    assert "“Possession: prohibited” begins or ceases to hold." in page.text
    after = ben.follow(ben.send(page, VERDICT, APPROVE))
    assert "It is published when another reviewer approves it too." in after.soup.get_text()
    assert after.path == "/desk/queue"
    assert "Approved once, waiting for a second reviewer" in after.text
    assert "Lifted." not in client.get("/kratom/us-al").text
    seen = ben.get(proposal)
    assert "You approved this. Another reviewer has to approve it too" in seen.text
    offered = [str(button["value"]) for button in seen.all('input[name="verdict"]')]
    assert offered == ["request-changes", "reject"]
    second = cleo.get(proposal)
    assert "ben approved this on" in second.text
    cleo.send(second, VERDICT, APPROVE)
    assert "Lifted." in client.get("/kratom/us-al").text
    history = client.get("/kratom/us-al/history").text
    assert "cleo" in history


@pytest.mark.usefixtures("careful")
def test_an_author_may_still_withdraw_what_one_reviewer_approved(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    proposal = propose(ana, **{"periods-1-answers-possession": "allowed"})
    approve(ben, proposal)
    ana.send(ana.get(proposal), WITHDRAW)
    assert "Nothing waits" in ben.get("/desk/queue").text


# Reworking and withdrawing


def test_request_changes_rework_approve(signed_in: SignedIn, client: Visitor) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    proposal = propose(ana, notes="First try.")
    ben.send(ben.get(proposal), VERDICT, against("request-changes", "Cite it."))
    desk = ana.get("/desk")
    assert "Changes requested" in desk.text
    assert "Something else" in desk.text
    assert "Cite it." in desk.text
    again = ana.get(str(desk.one('a[href*="?rework="]')["href"]))
    assert again.form(EDIT)["notes"] == "First try."
    assert again.form(EDIT)["note"] == "The statute changed."
    second = ana.send(again, EDIT, {"notes": "Second try.", "action": "submit"})
    second_path = second.response.headers["Location"]
    assert second_path != proposal
    assert ben.get(second_path).all(f'a[href="{proposal}"]')
    approve(ben, second_path)
    assert "Second try." in client.get("/kratom/us-al").text


def test_who_reworks_anothers_proposal_does_not_free_its_author_to_review(
    signed_in: SignedIn,
) -> None:
    ben, cleo = signed_in("ben"), signed_in("cleo")
    proposal = propose(ben, notes="By ben.")
    cleo.send(cleo.get(proposal), VERDICT, against("request-changes", "Hm."))
    reworked = propose(
        cleo, f"{ALABAMA}?rework={proposal.rpartition('/')[2]}", notes="By ben and cleo."
    )
    assert "You wrote this" in ben.get(reworked).text
    assert "You wrote this" in cleo.get(reworked).text


def test_who_wants_to_rework_what_is_being_reviewed_is_told_before_they_type_and_after(
    signed_in: SignedIn,
) -> None:
    ben, dora = signed_in("ben"), signed_in("dora")
    proposal = propose(signed_in("ana"), notes="By ana.")
    path = f"{ALABAMA}?rework={proposal.rpartition('/')[2]}"
    assert not dora.get(path).all('[role="alert"]')
    ben.post(f"{proposal}/claim", token(ben.get(proposal)), status=303)
    form = dora.get(path)
    assert "ben is reviewing proposal" in form.one('[role="alert"]').get_text()
    refused = dora.send(form, EDIT, {"notes": "By dora.", "action": "submit"}, status=409)
    assert "ben is reviewing proposal" in refused.one('[role="alert"]').get_text()
    assert refused.form(EDIT)["notes"] == "By dora."
    ben.post(f"{proposal}/release", token(ben.get(proposal)), status=303)
    dora.send(refused, EDIT, {"action": "submit"}, status=303)


def test_an_author_sees_instead_of_the_button_whom_the_rework_would_bar(
    signed_in: SignedIn,
) -> None:
    ana, ben, cleo = signed_in("ana"), signed_in("ben"), signed_in("cleo")
    bens = propose(ben, notes="By ben.")
    cleo.send(cleo.get(bens), VERDICT, against("request-changes", "Hm."))
    both = propose(ana, f"{ALABAMA}?rework={bens.rpartition('/')[2]}", notes="By both.")
    cleo.send(cleo.get(both), VERDICT, against("request-changes", "Hm."))
    assert ana.get(both).all('#decide a[href*="?rework="]')
    other = propose(ana, confidence="low", notes="")
    ben.post(f"{other}/claim", token(ben.get(other)), status=303)
    page = ana.get(both)
    assert not page.all('#decide a[href*="?rework="]')
    assert "ben wrote a part of proposal" in page.one("#decide .note").get_text()


def test_a_draft_of_a_rework_stays_one(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    proposal = propose(ana)
    ben.send(ben.get(proposal), VERDICT, against("request-changes", "Hm."))
    path = f"{ALABAMA}?rework={proposal.rpartition('/')[2]}"
    ana.send(ana.get(path), EDIT, {"notes": "Better.", "action": "save-draft"})
    link = ana.get("/desk").all('a[href*="/desk/edit/kratom/us-al?rework="]')[0]
    back = ana.get(str(link["href"]))
    assert back.form(EDIT)["notes"] == "Better."
    assert back.form(EDIT)["reworks"] == proposal.rpartition("/")[2]


def test_withdrawing(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    proposal = propose(ana)
    assert not ben.get(proposal).all(WITHDRAW)
    open_before = ben.get(proposal)
    page = ana.follow(ana.send(ana.get(proposal), WITHDRAW))
    assert "Withdrawn" in page.text
    assert "withdrawn" in ben.send(open_before, VERDICT, APPROVE, status=409).text
    assert "Nothing waits" in ben.get("/desk/queue").text


def test_only_an_author_withdraws(signed_in: SignedIn) -> None:
    proposal = propose(signed_in("ana"))
    cleo = signed_in("cleo")
    cleo.post(f"{proposal}/withdraw", token(cleo.get(proposal)), status=403)


# The record moved on


@pytest.fixture
def collided(signed_in: SignedIn) -> tuple[Visitor, Page]:
    """Ana has the form open on revision 0 while another change is published."""
    ana, ben, dora = signed_in("ana"), signed_in("ben"), signed_in("dora")
    page = ana.get(ALABAMA)
    approve(ben, propose(dora, notes="Theirs.", last_verified="2026-05-01"))
    return ana, page


def test_disjoint_edits_are_taken_over(collided: tuple[Visitor, Page], signed_in: SignedIn) -> None:
    ana, page = collided
    yours = {"periods-1-summary": "Mine.", "note": "Why.", "action": "submit"}
    sides = ana.send(page, EDIT, yours, status=409)
    assert "Nothing you typed is lost" in sides.text
    assert not sides.all("fieldset.clash")
    heads = [head.get_text(" ", strip=True) for head in sides.all("form.conflict h3")]
    assert heads == ["Date of the evidence", "Notes", "Period from 10 May 2016 › Summary"]
    merged = ana.send(sides, "form.conflict", {"action": "take-over"}, status=200)
    assert merged.form(EDIT)["base"] != page.form(EDIT)["base"]
    assert merged.form(EDIT)["notes"] == "Theirs."
    assert merged.form(EDIT)["periods-1-summary"] == "Mine."
    assert merged.form(EDIT)["note"] == "Why."
    assert len(merged.all("#preview .change")) == 1
    proposal = ana.send(merged, EDIT, {"action": "submit"}).response.headers["Location"]
    approve(signed_in("ben"), proposal)


@pytest.mark.parametrize(("side", "notes"), [("theirs", "Theirs."), ("yours", "Mine.")])
def test_where_both_changed_the_same_somebody_chooses(
    collided: tuple[Visitor, Page], side: str, notes: str
) -> None:
    ana, page = collided
    yours = {
        "notes": "Mine.",
        "periods-1-summary": "Also mine.",
        "note": "Why.",
        "action": "submit",
    }
    sides = ana.send(page, EDIT, yours, status=409)
    clash = sides.one("fieldset.clash").get_text(" ", strip=True)
    assert "Theirs." in clash
    assert "Mine." in clash
    assert "revision 0" in clash.lower()
    unchosen = ana.send(sides, "form.conflict", {"action": "take-over"}, status=422)
    assert "Choose a side" in unchosen.text
    chosen = {"clash-0": side, "action": "take-over"}
    merged = ana.send(unchosen, "form.conflict", chosen, status=200)
    assert merged.form(EDIT)["notes"] == notes
    assert merged.form(EDIT)["periods-1-summary"] == "Also mine."
    assert merged.form(EDIT)["last_verified"] == "2026-05-01"


@pytest.mark.parametrize(("side", "periods"), [("theirs", 1), ("yours", 2)])
def test_what_hangs_together_is_one_choice(signed_in: SignedIn, side: str, periods: int) -> None:
    """They removed the period in which you changed two fields."""
    ana, dora = signed_in("ana"), signed_in("dora")
    page = ana.get(ALABAMA)
    without = dora.send(dora.get(ALABAMA), EDIT, {"action": "remove-period-0"}, status=200)
    removed = dora.send(without, EDIT, {"note": "Never so.", "action": "submit"})
    approve(signed_in("ben"), removed.response.headers["Location"])
    yours = {"periods-0-summary": "Mine.", "periods-0-answers-min_age": "18", "note": "Why."}
    sides = ana.send(page, EDIT, {**yours, "action": "submit"}, status=409)
    assert len(sides.one("fieldset.clash").select("h3")) == 3
    chosen = {"clash-0": side, "action": "take-over"}
    merged = ana.send(sides, "form.conflict", chosen, status=200)
    assert len(merged.all("details.period-form")) == periods
    assert ("Mine." in merged.form(EDIT).values()) == (side == "yours")


def test_back_to_the_form_with_everything_typed(collided: tuple[Visitor, Page]) -> None:
    ana, page = collided
    sides = ana.send(page, EDIT, {"notes": "Mine.", "note": "Why.", "action": "submit"}, status=409)
    back = ana.send(sides, "form.conflict", {"action": "resume"}, status=200)
    assert back.form(EDIT)["notes"] == "Mine."
    assert back.form(EDIT)["base"] == "0"
    ana.send(back, EDIT, {"action": "submit"}, status=409)


def test_moved_on_once_more_while_choosing(
    collided: tuple[Visitor, Page], signed_in: SignedIn
) -> None:
    ana, page = collided
    sides = ana.send(page, EDIT, {"notes": "Mine.", "note": "Why.", "action": "submit"}, status=409)
    approve(signed_in("ben"), propose(signed_in("dora"), notes="Theirs again."))
    chosen = {"clash-0": "yours", "action": "take-over"}
    again = ana.send(sides, "form.conflict", chosen, status=409)
    assert "moved on once more" in again.text
    assert "Theirs again." in again.text


def test_a_stale_proposal_shows_three_sides_and_cannot_be_approved(signed_in: SignedIn) -> None:
    ana, ben, cleo = signed_in("ana"), signed_in("ben"), signed_in("cleo")
    stale, other = propose(ana, notes="Mine."), propose(signed_in("dora"), notes="Theirs.")
    open_before = cleo.get(stale)
    approve(ben, other)
    refused = cleo.send(open_before, VERDICT, APPROVE, status=409)
    assert "has moved on" in refused.text
    sides = refused.one(".panel.clash").get_text(" ", strip=True)
    assert "Mine." in sides
    assert "Theirs." in sides
    assert "approve" not in [
        str(button["value"]) for button in refused.all('input[name="verdict"]')
    ]
    three = ana.get(str(ana.get(stale).one('a[href*="?rework="]')["href"]))
    merged = ana.send(
        three, "form.conflict", {"clash-0": "yours", "action": "take-over"}, status=200
    )
    again = ana.send(merged, EDIT, {"action": "submit"}).response.headers["Location"]
    approve(ben, again)


def test_a_typed_verdict_outlives_the_session(
    signed_in: SignedIn, client: Visitor, tracker: Tracker
) -> None:
    proposal = propose(signed_in("ana"))
    ben = signed_in("ben")
    sent = ben.get(proposal).form(VERDICT)
    sent["verdict"], sent["comment"] = "reject", "A long comment."
    sent.setlist("reasons", ["advice", "other"])
    sign_in = client.post(f"{proposal}/verdict", sent, status=403)
    who = {"handle": "ben", "password": PASSWORD}
    half = client.send(sign_in, 'main form[action="/sign-in"]', who, status=200)
    code = {"code": fresh_code(tracker.store, "ben")}
    welcome = client.send(half, PROVING, code, status=200)
    back = client.send(welcome, VERDICT, status=200)
    assert back.form(VERDICT)["comment"] == "A long comment."
    assert back.form(VERDICT)["verdict"] == "reject"
    assert back.form(VERDICT).getlist("reasons") == ["advice", "other"]
    client.send(back, VERDICT)


def test_services_are_asked_not_the_template(signed_in: SignedIn, tracker: Tracker) -> None:
    """The button is not there for the author; the service refuses also without the button."""
    proposal = propose(signed_in("ana"))
    ana = signed_in("ana")
    assert not ana.get(proposal).all(VERDICT)
    sent = {**token(ana.get(proposal)), **APPROVE, "payload_sha256": "x"}
    ana.post(f"{proposal}/verdict", sent, status=403)
