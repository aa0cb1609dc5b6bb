"""What the allocator of the system is told, where it is glibc's: many threads shall not have a heap each."""

import ctypes
import sys

# From <malloc.h>.
_M_ARENA_MAX = -8


def share_one_heap() -> None:
    """Let all threads allocate from one heap: they take turns anyway, and what one frees another uses."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
