"""The form of a whole record: its fields made from the codebook, any number of periods and sources."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, HiddenField, RadioField, SelectMultipleField

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.errors import Problem
from legalmap.domain.law import fields
from legalmap.domain.law.payload import MAX_PERIODS, MAX_SOURCES, Payload, to_builtins
from legalmap.domain.law.sources import SOURCE_KINDS
from legalmap.domain.law.topics import Topic, Variable
from legalmap.web.forms.base import ChoiceField, HouseForm, LineField, NumberField, TextField
from legalmap.web.http.posted_data import Typed

# Where the form offers other words than the table of fields, which are a hint there and no rule.
_CHOICES = {
    "kind": {"": "Choose", **{kind: kind.capitalize() for kind in SOURCE_KINDS}},
    "verified_how": {"": "There is no date", **fields.VERIFIED_HOW},
}
# The names that a form can send; all others are ignored.
_KEY = re.compile(
    r"(?P<rows>(?:periods-\d{1,9}-(?:sources-\d{1,9}-)?|pending-\d{1,9}-)?)"
    r"(?P<name>answers-[A-Za-z0-9_-]+|[a-z_]+)",
    re.ASCII,
)
_ROW = re.compile(r"(periods|sources|pending)-(\d+)-", re.ASCII)
_MOST_ROWS = {"periods": MAX_PERIODS, "sources": MAX_SOURCES, "pending": MAX_SOURCES}
# Fields with a value before anybody touches them: a row with only these counts as empty.
_PRESET = frozenset({"force", "kind", "stance", "outcome"})


class RecordForm(HouseForm):
    """The hidden fields of every edit. ``_forms_of`` adds the fields of the record."""

    base = HiddenField()
    reworks = NumberField()
    reverts = NumberField()
    suggestion = NumberField()


@cache
def _forms_of(topic: Topic) -> type[RecordForm]:
    answers = type("AnswersForm", (Form,), {v.code: _answer_field(v) for v in topic.variables})
    statuses = {status.code: status.label for status in topic.statuses}
    period = _form(
        "PeriodForm",
        fields.PERIOD,
        status=lambda: RadioField("Status", choices=statuses, validate_choice=False),
        answers=lambda: FormField(answers),
        sources=lambda: FieldList(FormField(_form("SourceForm", fields.SOURCE))),
    )
    record = {
        **_inputs(fields.EDIT, pending=lambda: FieldList(FormField(_form("Bill", fields.BILL)))),
        "periods": FieldList(FormField(period)),
    }
    return type("TopicRecordForm", (RecordForm,), record)


def _form(name: str, table: Iterable[fields.Field], **own: Callable[[], Field]) -> type[Form]:
    return type(name, (Form,), _inputs(table, **own))


def _inputs(table: Iterable[fields.Field], **own: Callable[[], Field]) -> dict[str, Field]:
    """An input for each field of a table; ``own`` makes those that need more than the table says."""
    return {
        field.name: own[field.name]() if field.name in own else _input(field)
        for field in table
        if field.name in own or field.kind != "rows"
    }


def _input(field: fields.Field) -> Field:
    if field.name in ("intent", "confidence"):
        return RadioField(field.label, choices=field.choices, validate_choice=False)
    if field.kind in ("one-of", "listed"):
        choices = _CHOICES.get(field.name, field.choices)
        return ChoiceField(field.label, choices, default=field.preset or None)
    return (TextField if field.kind == "text" else LineField)(field.label)


def _answer_field(variable: Variable) -> Field:
    choices = {choice.code: choice.label for choice in variable.choices}
    if variable.type == "choice":
        return ChoiceField(variable.label, {"": "Not stated", **choices})
    if variable.type == "choices":
        return SelectMultipleField(variable.label, choices=choices, validate_choice=False)
    return (TextField if variable.type == "text" else LineField)(variable.label)


def kinds(base: Payload, reverts: int | None) -> dict[str, str]:
    """The kinds of edit to choose from, with their labels. Where there is no record yet, only one fits."""
    if not base.periods:
        return _labelled(Intent.FIRST_RECORD)
    offered = _labelled(Intent.LAW_CHANGED, Intent.CORRECTION)
    if reverts is not None:
        offered[Intent.REVERT.value] = f"Back to revision {reverts}"
    return offered


def _labelled(*kinds: Intent) -> dict[str, str]:
    return {kind.value: kind.label for kind in kinds}


def from_payload(
    topic: Topic,
    content: Payload,
    base: int,
    *,
    note: str = "",
    reworks: int | None = None,
    intent: Intent | None = None,
    reverts: int | None = None,
    suggestion: int | None = None,
) -> RecordForm:
    """The form filled with a record; for a place never researched, with one empty period."""
    data = to_builtins(content)
    if not data["periods"]:
        data["periods"] = [{"sources": [{}]}]
    about = {
        "base": str(base),
        "note": note,
        "reworks": str(reworks or ""),
        "reverts": "" if reverts is None else str(reverts),
        "suggestion": str(suggestion or ""),
        "intent": "" if intent is None else intent.value,
    }
    return _forms_of(topic)(formdata=None, data={**data, **about})


def from_typed(topic: Topic, sent: Typed) -> tuple[RecordForm, list[Problem]]:
    """The form as typed, and a problem wherever it has more rows than a record can hold."""
    tidied, problems = tidy(sent)
    return _forms_of(topic)(formdata=tidied), problems


def tidy(sent: Typed) -> tuple[Typed, list[Problem]]:
    """Only the names that a form can send, rows renumbered from 0, and no more rows than allowed.

    A script may remove rows in the middle, so the numbers that come have gaps.
    """
    names = {name: match for name in sent if (match := _KEY.fullmatch(name))}
    numbers: dict[str, set[int]] = {}
    for match in names.values():
        for rows, number in _rows_of(match["rows"]):
            numbers.setdefault(rows, set()).add(number)
    # By list: each number that occurs, with its rank. 3 and 7 become 0 and 1.
    ranks = {
        rows: {number: rank for rank, number in enumerate(sorted(occurring))}
        for rows, occurring in numbers.items()
    }
    tidied: Typed = MultiDict()
    for name, match in names.items():
        prefix = _renumbered(match["rows"], ranks)
        if prefix is not None:
            tidied.setlistdefault(prefix + match["name"]).extend(sent.getlist(name))
    return tidied, _too_many(ranks)


def _rows_of(prefix: str) -> list[tuple[str, int]]:
    """The rows a field is in: ``periods-3-sources-0-`` is row 3 of periods and row 0 of periods-3-sources."""
    rows, path = [], ""
    for match in _ROW.finditer(prefix):
        rows.append((f"{path}{match[1]}", int(match[2])))
        path = f"{path}{match[1]}-{int(match[2])}-"
    return rows


def _renumbered(prefix: str, ranks: dict[str, dict[int, int]]) -> str | None:
    """The prefix with the ranks of its rows; None if one of them is beyond the most."""
    new = ""
    for rows, number in _rows_of(prefix):
        name, rank = rows.rpartition("-")[2], ranks[rows][number]
        if rank >= _MOST_ROWS[name]:
            return None
        new += f"{name}-{rank}-"
    return new


def _too_many(ranks: dict[str, dict[int, int]]) -> list[Problem]:
    problems = []
    for rows, numbers in ranks.items():
        parent, _, name = rows.rpartition("-")
        prefix = _renumbered(f"{parent}-", ranks) if parent else ""
        most = _MOST_ROWS[name]
        if prefix is not None and len(numbers) > most:
            message = f"You sent {len(numbers):,}: the first {most} are kept here."
            field = f"{prefix}{name}".replace("-", ".")
            problems.append(Problem(field, f"Keep to at most {most}. {message}"))
    return problems


def rearrange(form: RecordForm, action: str) -> str:
    """Do what an add or remove button says, such as ``add-source-0``; give the id to scroll to."""
    word, _, numbers = re.sub(r"-(\d{1,9})", r" \1", action).partition(" ")
    at = [int(number) for number in numbers.split()]
    lists = {"period": form.periods, "pending": form.pending}
    what = word.partition("-")[2]
    rows = _sources(form, at.pop(0)) if what == "source" and at else lists.get(what)
    if word.startswith("add-") and not at:
        return _append(rows, what)
    return _remove(rows, at[0]) if word.startswith("remove-") and len(at) == 1 else ""


def fit(form: RecordForm, base: Payload) -> str:
    """Where the law changed, add an empty period at the end and give its id; else remove an empty one.

    Nothing that was typed is removed.
    """
    entries = form.periods.entries
    has_blank = len(entries) > 1 and is_blank(entries[-1].form)
    if form.intent.data == Intent.LAW_CHANGED:
        return (
            "" if has_blank or len(entries) > len(base.periods) else _append(form.periods, "period")
        )
    if has_blank:
        form.periods.pop_entry()
    return ""


def is_blank(form: Form) -> bool:
    """Whether nothing was typed or chosen in a period, its answers and its sources."""
    return all(_is_blank_field(field) for field in form)


def _is_blank_field(field: Field) -> bool:
    if isinstance(field, FormField):
        return is_blank(field.form)
    if isinstance(field, FieldList):
        return all(is_blank(entry.form) for entry in field.entries)
    if field.short_name in _PRESET:
        return True
    return not (field.data.strip() if isinstance(field.data, str) else field.data)


def _sources(form: RecordForm, period: int) -> FieldList | None:
    entries = form.periods.entries
    return entries[period].form.sources if period < len(entries) else None


def _append(rows: FieldList | None, what: str) -> str:
    if rows is None or len(rows.entries) >= (MAX_PERIODS if what == "period" else MAX_SOURCES):
        return ""
    return str(rows.append_entry({"sources": [{}]} if what == "period" else {}).id)


def _remove(rows: FieldList | None, at: int) -> str:
    if rows is None or at >= len(rows.entries):
        return ""
    rows.pop_entry(at)
    return str(rows.id)
