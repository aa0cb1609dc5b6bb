"""From the commit of an approval to its new export on another worker, while readers go on."""

import http.client
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from legalmap.domain.accounts import Account
from legalmap.domain.moderation import Verdict
from legalmap.domain.roles import Role
from legalmap.services import accounts, editing, reviewing
from legalmap.services.editing import Proposal
from legalmap.services.reading import Reader
from legalmap.services.tracker import Tracker
from legalmap.store.engine import Store
from tests.bench.speed import filled
from tests.bench.speed.driving import WrongAnswer
from tests.bench.speed.measuring import Goal, Ground, Row, of_pairs
from tests.bench.speed.servers import HOST, Server, ask, environment, legalmap

EXPORT = f"/export/{filled.TOPIC}.json"
# What readers ask for in turn.
PATHS = (EXPORT, f"/{filled.TOPIC}", f"/api/v1/{filled.TOPIC}/resolve?place=us-al")
IDENTITY = {"Accept-Encoding": "identity"}
# As browsers ask; what is too large to be held leaves as it is.
PACKED = {"Accept-Encoding": "br"}
PATIENCE = 60
# Readers look for as long before the first publication as during all of them, at most this long.
CALM_SECONDS = 5
PAUSE = 0.3


class Looked(msgspec.Struct, frozen=True):
    """One request of a reader: when it was sent, how long its first byte took, its status."""

    at: float
    seconds: float
    status: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one size of site showed: delays in seconds, and the longest waits of readers in ms."""

    delays: list[float]
    calm: float
    busy: float
    errors: int
    looks: int


def rows(ground: Ground) -> Iterator[Row]:
    """The delay of a publication, and what readers notice of it."""
    few, many = ground.plan.records
    told = {records: _told(ground, records) for records in (few, many)}
    yield of_pairs(
        f"publish one change, {many:,} records: commit to the export on another worker",
        [
            (1_000 * ours, 1_000 * beside)
            for ours, beside in zip(told[many].delays, told[few].delays, strict=True)
        ],
        beside_what=f"itself with {few:,}",
        unit="ms",
        goal=Goal("at most", 3),
        note="first byte, identity",
    )
    yield from (_waits(records, told[records]) for records in (few, many))


def _waits(records: int, told: Told) -> Row:
    if told.errors:
        raise WrongAnswer(f"{told.errors} readers got an error while a change was published")
    return Row(
        name=f"longest wait of a reader during publications, {records:,} records",
        beside_what="the longest without any",
        unit="ms",
        ours=told.busy,
        beside=told.calm,
        figures=(told.busy - told.calm,),
        goal=Goal("at most", 50, "ms longer"),
        note=f"no error in {told.looks:,} requests",
    )


def _told(ground: Ground, records: int) -> Told:
    file = ground.folder / "publishing.sqlite3"
    # A run that was ended in the middle has left its log behind, which belongs to no other file.
    _remove(file)
    shutil.copyfile(filled.database(ground, records=records, revisions=records), file)
    store = Store(f"sqlite:///{file}")
    with ExitStack() as stack:
        # The next size begins with a file of its own.
        stack.callback(_remove, file)
        stack.callback(store.close)
        first = stack.enter_context(legalmap(file, ground.folder / "first.log"))
        other = stack.enter_context(legalmap(file, ground.folder / "other.log"))
        publisher = _Publisher(store)
        # The first of all is not counted: it finds nothing warm.
        for server in (first, other):
            _warm(server)
        watch = _Watch(other)
        watch.delay(publisher)
        for server in (first, other):
            _warm(server)
        with _readers(ground.folder, [first, other]) as looks:
            time.sleep(min(CALM_SECONDS, ground.plan.publications))
            began = time.monotonic()
            delays = []
            for _ in range(ground.plan.publications):
                delays.append(watch.delay(publisher))
                time.sleep(PAUSE)
    calm = [look for look in looks if look.at + look.seconds < began]
    busy = [look for look in looks if look.at >= began]
    return Told(
        delays=delays,
        calm=1_000 * max(look.seconds for look in calm),
        busy=1_000 * max(look.seconds for look in busy),
        errors=sum(look.status not in (200, 304) for look in looks),
        looks=len(looks),
    )


def _warm(server: Server) -> None:
    for path in PATHS:
        server.ask(path, PACKED)


def _remove(file: Path) -> None:
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


class _Publisher:
    """Two people: one proposes a change of a record, the other approves it."""

    def __init__(self, store: Store) -> None:
        self._tracker = Tracker(store)
        self._author = self._person("bench-author", Role.CONTRIBUTOR)
        self._reviewer = self._person("bench-reviewer", Role.MODERATOR)
        edition = Reader(self._tracker).edition(filled.TOPIC)
        self._codes = sorted(edition.records)

    def _person(self, handle: str, role: Role) -> Account:
        known = {person.handle for person in accounts.everyone(self._tracker)}
        if handle not in known:
            accounts.add(self._tracker, handle, role)
        return accounts.active(self._tracker, handle)

    def publish(self) -> float:
        """Publish one change; gives the moment after its commit (monotonic seconds)."""
        # Each change is of another record, from the middle of the alphabet on.
        code = self._codes.pop(len(self._codes) // 2)
        beginning = editing.begin(self._tracker, self._author, filled.TOPIC, code)
        payload = beginning.payload
        proposal = Proposal(
            topic=filled.TOPIC,
            jurisdiction=code,
            base_number=beginning.base_number,
            payload=msgspec.structs.replace(payload, notes=f"{payload.notes} Looked at again."),
            note="The benchmark changes a word.",
        )
        made = editing.submit(self._tracker, self._author, proposal)
        reviewing.decide(
            self._tracker,
            self._reviewer,
            made.id,
            Verdict.APPROVE,
            payload_sha256=made.payload_sha256,
            checks=[check.code for check in self._tracker.topic(filled.TOPIC).review.checklist],
        )
        return time.monotonic()


class _Watch:
    """Looks for a new export on a server, and leaves with its first byte: readers shall not wait for it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._etag = server.ask(EXPORT, IDENTITY).headers["etag"]

    def delay(self, publisher: _Publisher) -> float:
        """Seconds from a commit to the first byte of the export that has it."""
        committed = publisher.publish()
        while time.monotonic() < committed + PATIENCE:
            status, etag, seen = self._look()
            if status == 200:
                self._etag = etag
                return seen - committed
        raise WrongAnswer(f"the other worker shows nothing new after {PATIENCE} s")

    def _look(self) -> tuple[int, str, float]:
        connection = http.client.HTTPConnection(HOST, self._server.port, timeout=PATIENCE)
        try:
            connection.request("GET", EXPORT, headers={**IDENTITY, "If-None-Match": self._etag})
            response = connection.getresponse()
            return response.status, response.getheader("etag", ""), time.monotonic()
        finally:
            connection.close()


@contextmanager
def _readers(folder: Path, servers: list[Server]) -> Iterator[list[Looked]]:
    """A reader in a process of its own who asks both workers in turn until the block ends."""
    looks: list[Looked] = []
    file = folder / "looks.json"
    ports = [str(server.port) for server in servers]
    command = [sys.executable, "-m", "tests.bench.speed.publishing", str(file), *ports]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            # On a busy machine it takes its time to begin.
            process.stdout.readline()
            yield looks
        finally:
            process.stdin.close()
            process.wait(timeout=PATIENCE)
    looks += msgspec.json.decode(file.read_bytes(), type=list[Looked])


def _look(file: Path, ports: list[int]) -> None:
    """Ask for the export, a page and a resolution in turn until standard input ends."""

    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    looks: list[Looked] = []
    etags: dict[int, str] = {}
    while not ended.is_set():
        for port in ports:
            for path in PATHS:
                looks.append(_looked(port, path, etags))
                ended.wait(0.002)
        if len(looks) <= 3 * len(ports):
            print("looking", flush=True)
    file.write_bytes(msgspec.json.encode(looks))


def _looked(port: int, path: str, etags: dict[int, str]) -> Looked:
    headers = dict(PACKED)
    if path == EXPORT and port in etags:
        headers["If-None-Match"] = etags[port]
    at = time.monotonic()
    try:
        answer = ask(port, path, headers)
    except OSError:
        return Looked(at, time.monotonic() - at, 0)
    if path == EXPORT:
        etags[port] = answer.headers.get("etag", "")
    return Looked(at, answer.seconds, answer.status)


if __name__ == "__main__":
    _look(Path(sys.argv[1]), [int(port) for port in sys.argv[2:]])
