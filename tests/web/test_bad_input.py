"""Bad input of every kind, sent to every form: a clear error, and nothing is half done.

Each kind is tested field by field elsewhere. Below, the worst is sent to every address
that takes a form, so that a new form is tried as well.

- a summary of 5 MB (web/editing/test_edit.py, web/editing/test_suggestions.py, below)
- 10,000 sources (web/editing/test_edit.py)
- nested and duplicate keys (web/editing/test_edit.py, web/editing/test_suggestions.py, below)
- control characters, also those that turn the direction of reading (web/editing/test_edit.py,
  web/reviewing/test_review.py, web/editing/test_suggestions.py, below)
- a javascript: link (web/editing/test_edit.py, web/editing/test_suggestions.py)
- an upload that is not CSV, and a CSV with a wrong header (web/editing/test_file_import.py)
- a clock that travels in time (services/reviewing/test_workflow.py, below)
"""

from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from legalmap.store.tables import metadata
from tests.services.workflow.promises import HISTORY
from tests.web.permissions import TABLE, Row, Whose
from tests.web.site import ANOTHER, Site
from tests.web.visit import Page, examine

# What is sent to every address that takes a form, instead of what its fields should hold.
NAMES = [
    "answer",
    "base",
    "challenge",
    "checks",
    "code",
    "comment",
    "content",
    "email",
    "handle",
    "interest",
    "label",
    "mark",
    "name",
    "note",
    "notes",
    "opened",
    "outcome",
    "password",
    "reasons",
    "records",
    "remits",
    "role",
    "session",
    "text",
    "topic",
    "url",
    "verdict",
    "why",
]
WORST: dict[str, Any] = {
    "nothing": {},
    "5 MB in each field": {"note": "x" * 5_000_000},
    "control characters": dict.fromkeys(NAMES, "a\x00b\x07c"),
    "reading turned round": dict.fromkeys(NAMES, "abc\u202edef"),
    "half a surrogate": dict.fromkeys(NAMES, b"\xed\xa0\x80"),
    "each name twice": MultiDict([(name, value) for name in NAMES for value in ("-", "--")]),
    "names in names": {f"{name}-0-{name}[x]": "odd" for name in NAMES},
    "a number without end": dict.fromkeys(NAMES, "9" * 5_000),
    "a script": dict.fromkeys(NAMES, "<script>alert(1)</script>"),
    "SQL": dict.fromkeys(NAMES, "'; DROP TABLE review; --"),
}
# What takes no field at all and does its work whatever is sent along; and what only looks.
WITHOUT_FIELDS = {
    "POST /desk/account/sessions/end-others",
    "POST /desk/drafts/<topic>/<code>/discard",
    "POST /desk/notices/<int:notice_id>/read",
    "POST /desk/notices/read",
    "POST /desk/people/<handle>/disable",
    "POST /desk/people/<handle>/enable",
    "POST /desk/people/<handle>/password-link",
    "POST /desk/people/<handle>/second-factor",
    "POST /desk/people/invitations/<int:invitation_id>/revoke",
    "POST /desk/proposals/<int:revision_id>/claim",
    "POST /desk/tasks/<int:number>/done",
    "POST /desk/proposals/<int:revision_id>/release",
    "POST /desk/proposals/<int:revision_id>/withdraw",
    "POST /desk/queue/next",
    "POST /desk/round/release",
    "POST /desk/round/take",
    "POST /desk/suggestions/<int:number>/claim",
    "POST /desk/suggestions/<int:number>/release",
    "POST /sign-in/second-factor",
    "POST /sign-in/second-factor/passkey",
    "POST /sign-out",
}
FORMS = [
    row
    for row in TABLE
    if row.route.startswith("POST ")
    and row.route not in WITHOUT_FIELDS
    and not row.route.startswith("POST /api/")
    and row.whose is not Whose.OWN
]


# Where people write what they like: what is no text is refused, and all else is text.
RECOVERING = "POST /recover/<token>"
FREE_TEXT = {
    "POST /desk/account/interest",
    "POST /desk/proposals/<int:revision_id>/remarks",
    RECOVERING,
}
NO_TEXT = {"5 MB in each field", "control characters", "reading turned round"}
# Pages that show the form again.
SHOWN_AGAIN = {
    "POST /here",
    "POST /sign-in/set-up/authenticator",
    "POST /sign-in/set-up/passkey",
}
# What follows from people looking around, and what only grows.
PASSING = {"session", "challenge", "jurisdiction", "jurisdiction_alias", "zip_county"}
GROWING = {*HISTORY, "legal_status", "gist", "course"}


@pytest.mark.parametrize("worst", WORST)
@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.route)
def test_what_no_form_holds_changes_nothing(site: Site, row: Row, worst: str) -> None:
    path, right = site.aim(row, ANOTHER)
    hash_only = {name: right[name] for name in right if name == "payload_sha256"}
    before = _lasting(site)
    sent = {**hash_only, **_as_lists(WORST[worst])}
    # Who comes in by a link leaves the session they had.
    role = "nobody" if row.route == RECOVERING else "moderator"
    response = site.send(role, "POST", path, sent)
    assert response.status_code < 500
    if row.route in FREE_TEXT and worst not in NO_TEXT:
        # Who tries one password after the other is made wait; who is not signed in may send little.
        assert response.status_code in (303, 413, 422, 429)
    else:
        assert response.status_code >= 400 or row.route in SHOWN_AGAIN, response.status_code
        assert _lasting(site) == before
    if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
        examine(Page(response, path))


def _as_lists(form: Any) -> dict[str, Any]:
    return form.to_dict(flat=False) if isinstance(form, MultiDict) else dict(form)


def _lasting(site: Site) -> dict[str, list[Any]]:
    """All rows of what can change, and how many there are of what can only grow."""
    with site.tracker.store.reading() as connection:
        return {
            table.name: list(connection.execute(_of(table)))
            for table in metadata.sorted_tables
            if table.name not in PASSING
        }


def _of(table: sa.Table) -> sa.Select[Any]:
    return (
        sa.select(sa.func.count()).select_from(table) if table.name in GROWING else table.select()
    )
