"""A signal at any moment from the exec of the gate to the exec of its command: it counts."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND
from ..namespaces import namespace, process_1

if TYPE_CHECKING:
    from ..conftest import Folder

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at signals through Linux's /proc")

SOME, MANY = 40, 500
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
STARTED = ("sleep", "30")
"""It dies of a signal as any program does: where it lives on, the signal was lost."""


def start(folder: Folder, *before: str) -> subprocess.Popen[str]:
    line: list[str | Path] = [*before, COMMAND, "run", "--quiet", "--no-cache", "--", *STARTED]
    return subprocess.Popen(
        line, cwd=folder.path, env=folder.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def status(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {"Name": "", "SigBlk": "0"}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def holds_back(now: dict[str, str], number: int) -> bool:
    """Whether a process of this status holds a signal back, as `unshare` does too while it makes the namespace."""
    return now["Name"] != "unshare" and bool(int(now["SigBlk"], 16) >> (number - 1) & 1)


def begun(pid: int) -> bool:
    """Wait for the first line of the gate, from which on it holds signals back; false where that was missed."""
    while (now := status(pid))["Name"] not in ("", STARTED[0]):
        if holds_back(now, signal.SIGTERM):
            return True
        time.sleep(0.001)
    return False


def end(process: subprocess.Popen[str]) -> int:
    out, err = process.communicate(timeout=20)
    assert (out, err) == ("", "")
    return process.returncode


def signalled(folder: Folder, times: int, seconds: float) -> None:
    """Start the gate so many times, and send a signal at a moment within so many seconds."""
    folder.write("main.py")
    moments = random.Random(19)
    for each in range(times):
        number = ENDING[each % len(ENDING)]
        process = start(folder)
        if number == signal.SIGINT:  # while Python itself starts, it answers this one, in its own words
            begun(process.pid)
        time.sleep(moments.uniform(0, seconds))
        process.send_signal(number)
        assert end(process) == -number


def stopped(pid: int) -> dict[str, str]:
    """Stop a process, and return its status: nothing of it changes until it is told to go on."""
    os.kill(pid, signal.SIGSTOP)
    while (now := status(pid)).get("State", "Z")[0] not in "TZ":
        time.sleep(0.001)
    return now


def signalled_as_process_1(folder: Folder, times: int, seconds: float) -> int:
    """Likewise as process 1, from its first line on. Return to how many gates that still held signals back.

    The gate is stopped meanwhile, so that it is certain whether it does. Afterwards the kernel drops signals, for a
    gate in its exec as for a command without a handler.
    """
    folder.write("main.py")
    moments = random.Random(19)
    sent = 0
    for each in range(times):
        number = ENDING[each % len(ENDING)]
        process = start(folder, *namespace())
        try:
            while not (first := process_1(process.pid)):
                time.sleep(0.001)
            if not begun(first):
                continue
            time.sleep(moments.uniform(0, seconds))
            if holds_back(stopped(first), number):
                os.kill(first, number)
                os.kill(first, signal.SIGCONT)
                assert end(process) == 128 + number
                sent += 1
        finally:
            process.kill()
            process.communicate()
    return sent


@pytest.mark.slow
def test_a_signal_at_any_moment_counts(folder: Folder) -> None:
    signalled(folder, SOME, 0.25)


@pytest.mark.slow
def test_a_signal_at_any_moment_counts_for_a_process_1(folder: Folder) -> None:
    assert signalled_as_process_1(folder, SOME, 0.1)


@pytest.mark.slow
def test_five_hundred_signals_count(folder: Folder) -> None:
    signalled(folder, MANY, 0.25)


@pytest.mark.slow
def test_five_hundred_signals_count_for_a_process_1(folder: Folder) -> None:
    assert signalled_as_process_1(folder, MANY, 0.1)
