"""Notice SIGTERM and Ctrl-C while the startup gate waits: servers only note them until the start is over."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@asynccontextmanager
async def told_to_stop() -> AsyncIterator[asyncio.Future[None]]:
    """A future that is done once a signal has come. The server's own handlers are called as well.

    Signals without a handler keep their effect. In another thread than the main one, no signal can be noticed.
    """
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[None] = loop.create_future()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def done() -> None:
        if not stop.done():
            stop.set_result(None)

    def heard(handler: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        def handle(number: int, frame: FrameType | None) -> Any:
            loop.call_soon_threadsafe(done)
            return handler(number, frame)

        return handle

    before = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}
    ours = {number: heard(handler) for number, handler in before.items()}
    for number, handler in ours.items():
        signal.signal(number, handler)
    try:
        with _woken_by_signals(loop):
            yield stop
    finally:
        for number, handler in ours.items():
            if signal.getsignal(number) is handler:
                signal.signal(number, before[number])


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """The system may hand a signal to a check's thread: then nothing else wakes the loop to run its handler."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    if before != -1:  # the loop has its own
        signal.set_wakeup_fd(before)
    else:
        loop.add_reader(ours, ours.recv, 4096)
    try:
        yield
    finally:
        if before == -1:
            loop.remove_reader(ours)
            signal.set_wakeup_fd(-1)
        ours.close()
        theirs.close()
