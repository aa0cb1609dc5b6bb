"""What every use case needs: the store, the topics, the places, and the head of the feed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from copy import copy
from pathlib import Path

from legalmap import paths
from legalmap.domain.errors import existing
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.topics import Topic
from legalmap.services.core import topic_files
from legalmap.services.core.feed_head import Head
from legalmap.services.core.place_cache import Tree
from legalmap.services.core.replicas import Replica
from legalmap.store.engine import Connection, Store


def shipped_topics(folder: Path = paths.DATA / "topics") -> dict[str, Topic]:
    """All topics of ``data/topics`` by code, the one at home first; raise Invalid, naming file, line and key."""
    topics = [topic_files.read(file) for file in sorted(folder.glob("*.toml"))]
    return {topic.code: topic for topic in sorted(topics, key=lambda topic: not topic.home)}


class Tracker:
    """One running legalmap. Cheap to make; thread-safe."""

    def __init__(
        self,
        store: Store,
        topics: dict[str, Topic] | None = None,
        *,
        replica: Store | None = None,
        listen: bool = False,
    ) -> None:
        """``replica`` serves readers only. ``listen``: be notified of publications, as this process lives long."""
        self.store = store
        self.heading = Head(store, listen=listen)
        self._replica = Replica(replica) if replica else None
        self.topics = shipped_topics() if topics is None else topics
        self.tree = Tree(self.reading)
        # Called after the commit with each feed number that this process published.
        self.listeners: list[Callable[[int], None]] = []

    def tell(self, feed_no: int) -> None:
        """Call the listeners after a publication."""
        for listener in self.listeners:
            listener(feed_no)

    @contextmanager
    def reading(self, feed_no: int = 0) -> Iterator[Connection]:
        """A read transaction that sees the feed at least up to ``feed_no``.

        It is on the replica if there is one that answers and has come that far, else on the primary.
        """
        with ExitStack() as stack:
            replica = self._replica.caught_up(stack, feed_no) if self._replica else None
            yield replica or stack.enter_context(self.store.reading())

    def within(self, connection: Connection) -> "Tracker":
        """The same tracker with the places as a transaction that changes them sees them."""
        inner = copy(self)
        inner.tree = Tree(lambda: nullcontext(connection))
        return inner

    @property
    def home(self) -> str:
        """The code of the topic whose map is the front page."""
        return next(iter(self.topics))

    def topic(self, code: str) -> Topic:
        """The topic with that code; raise Missing, naming the others, if there is none."""
        return existing(self.topics.get(code), "topic", code, self.topics)

    def place(self, code: str) -> Jurisdiction:
        """The place of that code or alias; raise Missing if there is none."""
        return self.tree.one(code)

    def known_places(self, codes: Iterable[str]) -> dict[str, Jurisdiction]:
        """The places of ``codes`` that there are; for what ships apart from the tree, such as maps."""
        return self.tree.known(list(codes))

    def places(self, codes: list[str]) -> dict[str, Jurisdiction]:
        """The places of ``codes``; raise Missing for the first unknown one."""
        return self.tree.get(codes)
