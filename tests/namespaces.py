"""Real namespaces, in which a test's program is process 1 as it would be in a container, or has disks of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

LONG = f"f({', '.join(f'a{number}=1' for number in range(40_000))})\n"
"""A source that takes CPython half a minute and little memory: each name is compared with each other one."""


def namespace() -> list[str]:
    """The command that makes another one process 1 of a PID namespace, or a skip that says why not."""
    return _unshared("--pid", "--fork", "--mount-proc", "--kill-child")


def mounts() -> list[str]:
    """The command that runs another one where it may mount what nobody else sees, or a skip that says why not."""
    return _unshared("--mount")


def _unshared(*options: str) -> list[str]:
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare (util-linux)")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, *options]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"the kernel allows no such namespace here: {tried.stderr.strip()}")
    return command


def children(pid: int) -> list[int]:
    """The processes that any thread of `pid` has started and not yet reaped."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
            pass
    return found


def process_1(unshare: int) -> int | None:
    """The process that `unshare` (its id) made process 1 of a namespace, by its id out here; None before that."""
    return next(iter(children(unshare)), None)


def starts_a_program(pid: int) -> bool:
    """Whether `pid` is halted until a child of it runs a program (vfork(2)), or by a disk."""
    for task in Path(f"/proc/{pid}/task").glob("*/stat"):
        try:
            if task.read_text().rpartition(")")[2].split()[0] == "D":
                return True
        except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
            pass
    return False


def at_work(pids: list[int]) -> list[int]:
    """Those of the processes that have computed for some time, and so are beyond their start."""
    return [pid for pid in pids if _cpu_seconds(pid) > 0.3]


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ended(pids: list[int], within: float) -> bool:
    """Whether all processes have ended after at most so many seconds."""
    end = time.monotonic() + within
    while not all(map(gone, pids)):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def gone(pid: int) -> bool:
    """Whether a process has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
