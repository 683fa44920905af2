"""Wait for a tree to change: told by the system where `watchfiles` is installed, by looking again and again else."""

from __future__ import annotations

import os
import stat
import time

from .sources import SKIPPED_FOLDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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

    while True:
        places = _places(roots)
        folders = [os.path.abspath(root) for root in roots if os.path.isdir(root)]
        try:
            steps = watchfiles.watch(
                *folders,
                watch_filter=_below(folders),
                rust_timeout=WAKE_MILLISECONDS,
                yield_on_timeout=True,
                debounce=400,
            )
            next(steps)
        except (OSError, RuntimeError):
            yield from polled(roots)
            return
        yield
        for changed in steps:
            # The watch stands on what is there no more. A folder that takes the place of another may get its number.
            if _places(roots) != places or any(path in folders for _, path in changed):
                break
            if changed:
                yield


def _places(roots: Sequence[str]) -> list[tuple[int, ...]]:
    """Which folder each of `roots` is, and which state of a file: few enough to be looked at again and again.

    A watch stays with the folder that a name meant when it began, and with the file, which editors replace.
    """
    places: list[tuple[int, ...]] = []
    for root in roots:
        try:
            status = os.stat(root)
        except OSError as error:
            places.append((error.errno or 0,))
        else:
            place = (status.st_dev, status.st_ino)
            places.append(place if stat.S_ISDIR(status.st_mode) else (*place, *_mark(status)))
    return places


def _below(folders: Sequence[str]) -> Callable[[object, str], bool]:
    """What is true of a path below `folders` that a scan may look at; theirs are of no account."""

    def holds(_: object, path: str) -> bool:
        for folder in folders:
            if path.startswith(folder) and SKIPPED_FOLDERS.isdisjoint(path[len(folder) :].split(os.sep)):
                return True
        return not path.startswith(tuple(folders))

    return holds


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
                state[path] = _mark(os.lstat(path))
        except OSError as error:  # gone, or not to be read: that too is a state that may change
            state[path] = (error.errno or 0,)
    return state


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
