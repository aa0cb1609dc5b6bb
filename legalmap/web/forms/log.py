"""The filters of the log."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from legalmap.domain import events
from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.events import Filter
from legalmap.web.forms.base import ChoiceField, HouseForm, LineField

KINDS = {
    "": "Everything",
    "revision": "Proposals and revisions",
    "suggestion": "Suggestions",
    "record": "Records",
    "account": "Accounts",
    "invitation": "Invitations",
    "webhook": "Webhooks",
    "mail": "Mails",
    "database": "The database",
    "release": "Releases",
}
# Characters of a filter.
LONGEST = 300


class LogForm(HouseForm):
    """Filters, all of them optional."""

    actor = LineField("Who")
    action = ChoiceField(
        "Did what",
        {
            "": "Anything",
            **{action: declared.verb.capitalize() for action, declared in events.ACTIONS.items()},
        },
    )
    kind = ChoiceField("To what", KINDS)
    subject = LineField("Its number or name")
    topic = ChoiceField("Topic", {"": "All"})
    place = LineField("Place")
    since = LineField("From")
    until = LineField("To")

    def to_filter(self) -> Filter:
        """The filter; raise Invalid with a problem at each field that cannot be read."""
        problems = [problem for field in self for problem in _unfit(field.name, field.data or "")]
        since, until = self._day("since", problems), self._day("until", problems)
        if since and until and until < since:
            problems.append(Problem("until", "The last day has to be the first one or later."))
        if problems:
            raise Invalid(problems)
        return Filter(
            actor=_text(self.actor.data),
            action=_text(self.action.data),
            kind=_text(self.kind.data),
            subject=_text(self.subject.data),
            topic=_text(self.topic.data),
            place=_text(self.place.data).lower(),
            since=_midnight(since) if since else None,
            until=_midnight(until) + timedelta(days=1) if until else None,
        )

    def _day(self, name: str, problems: list[Problem]) -> date | None:
        typed = _text(self[name].data)
        try:
            day = date.fromisoformat(typed) if typed else None
        except ValueError:
            problems.append(Problem(name, "Write the day as year, month, day: 2026-11-23."))
            return None
        # The day after the last one is computed, and there is none after this.
        if day == date.max:
            problems.append(Problem(name, "Give an earlier day."))
            return None
        return day

    def topics(self, codes: Iterable[tuple[str, str]]) -> None:
        """Offer these topics, each a code and a name."""
        self.topic.choices = {"": "All", **dict(codes)}


def _unfit(name: str, typed: str) -> list[Problem]:
    if len(typed) > LONGEST:
        return [Problem(name, f"Keep this under {LONGEST} characters.")]
    if not typed.isprintable():
        return [Problem(name, "There are control characters in this: type it anew.")]
    return []


def _text(typed: str | None) -> str:
    return (typed or "").strip()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
