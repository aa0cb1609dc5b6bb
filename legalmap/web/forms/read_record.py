"""From what was typed to a payload: each field that cannot be read is a problem, none is guessed."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import msgspec
from wtforms import Form

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.law import fields, payload
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.fields import Field
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.sources import SOURCE_KINDS
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services.editing.proposals import note_problems
from legalmap.web.forms.base import Fault, Problems, unix_lines, visible
from legalmap.web.forms.record import RecordForm, is_blank

_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,15})?(?:[eE][-+]?\d{1,2})?", re.ASCII)
_INTEGER = re.compile(r"[-+]?\d{1,15}", re.ASCII)


class Read(msgspec.Struct, frozen=True):
    """A form as a payload, and what is wrong with it; usable only without problems.

    ``placed`` moves a problem of the payload to the row of the page that it is about: empty rows are not
    in the payload, so the numbers differ.
    """

    payload: Payload
    problems: list[Problem]
    placed: Callable[[Problem], Problem]


def read(
    form: RecordForm, topic: Topic, today: date, base: Payload, extra: list[Problem] | None = None
) -> Read:
    """Read the whole form against the codebook; ``extra`` are problems known before.

    Browsers send check boxes in the order of the page. Those ticked as in ``base`` keep its order, so that
    sending an untouched form changes nothing.
    """
    reading = _Reading(topic, base)
    raw = reading.record(form)
    try:
        content = payload.with_plain_links(payload.from_builtins(raw))
        broken = payload.problems_of(content, topic, today)
    except Invalid as error:
        # Not even a payload: an empty one stands for it, so that the page can be shown.
        content, broken = payload.NOT_RESEARCHED, list(error.problems)
    problems = [*(extra or []), *reading.problems]
    faulty = {problem.field for problem in problems}
    # Without a day that can be read there is nothing to say about how it was verified.
    faulty |= {"verified_how"} if "last_verified" in faulty else set()
    problems += [p for p in map(reading.placed, broken) if p.field not in faulty]
    problems += note_problems(unix_lines(form.note.data or ""))
    ranked = sorted(problems, key=lambda problem: fields.rank(problem.field))
    return Read(content, ranked, reading.placed)


class _Reading:
    """One pass over a form. Empty rows are skipped, so it remembers at which row of the page each stood."""

    def __init__(self, topic: Topic, base: Payload) -> None:
        self.topic = topic
        self._orders = _orders_of(base)
        self.problems: list[Problem] = []
        self._stood: dict[str, list[int]] = {}

    def record(self, form: RecordForm) -> dict[str, Any]:
        return {
            **self._values("", fields.RECORD, form),
            "periods": self._periods(form.periods.entries),
            "pending": self._rows(
                "pending", form.pending.entries, self._bill, ignored=("outcome",)
            ),
        }

    def _periods(self, entries: list[Any]) -> list[dict[str, Any]]:
        """All periods that are not empty; if all are, every one, so that the page asks to fill them in."""
        filled = [index for index, entry in enumerate(entries) if not is_blank(entry.form)]
        filled = filled or list(range(len(entries)))
        self._stood["periods"] = filled
        return [self._period(f"periods.{index}", entries[index].form) for index in filled]

    def _period(self, at: str, form: Form) -> dict[str, Any]:
        return {
            **self._values(f"{at}.", fields.PERIOD, form),
            "answers": self._answers(at, form),
            "sources": self._rows(
                f"{at}.sources", form.sources.entries, self._source, ignored=("kind", "stance")
            ),
        }

    def _rows(
        self, at: str, entries: list[Any], read_row: Any, ignored: tuple[str, ...]
    ) -> list[Any]:
        filled = [
            index
            for index, entry in enumerate(entries)
            if any(_text(field.data) for field in entry.form if field.short_name not in ignored)
        ]
        self._stood[at] = filled
        return [read_row(f"{at}.{index}", entries[index].form) for index in filled]

    def _source(self, at: str, form: Form) -> dict[str, Any]:
        values = self._values(f"{at}.", fields.SOURCE, form)
        return {**values, "kind": values["kind"] or SOURCE_KINDS[0]}

    def _bill(self, at: str, form: Form) -> dict[str, Any]:
        return self._values(f"{at}.", fields.BILL, form)

    def _values(self, at: str, table: Iterable[Field], form: Form) -> dict[str, Any]:
        """What was typed into the fields of a table, except those that hold rows or answers."""
        return {
            field.name: self._value(f"{at}{field.name}", field, form[field.name])
            for field in table
            if field.kind not in ("rows", "answers")
        }

    def _value(self, at: str, field: Field, typed: Any) -> str | None:
        if field.kind == "date":
            return self._partial(at, field, typed.data)
        if field.kind == "day":
            return self._day(at, typed.data)
        if field.kind == "listed":
            return self._listed(at, field, typed)
        if field.kind == "one-of":
            return self._one_of(at, typed.data, typed.choices) or field.preset
        return _text(typed.data) or field.preset

    def _partial(self, at: str, field: Field, typed: str | None) -> str | None:
        text = _text(typed)
        try:
            return PartialDate(text).text if text else None
        except ValueError:
            message = (
                f"Enter the year, or year-month, or full date {field.what}: "
                f"{field.year}, {field.year}-05 or {field.year}-05-10."
            )
            self.problems.append(Problem(at, message))
            return None

    def _listed(self, at: str, field: Field, typed: Any) -> str:
        if typed.data and typed.data in typed.choices:
            return str(typed.data)
        self.problems.append(Problem(at, f"Choose the {field.what} from the list."))
        return ""

    def _day(self, at: str, typed: str | None) -> str | None:
        text = _text(typed)
        try:
            whole = not text or PartialDate(text).precision == "day"
        except ValueError:
            whole = False
        if whole:
            return text or None
        self.problems.append(Problem(at, "Enter a full date, such as 2026-07-01."))
        return None

    def _one_of(self, at: str, typed: str | None, known: dict[str, str]) -> str:
        value = typed or ""
        if value and value not in known:
            self.problems.append(Problem(at, f"Choose from: {', '.join(known.values())}."))
            return ""
        return value

    def _answers(self, at: str, form: Form) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        since = _text(form.effective_from.data) or "start"
        for variable, field in zip(self.topic.variables, form.answers.form, strict=True):
            if variable.type == "choices":
                answers[variable.code] = self._ordered(since, variable, set(field.data or []))
            else:
                where = f"{at}.answers.{variable.code}"
                answers[variable.code] = self._answer(where, field.data, variable)
        return answers

    def _ordered(self, since: str, variable: Variable, chosen: set[str]) -> list[str]:
        for key in ((since, variable.code), ("", variable.code)):
            for order in self._orders.get(key, []):
                if set(order) == chosen:
                    return order
        codes = [choice.code for choice in variable.choices if choice.code in chosen]
        return codes + sorted(chosen - set(codes))

    def _answer(self, at: str, typed: Any, variable: Variable) -> Any:
        text = _text(typed)
        if variable.type in ("choice", "text") or not text:
            return text or None
        whole = variable.type == "integer"
        if not (_INTEGER if whole else _NUMBER).fullmatch(text):
            self.problems.append(
                Problem(
                    at,
                    "Enter a whole number, in digits." if whole else "Enter a number such as 2.5.",
                )
            )
            return None
        return int(text) if whole else float(text)

    def placed(self, problem: Problem) -> Problem:
        """A problem of the payload, moved to the row of the page that it comes from."""
        parts = problem.field.split(".")
        for depth in range(len(parts) - 1):
            rows = self._stood.get(".".join(parts[: depth + 1]))
            if rows is not None and parts[depth + 1].isdecimal():
                at = int(parts[depth + 1])
                parts[depth + 1] = str(rows[at] if at < len(rows) else at)
        return Problem(".".join(parts), problem.message)


def _orders_of(base: Payload) -> dict[tuple[str, str], list[list[str]]]:
    """The lists of choices in a record, by the date of their period and the variable.

    Each also stands under the date "", for a period whose date was changed.
    """
    orders: dict[tuple[str, str], list[list[str]]] = {}
    for period in base.periods:
        for code, value in period.answers.items():
            if isinstance(value, list):
                orders.setdefault((str(period.effective_from or "start"), code), []).append(value)
                orders.setdefault(("", code), []).append(value)
    return orders


def _text(typed: Any) -> str:
    return unix_lines(typed or "").strip(" \t\n")


def on_page(problems: list[Problem], topic: Topic, hints: list[Problem] | None = None) -> Problems:
    """Problems, and hints if there can be any, each with its place in words: “Period 2, source 1, link”."""
    faults = [_fault(problem, topic) for problem in problems]
    return Problems(faults, None if hints is None else [_fault(hint, topic) for hint in hints])


def _fault(problem: Problem, topic: Topic) -> Fault:
    return Fault(
        problem.field.replace(".", "-"), _where(problem.field, topic), visible(problem.message)
    )


def _where(path: str, topic: Topic) -> str:
    labels = {variable.code: variable.label for variable in topic.variables}
    rows = {"periods": "period", "sources": "source", "pending": "bill"}
    words: list[str] = []
    parts = path.split(".")
    for index, part in enumerate(parts):
        if part.isdecimal():
            words[-1] = f"{rows.get(parts[index - 1], parts[index - 1])} {int(part) + 1}"
        elif part != "answers":
            words.append(labels.get(part) or fields.problem_words(part))
    text = ", ".join(words)
    return text[:1].upper() + text[1:]
