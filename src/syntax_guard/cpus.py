"""How many processors this process may use."""

from __future__ import annotations

import os


def available() -> int:
    """CPUs of this process's affinity, or fewer where its cgroup has a smaller quota; at least 1.

    Rounded up: a quota of 1.5 CPUs keeps two processes busy. Sources: sched_getaffinity(2), and ``cpu.max`` (cgroup
    v2) or ``cpu.cfs_quota_us`` (v1) in the kernel's admin-guide.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        count = os.cpu_count() or 1
    quota = _quota()
    return max(1, min(count, -int(-quota // 1))) if quota else count


def _quota() -> float | None:
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return None
    quotas = []
    for _, controllers, path in groups:
        if not controllers:
            quotas += [_quota_v2(folder) for folder in _upward("/sys/fs/cgroup", path)]
        elif "cpu" in controllers.split(","):
            quotas += [_quota_v1(folder) for folder in _upward("/sys/fs/cgroup/cpu", path)]
    return min((quota for quota in quotas if quota), default=None)


def _upward(mount: str, path: str) -> list[str]:
    """The folders of a group and of all above it. In a container, `path` may only exist on the host."""
    parts = [part for part in path.split("/") if part and part != ".."]
    return ["/".join([mount, *parts[:end]]) for end in range(len(parts), -1, -1)]


def _quota_v2(folder: str) -> float | None:
    words = _words(folder + "/cpu.max")
    return int(words[0]) / int(words[1]) if len(words) == 2 and words[0] != "max" else None


def _quota_v1(folder: str) -> float | None:
    quota, period = _words(folder + "/cpu.cfs_quota_us"), _words(folder + "/cpu.cfs_period_us")
    return int(quota[0]) / int(period[0]) if quota and period and int(quota[0]) > 0 else None


def _words(path: str) -> list[str]:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().split()
    except OSError:
        return []
