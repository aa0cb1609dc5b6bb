"""Bad input to the edit form: a clear error at the field or page, nothing half done, the rest kept."""

from collections.abc import Callable

import pytest

from legalmap.domain.law.payload import MAX_PERIODS, MAX_SOURCES
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import drafts as draft_service
from legalmap.store.desk import drafts
from legalmap.store.history import submissions
from tests.services.build import person
from tests.web.conftest import SignedIn
from tests.web.visit import BROWSER, Fields

ALABAMA, FORM = "/desk/edit/kratom/us-al", "#edit-form"
SUMMARY, SOURCE = "periods-1-summary", "periods-1-sources-0-"
HIDDEN = "Remove the invisible characters"
LINK = "begins with http:// or https://"
Change = Callable[[Fields], None]


def at(name: str, value: str) -> Change:
    """One field says something else."""
    return lambda sent: sent.__setitem__(name, value)


def many(name: str, count: int) -> Change:
    """A row many times over: the number goes where the star is."""

    def change(sent: Fields) -> None:
        for number in range(count):
            sent[name.replace("*", str(number))] = f"https://law.example/{number}"

    return change


def twice(name: str, *values: str) -> Change:
    """A name that comes more than once."""
    return lambda sent: sent.setlist(name, list(values))


# What is sent, what is answered, at which field it is told (the page, if none), and the sentence.
BAD: dict[str, tuple[Change, int, str, str]] = {
    "a summary of 5 MB": (at(SUMMARY, "x" * 5_000_000), 413, "", "more than 4 MB"),
    "a summary of 3 MB": (at(SUMMARY, "x" * 3_000_000), 422, SUMMARY, "it has 3,000,000"),
    "10,000 sources": (
        many("periods-1-sources-*-url", 10_000),
        422,
        "periods-1-sources",
        f"Keep to at most {MAX_SOURCES}. You sent 10,000",
    ),
    "10,000 periods": (
        many("periods-*-summary", 10_000),
        422,
        "periods",
        f"Keep to at most {MAX_PERIODS}. You sent 10,000",
    ),
    "10,000 bills": (
        many("pending-*-url", 10_000),
        422,
        "pending",
        f"Keep to at most {MAX_SOURCES}. You sent 10,000",
    ),
    "control characters in a summary": (at(SUMMARY, "a\x00b\x1b[2J"), 422, SUMMARY, HIDDEN),
    "control characters in a title": (at(SOURCE + "title", "a\x07"), 422, SOURCE + "title", HIDDEN),
    "control characters in the note": (at("note", "a\x00"), 422, "note", HIDDEN),
    "a title that reads backwards": (
        at(SOURCE + "title", "abc\u202edef"),
        422,
        SOURCE + "title",
        HIDDEN,
    ),
    "a note that reads backwards": (at("note", "\u2067abc"), 422, "note", HIDDEN),
    "a link that reads backwards": (
        at(SOURCE + "url", "https://law.example/\u202egpj.exe"),
        422,
        SOURCE + "url",
        "Remove the invisible characters from the link: RIGHT-TO-LEFT OVERRIDE",
    ),
    "a link that is a script": (
        at(SOURCE + "url", "javascript:alert(1)"),
        422,
        SOURCE + "url",
        LINK,
    ),
    "an archived copy that is a script": (
        at(SOURCE + "archived_url", "JaVaScRiPt:alert(1)//https://x.example"),
        422,
        SOURCE + "archived_url",
        LINK,
    ),
    "a link of data": (
        at(SOURCE + "url", "data:text/html,<script>alert(1)</script>"),
        422,
        SOURCE + "url",
        LINK,
    ),
    "a kind with a control character": (
        at("intent", "correction\x00"),
        422,
        "intent",
        "Choose what kind of edit this is",
    ),
    "a kind twice": (
        twice("intent", "forged", "correction"),
        422,
        "intent",
        "Choose what kind of edit this is",
    ),
    "a base twice": (twice("base", "x", "0"), 400, "", "which revision it started from"),
    "a number that is none": (at("reverts", "-1"), 400, "", "which revision it started from"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_and_everything_else_is_kept(
    signed_in: SignedIn, tracker: Tracker, name: str
) -> None:
    """Whether it is sent for good or saved by itself."""
    change, status, field, said = BAD[name]
    ana = signed_in("ana")
    sent = ana.get(ALABAMA).form(FORM)
    sent["notes"], sent["note"] = "Typed before.", "Why."
    change(sent)
    saved = ana.http.post(f"{ALABAMA}/draft", data=sent.to_dict(flat=False), headers=BROWSER)
    assert saved.status_code in ((200, 422) if status == 422 else (status,)), saved.text[:300]
    drop(tracker)
    sent["action"] = "submit"
    refused = ana.post(ALABAMA, sent, status)
    assert said in (refused.errors()[field] if field else refused.text)
    assert state(tracker) == (0, 0)
    if status == 422:
        assert refused.form(FORM)["notes"] == "Typed before."
        assert refused.one(FORM).has_attr("data-unsaved")


def drop(tracker: Tracker) -> None:
    """Throw the draft away that the script has kept."""
    draft_service.discard(tracker, person(tracker, "ana"), "kratom", "us-al")


def state(tracker: Tracker) -> tuple[int, int]:
    """How many drafts and proposals there are."""
    with tracker.store.reading() as connection:
        owner = person(tracker, "ana").id
        return (
            len(drafts.of_person(connection, owner)),
            len(submissions.proposals_of(connection, owner)),
        )


def test_a_page_shows_nothing_that_would_run_or_hide(signed_in: SignedIn) -> None:
    """What was typed comes back as text: no link of it, and pictures for what cannot be seen."""
    ana = signed_in("ana")
    sent = ana.get(ALABAMA).form(FORM)
    sent[SOURCE + "url"] = "javascript:alert(1)"
    sent[SOURCE + "title"] = '"><script>alert(1)</script>\x00'
    sent["note"], sent["action"] = "Why.", "preview"
    refused = ana.post(ALABAMA, sent, status=422)
    assert not refused.all('main script, a[href^="javascript"]')
    assert refused.form(FORM)[SOURCE + "title"] == '"><script>alert(1)</script>␀'
