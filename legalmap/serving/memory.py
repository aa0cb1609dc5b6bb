"""What the allocator of the system is told, where it is glibc's, so that a worker stays small."""

import ctypes
import sys

# From <malloc.h>.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
# What is at least as large gets pages of its own and gives them back when it is freed.
_LARGE = 1 << 20


def keep_small() -> None:
    """One heap for all threads, which take turns anyway; and nothing large in it.

    Left alone, glibc puts large things into the heap once one was freed. What another thread puts above
    one meanwhile, while a file is packed say, keeps all its pages for ever.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
