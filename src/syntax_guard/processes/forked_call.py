"""Half of a piece of work in a copy of this process, for what is too short to start an interpreter."""

from __future__ import annotations

import os

from .fork_pool import LOOK_SECONDS, copy, go_on, kill, safe, wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar("T")


def halves(work: Callable[[Sequence[T]], bytes], items: Sequence[T], least: int) -> bytes:
    """Return what `work` makes of `items`, which is that of the first half and of the second, one after the other.

    From `least` items on, which should be worth the 2 ms that a copy of this process takes, the second half is done in
    one. What `work` raises for it, it raises here.
    """
    middle = len(items) // 2
    other = beside(lambda: work(items[middle:])) if len(items) >= least else None
    if other is None:
        return work(items)
    try:
        here = work(items[:middle])
        there = other.answer()
    finally:
        other.stop()
    return here + (work(items[middle:]) if there is None else there)


def beside(call: Callable[[], bytes]) -> Beside | None:
    """Start `call` in a copy of this process; None where that is not safe (other threads run) or cannot be had."""
    if not safe():
        return None
    from .resources import available

    if available() < 2:
        return None
    try:
        return Beside(call)
    except OSError:
        return None


class Beside:
    """A copy of this process that makes some bytes."""

    def __init__(self, call: Callable[[], bytes]) -> None:
        self._receive, send = os.pipe()

        def answer() -> None:
            with open(send, "wb") as pipe:
                pipe.write(call())

        try:
            self._process = copy(answer, self._receive)
        except OSError:
            os.close(self._receive)
            raise
        finally:
            os.close(send)
        self._ended = False

    def answer(self) -> bytes | None:
        """Wait for what `call` returned; None where it raised, or the process was killed."""
        from select import POLLIN, poll

        poller = poll()
        poller.register(self._receive, POLLIN)
        parts = []
        while True:
            if not poller.poll(LOOK_SECONDS * 1000):
                go_on(self._process)  # it may have been stopped
            elif part := os.read(self._receive, 1 << 20):
                parts.append(part)
            else:
                break
        return b"".join(parts) if self._end() else None

    def stop(self) -> None:
        """End it, if it has not ended. Once is enough."""
        if not self._ended:
            kill(self._process)
            self._end()

    def _end(self) -> bool:
        self._ended = True
        os.close(self._receive)
        return wait(self._process)
