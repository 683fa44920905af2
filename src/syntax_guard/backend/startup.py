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
from .checkup import Checkup, Gate
from .redact import for_log
from .rehearsal import shadowed
from .stopping import told_to_stop

if TYPE_CHECKING:
    from .check import Reading

log = logging.getLogger("syntax_guard.backend")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
"""Seconds between two attempts: doubled from the first to the longest."""
SAID_FOR = 60.0
"""Seconds for which workers of one server leave the reasons to the first of them."""


class StartupError(SyntaxGuardError):
    """At least one check fails. ``readings`` holds those that do, the message each of their faults."""

    def __init__(self, message: str, readings: Sequence[Reading]) -> None:
        super().__init__(message, "fix what the checks name, or leave out the check that does not belong here")
        self.readings = tuple(readings)


def guarded_lifespan(
    checkup: Checkup, own: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None, *, wait: float = 30.0
) -> Callable[[Any], AbstractAsyncContextManager[Any]]:
    """Make a lifespan for FastAPI and Starlette: the checks first, then the application's own lifespan.

    It belongs to the outermost application: a mounted one has no lifespan. Until the gate has been passed, ``/health``
    and ``/health/ready`` answer 503.

    Args:
        checkup: The checks that guard the start.
        own: The lifespan of the application. What it yields is passed on as state.
        wait: Seconds for checks that may still come up.

    Returns:
        The lifespan.

    Raises:
        StartupError: A check fails. The lifespan raises it when it is entered.
    """
    gate = checkup.gate = Gate()

    @asynccontextmanager
    async def lifespan(application: Any) -> AsyncIterator[Any]:
        hidden = await shadowed(application, checkup.probes)
        if hidden:
            raise StartupError("\n  ".join(["this application must not start:", *hidden]), ())
        await pass_the_gate(checkup, wait=wait)
        gate.passed = True
        if own is None:
            yield None
        else:
            async with own(application) as state:
                yield state

    return lifespan


async def pass_the_gate(checkup: Checkup, *, wait: float = 30.0) -> None:
    """Return once every check passes.

    Raises `StartupError` at once where a fault will not pass by waiting, else after ``wait`` seconds; in both cases
    with every fault. SIGTERM and Ctrl-C end the wait.
    """
    async with told_to_stop() as stop:
        asking = asyncio.create_task(_until_open(checkup, wait))
        try:
            await asyncio.wait({asking, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                names = ", ".join(check.name for check in checkup.checks if check.may_come_up)
                raise StartupError(f"told to stop while it waited for {names or 'its checks'}", ())
            await asking
        finally:
            asking.cancel()


async def _until_open(checkup: Checkup, wait: float) -> None:
    give_up = time.monotonic() + wait
    pause = FIRST_PAUSE
    while True:
        failing = [reading for reading in await checkup.readings() if not reading.healthy]
        if not failing:
            return
        left = give_up - time.monotonic()
        if left <= 0 or not all(_may_pass(reading) for reading in failing):
            raise _refusal(failing)
        # As a warning: servers show those without being asked to.
        log.warning("waiting for %s, %.0f s left", ", ".join(reading.check.name for reading in failing), left)
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST_PAUSE)


def _may_pass(reading: Reading) -> bool:
    return reading.check.may_come_up and all(fault.may_pass for fault in reading.faults)


def _refusal(failing: Sequence[Reading]) -> StartupError:
    reasons = [
        f"{reading.check.name}: {fault.error}: {f'{fault.component}: ' if fault.component else ''}"
        + for_log(fault.message)
        for reading in failing
        for fault in reading.faults
    ]
    # By what fails and not by the words: a message may hold times and addresses, which differ between workers.
    said = {f"{one.check.name}: {fault.error}: {fault.component}" for one in failing for fault in one.faults}
    if _is_first_to_say("\n".join(sorted(said))):
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
    if _is_reloaded():
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


def _is_reloaded() -> bool:
    """True in the one child of ``uvicorn --reload`` and ``fastapi dev``: each save is a start of its own."""
    configuration = getattr(multiprocessing.current_process(), "_kwargs", {}).get("config")
    return bool(getattr(configuration, "reload", False))
