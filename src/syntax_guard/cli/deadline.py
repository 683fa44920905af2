"""A time limit for a command whose caller waits for the answer."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager

from .output import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn


@contextmanager
def deadline(seconds: float, said: str, code: int) -> Iterator[None]:
    """End this process with `code` and the line `said` if the body takes longer than `seconds`; 0 is any time."""
    if not seconds:
        yield
        return
    timer = threading.Timer(seconds, _end, (said, code))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(said: str, code: int) -> NoReturn:
    try:
        note(said)
        worker = sys.modules.get("syntax_guard.processes.worker")
        if worker:
            worker.end_all()
    finally:
        os._exit(code)
