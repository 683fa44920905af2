"""A command that ends in time, with what it started."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Outcome(Record):
    """How a command ended, and what it wrote."""

    code: int
    output: bytes
    seconds: float
    is_late: bool
    """It was ended, since it took too long."""


def bounded(
    command: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    seconds: float,
    *,
    given: bytes = b"",
    errors: int = subprocess.DEVNULL,
) -> Outcome:
    """How a command ended, which has a session of its own: what it started ends with it.

    Args:
        command: The program and its words.
        folder: Where it runs.
        environment: The variables that it gets.
        seconds: How long it may take.
        given: Its standard input.
        errors: Where its standard error goes, as ``stderr`` of ``subprocess.Popen``.
    """
    begun, is_late = time.monotonic(), False
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        is_late = True
        end(process)
        output, _ = process.communicate()
    finally:
        end(process)
    return Outcome(process.returncode, output, time.monotonic() - begun, is_late)


def end(process: subprocess.Popen[bytes]) -> None:
    """End `process`, which leads a session, and what it started in it."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except OSError:
        pass  # ended by itself
    process.wait()
