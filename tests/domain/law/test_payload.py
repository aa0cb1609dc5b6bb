"""The content of a revision: every rule with the field it names, canonical bytes and the hash."""

import hashlib
import json
import lzma
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc8785 import dumps

from legalmap.domain.errors import Invalid
from legalmap.domain.law import payload_forms
from legalmap.domain.law.payload import (
    MAX_PERIODS,
    MAX_SHORT,
    MAX_SOURCES,
    MAX_TEXT,
    MAX_URL,
    NOT_RESEARCHED,
    Payload,
    canonical_bytes,
    content_bytes,
    from_builtins,
    from_bytes,
    newest,
    normalised,
    problems_of,
    sha256_of,
    to_builtins,
    validate,
    with_plain_links,
)
from legalmap.domain.law.periods import Period
from tests.build import TODAY, a_bill, a_date, a_payload, a_period, a_source, the_topic
from tests.strategies import payloads, stored_payloads

TOPIC = the_topic()
TOMORROW = TODAY + timedelta(days=1)
FIRST_FORM = Path(__file__).parents[2] / "data" / "form-1.ndjson.xz"


def sourced(url: str = "https://a.example/", **changed: Any) -> Payload:
    """A record whose only period has a good source and, second, one with these fields."""
    return a_payload(a_period(sources=(a_source(), a_source(url, **changed))))


def answered(**answers: Any) -> Payload:
    """A record whose second period gives these answers."""
    return a_payload(a_period(), a_period("2020", answers=answers))


def billed(**changed: Any) -> Payload:
    """A record whose second pending bill has these fields."""
    return a_payload(pending=(a_bill(), a_bill(**{"ref": "HB 2", **changed})))


def many(count: int) -> list[Period]:
    """So many periods, a year apart."""
    return [a_period(f"{1900 + year}") for year in range(count)]


def links(count: int) -> Payload:
    """A record whose only period has so many sources."""
    return a_payload(
        a_period(sources=tuple(a_source(f"https://x.example/{n}") for n in range(count)))
    )


def bills(count: int) -> Payload:
    """A record with so many bills under way."""
    return a_payload(pending=tuple(a_bill(f"HB {number}") for number in range(count)))


@pytest.mark.parametrize(
    ("payload", "field", "message"),
    [
        # A record has at least one period, and not endlessly many.
        (Payload(confidence="low"), "periods", "Add at least one period."),
        (a_payload(*many(MAX_PERIODS + 1)), "periods", "Keep to at most 50 periods."),
        # The date of the evidence is not in the future, and says how, if and only if it is given.
        (
            a_payload(last_verified=a_date("2026-11-24")),
            "last_verified",
            "Enter a date that is not",
        ),
        (
            a_payload(last_verified=a_date("2027"), verified_how="source-date"),
            "last_verified",
            "Enter a date that is not in the future.",
        ),
        # A person checks on a day; only a source is dated to a month or year.
        (a_payload(last_verified=a_date("2026-10")), "last_verified", "Enter the day on which a"),
        (a_payload(verified_how=None), "verified_how", "Say how it was verified"),
        (a_payload(last_verified=None), "verified_how", "Say how it was verified"),
        # Somebody says how sure they are.
        (a_payload(confidence=None), "confidence", "Choose how sure you are"),
        # Notes have a length and no hidden characters.
        (
            a_payload(notes="x" * (MAX_TEXT + 1)),
            "notes",
            "Keep this under 5,000 characters; it has",
        ),
        (a_payload(notes="a\x00b"), "notes", "Remove the invisible characters: U+0000."),
        # Only the oldest period may begin at an unknown date.
        (a_payload(a_period("2016"), a_period()), "periods.1.effective_from", "Only the oldest"),
        (a_payload(a_period(), a_period()), "periods.1.effective_from", "Only the oldest"),
        # Periods stand oldest first and begin on different days.
        (
            a_payload(a_period("2016"), a_period("2015")),
            "periods.1.effective_from",
            "Enter a date after 2016: oldest period first.",
        ),
        (
            a_payload(a_period("2016-01"), a_period("2016")),
            "periods.1.effective_from",
            "Enter a date after 2016-01",
        ),
        (
            a_payload(a_period(), a_period("2016"), a_period("2016")),
            "periods.2.effective_from",
            "Enter a date after 2016",
        ),
        # A period begins after the one before it has ended.
        (
            a_payload(a_period("2016", until="2018-06-30"), a_period("2018-06-30")),
            "periods.1.effective_from",
            "The period before it holds until 2018-06-30.",
        ),
        (
            a_payload(a_period(until="2018-06-30"), a_period("2017")),
            "periods.1.effective_from",
            "The period before it holds until 2018-06-30.",
        ),
        # A law does not end before it begins.
        (
            a_payload(a_period("2016-05-10", until="2016-05-09")),
            "periods.0.effective_until",
            "Enter an end that is not before the start.",
        ),
        (a_payload(a_period("2017", until="2016")), "periods.0.effective_until", "Enter an end"),
        # The status is one of the scale; the message says which there are.
        (
            a_payload(a_period(status="illegal")),
            "periods.0.status",
            "“illegal” is no status. Choose from: legal, regulated, unclear, restricted, banned,",
        ),
        # A summary says something, at readable length, in visible characters.
        (a_payload(a_period(summary="")), "periods.0.summary", "Say in a plain sentence"),
        (a_payload(a_period(summary=" \n")), "periods.0.summary", "Say in a plain sentence"),
        (a_payload(a_period(summary="x" * 5001)), "periods.0.summary", "Keep this under 5,000"),
        (a_payload(a_period(summary="a\u202eb")), "periods.0.summary", "Remove the invisible"),
        # Answers keep to the codebook.
        (answered(min_age=0), "periods.1.answers.min_age", "Enter a number from 1 to 99."),
        (answered(min_age=True), "periods.1.answers.min_age", "Enter a whole number."),
        (answered(sale="no"), "periods.1.answers.sale", "'no' is not in the codebook."),
        # A number has one spelling in every language: few decimals, few digits.
        (
            answered(seven_oh_limit_percent=0.00001),
            "periods.1.answers.seven_oh_limit_percent",
            "Enter a number of at most 15 digits, with at most 4 decimals.",
        ),
        (
            answered(seven_oh_limit_percent=1e300),
            "periods.1.answers.seven_oh_limit_percent",
            "Enter a number of at most 15 digits, with at most 4 decimals.",
        ),
        # A text is one, short and in visible characters.
        (answered(alkaloid_limits=400), "periods.1.answers.alkaloid_limits", "Enter text."),
        (
            answered(alkaloid_limits="x" * (MAX_SHORT + 1)),
            "periods.1.answers.alkaloid_limits",
            "Keep this under 500 characters",
        ),
        (
            answered(alkaloid_limits="a\u200bb"),
            "periods.1.answers.alkaloid_limits",
            "Remove the invisible",
        ),
        (answered(age=18), "periods.1.answers.age", "The codebook has no variable “age”."),
        # Every period is backed by a source, and not by endlessly many.
        (a_payload(a_period(sources=())), "periods.0.sources", "Add at least one source"),
        (links(MAX_SOURCES + 1), "periods.0.sources", "Keep to at most 50 sources."),
        # A link stands once in a period.
        (
            sourced("https://law.example/act"),
            "periods.0.sources.1.url",
            "This period has that link already.",
        ),
        # A link leads to the web, and so does its archived copy.
        (sourced("law.example/act"), "periods.0.sources.1.url", "Enter a full link"),
        (sourced(archived_url=""), "periods.0.sources.1.archived_url", "Enter a full link"),
        (sourced("https://x.example/" + "x" * MAX_URL), "periods.0.sources.1.url", "Keep the link"),
        # A source has a title and a publisher; the citation may be empty but not endless.
        (sourced(title=""), "periods.0.sources.1.title", "Enter the title of the page."),
        (sourced(title="x" * 501), "periods.0.sources.1.title", "Keep this under 500 characters"),
        (sourced(title="a\u200bb"), "periods.0.sources.1.title", "Remove the invisible"),
        (sourced(publisher=" "), "periods.0.sources.1.publisher", "Enter who publishes the page."),
        (sourced(publisher="x" * 501), "periods.0.sources.1.publisher", "Keep this under 500"),
        (sourced(citation="x" * 501), "periods.0.sources.1.citation", "Keep this under 500"),
        # Nobody opened it tomorrow.
        (sourced(accessed_on=TOMORROW), "periods.0.sources.1.accessed_on", "Enter a day that is"),
        # A bill says what kind it is, its number, what it would do, and where to read it.
        (billed(kind=""), "pending.1.kind", "Say what it is"),
        (billed(kind="x" * 501), "pending.1.kind", "Keep this under 500"),
        (billed(ref=""), "pending.1.ref", "Enter the number of the bill."),
        (billed(ref="x" * 501), "pending.1.ref", "Keep this under 500"),
        (billed(what=""), "pending.1.what", "Say what it would change."),
        (billed(what="x" * 5001), "pending.1.what", "Keep this under 5,000"),
        (billed(url="ftp://x.example/"), "pending.1.url", "Enter a full link"),
        # It stands once in a record, and there are not endlessly many.
        (billed(ref="HB 1"), "pending.1.ref", "This record has that bill already."),
        (bills(MAX_SOURCES + 1), "pending", "Keep to at most 50 pending bills."),
    ],
)
def test_each_rule_names_the_field_that_breaks_it(
    payload: Payload, field: str, message: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        validate(payload, TOPIC, TODAY)
    assert [problem.field for problem in invalid.value.problems] == [field]
    assert invalid.value.problems[0].message.startswith(message)


@pytest.mark.parametrize(
    "payload",
    [
        # The plain case.
        a_payload(),
        # The limits themselves are within.
        a_payload(*many(MAX_PERIODS)),
        links(MAX_SOURCES),
        bills(MAX_SOURCES),
        a_payload(notes="x" * MAX_TEXT),
        sourced(title="x" * MAX_SHORT, publisher="x" * MAX_SHORT, citation="x" * MAX_SHORT),
        sourced("https://x.example/".ljust(MAX_URL, "x")),
        # Verified and opened today.
        a_payload(last_verified=a_date("2026-11-23")),
        # The newest source is known to the month or the year only, the running one too.
        a_payload(last_verified=a_date("2026-10"), verified_how="source-date"),
        a_payload(last_verified=a_date("2026"), verified_how="source-date"),
        sourced(accessed_on=TODAY),
        # Never verified, and nothing said about how.
        a_payload(last_verified=None, verified_how=None),
        # A law in force for one day; one that ends in the year it begins.
        a_payload(a_period("2016-05-10", until="2016-05-10")),
        a_payload(a_period("2016-05-10", until="2016")),
        # A law that lapses and, the next day, its successor.
        a_payload(a_period("2016", until="2018-06-30"), a_period("2018-07-01")),
        # Both rough to the month: the end and the start may lie in the same one.
        a_payload(a_period("2016", until="2018-06"), a_period("2018-06-15")),
        # Enacted long before it takes effect, or after it (a law that reaches back).
        a_payload(a_period("2016", enacted_on=a_date("2014-02-03"))),
        a_payload(a_period("2016", enacted_on=a_date("2017"))),
        # The same link may back two periods, and two bills may share one page.
        a_payload(a_period(), a_period("2020")),
        billed(url=a_bill().url),
        # Line breaks and tabs are visible characters; so are other scripts.
        a_payload(notes="Zwei\nZeilen\tund กระท่อม “…”"),
        # A source may dispute what the period says.
        sourced(stance="disputes"),
    ],
)
def test_a_record_that_keeps_every_rule(payload: Payload) -> None:
    assert problems_of(payload, TOPIC, TODAY) == []
    validate(payload, TOPIC, TODAY)


def test_all_problems_are_named_at_once() -> None:
    period = a_period(status="illegal", summary="", sources=(), answers={"age": 1})
    fields = [p.field for p in problems_of(a_payload(period, confidence=None), TOPIC, TODAY)]
    at = "periods.0"
    expected = ["confidence", f"{at}.summary", f"{at}.status", f"{at}.answers.age", f"{at}.sources"]
    assert fields == expected


GOOD_LINKS = [
    # With a port, a query, a fragment, percent escapes, or letters of another script.
    "http://law.example:8080/act?id=1&x=%20#s2",
    "https://закон.рф/",
    "https://[2606:4700::1]/act",
]
BAD_LINKS = [
    # Nothing, a bare name, a path, another scheme, no host.
    "",
    "law.example",
    "/act",
    "//law.example/act",
    "ftp://law.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
    "https:///act",
    "https:law.example",
    # Characters that would break out of an attribute, or that browsers read otherwise.
    "https://law.example/a b",
    "https://law.example/\n",
    " https://law.example/",
    'https://law.example/"x',
    "https://law.example/<x>",
    "https://law.example\\@evil.example",
    "https://law.example/\u202egpj",
    "https://law.example/\x00",
    # Hosts that cannot be read.
    "https://[law.example/",
    # What leads to another host than it seems to.
    "https://sdlegislature.gov@evil.example/",
    "https://user:word@law.example/",
    "https://ｌａｗ.example/",
    "https://law.ex\u00adample/",
    "https://law\u200d.example/",
    "https://law.example/\u2028act",
    # What readers cannot open.
    "http://localhost/act",
    "http://localhost:8080/act",
    "http://intranet/act",
    "http://nas.local/act",
    "http://127.0.0.1/act",
    "http://127.1/act",
    "http://2130706433/act",
    "http://0x7f.0x1/act",
    "http://10.0.0.7/act",
    "http://192.168.1.1/act",
    "http://169.254.169.254/act",
    "https://[::1]/act",
    "https://[fd00::1]/act",
]


@pytest.mark.parametrize("url", GOOD_LINKS)
def test_a_full_link(url: str) -> None:
    assert problems_of(sourced(url, archived_url=url), TOPIC, TODAY) == []
    assert problems_of(billed(url=url), TOPIC, TODAY) == []


@pytest.mark.parametrize("url", BAD_LINKS)
def test_no_link_of_the_web(url: str) -> None:
    fields = [p.field for p in problems_of(sourced(url, archived_url=url), TOPIC, TODAY)]
    assert fields == ["periods.0.sources.1.url", "periods.0.sources.1.archived_url"]
    assert [p.field for p in problems_of(billed(url=url), TOPIC, TODAY)] == ["pending.1.url"]


@pytest.mark.parametrize(
    "hidden",
    # Controls, zero width, bidirectional overrides and isolates, a byte order mark, half a pair.
    [*"\x00\x08\x0b\x1b\x7f\x85\u200b\u202a\u202e\u2066\u2069\ufeff\ud800\udfff"],
)
def test_hidden_characters_are_refused_wherever_text_is(hidden: str) -> None:
    text = f"a{hidden}b"
    payload = a_payload(
        a_period(summary=text, sources=(a_source(title=text, publisher=text, citation=text),)),
        pending=(a_bill(ref=text, kind=text, what=text),),
        notes=text,
    )
    fields = {p.field.rsplit(".", 1)[-1] for p in problems_of(payload, TOPIC, TODAY)}
    assert fields == {"summary", "title", "publisher", "citation", "ref", "kind", "what", "notes"}


RAW: dict[str, Any] = {"effective_from": None, "status": "legal", "summary": "x"}
RAW_BILL = {"kind": "bill", "ref": "HB 1", "what": "w", "url": "https://a.example/"}
RAW_SOURCE = {"url": "https://a.example/", "title": "t", "publisher": "p", "kind": "news"}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        # No object at all.
        (None, "payload"),
        ([], "payload"),
        ("{}", "payload"),
        # A field there is none of, or one that is no text.
        ({"status": "legal"}, "payload"),
        ({1: 2}, "payload"),
        ({"periods": [{**RAW, "state": "x"}]}, "periods.0"),
        ({"periods": [{**RAW, "sources": [{**RAW_SOURCE, "link": "x"}]}]}, "periods.0.sources.0"),
        ({"pending": [{**RAW_BILL, "link": "x"}]}, "pending.0"),
        # A list where a list belongs, an object where an object belongs.
        ({"periods": {}}, "periods"),
        ({"periods": [1]}, "periods.0"),
        ({"periods": [RAW, {}]}, "periods.1"),
        ({"periods": [{**RAW, "status": None}]}, "periods.0.status"),
        ({"periods": [{**RAW, "force": "strong"}]}, "periods.0.force"),
        ({"periods": [{**RAW, "answers": []}]}, "periods.0.answers"),
        ({"periods": [{**RAW, "answers": {1: 2}}]}, "periods.0.answers"),
        # Dates that are none; what was typed cannot pretend to be another field.
        ({"periods": [{**RAW, "effective_from": "May"}]}, "periods.0.effective_from"),
        ({"periods": [{**RAW, "effective_from": 2016}]}, "periods.0.effective_from"),
        ({"periods": [{**RAW, "effective_from": "x - at `$.notes`"}]}, "periods.0.effective_from"),
        ({"periods": [{**RAW, "effective_from": "x - at\ny"}]}, "periods.0.effective_from"),
        ({"periods": [{**RAW, "effective_until": "2016-00"}]}, "periods.0.effective_until"),
        ({"last_verified": "May"}, "last_verified"),
        ({"last_verified": "2016-02-30"}, "last_verified"),
        # Deep inside, counted from nought.
        ({"periods": [{**RAW, "sources": [RAW_SOURCE, {}]}]}, "periods.0.sources.1"),
        (
            {"periods": [RAW, {**RAW, "sources": [{**RAW_SOURCE, "kind": "blog"}]}]},
            "periods.1.sources.0.kind",
        ),
        ({"pending": [{"kind": "bill", "ref": 97, "what": "", "url": ""}]}, "pending.0.ref"),
        ({"pending": [{**RAW_BILL, "outcome": "lost"}]}, "pending.0.outcome"),
        ({"verified_how": "guessed"}, "verified_how"),
        # A form there is none of, or not yet.
        ({"schema": "2"}, "schema"),
        ({"schema": 0}, "schema"),
        ({"schema": 3}, "schema"),
        ({"confidence": "certain"}, "confidence"),
        ({"notes": None}, "notes"),
    ],
)
def test_plain_values_that_do_not_fit_are_named(raw: Any, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        from_builtins(raw)
    assert [problem.field for problem in invalid.value.problems] == [field]
    assert invalid.value.problems[0].message


def test_a_date_that_is_none_is_explained_to_people() -> None:
    with pytest.raises(Invalid) as invalid:
        from_builtins({"periods": [{**RAW, "effective_from": "May 2016"}]})
    expected = "“May 2016” is not a year (2016), a year and month (2016-05) or a full date"
    assert invalid.value.problems[0].message.startswith(expected)


@pytest.mark.parametrize(
    "canonical",
    [
        # Not JSON, cut off, or empty.
        b"",
        b"{",
        b"{'notes': 1}",
        '{"notes":"',
        # Not UTF-8, or half a pair.
        b'{"notes":"\xff"}',
        '{"notes":"\ud800"}',
        # JSON of another shape.
        b"[]",
        b'{"notes":1}',
        b'{"nothing":1}',
        # Nested beyond reason.
        b'{"periods":[{"answers":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}]}",
    ],
)
def test_bytes_that_hold_no_payload_are_invalid(canonical: bytes | str) -> None:
    with pytest.raises(Invalid) as invalid:
        from_bytes(canonical)
    assert len(invalid.value.problems) == 1


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        # Whole numbers are integers, however they are typed.
        ({"min_age": 18.0}, {"min_age": 18}),
        ({"seven_oh_limit_percent": -0.0}, {"seven_oh_limit_percent": 0}),
        ({"seven_oh_limit_percent": 0.5}, {"seven_oh_limit_percent": 0.5}),
        # What is not answered is left out; nought is an answer.
        ({"sale": "", "min_age": None, "product_rules": []}, {}),
        ({"seven_oh_limit_percent": 0}, {"seven_oh_limit_percent": 0}),
        # Choices stay in the order in which the record gives them.
        ({"product_rules": ["testing", "labeling"]}, {"product_rules": ["testing", "labeling"]}),
        ({"product_rules": ("testing", "labeling")}, {"product_rules": ["testing", "labeling"]}),
        # Answers stand by their code, in whatever order they were given.
        ({"sale": "allowed", "min_age": 18}, {"min_age": 18, "sale": "allowed"}),
        # What is wrong stays as it is, for validation to name.
        ({"product_rules": ["b", 1, "a"]}, {"product_rules": ["b", 1, "a"]}),
        ({"product_rules": ["b", "b"]}, {"product_rules": ["b", "b"]}),
    ],
)
def test_there_is_one_way_to_write_an_answer(
    given_as: dict[str, Any], kept_as: dict[str, Any]
) -> None:
    answers = normalised(a_payload(a_period(answers=given_as))).periods[0].answers
    assert json.dumps(answers) == json.dumps(kept_as)


def test_canonical_bytes_are_sorted_compact_and_complete() -> None:
    assert canonical_bytes(NOT_RESEARCHED) == (
        b'{"confidence":null,"last_verified":null,"notes":"","pending":[],"periods":[],'
        b'"schema":2,"verified_how":null}'
    )
    period = a_period("2016-05", summary="é", answers={"sale": "allowed", "min_age": 18})
    text = canonical_bytes(a_payload(period)).decode()
    assert '"answers":{"min_age":18,"sale":"allowed"},"effective_from":"2016-05"' in text
    assert '"summary":"é"' in text


def test_the_order_in_which_answers_were_given_is_not_content() -> None:
    one = a_payload(a_period(answers={"sale": "allowed", "min_age": 18}))
    other = a_payload(a_period(answers={"min_age": 18, "sale": "allowed"}))
    assert canonical_bytes(one) == canonical_bytes(other)


def test_the_hash_is_sha256_of_the_canonical_bytes() -> None:
    canonical = canonical_bytes(a_payload())
    assert sha256_of(canonical) == hashlib.sha256(canonical).hexdigest()
    assert sha256_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_plain_values_keep_the_order_of_the_fields() -> None:
    raw = to_builtins(a_payload(a_period("2016-05")))
    assert list(raw)[:2] == ["periods", "last_verified"]
    assert raw["periods"][0]["effective_from"] == "2016-05"
    assert raw["last_verified"] == "2026-11-01"
    json.dumps(raw)


@given(stored_payloads())
def test_canonical_bytes_come_back_as_the_same_payload(payload: Payload) -> None:
    canonical = canonical_bytes(payload)
    again = from_bytes(canonical)
    assert again == payload
    assert canonical_bytes(again) == canonical
    assert from_bytes(canonical.decode()) == payload


@given(stored_payloads())
def test_canonical_bytes_are_those_of_rfc_8785(payload: Payload) -> None:
    """Whoever has a library for it, in whatever language, gets the bytes that the hash is over."""
    canonical = canonical_bytes(payload)
    assert dumps(json.loads(canonical)) == canonical


def test_every_payload_that_shipped_in_the_first_form_keeps_its_bytes() -> None:
    """The 268 of version 0.1, as they were stored: read, written again, and in the newest form."""
    lines = lzma.decompress(FIRST_FORM.read_bytes()).splitlines()
    assert len(lines) == 268
    for line in lines:
        payload = from_bytes(line)
        assert payload.schema == payload_forms.FIRST
        assert canonical_bytes(payload) == line
        assert dumps(json.loads(line)) == line
        assert newest(from_bytes(content_bytes(payload))) == newest(payload)


@given(stored_payloads())
def test_what_is_the_same_in_two_forms_has_the_same_content(payload: Payload) -> None:
    assert content_bytes(payload) == content_bytes(from_bytes(canonical_bytes(payload)))
    assert content_bytes(payload) == canonical_bytes(normalised(payload))
    assert from_builtins(to_builtins(payload)).schema == payload_forms.NEWEST


@pytest.mark.parametrize(
    "canonical",
    [
        # With keys that are not known yet, and without.
        b'{"confidence":null,"courts":[],"notes":"","schema":3}',
        b'{"notes":"","schema":3}',
        '{"schema":3}',
    ],
)
def test_a_newer_form_is_refused_by_the_version_that_it_needs(canonical: bytes | str) -> None:
    with pytest.raises(Invalid) as invalid:
        from_bytes(canonical)
    [problem] = invalid.value.problems
    assert problem.field == "schema"
    assert problem.message == (
        "This is of form 3, and this version of legalmap reads forms up to 2: "
        "install a version that reads form 3."
    )


def test_a_form_that_cannot_say_it_drops_nothing() -> None:
    """A payload of form 1 never has an outcome; if a mistake gave it one, it is not lost unseen."""
    payload = a_payload(pending=(a_bill(outcome="died"),), schema=payload_forms.FIRST)
    assert b'"outcome":"died"' in canonical_bytes(payload)


@given(payloads())
def test_plain_values_come_back_as_the_same_payload(payload: Payload) -> None:
    raw = json.loads(json.dumps(to_builtins(payload)))
    assert from_builtins(raw) == payload
    assert normalised(payload) == payload


@given(payloads(), payloads())
def test_equal_payloads_and_no_others_have_equal_bytes(one: Payload, other: Payload) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


FIELDS = ("periods", "pending", "notes", "last_verified", "effective_from", "status", "summary")
FIELDS += ("answers", "sources", "url", "title", "kind", "min_age", "product_rules")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(("2016", "2016-05-10", "legal", "https://a.example/", "2016-00", " - at `$")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
LIKE_A_PERIOD = st.fixed_dictionaries(
    {"effective_from": JSON, "status": st.text(max_size=3), "summary": st.text(max_size=3)},
    optional={"answers": JSON | st.dictionaries(st.sampled_from(FIELDS), JSON), "sources": JSON},
)
LIKE_A_PAYLOAD = st.fixed_dictionaries(
    {}, optional={"periods": st.lists(LIKE_A_PERIOD, max_size=2), "notes": JSON, "pending": JSON}
)


@given(JSON | LIKE_A_PAYLOAD)
def test_no_input_whatever_does_more_than_break_a_rule(raw: Any) -> None:
    """Such input never says how sure it is, so none of it can be valid."""
    with pytest.raises(Invalid) as invalid:
        validate(from_builtins(raw), TOPIC, TODAY)
    assert invalid.value.problems
    assert all(problem.field and problem.message for problem in invalid.value.problems)


@given(payloads(), st.dates(date(2015, 1, 1), date(2030, 1, 1)))
def test_what_was_valid_stays_valid(payload: Payload, today: date) -> None:
    if not problems_of(payload, TOPIC, today):
        assert problems_of(payload, TOPIC, today + timedelta(days=1)) == []
        validate(from_bytes(canonical_bytes(payload)), TOPIC, today)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (a_payload(a_period("1016")), "periods.0.effective_from"),
        (a_payload(a_period("2016", until="9999")), "periods.0.effective_until"),
        (a_payload(a_period(enacted_on=a_date("1899-12-31"))), "periods.0.enacted_on"),
        (sourced(published_on=a_date("0206")), "periods.0.sources.1.published_on"),
        (billed(expected_on=a_date("2037-01")), "pending.1.expected_on"),
    ],
)
def test_a_year_that_nobody_means_is_refused_at_its_field(payload: Payload, field: str) -> None:
    """From 1900 to ten years ahead."""
    problems = [p for p in problems_of(payload, TOPIC, TODAY) if p.field == field]
    assert [p.message for p in problems] == ["Enter a year from 1900 to 2036."]


def test_what_is_typed_or_imported_has_its_links_written_plainly() -> None:
    typed = sourced("https://LAW.Example/Act", archived_url="https://l\u0430w.example/")
    source = with_plain_links(typed).periods[0].sources[1]
    assert (source.url, source.archived_url) == (
        "https://law.example/Act",
        "https://xn--lw-7kc.example/",
    )
