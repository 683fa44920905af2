"""Real PID namespaces, in which a test's program is process 1 as it would be in a container."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def namespace() -> list[str]:
    """The command that makes another one process 1 of a PID namespace, or a skip that says why not."""
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare (util-linux)")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--pid", "--fork", "--mount-proc", "--kill-child"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"the kernel allows no PID namespace here: {tried.stderr.strip()}")
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


def gone(pid: int) -> bool:
    """Whether a process has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
