"""Wait for a tree to change: told by the system where `watchfiles` is installed, by looking again and again else."""

from __future__ import annotations

import os
import time

from .sources import SKIPPED_FOLDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

POLL_SECONDS = 0.5
WAKE_MILLISECONDS = 200


def changes(roots: Sequence[str]) -> Iterator[None]:
    """Yield once as soon as the watch stands, and again whenever something below `roots` has changed since.

    `roots` are files and folders. What changes between two steps is not lost, so a check between them misses nothing.
    """
    try:
        import watchfiles
    except ImportError:
        return polled(roots)
    del watchfiles
    return notified(roots)


def notified(roots: Sequence[str]) -> Iterator[None]:
    """As `changes`, told by the system. Polls after all where the system refuses (no inotify watches left)."""
    import watchfiles

    # An editor replaces a file, which would end a watch on it, so its folder is watched.
    folders = sorted({root if os.path.isdir(root) else os.path.dirname(root) or "." for root in roots})
    try:
        steps = watchfiles.watch(*folders, rust_timeout=WAKE_MILLISECONDS, yield_on_timeout=True, debounce=400)
        next(steps)
    except (OSError, RuntimeError):
        yield from polled(roots)
        return
    yield
    for changed in steps:
        if changed:
            yield


def polled(roots: Sequence[str], seconds: float = POLL_SECONDS) -> Iterator[None]:
    """As `changes`, by looking every so many seconds."""
    before = _state(roots)
    yield
    while True:
        time.sleep(seconds)
        after = _state(roots)
        if after != before:
            before = after
            yield


def _state(roots: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """What tells one state of the tree from another, by path."""
    state: dict[str, tuple[int, ...]] = {}
    pending = list(roots)
    while pending:
        path = pending.pop()
        try:
            if os.path.isdir(path) and (path in roots or not os.path.islink(path)):
                with os.scandir(path) as entries:
                    pending += [entry.path for entry in entries if entry.name not in SKIPPED_FOLDERS]
            else:
                status = os.lstat(path)
                state[path] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        except OSError as error:  # gone, or not to be read: that too is a state that may change
            state[path] = (error.errno or 0,)
    return state
