"""Every route is known, says who may use it, and is spelled like the others."""

import re
from pathlib import Path

from flask import Flask

from legalmap.domain.people.roles import Permission

KNOWN = Path(__file__).with_name("routes.txt")
# The point of “Where am I?” is sent in a body because addresses are logged, and a thousand places
# are too long for an address. Nothing is written.
READING_BY_POST = frozenset({"/here", "/api/v1/<topic>/resolve"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def _routes(app: Flask) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return sorted(
        f"{' '.join(sorted(set(rule.methods or ()) - {'HEAD', 'OPTIONS'}))} {rule.rule}"
        for rule in rules
    )


def test_no_route_comes_or_goes_unnoticed(app: Flask) -> None:
    """An address is a promise. Who changes one writes it into routes.txt and thinks of redirects."""
    assert _routes(app) == KNOWN.read_text().splitlines()


def test_every_view_says_who_may_use_it(app: Flask) -> None:
    silent = [
        name
        for name, view in app.view_functions.items()
        if name != "static" and not isinstance(getattr(view, "permission", None), Permission)
    ]
    assert silent == []


def test_nothing_is_written_by_who_may_only_read(app: Flask) -> None:
    loose = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule not in READING_BY_POST
        and WRITING & set(rule.methods or ())
        and app.view_functions[rule.endpoint].permission is Permission.READ  # type: ignore[attr-defined]
    ]
    assert loose == []


def test_paths_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        words = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/.\-]*", words), rule.rule


def test_ids_are_typed(app: Flask) -> None:
    """A parameter that is a number says so, so that a word in its place is simply not found."""
    for rule in app.url_map.iter_rules():
        words = {"topic", "code", "format", "filename", "release", "handle", "token", "batch"}
        # The API takes anything there and says what a number looks like.
        words |= {"number", "name"} if rule.rule.startswith("/api/") else set()
        for name in re.findall(r"<(\w+)>", rule.rule):
            assert name in words, (rule.rule, name)


def test_signed_out_people_are_sent_to_sign_in_or_told(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        guarded = getattr(view, "permission", None) in (Permission.PROPOSE, Permission.REVIEW)
        if guarded and "GET" in (rule.methods or ()):
            path = re.sub(r"<int:\w+>", "1", rule.rule)
            path = path.replace("<topic>", "kratom").replace("<code>", "us-al")
            answer = client.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["Location"].startswith("/sign-in?next="), path
