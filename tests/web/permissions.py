"""Who may do what, as a table: a row for each route, and for whose work it is where that matters.

A row without ``who`` is for everybody. ``{…}`` in a path is filled in by ``tests/web/http/test_permissions.py``.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote


class Outcome(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    SIGN_IN = "sign in first"
    PROVE = "show the second factor first"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"


class Whose(StrEnum):
    """Whose work a request is about."""

    ANYBODYS = ""
    OWN = "their own"
    ANOTHERS = "another's"


# Who asks: no cookie; that of a closed account; a moderator after the password alone; the roles, and
# a moderator of other places.
Who = Mapping[str, Outcome]
ROLES = ("nobody", "disabled", "half", "contributor", "elsewhere", "moderator", "admin")
EVERYBODY: Who = dict.fromkeys(ROLES, Outcome.ALLOWED)
AFTER_A_PASSWORD: Who = {**EVERYBODY, "nobody": Outcome.SIGN_IN, "disabled": Outcome.SIGN_IN}
PEOPLE: Who = {**AFTER_A_PASSWORD, "half": Outcome.PROVE}
MODERATORS: Who = {**PEOPLE, "contributor": Outcome.FORBIDDEN}
MODERATORS_HERE: Who = {**MODERATORS, "elsewhere": Outcome.FORBIDDEN}
ADMINS: Who = {**MODERATORS_HERE, "moderator": Outcome.FORBIDDEN}
# Even who moderates or runs the site may not.
NO_ONE: Who = {**ADMINS, "admin": Outcome.FORBIDDEN}
NOTHING_THERE: Who = dict.fromkeys(ROLES, Outcome.NOT_FOUND)
NOT_FOUND: Who = {
    role: Outcome.NOT_FOUND if known is Outcome.ALLOWED else known for role, known in PEOPLE.items()
}


class Row(NamedTuple):
    """One route, what it is for, and what becomes of it for each who asks."""

    route: str
    sentence: str
    who: Who = EVERYBODY
    whose: Whose = Whose.ANYBODYS
    # The path to ask for; by default the route with example names in it.
    path: str = ""
    form: Mapping[str, str | list[str]] = {}


CHECKS = ["opened", "dates", "place", "words"]
APPROVE = {"verdict": "approve", "checks": CHECKS}
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
    Row("GET /<topic>/sitemap/<int:part>.xml", "The pages of a topic for search engines.", path="/kratom/sitemap/1.xml"),
    Row("GET /<topic>/table", "All records."),
    Row("GET /<topic>/corrections", "What was wrong and is put right."),
    Row("GET /<topic>/corrections.atom", "The same for feed readers."),
    Row("GET /about", "How records are made, and how fresh they are."),
    Row("GET /components", "The components are a page of a demo alone.", NOTHING_THERE),
    Row("GET /data", "Downloads, licence, how to cite."),
    Row("GET /export", "Leads to the list of files."),
    Row("GET /here", "Where somebody is."),
    Row("POST /here", "The point goes in a body, because addresses are logged.", form={"lat": "33", "lon": "-87"}),
    Row("GET /robots.txt", "What crawlers may leave alone."),
    Row("GET /search", "By name, code or ZIP."),
    Row("GET /sitemap.xml", "Where the lists of pages are."),
    Row("GET /suggest", "Names while somebody types."),
    Row("POST /<topic>/<code>/suggest", "Readers write without an account; it is no proposal."),
    Row("GET /releases/", "What was frozen."),
    Row("GET /releases/<release>/", "One release; here is none.", NOTHING_THERE),
    Row("GET /releases/<release>/<filename>", "A file of it; here is none.", NOTHING_THERE),
]  # fmt: skip

TOOLS = [
    Row("GET /api", "The reference for people."),
    Row("GET /api/v1", "Leads to the reference."),
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
    Row("GET /sign-in", "Who is signed in is sent on.", {**EVERYBODY, "half": Outcome.PROVE}),
    Row("POST /sign-in", "A wrong password is told; there is no secret in that there is a door."),
    Row("POST /sign-out", "Leaving is never refused."),
    Row("GET /sign-in/second-factor", "Asked of who gave a password.", AFTER_A_PASSWORD),
    Row("POST /sign-in/second-factor", "A code.", AFTER_A_PASSWORD),
    Row("POST /sign-in/second-factor/passkey", "A passkey.", AFTER_A_PASSWORD),
    Row(
        "GET /sign-in/set-up/authenticator", "Who has a factor shows it before adding one.", PEOPLE
    ),
    Row("POST /sign-in/set-up/authenticator", "The first code of a new app.", PEOPLE),
    Row("GET /sign-in/set-up/passkey", "The same for passkeys.", PEOPLE),
    Row("POST /sign-in/set-up/passkey", "A new passkey.", PEOPLE),
    Row(
        "GET /join/<token>", "Who has the link is invited, whoever they are.", path="/join/{token}"
    ),
    Row("POST /join/<token>", "Name and password are still to be chosen.", path="/join/{token}"),
    Row("GET /join/<token>", "A made-up link opens nothing.", NOTHING_THERE, path="/join/made-up"),
    Row(
        "GET /recover/<token>", "Who has the link has forgotten theirs.", path="/recover/{recovery}"
    ),
    Row("POST /recover/<token>", "It is still to be chosen.", path="/recover/{recovery}"),
]

ACCOUNT = [
    Row("GET /desk/account", "One's own account: no address names another's.", PEOPLE),
    Row("POST /desk/account/interest", "What one has to do with the trade.", PEOPLE),
    Row("POST /desk/account/sessions/end", "A session that is not there is over.", PEOPLE, form={"session": "-"}),
    Row("POST /desk/account/sessions/end-others", "Every other browser.", PEOPLE),
    Row("GET /desk/account/password", "Another password.", PEOPLE),
    Row("POST /desk/account/password", "It takes the old one.", PEOPLE),
    Row("GET /desk/account/email", "Where notices go.", PEOPLE),
    Row("POST /desk/account/email", "It takes the password.", PEOPLE),
    Row("GET /desk/account/recovery-codes", "For the day on which the phone is lost.", PEOPLE),
    Row("POST /desk/account/recovery-codes", "New ones take the password.", PEOPLE),
    Row("GET /desk/account/authenticator", "Doing without the app.", PEOPLE),
    Row("POST /desk/account/authenticator", "It takes the password.", PEOPLE),
    Row("GET /desk/account/passkeys/<int:passkey_id>", "Removing a passkey of one's own", PEOPLE, Whose.OWN, path="/desk/account/passkeys/{passkey}"),
    Row("GET /desk/account/passkeys/<int:passkey_id>", "but not even seeing one of another.", NOT_FOUND, Whose.ANOTHERS, path="/desk/account/passkeys/{passkey}"),
    Row("POST /desk/account/passkeys/<int:passkey_id>", "It takes the password.", PEOPLE, Whose.OWN, path="/desk/account/passkeys/{passkey}"),
    Row("POST /desk/account/passkeys/<int:passkey_id>", "One of another is not there.", NOT_FOUND, Whose.ANOTHERS, path="/desk/account/passkeys/{passkey}"),
    Row("GET /desk/account/leave", "What leaving means.", PEOPLE),
    Row("POST /desk/account/leave", "It takes the password.", PEOPLE),
    Row("GET /desk/notices", "What one is told.", PEOPLE),
    Row("POST /desk/notices/<int:notice_id>/read", "A notice to oneself.", PEOPLE, Whose.OWN, path="/desk/notices/{notice}/read"),
    Row("POST /desk/notices/<int:notice_id>/read", "A notice to another is not there.", NOT_FOUND, Whose.ANOTHERS, path="/desk/notices/{notice}/read"),
    Row("POST /desk/notices/read", "All of one's own.", PEOPLE),
]  # fmt: skip

ADMIN = [
    Row("GET /desk/people", "Who is there, and who is invited.", ADMINS),
    Row("GET /desk/people/<handle>", "One of them.", ADMINS, path="/desk/people/{handle}"),
    Row("POST /desk/people/<handle>/role", "Another role for somebody else", ADMINS, Whose.ANOTHERS, path="/desk/people/{handle}/role", form={"role": "moderator"}),
    Row("POST /desk/people/<handle>/role", "but not for oneself.", NO_ONE, Whose.OWN, path="/desk/people/{handle}/role", form={"role": "moderator"}),
    Row("POST /desk/people/<handle>/disable", "Closing an account of somebody else", ADMINS, Whose.ANOTHERS, path="/desk/people/{handle}/disable"),
    Row("POST /desk/people/<handle>/disable", "but not one's own: then nobody might be left.", NO_ONE, Whose.OWN, path="/desk/people/{handle}/disable"),
    Row("POST /desk/people/<handle>/enable", "Opening one again; this one is open.", ADMINS, Whose.ANOTHERS, path="/desk/people/{handle}/enable"),
    Row("POST /desk/people/<handle>/enable", "Nobody opens their own account.", NO_ONE, Whose.OWN, path="/desk/people/{handle}/enable"),
    Row("POST /desk/people/<handle>/password-link", "Helping who has forgotten a password.", ADMINS, Whose.ANOTHERS, path="/desk/people/{handle}/password-link"),
    Row("POST /desk/people/<handle>/password-link", "One's own is changed by who knows it.", NO_ONE, Whose.OWN, path="/desk/people/{handle}/password-link"),
    Row("POST /desk/people/<handle>/second-factor", "Helping who has lost theirs.", ADMINS, Whose.ANOTHERS, path="/desk/people/{handle}/second-factor"),
    Row("POST /desk/people/<handle>/second-factor", "Admins do not help themselves around it.", NO_ONE, Whose.OWN, path="/desk/people/{handle}/second-factor"),
    Row("POST /desk/people/invitations", "Only admins invite.", ADMINS, form={"role": "contributor"}),
    Row("POST /desk/people/invitations/<int:invitation_id>/revoke", "Taking an invitation back.", ADMINS, path="/desk/people/invitations/{invitation}/revoke"),
]  # fmt: skip

DESK = [
    Row("GET /desk", "What one has under way.", PEOPLE),
    Row("GET /desk/edit/<topic>/<code>", "Whoever has an account proposes, also about any place.", PEOPLE),
    Row("POST /desk/edit/<topic>/<code>", "A proposal that lacks everything is told so, not turned away.", PEOPLE, form={"base": "0"}),
    Row("POST /desk/edit/<topic>/<code>/draft", "What is typed keeps itself; the script is told in one word to sign in.", {**PEOPLE, "half": Outcome.SIGN_IN}, form={"base": "0"}),
    Row("POST /desk/drafts/<topic>/<code>/discard", "One's own draft: the address cannot name another's.", PEOPLE),
    Row("GET /desk/verify/<topic>/<code>", "Checked, nothing changed.", PEOPLE),
    Row("POST /desk/verify/<topic>/<code>", "A check of no source is told so, not turned away.", PEOPLE, form={"base": "0"}),
    Row("POST /desk/tasks/<int:number>/done", "What was looked up is ticked off by who moderates the place.", MODERATORS_HERE, path="/desk/tasks/{task}/done"),
    Row("GET /desk/import", "A file becomes proposals, so whoever proposes may send one.", PEOPLE),
    Row("POST /desk/import", "A dry run.", PEOPLE),
    Row("POST /desk/import/send", "What the dry run showed.", PEOPLE, form={"content": "", "mark": ""}),
    Row("GET /desk/batches", "What was sent together.", PEOPLE),
    Row("GET /desk/batches/<batch>", "One of them.", PEOPLE, path="/desk/batches/{batch}"),
    Row("POST /desk/batches/<batch>/<int:revision_id>/verdict", "One of a batch is decided by moderators of the place", MODERATORS_HERE, Whose.ANOTHERS, path="/desk/batches/{batch}/{batched}/verdict", form=APPROVE),
    Row("POST /desk/batches/<batch>/<int:revision_id>/verdict", "and by nobody who sent it.", NO_ONE, Whose.OWN, path="/desk/batches/{batch}/{batched}/verdict", form=APPROVE),
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
    Row("POST /desk/proposals/<int:revision_id>/verdict", "Moderators of the place decide about the work of others.", MODERATORS_HERE, Whose.ANOTHERS, form=APPROVE),
    Row("POST /desk/proposals/<int:revision_id>/claim", "Nobody takes their own work for review.", NO_ONE, Whose.OWN),
    Row("POST /desk/proposals/<int:revision_id>/claim", "Who may decide may take it first.", MODERATORS_HERE, Whose.ANOTHERS),
    Row("POST /desk/proposals/<int:revision_id>/release", "Giving back what one has not taken does nothing", MODERATORS, Whose.OWN),
    Row("POST /desk/proposals/<int:revision_id>/release", "and never frees what another has taken.", MODERATORS, Whose.ANOTHERS),
    Row("POST /desk/proposals/<int:revision_id>/remarks", "Authors talk about their proposal", PEOPLE, Whose.OWN, form={"text": "Since when?"}),
    Row("POST /desk/proposals/<int:revision_id>/remarks", "and everybody else with an account too.", PEOPLE, Whose.ANOTHERS, form={"text": "Since when?"}),
    Row("POST /desk/queue/next", "Taking what comes next.", MODERATORS),
    Row("GET /desk/log", "The log names people.", MODERATORS),
    Row("GET /desk/log.csv", "The same as a file.", MODERATORS),
    Row("GET /desk/log.ndjson", "The same as a file for tools.", MODERATORS),
]  # fmt: skip

TABLE = [*READERS, *TOOLS, *SIGNING, *ACCOUNT, *DESK, *ADMIN]
