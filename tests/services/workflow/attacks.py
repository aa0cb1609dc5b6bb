"""What somebody with the password of the database tries: every statement must be refused.

``{names}`` stand for ids that ``aims`` finds in the rows of the moment.
"""

from collections.abc import Iterator

from tests.services.workflow.promises import Rows, undecided

_REVIEW = (
    "INSERT INTO review (revision_id, author_id, payload_sha256, reviewer_id, verdict, comment, at)"
    " SELECT id, {author}, payload_sha256, {by}, 'approve', '', '2026-11-24 09:00:00.000000'"
    " FROM revision WHERE id = {which}"
)
_PUBLICATION = (
    "INSERT INTO publication (feed_no, record_id, revision_id, revision_number, payload_sha256,"
    " review_id, verdict, at, prev_sha256, sha256)"
    " SELECT {feed_no}, r.record_id, r.id, r.number, r.payload_sha256, {review}, {verdict},"
    " '2026-11-24 09:00:00.000000', '{head}', '{hash}' FROM revision AS r WHERE r.id = {which}"
)


def _approving(which: str, by: str, author: str = "author_id") -> str:
    return _REVIEW.format(which=which, by=by, author=author)


def _publishing(**changed: str) -> str:
    parts = {"feed_no": "{next}", "review": "NULL", "verdict": "NULL", "head": "{head}"}
    parts |= {"hash": "f" * 64, "which": "{pending}"}
    return _PUBLICATION.format(**{**parts, **changed})


# A sentence and the statement. One whose names are not there at the moment is left out.
ATTACKS: list[tuple[str, str]] = [
    (
        "the content of a revision is replaced",
        "UPDATE revision SET payload = '{{}}' WHERE id = {any}",
    ),
    (
        "a revision gets another author",
        "UPDATE revision SET author_id = {stranger} WHERE id = {any}",
    ),
    ("a proposal gets another base", "UPDATE revision SET base_id = {any} WHERE id = {pending}"),
    ("a revision is taken away", "DELETE FROM revision WHERE id = {any}"),
    ("an author is forgotten", "DELETE FROM revision_author WHERE revision_id = {pending}"),
    (
        "an author is exchanged",
        "UPDATE revision_author SET account_id = {stranger} WHERE revision_id = {pending}",
    ),
    (
        "fewer approvals are needed",
        "UPDATE submission SET approvals_needed = 0 WHERE revision_id = {pending}",
    ),
    ("a submission is taken away", "DELETE FROM submission WHERE revision_id = {pending}"),
    (
        "a proposal is sent twice",
        "INSERT INTO submission (revision_id, submitter_id, at) VALUES ({pending}, {author}, '2026-11-24 09:00:00.000000')",
    ),
    ("an author approves", _approving("{pending}", "{author}")),
    (
        "an author approves in the name of another",
        _approving("{pending}", "{author}", author="{stranger}"),
    ),
    ("what is decided is decided again", _approving("{decided}", "{stranger}")),
    ("what is withdrawn is approved", _approving("{withdrawn}", "{stranger}")),
    (
        "a verdict is turned round",
        "UPDATE review SET verdict = 'approve', comment = 'forged' WHERE id = {review}",
    ),
    ("a review is taken away", "DELETE FROM review WHERE id = {review}"),
    (
        "what is decided is withdrawn",
        "INSERT INTO withdrawal (revision_id, actor_id, at, why) VALUES ({decided}, {author}, '2026-11-24 09:00:00.000000', '')",
    ),
    ("a withdrawal is taken back", "DELETE FROM withdrawal WHERE revision_id = {withdrawn}"),
    ("a proposal is published without a review", _publishing()),
    (
        "a proposal is published by the review of another",
        _publishing(review="{review}", verdict="'approve'"),
    ),
    (
        "what was rejected is published",
        _publishing(which="{rejected}", review="{rejection}", verdict="'approve'"),
    ),
    ("a number of the feed is left out", _publishing(feed_no="{next} + 1")),
    ("something is put before the head", _publishing(feed_no="{next} - 1")),
    ("the chain is cut", _publishing(head="e" * 64)),
    (
        "a publication is dated back",
        "UPDATE publication SET at = '2020-01-01 00:00:00.000000' WHERE feed_no = 1",
    ),
    ("a publication is taken away", "DELETE FROM publication WHERE feed_no = {next} - 1"),
    (
        "a record points to what nobody published",
        "UPDATE record SET current_revision_id = {pending} WHERE id = {record}",
    ),
    (
        "a record goes back",
        "UPDATE record SET current_revision_id = {superseded} WHERE id = {its_record}",
    ),
    ("a record is taken away", "DELETE FROM record WHERE id = {record}"),
    ("a person is taken away", "DELETE FROM account WHERE id = {author}"),
    (
        "a person takes the name of another",
        "UPDATE account SET handle = '{another}' WHERE id = {author}",
    ),
    ("a suggestion is rewritten", "UPDATE suggestion SET text = 'Fine.' WHERE id = {suggestion}"),
    ("a suggestion is taken away", "DELETE FROM suggestion WHERE id = {suggestion}"),
    ("the log is rewritten", "UPDATE event SET actor_label = 'ben' WHERE id = {told}"),
    ("the log is emptied", "DELETE FROM event WHERE id <= {told}"),
]


def aims(rows: Rows) -> dict[str, object]:
    """What there is to attack now, by name."""
    return {name: value for name, value in _aims(rows) if value is not None}


def _aims(rows: Rows) -> Iterator[tuple[str, object]]:
    waiting = sorted(undecided(rows))
    reviews = [rows["review"][key] for key in sorted(rows["review"])]
    head = rows["publication"][max(rows["publication"])]
    people = {account.handle: account.id for account in rows["account"].values()}
    yield "any", max(rows["revision"])[0]
    yield "record", max(rows["record"])[0]
    yield "next", head.feed_no + 1
    yield "head", head.sha256
    if rows["suggestion"]:
        yield "suggestion", max(rows["suggestion"])[0]
    if rows["event"]:
        yield "told", max(rows["event"])[0]
    if waiting:
        pending = rows["revision"][(waiting[-1],)]
        yield "pending", pending.id
        yield "author", pending.author_id
        other = "ben" if pending.author_id == people["dana"] else "dana"
        yield "stranger", people[other]
        yield "another", other
        yield "record", pending.record_id
    if reviews:
        yield "review", reviews[-1].id
        yield "decided", reviews[-1].revision_id
    rejections = [review for review in reviews if review.verdict == "reject"]
    if rejections:
        yield "rejected", rejections[-1].revision_id
        yield "rejection", rejections[-1].id
    if rows["withdrawal"]:
        yield "withdrawn", max(rows["withdrawal"])[0]
    current = {record.current_revision_id for record in rows["record"].values()}
    for entry in rows["publication"].values():
        if entry.revision_id not in current:
            yield "superseded", entry.revision_id
            yield "its_record", entry.record_id


def aimed(statement: str, rows: Rows) -> str | None:
    """The statement with all its names filled in, or None if one of them is not there."""
    try:
        return statement.format(**aims(rows))
    except KeyError:
        return None
