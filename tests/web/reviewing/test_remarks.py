"""Remarks on a proposal, the earlier versions beside it, interests, and the queries of the page."""

from typing import Any

import msgspec
import pytest

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.services.reviewing import remarks
from legalmap.store.people import accounts
from tests.services.build import decide, person
from tests.store.build import PASSWORD, counted_queries
from tests.web.conftest import SignedIn
from tests.web.deciding import VERDICT, against
from tests.web.reviewing.test_review import propose
from tests.web.visit import Visitor

REMARKS = 'form[action*="/remarks"]'


def test_anybody_signed_in_may_speak_and_everybody_reads_it(signed_in: SignedIn) -> None:
    proposal = propose(signed_in("ana"))
    dora, ben = signed_in("dora"), signed_in("ben")
    page = dora.send(dora.get(proposal), REMARKS, {"text": "I live there. <b>True</b>."})
    assert page.response.headers["Location"] == f"{proposal}#discussion"
    dora.send(dora.get(proposal), REMARKS, {"text": "I live there. <b>True</b>."})
    (word,) = ben.get(proposal).all(".word")
    assert "I live there. <b>True</b>." in word.get_text()
    assert "dora" in word.get_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "Write something first."),
        ("x" * 5001, "Keep this under 5,000 characters"),
        ("a\x00b", "invisible characters"),
        ("a\u202eb", "RIGHT-TO-LEFT OVERRIDE"),
    ],
)
def test_a_bad_remark_is_told_at_its_field_and_kept(
    signed_in: SignedIn, text: str, message: str
) -> None:
    ana = signed_in("ana")
    refused = ana.send(ana.get(propose(ana)), REMARKS, {"text": text}, status=422)
    assert message in refused.errors()["text"]
    assert len(refused.one("#text").get_text()) >= len(text.strip())
    assert not refused.all(".word")


def test_a_remark_on_what_was_never_proposed(signed_in: SignedIn) -> None:
    ana = signed_in("ana")
    token = ana.get("/desk").form('form[action="/sign-out"]')
    ana.post("/desk/proposals/1/remarks", {**token, "text": "Hm."}, status=404)


def test_a_remark_outlives_the_session(signed_in: SignedIn, client: Visitor) -> None:
    ana = signed_in("ana")
    proposal = propose(ana)
    sent = ana.get(proposal).form(REMARKS)
    sent["text"] = "A long thought."
    sign_in = client.post(f"{proposal}/remarks", sent, status=403)
    who = {"handle": "ana", "password": PASSWORD}
    welcome = client.send(sign_in, 'main form[action="/sign-in"]', who, status=200)
    back = client.send(welcome, REMARKS, status=200)
    assert back.form(REMARKS)["text"] == "A long thought."
    client.send(back, REMARKS)


def test_what_somebody_has_to_do_with_it_stands_beside_what_they_say(
    signed_in: SignedIn, tracker: Tracker
) -> None:
    with tracker.store.writing() as connection:
        for handle in ("ana", "ben"):
            account = accounts.by_handle(connection, handle)
            assert account is not None
            accounts.update(connection, account.id, interest=f"{handle} works for a shop")
    proposal = propose(signed_in("ana"))
    ben = signed_in("ben")
    assert "Interest they state: ana works for a shop" in ben.get(proposal).one(".who").get_text()
    ben.send(ben.get(proposal), VERDICT, against("reject", "No.", "weak-source"))
    seen = signed_in("ana").get(proposal)
    assert "ben works for a shop" in seen.one(".note.warn").get_text()
    assert "The source is too weak for this" in seen.one(".note.warn").get_text()


def test_the_authors_record(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    first = propose(ana)
    assert "This is their first." in ben.get(first).text
    ben.send(ben.get(first), VERDICT, against("reject"))
    second = propose(ana, notes="Another.")
    assert "ana : 2 proposals sent, 0 published, 0 sent back, 1 rejected." in ben.get(second).one(
        ".who"
    ).get_text(" ", strip=True)


# After "request changes"


def test_the_reviewer_sees_first_what_changed_since(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    both = {"notes": "First try.", "periods-1-summary": "A sentence of our own."}
    first = propose(ana, **both)
    ben.send(ben.get(first), VERDICT, against("request-changes", "Cite it.", "weak-source"))
    rework = f"/desk/edit/kratom/us-al?rework={first.rpartition('/')[2]}"
    second = propose(ana, rework, **{**both, "notes": "Second try."})
    page = ben.get(second)
    since = page.one(".since")
    assert "1 field changed since you reviewed" in since.get_text()
    assert [head.get_text(" ", strip=True) for head in since.select(".change h3")] == [
        "Notes changed"
    ]
    assert "Cite it." in since.get_text()
    assert "The source is too weak for this" in since.get_text()
    whole = page.one("#whole-difference")
    assert not whole.has_attr("open")
    assert len(whole.select(".change")) == 2
    assert "since ben reviewed" in signed_in("cleo").get(second).text


# Sources beside the claims, warnings, the map


def test_each_changed_field_has_its_sources_beside_it(signed_in: SignedIn) -> None:
    ana, ben = signed_in("ana"), signed_in("ben")
    page = ben.get(propose(ana, **{"periods-1-summary": "Another sentence."}))
    (group,) = page.all(".claims")
    links = [str(link["href"]) for link in group.select(".beside a")]
    assert len(links) >= 2
    assert all(link.startswith("http") for link in links)
    assert "Sources of: Period from 10 May 2016" in group.get_text(" ", strip=True)
    assert len(page.all(".preview-maps svg.map")) == 2
    assert "What readers would see" in page.text
    page = ben.get(propose(ana, notes="A note has no period."))
    assert not page.all(".beside")


def test_what_is_worth_a_second_look_is_said_with_its_field(signed_in: SignedIn) -> None:
    page = signed_in("ben").get(propose(signed_in("ana"), **{"periods-1-enacted_on": "2017"}))
    (line,) = page.all(".note.warn li")
    words = line.get_text(" ", strip=True)
    assert words.startswith("Period from 10 May 2016 › In force from : This is before the law")


# One request and a constant number of queries


def change(tracker: Tracker, by: str, notes: str, **more: Any) -> Revision:
    """A proposal for Alabama on what is published now."""
    author = person(tracker, by)
    begun = proposals.begin(tracker, author, "kratom", "us-al")
    payload: Payload = msgspec.structs.replace(begun.payload, notes=notes)
    fields = {"topic": "kratom", "jurisdiction": "us-al", "base_number": begun.base_number}
    return proposals.submit(
        tracker, author, Proposal(payload=payload, note="Why.", **{**fields, **more})
    )


def with_history(tracker: Tracker, published: int, tries: int) -> Revision:
    """A proposal on a record that was published so often, tried so often, with a remark each time."""
    for number in range(published):
        decide(tracker, change(tracker, "dora", f"Reading {number} of {published}."))
    reworks_id = None
    for number in range(tries):
        revised = change(tracker, "ana", f"Try {published}.{number}.", reworks_id=reworks_id)
        remarks.say(tracker, person(tracker, "dora"), revised.id, f"Remark {number}.")
        if number < tries - 1:
            decide(tracker, revised, Verdict.REQUEST_CHANGES)
        reworks_id = revised.id
    return revised


def test_a_long_history_is_as_many_queries_as_a_short_one(
    signed_in: SignedIn, tracker: Tracker
) -> None:
    ben = signed_in("ben")
    counts = []
    for published, tries in ((1, 2), (50, 10)):
        path = f"/desk/proposals/{with_history(tracker, published, tries).id}"
        ben.get(path)
        with counted_queries(tracker.store) as sent:
            page = ben.get(path)
        assert f"Try {published}.{tries - 1}." in page.text
        assert len(page.all(".since .word")) == (tries - 1) * 2
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 20
