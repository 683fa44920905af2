"""How many processors and processes this process may use, and how much memory."""

from __future__ import annotations

import os

from .procfs import read

UNLIMITED = 1 << 60
"""From here on, a limit of cgroup v1 (the largest multiple of a page) is none."""


def available() -> int:
    """The number of CPUs of this process's affinity, or fewer where its cgroup has a smaller quota; at least 1.

    Rounded up: a quota of 1.5 CPUs keeps two processes busy. Sources: sched_getaffinity(2), and ``cpu.max`` (cgroup
    v2) or ``cpu.cfs_quota_us`` (v1) in the kernel's admin-guide.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        count = os.cpu_count() or 1
    quota = _quota()
    return max(1, min(count, -int(-quota // 1))) if quota else count


def memory() -> int:
    """Bytes that this process and its children may use together by their cgroup; 0 where it sets no limit.

    Sources: ``memory.max`` (cgroup v2) and ``memory.limit_in_bytes`` (v1) in the kernel's admin-guide.
    """
    files = [*_files("memory.max", ""), *_files("memory.limit_in_bytes", "memory")]
    limits = [int(words[0]) for words in map(_words, files) if words and words[0].isdigit()]
    return min((limit for limit in limits if limit < UNLIMITED), default=0)


def affordable(limit: int) -> int:
    """`limit` (bytes; 0: any), or three quarters of what the container has, so that a worker dies before all do."""
    here = memory() * 3 // 4 if limit else 0
    return min(limit, here) if here else limit


def processes() -> int:
    """Processes and threads that the cgroup of this process may have; 0 where it sets no limit.

    Source: ``pids.max`` (cgroup v2 and v1) in the kernel's admin-guide.
    """
    files = [*_files("pids.max", ""), *_files("pids.max", "pids")]
    return min((int(words[0]) for words in map(_words, files) if words and words[0].isdigit()), default=0)


def memory_kills() -> int:
    """How many processes of this process's cgroups were killed for lack of memory; 0 where nothing tells.

    Sources: ``memory.events`` (cgroup v2) and ``memory.oom_control`` (v1) in the kernel's admin-guide.
    """
    kills = 0
    for file in [*_files("memory.events", ""), *_files("memory.oom_control", "memory")]:
        words = _words(file)
        if "oom_kill" in words:
            kills = max(kills, int(words[words.index("oom_kill") + 1]))
    return kills


def _quota() -> float | None:
    quotas = [_quota_v2(_words(file)) for file in _files("cpu.max", "")]
    quotas += [
        _quota_v1(_words(file), _words(file.replace("_quota_", "_period_")))
        for file in _files("cpu.cfs_quota_us", "cpu")
    ]
    return min((quota for quota in quotas if quota), default=None)


def _files(name: str, controller: str) -> list[str]:
    """Paths of the file `name` for the groups of this process under `controller`, none for cgroup v2."""
    try:
        groups = [line.split(":", 2) for line in os.fsdecode(read("/proc/self/cgroup")).split("\n") if line]
    except OSError:
        return []
    mount = "/".join(["/sys/fs/cgroup", controller]).rstrip("/")
    mine = [path for _, controllers, path in groups if controller in controllers.split(",")]
    return [f"{folder}/{name}" for path in mine for folder in _upward(mount, path)]


def _upward(mount: str, path: str) -> list[str]:
    """The folders of a group and of all above it. In a container, `path` may only exist on the host."""
    parts = [part for part in path.split("/") if part and part != ".."]
    return ["/".join([mount, *parts[:end]]) for end in range(len(parts), -1, -1)]


def _quota_v2(words: list[str]) -> float | None:
    return int(words[0]) / int(words[1]) if len(words) == 2 and words[0] != "max" else None


def _quota_v1(quota: list[str], period: list[str]) -> float | None:
    return int(quota[0]) / int(period[0]) if quota and period and int(quota[0]) > 0 else None


def _words(path: str) -> list[str]:
    try:
        return read(path).decode("ascii").split()
    except OSError:
        return []
