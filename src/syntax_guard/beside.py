"""Half of a piece of work in a copy of this process, for what is too short to start an interpreter."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar("T")


def halves(work: Callable[[Sequence[T]], bytes], items: Sequence[T], least: int) -> bytes:
    """Return ``work(items)``, which is that of the first half and of the second, one behind the other.

    From `least` items on, which should be worth the 2 ms that a copy of this process takes, the second half is done in
    one. What `work` raises for it, it raises here.
    """
    middle = len(items) // 2
    copy = beside(lambda: work(items[middle:])) if len(items) >= least else None
    if copy is None:
        return work(items)
    try:
        here = work(items[:middle])
        there = copy.answer()
    finally:
        copy.stop()
    return here + (work(items[middle:]) if there is None else there)


def beside(call: Callable[[], bytes]) -> Copy | None:
    """Start `call` in a copy of this process; None where that is not safe (other threads run) or cannot be had."""
    threading = sys.modules.get("threading")
    if not hasattr(os, "fork") or (threading and threading.active_count() > 1):
        return None
    from .cpus import available

    if available() < 2:
        return None
    try:
        return Copy(call)
    except OSError:
        return None


class Copy:
    """A forked process that makes some bytes."""

    def __init__(self, call: Callable[[], bytes]) -> None:
        self._receive, send = os.pipe()
        try:
            self._process = os.fork()
        except OSError:
            os.close(self._receive)
            os.close(send)
            raise
        if not self._process:
            _answer(call, send)
        os.close(send)
        self._ended = False

    def answer(self) -> bytes | None:
        """Wait for what `call` returned; None where it raised, or the process was killed."""
        parts = []
        while part := os.read(self._receive, 1 << 20):
            parts.append(part)
        return b"".join(parts) if self._end() == 0 else None

    def stop(self) -> None:
        """End it, if it has not ended. Once is enough."""
        if not self._ended:
            os.kill(self._process, 9)
            self._end()

    def _end(self) -> int:
        self._ended = True
        os.close(self._receive)
        return os.waitpid(self._process, 0)[1]


def _answer(call: Callable[[], bytes], send: int) -> None:
    """The copy's whole life."""
    status = 1
    try:
        view = memoryview(call())
        while view:
            view = view[os.write(send, view) :]
        status = 0
    except BaseException:  # noqa: BLE001, S110 - nothing may climb into the other's code, which does it all again
        pass
    finally:
        os._exit(status)
