"""Differences by field path, both sides of a moved record, and edits made together."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalmap.domain.errors import Invalid
from legalmap.domain.law.diff import Change, apply, clashes, compare, diff, settle, shown
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload, canonical_bytes
from legalmap.domain.law.periods import Period
from tests.build import a_bill, a_date, a_payload, a_period, a_source
from tests.depth import examples
from tests.strategies import payloads


def merge(base: Payload, theirs: Payload, yours: Payload) -> Payload:
    """Both edits together where nobody has to choose."""
    return settle(base, compare(base, theirs, yours), set())


A, B, C = (a_source(f"https://law.example/{name}") for name in "abc")
OLD = a_period(None, "legal", sources=(A,))
NEW = a_period(
    "2016-05",
    "regulated",
    answers={"min_age": 18, "product_rules": ["testing"]},
    sources=(A, B),
)
BASE = a_payload(OLD, NEW, pending=(a_bill("HB 1"),), notes="Open.")
AT_NEW = ("periods", "2016-05")
AT_OLD = ("periods", "start")


def changed(thing: Any, **fields: Any) -> Any:
    """A copy with other values in these fields."""
    return msgspec.structs.replace(thing, **fields)


def with_new(**fields: Any) -> Payload:
    """BASE with its second period changed."""
    return changed(BASE, periods=(OLD, changed(NEW, **fields)))


def with_periods(*periods: Period) -> Payload:
    """BASE with these periods."""
    return changed(BASE, periods=periods)


def paths(before: Payload, after: Payload) -> list[tuple[str, ...]]:
    """Where two payloads differ."""
    return [change.path for change in diff(before, after)]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        # Nothing.
        (BASE, []),
        # A field of the record.
        (changed(BASE, notes="Closed."), [("notes",)]),
        (changed(BASE, confidence="low", notes=""), [("confidence",), ("notes",)]),
        # A field of a period, named by the date it takes effect; the undated one is the start.
        (with_new(status="banned"), [(*AT_NEW, "status")]),
        (with_periods(changed(OLD, summary="Other."), NEW), [(*AT_OLD, "summary")]),
        # An optional field filled in.
        (with_new(effective_until=a_date("2020")), [(*AT_NEW, "effective_until")]),
        # One answer among several: added, changed, taken back.
        (
            with_new(answers={**NEW.answers, "sale": "allowed"}),
            [(*AT_NEW, "answers", "sale")],
        ),
        (with_new(answers={**NEW.answers, "min_age": 21}), [(*AT_NEW, "answers", "min_age")]),
        (
            with_new(answers={"product_rules": ["testing"]}),
            [(*AT_NEW, "answers", "min_age")],
        ),
        # The answers' own order is nothing, several choices are one value.
        (with_new(answers=dict(reversed(NEW.answers.items()))), []),
        (
            with_new(answers={"min_age": 18, "product_rules": ["labeling", "testing"]}),
            [(*AT_NEW, "answers", "product_rules")],
        ),
        # A whole period more or less is one change, and the later ones have not changed.
        (with_periods(OLD, a_period("2010"), NEW), [("periods", "2010")]),
        (with_periods(NEW), [AT_OLD]),
        (with_periods(), [AT_OLD, AT_NEW]),
        # Another start makes it another period.
        (with_new(effective_from=a_date("2016-05-10")), [AT_NEW, ("periods", "2016-05-10")]),
        # A source is named by its link; one more or less is one change.
        (with_new(sources=(A, B, C)), [(*AT_NEW, "sources", C.url)]),
        (with_new(sources=(B,)), [(*AT_NEW, "sources", A.url)]),
        (
            with_new(sources=(A, changed(B, title="Other", stance="disputes"))),
            [(*AT_NEW, "sources", B.url, "title"), (*AT_NEW, "sources", B.url, "stance")],
        ),
        (with_new(sources=(A, C)), [(*AT_NEW, "sources", B.url), (*AT_NEW, "sources", C.url)]),
        # The same link in another period is another source.
        (
            with_periods(changed(OLD, sources=(changed(A, title="Other"),)), NEW),
            [(*AT_OLD, "sources", A.url, "title")],
        ),
        # Sources in another order differ by their order alone.
        (with_new(sources=(B, A)), [(*AT_NEW, "sources", "order")]),
        # One put in front of the others is an addition and an order.
        (
            with_new(sources=(C, A, B)),
            [(*AT_NEW, "sources", C.url), (*AT_NEW, "sources", "order")],
        ),
        # A bill is named by its number and link, so two on one page stay apart.
        (
            changed(BASE, pending=(a_bill("HB 1"), a_bill("HB 2"))),
            [("pending", "HB 2 https://law.example/hb1")],
        ),
        (
            changed(BASE, pending=(a_bill("HB 1", what="Would tax it."),)),
            [("pending", "HB 1 https://law.example/hb1", "what")],
        ),
    ],
)
def test_where_two_records_differ(after: Payload, expected: list[tuple[str, ...]]) -> None:
    assert paths(BASE, after) == expected
    back = [path for path in paths(after, BASE) if path[-1] != "order"]
    assert sorted(back) == sorted(path for path in expected if path[-1] != "order")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        # What was not there is added, what is not there any more removed.
        (None, "2020", "added"),
        (None, {"url": "x"}, "added"),
        ("2020", None, "removed"),
        ({"url": "x"}, None, "removed"),
        # Everything else is changed; empty text and nought are values.
        ("", "text", "changed"),
        (0, 1, "changed"),
        ("text", "", "changed"),
    ],
)
def test_the_kind_of_a_change(before: Any, after: Any, kind: str) -> None:
    assert Change(("notes",), before, after).kind == kind


def test_a_change_holds_both_values_and_one_dotted_name() -> None:
    (change,) = diff(BASE, with_new(answers={**NEW.answers, "min_age": 21}))
    assert (change.before, change.after) == (18, 21)
    assert change.field == "periods.2016-05.answers.min_age"


def test_a_period_that_is_new_comes_whole() -> None:
    (change,) = diff(NOT_RESEARCHED, Payload(periods=(NEW,)))
    assert (change.kind, change.before) == ("added", None)
    assert change.after["status"] == "regulated"
    assert list(change.after["sources"]) == [A.url, B.url]


def test_an_order_is_told_by_the_links_in_it() -> None:
    (change,) = diff(BASE, with_new(sources=(B, A)))
    assert (change.before, change.after) == ([A.url, B.url], [B.url, A.url])
    assert change.kind == "changed"


PLUS = changed(A, url=A.url + "+")
TWICE = changed(A, title="The same link again")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # A link that ends in the mark for "the same link again".
        ((A, PLUS), (A, TWICE)),
        ((A, TWICE), (A, PLUS)),
        ((A, TWICE, PLUS), (PLUS, A)),
        ((PLUS, A, TWICE), (A, PLUS, TWICE)),
        # The same link twice, though validation refuses it: nothing is lost or crashes.
        ((A, TWICE), (TWICE, A)),
        ((A, TWICE), (TWICE,)),
        ((), (A, A, A)),
        # No link at all, and a link that reads like a name of ours.
        ((changed(A, url=""),), (changed(A, url="start"),)),
        ((changed(A, url="order"), A), (A, changed(A, url="order"))),
        ((changed(A, url="answers"),), (changed(A, url="answers", title="Other"),)),
    ],
)
def test_odd_links_neither_crash_nor_get_lost(
    before: tuple[Any, ...], after: tuple[Any, ...]
) -> None:
    one, other = with_new(sources=before), with_new(sources=after)
    assert diff(one, other)
    assert apply(one, diff(one, other)) == other


def test_answers_of_any_shape_are_plain_values() -> None:
    """A variable may be called like one of our lists; a draft may hold what no codebook allows."""
    odd = {"sources": ["x"], "pending": {"order": ["a"]}, "periods": 3, "order": ["b", "c"]}
    other = with_new(answers=odd)
    assert {path[3] for path in paths(BASE, other)} == {*odd, *NEW.answers}
    assert apply(BASE, diff(BASE, other)) == other
    again = with_new(answers={**odd, "pending": {"order": ["b"]}})
    assert paths(other, again) == [(*AT_NEW, "answers", "pending")]
    assert apply(other, diff(other, again)) == again


@given(payloads(), payloads())
def test_the_differences_applied_give_the_other_record(base: Payload, other: Payload) -> None:
    applied = apply(base, diff(base, other))
    assert canonical_bytes(applied) == canonical_bytes(other)


@given(payloads(), payloads())
def test_records_without_differences_are_the_same(one: Payload, other: Payload) -> None:
    assert (diff(one, other) == []) == (one == other)
    assert diff(one, one) == []


@pytest.mark.parametrize(
    "change",
    [
        # A field of a period or source that is not there any more.
        Change(("periods", "1999", "status"), "legal", "banned"),
        Change((*AT_NEW, "sources", C.url, "title"), "x", "y"),
        # A way that leads through a plain value.
        Change(("notes", "first", "word"), "x", "y"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_by_its_field(change: Change) -> None:
    with pytest.raises(Invalid) as invalid:
        apply(BASE, [change])
    assert [problem.field for problem in invalid.value.problems] == [change.field]


def test_a_value_that_does_not_fit_is_refused_by_its_field() -> None:
    with pytest.raises(Invalid) as invalid:
        apply(BASE, [Change(("confidence",), "high", "certain")])
    assert invalid.value.problems[0].field == "confidence"


def test_applying_leaves_base_and_changes_as_they_were() -> None:
    other = with_periods(OLD, a_period("2010"), changed(NEW, sources=(C, B)))
    changes, before = diff(BASE, other), canonical_bytes(BASE)
    apply(BASE, changes)
    assert apply(BASE, changes) == other
    assert canonical_bytes(BASE) == before


LATER = a_period("2020", "banned")


@pytest.mark.parametrize(
    ("theirs", "yours", "merged"),
    [
        # Different fields of one period.
        (
            with_new(status="banned"),
            with_new(summary="Other."),
            with_new(status="banned", summary="Other."),
        ),
        # Different answers of one period.
        (
            with_new(answers={**NEW.answers, "min_age": 21}),
            with_new(answers={**NEW.answers, "sale": "allowed"}),
            with_new(answers={**NEW.answers, "min_age": 21, "sale": "allowed"}),
        ),
        # A period edited here, another added there, in its place by date.
        (
            with_new(status="banned"),
            with_periods(OLD, a_period("2010"), NEW),
            with_periods(OLD, a_period("2010"), changed(NEW, status="banned")),
        ),
        # Both add a period.
        (
            with_periods(OLD, NEW, LATER),
            with_periods(OLD, a_period("2010"), NEW),
            with_periods(OLD, a_period("2010"), NEW, LATER),
        ),
        # One takes out a source, the other corrects a different one.
        (
            with_new(sources=(B,)),
            with_new(sources=(A, changed(B, title="Other"))),
            with_new(sources=(changed(B, title="Other"),)),
        ),
        # One reorders, the other adds at the end.
        (with_new(sources=(B, A)), with_new(sources=(A, B, C)), with_new(sources=(B, A, C))),
        # The same change on both sides is made once.
        (with_new(status="banned"), with_new(status="banned"), with_new(status="banned")),
        (with_periods(NEW), with_periods(NEW), with_periods(NEW)),
        (with_periods(OLD, NEW, LATER),) * 3,
        # Both move a period to the same date, and one also adds another.
        (
            with_periods(OLD, changed(NEW, effective_from=a_date("2016-06"))),
            with_periods(OLD, changed(NEW, effective_from=a_date("2016-06")), LATER),
            with_periods(OLD, changed(NEW, effective_from=a_date("2016-06")), LATER),
        ),
        # A bill put before another on the same page keeps its own fields.
        (
            changed(BASE, pending=(a_bill("HB 0"), a_bill("HB 1"))),
            changed(BASE, pending=(a_bill("HB 1", expected_on=a_date("2027")),)),
            changed(BASE, pending=(a_bill("HB 0"), a_bill("HB 1", expected_on=a_date("2027")))),
        ),
        # Nothing on one side.
        (BASE, with_new(status="banned"), with_new(status="banned")),
    ],
)
def test_disjoint_edits_are_made_together(theirs: Payload, yours: Payload, merged: Payload) -> None:
    assert compare(BASE, theirs, yours).conflicts == ()
    assert merge(BASE, theirs, yours) == merged
    assert merge(BASE, yours, theirs) == merged


def test_both_may_add_a_source_to_the_same_period() -> None:
    theirs, yours = (
        with_new(sources=(A, B, C)),
        with_new(sources=(A, B, a_source("https://d.example/"))),
    )
    merged = merge(BASE, theirs, yours)
    urls = [source.url for source in merged.periods[1].sources]
    assert urls[:2] == [A.url, B.url]
    assert set(urls[2:]) == {C.url, "https://d.example/"}
    assert merge(BASE, yours, theirs) == merged


JUNE, JULY = (changed(NEW, effective_from=a_date(month)) for month in ("2016-06", "2016-07"))


@pytest.mark.parametrize(
    ("theirs", "yours", "fields"),
    [
        # Different values for one field.
        (with_new(status="banned"), with_new(status="legal"), {"periods.2016-05.status"}),
        (
            changed(BASE, notes="x", confidence="low"),
            changed(BASE, notes="y", confidence="medium"),
            {"notes", "confidence"},
        ),
        # Filled in here and there with something else, or taken out here and changed there.
        (
            with_new(enacted_on=a_date("2015")),
            with_new(enacted_on=a_date("2014")),
            {"periods.2016-05.enacted_on"},
        ),
        (
            with_new(answers={"product_rules": ["testing"]}),
            with_new(answers={**NEW.answers, "min_age": 21}),
            {"periods.2016-05.answers.min_age"},
        ),
        # Several choices are one value: who ticked what, a person has to settle.
        (
            with_new(answers={**NEW.answers, "product_rules": ["labeling", "testing"]}),
            with_new(answers={**NEW.answers, "product_rules": ["packaging", "testing"]}),
            {"periods.2016-05.answers.product_rules"},
        ),
        # One deletes a period while the other edits inside it, adds a source to it, or moves it.
        (with_periods(OLD), with_new(status="banned"), {"periods.2016-05.status"}),
        (with_new(status="banned"), with_periods(OLD), {"periods.2016-05"}),
        (
            with_periods(OLD),
            with_new(sources=(A, B, C)),
            {"periods.2016-05.sources.https://law.example/c"},
        ),
        (with_periods(OLD), with_periods(OLD, JUNE), {"periods.2016-06"}),
        (with_periods(OLD, JUNE), with_periods(OLD), {"periods.2016-05"}),
        # One moves a period while the other edits inside it.
        (with_periods(OLD, JUNE), with_new(status="banned"), {"periods.2016-05.status"}),
        # Both move the same period, each to another date: it must not become two.
        (with_periods(OLD, JUNE), with_periods(OLD, JULY), {"periods.2016-07"}),
        # Both correct the same link, each to another.
        (
            with_new(sources=(C, B)),
            with_new(sources=(a_source("https://d.example/"), B)),
            {"periods.2016-05.sources.https://d.example/", "periods.2016-05.sources.order"},
        ),
        # Both add a period of the same date with different law.
        (
            with_periods(OLD, NEW, LATER),
            with_periods(OLD, NEW, changed(LATER, status="legal")),
            {"periods.2020"},
        ),
        # Both add the same source and describe it differently.
        (
            with_new(sources=(A, B, C)),
            with_new(sources=(A, B, changed(C, title="Other"))),
            {"periods.2016-05.sources.https://law.example/c"},
        ),
        # One takes a source out while the other corrects it.
        (
            with_new(sources=(B,)),
            with_new(sources=(changed(A, title="Other"), B)),
            {"periods.2016-05.sources.https://law.example/a.title"},
        ),
        # Each sorts the sources another way.
        (
            with_new(sources=(C, A, B)),
            with_new(sources=(B, A)),
            {"periods.2016-05.sources.order"},
        ),
    ],
)
def test_what_a_person_has_to_choose(theirs: Payload, yours: Payload, fields: set[str]) -> None:
    comparison = compare(BASE, theirs, yours)
    assert {yours_change.field for _, yours_change in comparison.conflicts} == fields


@pytest.mark.parametrize(
    ("theirs", "yours", "theirs_won", "yours_won"),
    [
        # Of one field the value of the side chosen; what clashes with nothing is kept of both.
        (
            with_new(status="banned", summary="Theirs."),
            changed(with_new(status="legal"), notes="Yours."),
            changed(with_new(status="banned", summary="Theirs."), notes="Yours."),
            changed(with_new(status="legal", summary="Theirs."), notes="Yours."),
        ),
        # A period taken out here and changed in two fields there: one choice.
        (
            with_periods(OLD),
            with_new(status="banned", summary="Other."),
            with_periods(OLD),
            with_new(status="banned", summary="Other."),
        ),
        # A period moved to two dates stands at one of them.
        (
            with_periods(OLD, JUNE),
            with_periods(OLD, JULY, LATER),
            with_periods(OLD, JUNE),
            with_periods(OLD, JULY, LATER),
        ),
        # A period moved here and taken out there is moved or gone.
        (with_periods(OLD, JUNE), with_periods(OLD), with_periods(OLD, JUNE), with_periods(OLD)),
        # A period moved here and edited there does not become two.
        (
            with_periods(OLD, JUNE),
            with_new(status="banned"),
            with_periods(OLD, JUNE),
            with_new(status="banned"),
        ),
        (
            with_new(status="banned", summary="Other."),
            with_periods(OLD, JUNE, LATER),
            with_periods(OLD, changed(NEW, status="banned", summary="Other."), LATER),
            with_periods(OLD, JUNE, LATER),
        ),
    ],
)
def test_a_clash_is_settled_as_a_whole(
    theirs: Payload, yours: Payload, theirs_won: Payload, yours_won: Payload
) -> None:
    comparison = compare(BASE, theirs, yours)
    assert len(clashes(comparison)) == 1
    assert settle(BASE, comparison, set()) == theirs_won
    assert settle(BASE, comparison, {0}) == yours_won


def test_clashes_that_have_nothing_in_common_are_settled_apart() -> None:
    theirs = changed(with_new(status="banned"), notes="Theirs.")
    yours = changed(with_new(status="legal"), notes="Yours.")
    comparison = compare(BASE, theirs, yours)
    names = [clash.yours[0].field for clash in clashes(comparison)]
    assert names == ["periods.2016-05.status", "notes"]
    assert settle(BASE, comparison, {1}) == changed(theirs, notes="Yours.")
    assert settle(BASE, comparison, {0}) == changed(yours, notes="Theirs.")


def test_a_conflict_shows_both_sides_and_where_they_came_from() -> None:
    comparison = compare(BASE, with_new(status="banned"), with_new(status="legal"))
    ((theirs, yours),) = comparison.conflicts
    assert (theirs.before, theirs.after, yours.after) == ("regulated", "banned", "legal")
    assert comparison.theirs == (theirs,)
    assert comparison.yours == (yours,)


def test_two_who_research_the_same_place_first_are_in_conflict() -> None:
    one, other = a_payload(a_period(status="legal")), a_payload(a_period(status="banned"))
    comparison = compare(NOT_RESEARCHED, one, other)
    assert [yours.field for _, yours in comparison.conflicts] == ["periods.start"]


@st.composite
def edits(draw: st.DrawFn) -> tuple[Payload, Payload, Payload]:
    """A base and two edits of it, each by a random part of the way to another record."""
    base = draw(payloads())
    return base, _edited(draw, base), _edited(draw, base)


def _edited(draw: st.DrawFn, base: Payload) -> Payload:
    changes = diff(base, draw(payloads()))
    return apply(base, [change for change in changes if draw(st.booleans())])


@settings(max_examples=examples(50))
@given(edits())
def test_the_order_of_two_disjoint_edits_does_not_matter(
    three: tuple[Payload, Payload, Payload],
) -> None:
    base, one, other = three
    are_disjoint = not compare(base, one, other).conflicts
    assert are_disjoint == (not compare(base, other, one).conflicts)
    if are_disjoint:
        assert canonical_bytes(merge(base, one, other)) == canonical_bytes(merge(base, other, one))


@settings(max_examples=examples(50))
@given(edits())
def test_a_merge_loses_no_change_and_makes_none_up(
    three: tuple[Payload, Payload, Payload],
) -> None:
    base, one, other = three
    comparison = compare(base, one, other)
    if not comparison.conflicts:
        wanted = {c.field: c.after for c in (*comparison.theirs, *comparison.yours)}
        merged = {c.field: c.after for c in diff(base, merge(base, one, other))}
        orders = {field for field in wanted | merged if field.endswith(".order")}
        assert {f: merged[f] for f in merged if f not in orders} == {
            f: wanted[f] for f in wanted if f not in orders
        }


@given(payloads(), payloads())
def test_merging_with_nothing_or_with_itself_gives_the_edit(base: Payload, edit: Payload) -> None:
    assert merge(base, base, edit) == edit
    assert merge(base, edit, base) == edit
    assert merge(base, edit, edit) == edit


@settings(max_examples=examples(50))
@given(edits(), st.sets(st.integers(0, 3)))
def test_whatever_a_person_chooses_is_made_and_nothing_else_is_lost(
    three: tuple[Payload, Payload, Payload], yours_wins: set[int]
) -> None:
    base, one, other = three
    comparison = compare(base, one, other)
    settled = settle(base, comparison, yours_wins)
    merged = {(change.field, str(change.after)) for change in diff(base, settled)}
    for index, clash in enumerate(clashes(comparison)):
        won = clash.yours if index in yours_wins else clash.theirs
        assert {(c.field, str(c.after)) for c in won if c.path[-1] != "order"} <= merged
    clashing = [change for pair in comparison.conflicts for change in pair]
    free = [c for c in (*comparison.theirs, *comparison.yours) if c not in clashing]
    assert {(c.field, str(c.after)) for c in free if c.path[-1] != "order"} <= merged


LATER = ("periods", "2016-08")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        # Another day, and nothing else.
        (with_new(effective_from=a_date("2016-08")), [(*LATER, "effective_from")]),
        # Another day and another summary: the sources tell that it is the same period.
        (
            with_new(effective_from=a_date("2016-08"), summary="In other words."),
            [(*LATER, "effective_from"), (*LATER, "summary")],
        ),
        # Another day and other sources: the words tell it.
        (
            with_new(effective_from=a_date("2016-08"), sources=(C,)),
            [
                (*LATER, "effective_from"),
                (*LATER, "sources", A.url),
                (*LATER, "sources", B.url),
                (*LATER, "sources", C.url),
            ],
        ),
        # Another status is another law.
        (with_new(effective_from=a_date("2016-08"), status="banned"), [AT_NEW, LATER]),
        # Nothing in common but the status: nobody knows.
        (
            with_new(effective_from=a_date("2016-08"), summary="Else.", sources=(C,)),
            [AT_NEW, LATER],
        ),
        # Taken out alone, put in alone.
        (with_periods(OLD), [AT_NEW]),
        (with_periods(OLD, NEW, changed(NEW, effective_from=a_date("2016-08"))), [LATER]),
    ],
)
def test_a_period_that_begins_on_another_day_is_told_as_that(
    after: Payload, told: list[tuple[str, ...]]
) -> None:
    assert [change.path for change in shown(BASE, after)] == told


def test_its_day_is_told_before_and_after() -> None:
    after = with_new(effective_from=a_date("2016-08"))
    assert shown(BASE, after) == [Change((*LATER, "effective_from"), "2016-05", "2016-08")]


@given(payloads(), payloads())
def test_what_is_told_to_people_is_the_difference(before: Payload, after: Payload) -> None:
    """Nothing is told where nothing differs, and only whole periods are told in another way."""
    changes, shown_changes = diff(before, after), shown(before, after)
    assert bool(changes) == bool(shown_changes)
    assert all(change in shown_changes or change.path[0] == "periods" for change in changes)
    assert shown(after, after) == []
