"""Bodies that lie in files without a name: the kernel sends those without copying them.

Small ones are not worth a file; and while the pages of a large one are in many hands at once, to copy
them is quicker.
"""

import os
import socket
import tempfile
import weakref
from collections import OrderedDict
from typing import IO

# From so many bytes on it is quicker than to write them, up to so many for all connections together.
LEAST, MOST_IN_HANDS = 16_000, 32_000_000
# So many lie in files at a time.
MOST_LAID = 64
# Linux has both: to send a file, and to hold back what is sent before it until it follows.
IS_POSSIBLE = hasattr(os, "sendfile") and hasattr(socket, "MSG_MORE")


class Bodies:
    """The files of some bodies. For one thread."""

    def __init__(self) -> None:
        # A body stays here as long as its file, so that no other can have its number.
        self._laid: OrderedDict[int, tuple[bytes, IO[bytes] | None]] = OrderedDict()
        weakref.finalize(self, _close_all, self._laid)

    def file_of(self, body: bytes, hands: int) -> int | None:
        """The descriptor of a file with these bytes; None where there is no use or no room for one.

        ``hands``: how many connections there are that may be given it.
        """
        if not IS_POSSIBLE or len(body) < LEAST or len(body) * hands > MOST_IN_HANDS:
            return None
        known = self._laid.get(id(body))
        if known is None:
            known = self._laid[id(body)] = body, self._laid_down(body)
            while len(self._laid) > MOST_LAID:
                _, (_, file) = self._laid.popitem(last=False)
                if file is not None:
                    file.close()
        return known[1].fileno() if known[1] else None

    def _laid_down(self, body: bytes) -> IO[bytes] | None:
        try:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - it stays as long as it is known
        except OSError:
            return None
        try:
            file.write(body)
            file.flush()
        except OSError:
            file.close()
            return None
        return file


def _close_all(laid: dict[int, tuple[bytes, IO[bytes] | None]]) -> None:
    for _, file in laid.values():
        if file is not None:
            file.close()


def send(connection: socket.socket, head: bytes, file: int, length: int) -> int:
    """Send a head and then a file of that length; gives how many bytes of both have left, maybe none."""
    try:
        sent = connection.send(head, socket.MSG_MORE)
        if sent < len(head):
            return sent
    except OSError:
        # Whoever sends the rest finds out what is wrong.
        return 0
    try:
        return sent + os.sendfile(connection.fileno(), file, 0, length)
    except OSError:
        return sent
