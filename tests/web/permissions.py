"""Who may do what, as a table: a row for each route, and for whose work it is where that matters.

A row without ``who`` is for everybody. ``{…}`` in a path is filled in by ``tests/web/test_permissions.py``.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote


class Outcome(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    SIGN_IN = "sign in first"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"


class Whose(StrEnum):
    """Whose work a request is about."""

    ANYBODYS = ""
    OWN = "their own"
    ANOTHERS = "another's"


# Who asks: no cookie, a cookie of a closed account, and the roles.
Who = Mapping[str, Outcome]
ROLES = ("nobody", "disabled", "contributor", "moderator", "admin")
EVERYBODY: Who = dict.fromkeys(ROLES, Outcome.ALLOWED)
PEOPLE: Who = {**EVERYBODY, "nobody": Outcome.SIGN_IN, "disabled": Outcome.SIGN_IN}
MODERATORS: Who = {**PEOPLE, "contributor": Outcome.FORBIDDEN}
ADMINS: Who = {**MODERATORS, "moderator": Outcome.FORBIDDEN}
# Even who moderates or runs the site may not.
NO_ONE: Who = {**ADMINS, "admin": Outcome.FORBIDDEN}
NO_PASSKEY: Who = {
    role: Outcome.NOT_FOUND if PEOPLE[role] is Outcome.ALLOWED else PEOPLE[role] for role in ROLES
}
NOTHING_THERE: Who = dict.fromkeys(ROLES, Outcome.NOT_FOUND)


class Row(NamedTuple):
    """One route, what it is for, and what becomes of it for each who asks."""

    route: str
    sentence: str
    who: Who = EVERYBODY
    whose: Whose = Whose.ANYBODYS
    # The path to ask for; by default the route with example names in it.
    path: str = ""
    form: Mapping[str, str] = {}


APPROVE = {"verdict": "approve", "comment": "Seen."}
# A link that records of the shipped data rest on.
LINK = "https://legalclarity.org/what-is-kratoms-legal-status-in-europe"
CLOSE = {"outcome": "declined", "answer": "The law still stands."}

READERS = [
    Row("GET /", "The map of the first topic."),
    Row("GET /<topic>", "The map."),
    Row("GET /<topic>/<code>", "What holds at a place."),
    Row("GET /<topic>/<code>/changes.atom", "A place's changes for feed readers."),
    Row("GET /<topic>/<code>/changes.json", "The same as JSON Feed."),
    Row("GET /<topic>/<code>/history", "What was published about a place."),
    Row("GET /<topic>/<code>/history/<int:newer>/diff/<int:older>", "Two revisions side by side.", path="/kratom/gl/history/2/diff/1"),
    Row("GET /<topic>/<code>/history/<int:number>", "One published revision."),
    Row(
        "GET /<topic>/<code>/history/<int:number>",
        "A proposal is no published revision, for its author neither.",
        NOTHING_THERE,
        path="/kratom/gl/history/{number_of_a_proposal}",
    ),
    Row("GET /<topic>/<code>/suggest", "The form for readers who know better."),
    Row("GET /<topic>/<code>/suggest/sent", "Thanks for a suggestion."),
    Row("GET /<topic>/changes", "What was published, newest first."),
    Row("GET /<topic>/changes.atom", "The same for feed readers."),
    Row("GET /<topic>/changes.json", "The same as JSON Feed."),
    Row("GET /<topic>/codebook", "What each word means."),
    Row("GET /<topic>/compare", "Places side by side.", path="/kratom/compare?place=us-al&place=us-tn"),
    Row("GET /<topic>/course", "How the map came to be."),
    Row("GET /<topic>/embed", "A frame for other pages."),
    Row("GET /<topic>/map.png", "The picture alone."),
    Row("GET /<topic>/map.svg", "The picture alone, to be enlarged."),
    Row("GET /<topic>/route", "A journey.", path="/kratom/route?place=us-al&place=us-tn"),
    Row("GET /<topic>/table", "All records."),
    Row("GET /about", "How records are made, and how fresh they are."),
    Row("GET /data", "Downloads, licence, how to cite."),
    Row("GET /here", "Where somebody is."),
    Row("POST /here", "The point goes in a body, because addresses are logged.", form={"lat": "33", "lon": "-87"}),
    Row("GET /search", "By name, code or ZIP."),
    Row("GET /suggest", "Names while somebody types."),
    Row("POST /<topic>/<code>/suggest", "Readers write without an account; it is no proposal."),
    Row("GET /releases/", "What was frozen."),
    Row("GET /releases/<release>/", "One release; here is none.", NOTHING_THERE),
    Row("GET /releases/<release>/<filename>", "A file of it; here is none.", NOTHING_THERE),
]  # fmt: skip

TOOLS = [
    Row("GET /api", "The reference for people."),
    Row("GET /api/v1/<topic>/check", "Allowed or not.", path="/api/v1/kratom/check?place=us-al"),
    Row("GET /api/v1/<topic>/compare", "Places side by side.", path="/api/v1/kratom/compare?place=us-al&place=us-tn"),
    Row("GET /api/v1/<topic>/diff", "What differs between two numbers.", path="/api/v1/kratom/diff?from=1&to=2"),
    Row("GET /api/v1/<topic>/records", "Records, filtered and paged."),
    Row("GET /api/v1/<topic>/records/<code>", "One record."),
    Row("GET /api/v1/<topic>/records/<code>/revisions", "What was published of it."),
    Row("GET /api/v1/<topic>/records/<code>/revisions/<number>", "One published revision."),
    Row(
        "GET /api/v1/<topic>/records/<code>/revisions/<number>",
        "A proposal is not given out, to its author neither.",
        NOTHING_THERE,
        path="/api/v1/kratom/records/gl/revisions/{number_of_a_proposal}",
    ),
    Row("GET /api/v1/<topic>/resolve", "What holds there.", path="/api/v1/kratom/resolve?place=us-al"),
    Row("POST /api/v1/<topic>/resolve", "Many at once; nothing is written."),
    Row("GET /api/v1/changes", "The feed."),
    Row("GET /api/v1/heartbeat", "How far the feed is."),
    Row("GET /api/v1/jurisdictions", "Places."),
    Row("GET /api/v1/jurisdictions/<code>", "One place."),
    Row("GET /api/v1/openapi.json", "All of this for programs."),
    Row("GET /api/v1/schemas/<name>.json", "What an answer looks like.", path="/api/v1/schemas/Record.json"),
    Row("GET /api/v1/topics", "The codebooks."),
    Row("GET /api/v1/topics/<topic>", "One codebook."),
    Row("GET /export/<topic>-dictionary.csv", "What each column means."),
    Row("GET /export/<topic>-sources.csv", "A row for each source."),
    Row("GET /export/<topic>.<format>", "A topic as one file."),
    Row("GET /export/datapackage.json", "What each file is."),
    Row("GET /export/datapackage.zip", "Everything in one file."),
    Row("GET /export/schemas/<filename>", "What a file looks like.", path="/export/schemas/kratom.csv.schema.json"),
    Row("GET /timemap/link/<path:original>", "Every version of an address.", path="/timemap/link/kratom/us-al"),
]  # fmt: skip

SIGNING = [
    Row("GET /sign-in", "Who is signed in is sent on to the desk."),
    Row("POST /sign-in", "A wrong password is told; there is no secret in that there is a door."),
    Row("POST /sign-out", "Leaving is never refused."),
]

PROVING = [
    Row("GET /sign-in/second-factor", "Who has shown everything is sent on.", PEOPLE),
    Row("POST /sign-in/second-factor", "The same.", PEOPLE),
    Row("POST /sign-in/second-factor/passkey", "The same.", PEOPLE),
    Row("GET /sign-in/set-up/authenticator", "Whoever has an account may prove more.", PEOPLE),
    Row("POST /sign-in/set-up/authenticator", "A wrong code is told, not turned away.", PEOPLE),
    Row("GET /sign-in/set-up/passkey", "The same by a key.", PEOPLE),
    Row("POST /sign-in/set-up/passkey", "The same by a key.", PEOPLE),
    Row("GET /join/<token>", "Whoever has the link of an invitation sees what it is for.", path="/join/{token}"),
    Row("POST /join/<token>", "A name that is none is told, not turned away.", path="/join/{token}"),
    Row("GET /join/<token>", "A link that was made up opens nothing.", NOTHING_THERE, path="/join/made-up"),
]  # fmt: skip

OWN_ACCOUNT = [
    Row("GET /desk/account", "Everybody sees their own: no address names another's.", PEOPLE),
    Row("POST /desk/account/interest", "What one has to do with the trade.", PEOPLE),
    Row("POST /desk/account/sessions/end", "A session that is none of one's own is told to have ended.", PEOPLE),
    Row("POST /desk/account/sessions/end-others", "Signing out elsewhere.", PEOPLE),
    Row("GET /desk/account/password", "Another password.", PEOPLE),
    Row("POST /desk/account/password", "Without the password it is told so.", PEOPLE),
    Row("GET /desk/account/email", "Where notices go.", PEOPLE),
    Row("POST /desk/account/email", "Without the password it is told so.", PEOPLE),
    Row("GET /desk/account/recovery-codes", "New ones.", PEOPLE),
    Row("POST /desk/account/recovery-codes", "Without the password it is told so.", PEOPLE),
    Row("GET /desk/account/authenticator", "Doing without.", PEOPLE),
    Row("POST /desk/account/authenticator", "Without the password it is told so.", PEOPLE),
    Row("GET /desk/account/passkeys/<int:passkey_id>", "None of one's own is there.", NO_PASSKEY, path="/desk/account/passkeys/1"),
    Row("POST /desk/account/passkeys/<int:passkey_id>", "None of one's own is there.", NO_PASSKEY, path="/desk/account/passkeys/1"),
    Row("GET /desk/account/leave", "What leaving means.", PEOPLE),
    Row("POST /desk/account/leave", "Without the password it is told so.", PEOPLE),
]  # fmt: skip

OTHERS = [
    Row("GET /desk/people", "Who manages accounts sees them.", ADMINS),
    Row("GET /desk/people/<handle>", "One of them.", ADMINS),
    Row("POST /desk/people/<handle>/role", "No role is told so.", ADMINS),
    Row("POST /desk/people/<handle>/second-factor", "Who has lost the phone is helped.", ADMINS),
    Row("POST /desk/people/<handle>/disable", "Somebody is let in no more.", ADMINS),
    Row("POST /desk/people/<handle>/disable", "Nobody closes their own.", NO_ONE, path="/desk/people/dana/disable"),
    Row("POST /desk/people/<handle>/enable", "And again.", ADMINS),
    Row("POST /desk/people/invitations", "No role is told so.", ADMINS),
    Row("POST /desk/people/invitations/<int:invitation_id>/revoke", "A link opens nothing any more.", ADMINS),
]  # fmt: skip

DESK = [
    Row("GET /desk", "What one has under way.", PEOPLE),
    Row("GET /desk/edit/<topic>/<code>", "Whoever has an account proposes, also about any place.", PEOPLE),
    Row("POST /desk/edit/<topic>/<code>", "A proposal that lacks everything is told so, not turned away.", PEOPLE, form={"base": "0"}),
    Row("POST /desk/drafts/<topic>/<code>/discard", "One's own draft: the address cannot name another's.", PEOPLE),
    Row("GET /desk/verify/<topic>/<code>", "Checked, nothing changed.", PEOPLE),
    Row("POST /desk/verify/<topic>/<code>", "A check of no source is told so, not turned away.", PEOPLE, form={"base": "0"}),
    Row("GET /desk/import", "A file becomes proposals, so whoever proposes may send one.", PEOPLE),
    Row("POST /desk/import", "A dry run.", PEOPLE),
    Row("POST /desk/import/send", "What the dry run showed.", PEOPLE, form={"content": "", "mark": ""}),
    Row("GET /desk/batches", "What was sent together.", PEOPLE),
    Row("GET /desk/batches/<batch>", "One of them.", PEOPLE, path="/desk/batches/{batch}"),
    Row("POST /desk/batches/<batch>/<int:revision_id>/verdict", "Deciding one of them.", MODERATORS, Whose.ANOTHERS, path="/desk/batches/{batch}/{batched}/verdict", form=APPROVE),
    Row("POST /desk/batches/<batch>/<int:revision_id>/verdict", "Nobody decides their own.", NO_ONE, Whose.OWN, path="/desk/batches/{batch}/{batched}/verdict", form=APPROVE),
    Row("GET /desk/round", "What is due; whoever proposes may verify.", PEOPLE),
    Row("POST /desk/round/take", "Taking ten.", PEOPLE),
    Row("POST /desk/round/release", "Giving them back.", PEOPLE),
    Row("GET /desk/round/work", "One after the other.", PEOPLE),
    Row("POST /desk/round/<topic>/<code>/verify", "Nothing changed: a proposal.", PEOPLE, form={"base": "0"}),
    Row("POST /desk/round/<topic>/<code>/skip", "Leaving one to others, with a reason.", PEOPLE, form={"why": "A dead link."}),
    Row("GET /desk/sources", "Links by how many records rest on them.", PEOPLE),
    Row("GET /desk/sources/link", "One link and its records.", PEOPLE, path=f"/desk/sources/link?url={quote(LINK)}"),
    Row("POST /desk/sources/link", "Checks of many records by one link: proposals.", PEOPLE, form={"url": LINK}),
    Row("GET /desk/suggestions", "What readers wrote; contributors turn it into proposals.", PEOPLE),
    Row("GET /desk/suggestions/<int:number>", "One of them.", PEOPLE, path="/desk/suggestions/{suggestion}"),
    Row("POST /desk/suggestions/<int:number>/claim", "Taking it up.", PEOPLE, path="/desk/suggestions/{suggestion}/claim"),
    Row("POST /desk/suggestions/<int:number>/release", "Leaving it to others.", PEOPLE, path="/desk/suggestions/{suggestion}/release"),
    Row("POST /desk/suggestions/<int:number>/close", "Declining it with a reason.", PEOPLE, path="/desk/suggestions/{suggestion}/close", form=CLOSE),
    Row("GET /desk/queue", "Contributors see what waits; only moderators decide it.", PEOPLE),
    Row("GET /desk/proposals/<int:revision_id>", "Whoever has an account reads a proposal of theirs", PEOPLE, Whose.OWN),
    Row("GET /desk/proposals/<int:revision_id>", "and of others: nothing is decided in secret.", PEOPLE, Whose.ANOTHERS),
    Row("POST /desk/proposals/<int:revision_id>/withdraw", "Authors take back what is theirs.", PEOPLE, Whose.OWN),
    Row("POST /desk/proposals/<int:revision_id>/withdraw", "Nobody takes back the work of others: there is “reject” for that.", NO_ONE, Whose.ANOTHERS),
    Row("POST /desk/proposals/<int:revision_id>/verdict", "Nobody decides about their own work, whatever their role.", NO_ONE, Whose.OWN, form=APPROVE),
    Row("POST /desk/proposals/<int:revision_id>/verdict", "Moderators decide about the work of others.", MODERATORS, Whose.ANOTHERS, form=APPROVE),
    Row("GET /desk/log", "The log names people.", MODERATORS),
    Row("GET /desk/log.csv", "The same as a file.", MODERATORS),
    Row("GET /desk/log.ndjson", "The same as a file for tools.", MODERATORS),
]  # fmt: skip

TABLE = [*READERS, *TOOLS, *SIGNING, *PROVING, *OWN_ACCOUNT, *OTHERS, *DESK]
