"""As many processes judge as the kernel lets run at a time: by affinity, by the quota of a cgroup, by ``--jobs``."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="affinity and cgroups are Linux's")

FILES = 100
SCRIPT = """
import sys
from syntax_guard import Settings, check_paths
from syntax_guard.judging import prefilter as skim
from syntax_guard.processes import fork_pool as copies, worker_pool as crew
started = []
class Counted(crew.Worker):
    def __init__(self, *arguments):
        started.append("worker")
        super().__init__(*arguments)
copy = copies.copy
def counted(*arguments):
    started.append("copy")
    return copy(*arguments)
crew.Worker, copies.copy = Counted, counted
skim.safe = lambda: sys.argv[2] == "copy"
result = check_paths(["."], Settings(jobs=int(sys.argv[1]) if sys.argv[1] else None))
assert set(started) <= {sys.argv[2]}
print(result.summary.checked, len(started))
"""
"""Checks the current folder by copies or by workers; prints how many files that were, and how many processes."""


@pytest.fixture
def tree(folder: Folder) -> Folder:
    """Enough work for several processes, none of which has to be done in a process of its own."""
    for number in range(FILES):
        folder.write(f"a{number}.py", f"x = {number}\n" * 2000)
    return folder


@pytest.fixture(params=["copy", "worker"])
def started(tree: Folder, request: pytest.FixtureRequest) -> Callable[..., int]:
    """Says how many copies, or workers where there can be no copies, a check starts under the command `before`."""

    def started(*before: str, jobs: str = "") -> int:
        run = tree.run(*before, sys.executable, "-c", SCRIPT, jobs, request.param)
        assert run.code == 0, run.err
        checked, processes = map(int, run.out.split())
        assert checked == FILES
        return processes

    return started


def allowed() -> list[int]:
    return sorted(os.sched_getaffinity(0))


needs_two = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2 if sys.platform == "linux" else True, reason="one CPU")


@pytest.mark.slow
@needs_two
def test_affinity_decides(started: Callable[..., int]) -> None:
    one, two = (",".join(map(str, allowed()[:count])) for count in (1, 2))
    assert started("taskset", "--cpu-list", one) == 0
    assert started("taskset", "--cpu-list", two) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "processes"), [("1", 0), ("3", 3)])
def test_jobs_decides_first(started: Callable[..., int], jobs: str, processes: int) -> None:
    assert started(jobs=jobs) == processes


@pytest.mark.slow
@needs_two
@pytest.mark.parametrize(
    ("quota", "processes"), [("100000 100000", 0), ("50000 100000", 0), ("150000 100000", 2), ("max 100000", None)]
)
def test_a_container_with_cgroup_v2_decides(started: Callable[..., int], quota: str, processes: int | None) -> None:
    """As inside a container: its own group is the top of what is mounted."""
    shown = f"mount -t tmpfs none /sys/fs/cgroup && echo {quota} > /sys/fs/cgroup/cpu.max && exec {{}}"
    assert started(*private(shown)) == (len(allowed()) if processes is None else processes)


@pytest.mark.slow
@needs_two
@pytest.mark.skipif(not os.path.exists("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), reason="no cgroup v1 here")
@pytest.mark.skipif(not os.access("/sys/fs/cgroup/cpu", os.W_OK), reason="only root makes a cgroup")
@pytest.mark.parametrize(("quota", "processes"), [("100000", 0), ("150000", 2)])
def test_a_cgroup_v1_decides(started: Callable[..., int], quota: str, processes: int) -> None:
    group = Path(f"/sys/fs/cgroup/cpu/syntax-guard-{uuid4().hex}")
    group.mkdir()
    try:
        (group / "cpu.cfs_quota_us").write_text(quota)
        entered = f"echo $$ > {group}/cgroup.procs && exec {{}}"
        assert started(*shell(entered)) == processes
    finally:
        group.rmdir()


def shell(text: str) -> list[str]:
    """A command that runs `text`, where ``{}`` stands for the rest of the words."""
    return ["sh", "-c", text.format('"$@"'), "sh"]


def private(text: str) -> list[str]:
    """Likewise where nobody else sees what is mounted, or a skip that says why not."""
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare (util-linux)")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    enter = ["unshare", *user, "--mount", "--propagation", "private"]
    tried = subprocess.run([*enter, "mount", "-t", "tmpfs", "none", "/sys/fs/cgroup"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"{shlex.join(enter)}: {tried.stderr.strip()}")
    return [*enter, *shell(text)]
