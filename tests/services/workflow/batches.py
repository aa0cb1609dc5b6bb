"""Files of changes: sent all or not at all, and each proposal of them decided for itself."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law import payload
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import file_import
from tests.services.workflow.acts import Propose, arrive
from tests.services.workflow.promises import Rows
from tests.services.workflow.world import World


@dataclass(frozen=True)
class Import:
    """Somebody sends a file; each line is an edit of another record."""

    by: str
    lines: tuple[Propose, ...]
    name = "import"

    def why_not(self, world: World) -> str:
        """One bad line is enough; and a file that says only what is published says nothing."""
        problems = [self._problem(world, line) for line in self.lines]
        bad = next((problem for problem in problems if problem), "")
        return bad or ("" if self._new(world) else "it changes nothing")

    def _problem(self, world: World, line: Propose) -> str:
        sent = (self.by, line.spot, line.payload, "waits")
        works = world.works.values()
        if any((work.by, work.spot, work.payload, work.fate) == sent for work in works):
            return "it was sent already"
        problem = line.why_not(world)
        return "" if problem == "it changes nothing" else problem

    def _new(self, world: World) -> list[Propose]:
        return [line for line in self.lines if line.payload != world.stands_at(line.spot)[1]]

    def do(self, tracker: Tracker, actor: Account) -> list[Revision]:
        """Through the service of the page and of the command line."""
        return file_import.import_file(
            tracker, actor, json.dumps([*map(_line, self.lines)]).encode()
        )

    def happen(self, world: World, made: list[Revision]) -> None:
        """What differs waits, each by itself, under the name of one batch."""
        sent = {line.spot: line for line in self._new(world)}
        assert {(each.topic, each.jurisdiction) for each in made} == sent.keys()
        for revised in made:
            arrive(world, revised, sent[revised.topic, revised.jurisdiction])
        (name,) = {str(revised.batch) for revised in made}
        assert name not in world.batches
        world.batches[name] = tuple(revised.id for revised in made)


def _line(sent: Propose) -> dict[str, object]:
    topic, code = sent.spot
    entry = {"topic": topic, "jurisdiction": code, "note": sent.note}
    return {**payload.to_builtins(sent.payload), **entry, "base_revision": sent.base_number}


def broken(rows: Rows) -> Iterator[str]:
    """A batch is the work of one person, has a record but once, and the log tells of each line."""
    batches: dict[str, list[int]] = defaultdict(list)
    for key, sent in rows["submission"].items():
        if sent.batch is not None:
            batches[sent.batch].append(key[0])
    logged = {
        int(event.subject_id): json.loads(event.data).get("batch")
        for event in rows["event"].values()
        if event.action == "submit"
    }
    for name, ids in batches.items():
        revisions = [rows["revision"][(revision_id,)] for revision_id in ids]
        if len({revision.author_id for revision in revisions}) > 1:
            yield f"batch {name} is by several people"
        if len({revision.record_id for revision in revisions}) < len(revisions):
            yield f"batch {name} has a record twice"
        if any(logged.get(revision_id) != name for revision_id in ids):
            yield f"the log does not tell of batch {name}"
