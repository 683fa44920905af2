"""Workers on Windows: they die with the process that asks, and take no verdict with them when they are killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from syntax_guard.check import check_paths
from syntax_guard.config.settings import Settings
from syntax_guard.processes import worker
from syntax_guard.processes.worker import Worker, WorkerError

from ..conftest import COMMAND, PROJECT, Folder
from .processes import Process, below, processes, told

pytestmark = pytest.mark.skipif(os.name != "nt", reason="Windows alone has job objects")

SLOW = b"x = [" + b"[0, (1, {2: 3})], " * 400_000 + b"]\n"
"""A source that takes its time."""
RUNS = 10
PARTS = max(1, int(os.environ.get("SYNTAX_GUARD_TEST_RUNS", "0")) // RUNS)
"""Tests of so many runs each: several processes share them."""
COMPILE = [sys.executable, "-I", "-S", os.path.join(worker.PACKAGE, "_compile_worker.py")]
KILLED_AT_ONCE = """
import os, subprocess, sys
from syntax_guard.processes.worker import PACKAGE, Worker
from tests.windows.processes import below, tell
from tests.windows.test_workers import COMPILE
def look(frame, event, argument):
    if not frame.f_code.co_filename.startswith((PACKAGE, subprocess.__file__)) or "list2" in frame.f_code.co_name:
        return None  # it makes no process
    started = below(os.getpid())
    if started:
        print(tell(started), flush=True)
        os.kill(os.getpid(), 9)
    return look
sys.settrace(look)
Worker(COMPILE, 10, 0)
"""
"""A process that is killed at its first line after the system has made a worker for it."""


def wait_for(what: Any, seconds: float = 60) -> Any:
    """What ``what()`` returns as soon as that is true."""
    end = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def test_killing_the_asking_process_leaves_no_worker(folder: Folder) -> None:
    for number in range(8):
        folder.write(f"slow{number}.py", SLOW + b"# %d\n" % number)
    asking = subprocess.Popen(
        [COMMAND, "check", "--jobs=2", "."], cwd=folder.path, env=folder.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    started: set[Process] = wait_for(lambda: len(below(asking.pid)) >= 3 and below(asking.pid))
    assert started, "it started no workers"
    assert asking.poll() is None, "it was over before it could be killed"
    known = processes()  # the command is a launcher, and the Python that it starts is to die
    for number in (*(one.number for one in started if known.get(one) == asking.pid), asking.pid):
        with suppress(OSError):  # the launcher may have ended with its Python
            os.kill(number, 9)
    asking.wait(30)
    assert wait_for(lambda: started.isdisjoint(processes())), "a worker outlived the process that asked"


def test_a_worker_ends_with_a_process_that_is_killed_as_soon_as_it_has_made_it(folder: Folder) -> None:
    asked = folder.run(sys.executable, "-c", KILLED_AT_ONCE, environment={"PYTHONPATH": str(PROJECT)})
    started = told(asked.out)
    assert started, asked.err
    assert wait_for(lambda: started.isdisjoint(processes())), f"{started} outlived the process that asked"


def test_a_worker_ends_with_all_that_it_started() -> None:
    wrapper = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"
    started = Worker([sys.executable, "-c", wrapper, *COMPILE[1:]], 10, 0)
    started.hello(f"CPython {sys.version.split()[0]}")
    assert list(started.answers([b"x = 1\n"])) == [None]
    family = below(started._process.pid) | {one for one in processes() if one.number == started._process.pid}
    assert len(family) >= 2
    started.stop()
    assert wait_for(lambda: family.isdisjoint(processes()))


def test_a_worker_that_hangs_is_killed_in_its_time() -> None:
    code = "import sys, time; print(sys.argv[1], 'x', flush=True); time.sleep(600)"
    hangs = Worker([sys.executable, "-c", code], 1, 0)
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            hangs.look_after()

    watch = threading.Thread(target=look)
    try:
        hangs.hello("x")
        watch.start()
        with pytest.raises(WorkerError) as caught:
            list(hangs.answers([b"x = 1\n"]))
        assert caught.value.problem.kind == "TimedOut"
    finally:
        done.set()
        hangs.stop()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.usefixtures("part")
def test_workers_that_are_killed_lose_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(40):
        Path(f"a{number}.py").write_bytes(b"x = 1\n" if number % 10 else b"def f(:\n")
        Path(f"b{number}.py").write_bytes(b"# " * 8000 + b"\n")
    expected = {f"a{number}.py" for number in range(0, 40, 10)}
    killed = 0

    def kill_one(stop: threading.Event) -> None:
        nonlocal killed
        while not stop.wait(0.05):
            if alive := tuple(worker._alive):
                alive[-1].kill()
                killed += 1
                return

    for _ in range(RUNS):
        stop = threading.Event()
        killer = threading.Thread(target=kill_one, args=(stop,))
        killer.start()
        result = check_paths(["."], Settings(jobs=2))
        stop.set()
        killer.join()
        assert {one.path for one in result.diagnostics} == expected
        assert (result.summary.checked, result.summary.broken, result.summary.undecided) == (80, 4, 0)
    assert killed >= RUNS // 2
