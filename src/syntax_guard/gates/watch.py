"""Wait for a tree to change: told by the system where `watchfiles` is installed, by looking again and again else."""

from __future__ import annotations

import os
import stat
import threading
import time

from ..sources.selection import SKIPPED_FOLDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

POLL_SECONDS = 0.5
WAKE_MILLISECONDS = 200
WATCH_THREADS = 2
"""One thread that `watchfiles` starts, and one that is left for other programs."""


def changes(roots: Sequence[str]) -> Iterator[None]:
    """Yield once as soon as the watch is set up, and again whenever something below `roots` has changed since.

    `roots` are files and folders. What changes between two steps is not lost, so a check between them misses nothing.
    """
    try:
        import watchfiles
    except ImportError:
        return polled(roots)
    del watchfiles
    return notified(roots) if _can_have_threads() else polled(roots)


def notified(roots: Sequence[str]) -> Iterator[None]:
    """As `changes`, told by the system. Polls after all where the system refuses (no inotify watches left)."""
    import watchfiles

    named = roots
    while True:
        roots = _with_linked_folders(named)
        links = _links(roots)
        places = _places([*roots, *links])
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
            yield from polled(named)
            return
        yield
        for changed in steps:
            # The watch is on a folder that is gone. A folder that takes its place may get its number.
            if _places([*roots, *links]) != places or any(path in folders for _, path in changed):
                break
            if changed:
                yield
                if _links(roots) != links:
                    break


def _can_have_threads() -> bool:
    """Whether the system grants the threads that `watchfiles` starts; where it does not, that panics."""
    enough = threading.Event()
    started = []
    try:
        for _ in range(WATCH_THREADS):
            thread = threading.Thread(target=enough.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return False
    finally:
        enough.set()
        for thread in started:
            thread.join()
    return True


def _places(roots: Sequence[str]) -> list[tuple[int, ...]]:
    """The identity of each folder among `roots`, and the state of each file: few enough to be looked at often.

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


def _with_linked_folders(roots: Sequence[str]) -> list[str]:
    """`roots`, and the folders outside of them that links below lead to. A check before a start follows some of these.

    None that holds a root is among them, since that would be watched without end.
    """
    found = list(roots)
    known = [os.path.realpath(root) for root in roots]
    for root in found:
        for link in _links([root]):
            real = os.path.realpath(link)
            above = any(os.path.join(place, "").startswith(os.path.join(real, "")) for place in known)
            below = any(os.path.join(real, "").startswith(os.path.join(place, "")) for place in known)
            if os.path.isdir(real) and not above and not below:
                found.append(real)
                known.append(real)
    return found


def _links(roots: Sequence[str]) -> list[str]:
    """The links below `roots`, sorted. The system tells of what they are, and not of what they lead to."""
    return sorted(path for path in _state(roots) if os.path.islink(path))


def _below(folders: Sequence[str]) -> Callable[[object, str], bool]:
    """Make a test: whether a scan may look at a path below `folders`. Paths elsewhere pass."""

    def holds(_: object, path: str) -> bool:
        for folder in folders:
            if path.startswith(folder) and SKIPPED_FOLDERS.isdisjoint(path[len(folder) :].split(os.sep)):
                return True
        return not path.startswith(tuple(folders))

    return holds


def polled(roots: Sequence[str], seconds: float = POLL_SECONDS) -> Iterator[None]:
    """As `changes`, by looking every so many seconds."""
    before = _state(_with_linked_folders(roots))
    yield
    while True:
        time.sleep(seconds)
        after = _state(_with_linked_folders(roots))
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
                state[path] = _mark(status)
                if stat.S_ISLNK(status.st_mode):
                    state[path] += _target(path)
        except OSError as error:  # gone, or not to be read: that too is a state that may change
            state[path] = (error.errno or 0,)
    return state


def _target(link: str) -> tuple[int, ...]:
    """The state of what a link leads to; of a folder only its identity, since its content belongs to no tree."""
    try:
        status = os.stat(link)
    except OSError as error:
        return (error.errno or 0,)
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else _mark(status)


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
