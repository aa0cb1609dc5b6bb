"""The content of a revision: one value, its canonical bytes, its hash, and the rules it must keep."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.law import dates, fields, invisible, payload_forms, urls
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.fields import Field
from legalmap.domain.law.periods import Period
from legalmap.domain.law.sources import Source
from legalmap.domain.law.topics import Topic

Confidence = Literal["high", "medium", "low"]
VerifiedHow = Literal["source-date", "checked"]
BillOutcome = Literal["open", "enacted", "died"]
# In characters; of periods, sources and bills in items.
MAX_TEXT = 5_000
MAX_SHORT = 500
MAX_URL = 2_000
MAX_PERIODS = 50
MAX_SOURCES = 50
# Years before and after these are mistyped. Of laws to come the last one counts from today.
FIRST_YEAR, YEARS_AHEAD = 1900, 10
# U+FFFD, the replacement character: it stands where decoding found no valid character.
LOST = "\ufffd"
# Half of a surrogate pair: JSON may escape one (RFC 8259, 8.2), but UTF-8 cannot hold it.
_HALF = re.compile(r"[\ud800-\udfff]")
# How msgspec words its errors; the message may quote what the person typed.
_WHERE = re.compile(r"(?P<message>.*) - at (?:`key` in )?`(?P<path>\$[^`]*)`", re.DOTALL)


class Pending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A bill, rule or ordinance under way, or what became of it."""

    kind: str
    ref: str
    what: str
    url: str
    expected_on: PartialDate | None = None
    outcome: BillOutcome = "open"


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A whole record at one revision. No periods at all means "not researched".

    ``last_verified`` is the date of the newest source, or of the check by a person, as ``verified_how``
    says. ``schema`` is the number of the form it is written in; form 1 did not write it.
    """

    periods: tuple[Period, ...] = ()
    last_verified: PartialDate | None = None
    verified_how: VerifiedHow | None = None
    confidence: Confidence | None = None
    pending: tuple[Pending, ...] = ()
    notes: str = ""
    schema: Annotated[int, msgspec.Meta(ge=payload_forms.FIRST)] = payload_forms.FIRST


NOT_RESEARCHED = Payload(schema=payload_forms.NEWEST)


def _to_json(value: Any) -> str:
    if isinstance(value, PartialDate):
        return value.text
    raise NotImplementedError(f"{type(value)} has no place in a payload")


def _from_json(kind: type, value: Any) -> Any:
    if kind is PartialDate:
        if not isinstance(value, str):
            raise ValueError("Expected a date as text.")
        return dates.read(value)  # msgspec adds the path to a ValueError
    raise NotImplementedError(f"{kind} has no place in a payload")


_encoder = msgspec.json.Encoder(enc_hook=_to_json, order="sorted")
_decoder = msgspec.json.Decoder(Payload, dec_hook=_from_json)
_number_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


def canonical_bytes(payload: Payload) -> bytes:
    """The bytes of its form by RFC 8785, every field written: equal payloads give equal bytes."""
    if payload.schema == payload_forms.FIRST:
        return _encoder.encode(payload_forms.as_first(to_builtins(payload)))
    return _encoder.encode(payload)


def content_bytes(payload: Payload) -> bytes:
    """The bytes of the newest form: the same for the same content, whatever form it is stored in."""
    return canonical_bytes(newest(payload))


def newest(payload: Payload) -> Payload:
    """The same content in the newest form, as a new edit is written."""
    return msgspec.structs.replace(payload, schema=payload_forms.NEWEST)


def sha256_of(canonical: bytes) -> str:
    """The hash of canonical bytes, as 64 hex digits."""
    return hashlib.sha256(canonical).hexdigest()


def from_bytes(canonical: bytes | str) -> Payload:
    """The payload of canonical bytes of any known form; raise Invalid if they do not hold one."""
    try:
        payload = _decoder.decode(canonical)
    # RecursionError: nested more deeply than the decoder goes.
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        _refuse_newer(_number_in(canonical))
        raise Invalid([_problem_of(error)]) from None
    if payload.schema > payload_forms.NEWEST:
        _refuse_newer(payload.schema)
    return payload


def _number_in(canonical: bytes | str) -> int:
    """The number of the form, of bytes that may be of one that is not known."""
    try:
        return int(bytes(_number_decoder.decode(canonical).get("schema", b"1")))
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
        return payload_forms.FIRST


def _refuse_newer(number: object) -> None:
    if isinstance(number, int) and number > payload_forms.NEWEST:
        raise Invalid.at("schema", payload_forms.refusal(number))


def to_builtins(value: Any) -> Any:
    """A payload or a part of one as plain lists, dicts and strings, in the order of the fields."""
    return msgspec.to_builtins(value, enc_hook=_to_json)


def from_builtins(raw: Any) -> Payload:
    """A payload from untrusted plain values; raise Invalid naming the field that does not fit."""
    _refuse_newer(raw.get("schema") if isinstance(raw, dict) else None)
    try:
        return normalised(msgspec.convert(raw, Payload, dec_hook=_from_json))
    except msgspec.ValidationError as error:
        raise Invalid([_problem_of(error)]) from None


def _problem_of(error: Exception) -> Problem:
    match = _WHERE.fullmatch(str(error))
    if match is None:
        return Problem("payload", str(error))  # not JSON, or no object at all
    path = re.sub(r"\[(\d+)\]", r".\1", match["path"]).removeprefix("$").strip(".")
    return Problem(path or "payload", match["message"])


def normalised(payload: Payload) -> Payload:
    """The same content in its one canonical form: the newest one, whole numbers as integers, answers in alphabetical
    order of their codes, empty answers left out.
    """
    periods = tuple(
        msgspec.structs.replace(period, answers=_normalised_answers(period.answers))
        for period in payload.periods
    )
    return msgspec.structs.replace(newest(payload), periods=periods)


def with_plain_links(payload: Payload) -> Payload:
    """The same with every link as ``urls.plainly`` writes it."""
    periods = tuple(
        msgspec.structs.replace(period, sources=tuple(map(_plain_source, period.sources)))
        for period in payload.periods
    )
    pending = tuple(
        msgspec.structs.replace(bill, url=urls.plainly(bill.url)) for bill in payload.pending
    )
    return msgspec.structs.replace(payload, periods=periods, pending=pending)


def _plain_source(source: Source) -> Source:
    archived = source.archived_url
    return msgspec.structs.replace(
        source,
        url=urls.plainly(source.url),
        archived_url=urls.plainly(archived) if archived else archived,
    )


def _normalised_answers(answers: dict[str, Any]) -> dict[str, Any]:
    answered = {code: value for code, value in answers.items() if value not in (None, "", [], ())}
    return {code: _normalised_value(value) for code, value in sorted(answered.items())}


def _normalised_value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def problems_of(payload: Payload, topic: Topic, today: date) -> list[Problem]:
    """Everything in ``payload`` that breaks the codebook of ``topic`` or the rules of a record."""
    problems = [*_problems_of_record(payload, today), *_problems_of_years(payload, today)]
    earlier: Period | None = None
    for index, period in enumerate(payload.periods):
        at = f"periods.{index}"
        problems += _problems_of_order(period, earlier, f"{at}.effective_from")
        problems += _problems_of_period(period, topic, at)
        problems += _problems_of_sources(period, f"{at}.sources", today)
        earlier = period
    for index, bill in enumerate(payload.pending):
        problems += _problems_of_pending(bill, f"pending.{index}")
        if any((bill.ref, bill.url) == (other.ref, other.url) for other in payload.pending[:index]):
            problems.append(Problem(f"pending.{index}.ref", "This record has that bill already."))
    return problems


def sources_of(payload: Payload) -> list[Source]:
    """The sources of all periods, each link once, those of the newest period first."""
    periods = reversed(payload.periods)
    return list({source.url: source for period in periods for source in period.sources}.values())


def validate(payload: Payload, topic: Topic, today: date) -> None:
    """Raise Invalid with everything that ``problems_of`` finds."""
    problems = problems_of(payload, topic, today)
    if problems:
        raise Invalid(problems)


def _problems_of_record(payload: Payload, today: date) -> Iterator[Problem]:
    yield from problems_of_text("notes", payload.notes, MAX_TEXT)
    if not payload.periods:
        yield Problem("periods", "Add at least one period.")
    if len(payload.periods) > MAX_PERIODS:
        yield Problem("periods", f"Keep to at most {MAX_PERIODS} periods.")
    if len(payload.pending) > MAX_SOURCES:
        yield Problem("pending", f"Keep to at most {MAX_SOURCES} pending bills.")
    if payload.last_verified and payload.last_verified.first_day > today:
        yield Problem("last_verified", "Enter a date that is not in the future.")
    if payload.verified_how == "checked" and not _is_day(payload.last_verified):
        yield Problem("last_verified", "Enter the day on which a person checked it.")
    if (payload.last_verified is None) != (payload.verified_how is None):
        yield Problem("verified_how", "Say how it was verified, if and only if a day is given.")
    if payload.confidence is None:
        yield Problem("confidence", "Choose how sure you are: high, medium or low.")


def _problems_of_years(payload: Payload, today: date) -> Iterator[Problem]:
    """A year that nobody means: 1016, 9999."""
    last = today.year + YEARS_AHEAD
    for field, value in _dates_of(payload):
        # Of these a day to come is refused in any case.
        is_past = field.endswith(("last_verified", "accessed_on"))
        if value.year < FIRST_YEAR or (value.year > last and not is_past):
            yield Problem(field, f"Enter a year from {FIRST_YEAR} to {last}.")


def _dates_of(payload: Payload) -> Iterator[tuple[str, date]]:
    """Every date of a record with its field, as the first day it can mean."""
    parts: list[tuple[str, Any, tuple[Field, ...]]] = [("", payload, fields.RECORD)]
    for index, period in enumerate(payload.periods):
        at = f"periods.{index}."
        parts.append((at, period, fields.PERIOD))
        parts += [
            (f"{at}sources.{number}.", source, fields.SOURCE)
            for number, source in enumerate(period.sources)
        ]
    parts += [
        (f"pending.{index}.", bill, fields.BILL) for index, bill in enumerate(payload.pending)
    ]
    for at, part, table in parts:
        for field in table:
            value = getattr(part, field.name) if field.kind in ("date", "day") else None
            if value is not None:
                yield at + field.name, value.first_day if isinstance(value, PartialDate) else value


def _is_day(value: PartialDate | None) -> bool:
    return value is None or value.precision == "day"


def _problems_of_order(period: Period, earlier: Period | None, field: str) -> Iterator[Problem]:
    if earlier is None:
        return
    if period.effective_from is None:
        message = "Only the oldest period may begin at an unknown date. Enter the date."
        yield Problem(field, message)
    elif earlier.effective_from and period.first_day <= earlier.first_day:
        yield Problem(field, f"Enter a date after {earlier.effective_from}: oldest period first.")
    elif earlier.effective_until and period.first_day <= earlier.effective_until.first_day:
        yield Problem(field, f"The period before it holds until {earlier.effective_until}.")


def _problems_of_period(period: Period, topic: Topic, at: str) -> Iterator[Problem]:
    needed = "Say in a plain sentence what the law says."
    yield from problems_of_text(f"{at}.summary", period.summary, MAX_TEXT, needed)
    if period.effective_until and period.last_day < period.first_day:
        yield Problem(f"{at}.effective_until", "Enter an end that is not before the start.")
    yield from problems_of_codes(period.status, period.answers, topic, at)
    for code, value in period.answers.items():
        if isinstance(value, str):
            yield from problems_of_text(f"{at}.answers.{code}", value, MAX_SHORT)


def problems_of_codes(
    status: str, answers: Mapping[str, Any], topic: Topic, at: str
) -> Iterator[Problem]:
    """What a period says that the codebook of its topic does not know."""
    codes = [status.code for status in topic.statuses]
    if status not in codes:
        yield Problem(f"{at}.status", f"“{status}” is no status. Choose from: {', '.join(codes)}.")
    variables = {variable.code: variable for variable in topic.variables}
    for code, value in answers.items():
        variable = variables.get(code)
        fault = variable.problem(value) if variable else f"The codebook has no variable “{code}”."
        if fault:
            yield Problem(f"{at}.answers.{code}", fault)


def _problems_of_sources(period: Period, field: str, today: date) -> Iterator[Problem]:
    if not period.sources:
        yield Problem(field, "Add at least one source: a link that shows this.")
    if len(period.sources) > MAX_SOURCES:
        yield Problem(field, f"Keep to at most {MAX_SOURCES} sources.")
    links: set[str] = set()
    for index, source in enumerate(period.sources):
        yield from _problems_of_source(source, f"{field}.{index}", today, links)
        links.add(source.url)


def _problems_of_source(
    source: Source, at: str, today: date, links: Collection[str]
) -> Iterator[Problem]:
    """``links``: those of the sources before it in the same period."""
    yield from problems_of_url(f"{at}.url", source.url)
    if source.archived_url is not None:
        yield from problems_of_url(f"{at}.archived_url", source.archived_url)
    if source.url in links:
        yield Problem(f"{at}.url", "This period has that link already.")
    for name, needed in _SOURCE_TEXTS.items():
        yield from problems_of_text(f"{at}.{name}", getattr(source, name) or "", MAX_SHORT, needed)
    if source.accessed_on and source.accessed_on > today:
        yield Problem(f"{at}.accessed_on", "Enter a day that is not in the future.")


def _problems_of_pending(bill: Pending, at: str) -> Iterator[Problem]:
    for name, (limit, needed) in _BILL_TEXTS.items():
        yield from problems_of_text(f"{at}.{name}", getattr(bill, name), limit, needed)
    yield from problems_of_url(f"{at}.url", bill.url)


# The texts of a source and of a bill, with what to say if one is empty; a citation may be.
_SOURCE_TEXTS = {
    "title": "Enter the title of the page.",
    "publisher": "Enter who publishes the page.",
    "citation": "",
}
_BILL_TEXTS = {
    "kind": (MAX_SHORT, "Say what it is: bill, rule…"),
    "ref": (MAX_SHORT, "Enter the number of the bill."),
    "what": (MAX_TEXT, "Say what it would change."),
}


def problems_of_url(field: str, url: str) -> list[Problem]:
    """What is wrong with a link: too long, no full http:// or https:// address, or it leads elsewhere than it
    seems to.
    """
    if len(url) > MAX_URL:
        return [Problem(field, f"Keep the link under {MAX_URL} characters.")]
    if names := invisible.named_in(url):
        return [Problem(field, f"Remove the invisible characters from the link: {names}.")]
    fault = urls.fault_of(url)
    return [Problem(field, fault)] if fault else []


def whole(text: str) -> str:
    """``text`` with U+FFFD in place of each unpaired surrogate, which no page can show."""
    return _HALF.sub(LOST, text)


def problems_of_text(field: str, text: str, limit: int, needed: str = "") -> list[Problem]:
    """What is wrong with a text: longer than ``limit`` characters, hidden characters, or empty.

    ``needed`` is the message for an empty text; "" allows one.
    """
    if needed and not text.strip():
        return [Problem(field, needed)]
    if len(text) > limit:
        return [Problem(field, f"Keep this under {limit:,} characters; it has {len(text):,}.")]
    if LOST in text:
        return [Problem(field, f"A character was lost where “{LOST}” stands: type it anew.")]
    if names := invisible.named_in(text):
        return [Problem(field, f"Remove the invisible characters: {names}.")]
    return []
