"""The startup gate: an application is not ready before its checks pass."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import multiprocessing
import os
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..errors import SyntaxGuardError
from .redact import without_passwords

if TYPE_CHECKING:
    from .check import Reading
    from .checkup import Checkup

log = logging.getLogger("syntax_guard.backend")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
"""Seconds between two attempts: doubled from the first to the longest."""
SAID_FOR = 60.0
"""Seconds for which workers of one server leave the reasons to the first of them."""


class StartupError(SyntaxGuardError):
    """At least one check fails. ``readings`` holds those that do, the message each of their faults."""

    def __init__(self, message: str, readings: Sequence[Reading]) -> None:
        super().__init__(message, "mend what the checks name, or leave out the check that does not belong here")
        self.readings = tuple(readings)


def guarded_lifespan(
    checkup: Checkup, own: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None, *, wait: float = 30.0
) -> Callable[[Any], AbstractAsyncContextManager[Any]]:
    """A lifespan for FastAPI and Starlette: the checks first, then the application's ``own`` lifespan.

    ``wait`` is how many seconds checks that may still come up get. What ``own`` yields is passed on as state.
    Entering raises ``StartupError``.
    """

    @asynccontextmanager
    async def lifespan(application: Any) -> AsyncIterator[Any]:
        await pass_the_gate(checkup, wait=wait)
        if own is None:
            yield None
        else:
            async with own(application) as state:
                yield state

    return lifespan


async def pass_the_gate(checkup: Checkup, *, wait: float = 30.0) -> None:
    """Return once every check passes.

    Raises ``StartupError`` at once where a fault will not pass by waiting, else after ``wait`` seconds; either way
    with every fault there is.
    """
    give_up = time.monotonic() + wait
    pause = FIRST_PAUSE
    while True:
        failing = [reading for reading in await checkup.readings() if not reading.healthy]
        if not failing:
            return
        left = give_up - time.monotonic()
        if left <= 0 or not all(_may_pass(reading) for reading in failing):
            raise _refusal(failing)
        log.info("waiting for %s, %.0f s left", ", ".join(reading.check.name for reading in failing), left)
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST_PAUSE)


def _may_pass(reading: Reading) -> bool:
    return reading.check.may_come_up and all(fault.may_pass for fault in reading.faults)


def _refusal(failing: Sequence[Reading]) -> StartupError:
    reasons = [
        f"{reading.check.name}: {fault.error}: {f'{fault.component}: ' if fault.component else ''}"
        + without_passwords(fault.message)
        for reading in failing
        for fault in reading.faults
    ]
    if _is_first_to_say("\n".join(reasons)):
        return StartupError("\n  ".join(["this application must not start:", *reasons]), failing)
    names = ", ".join(reading.check.name for reading in failing)
    return StartupError(f"this application must not start: {names} (another worker has said why)", failing)


def _is_first_to_say(reasons: str) -> bool:
    """True unless another worker of the same server has said this within the last minute.

    Workers share a parent and little else, so the sign is an empty file in the folder for temporary files. A process
    that is no worker always speaks, and so does one that cannot leave a sign.
    """
    if multiprocessing.parent_process() is None and not os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn"):
        return True
    ours = f"syntax-guard-said-{os.getuid() if hasattr(os, 'getuid') else 0}-"
    sign = f"{ours}{os.getppid()}-{hashlib.sha256(reasons.encode(errors='replace')).hexdigest()[:16]}"
    try:
        with os.scandir(tempfile.gettempdir()) as found:
            for entry in found:
                if entry.name.startswith(ours) and time.time() - entry.stat(follow_symlinks=False).st_mtime > SAID_FOR:
                    with suppress(FileNotFoundError):
                        os.unlink(entry.path)
        os.close(os.open(os.path.join(tempfile.gettempdir(), sign), os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IRUSR))
    except FileExistsError:
        return False
    except OSError:
        return True
    return True
