"""Ctrl-C at a console of Windows: the command ends soon, as an interrupted one, with its workers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND, PROJECT
from .processes import Process, processes, told
from .test_workers import SLOW, wait_for

if TYPE_CHECKING:
    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name != "nt", reason="Windows alone has such a console")

AT_A_CONSOLE = r"""
import ctypes, subprocess, sys, time
from tests.windows.processes import below, tell
from tests.windows.test_workers import wait_for
kernel = ctypes.WinDLL("kernel32")
asking = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=sys.argv[1])
started = wait_for(lambda: len(below(asking.pid)) >= 3 and below(asking.pid))
kernel.SetConsoleCtrlHandler(None, True)  # Ctrl-C is not for this process
began = time.monotonic()
kernel.GenerateConsoleCtrlEvent(0, 0)
code = asking.wait(60)
print(code, round(time.monotonic() - began), tell(started or ()))
"""
"""Starts a command at a console, presses Ctrl-C there once its workers run, and says how the command ended, after how
many seconds, and which processes it had started."""

SIGNALLED = r"""
import os, signal, sys, threading
from syntax_guard.processes import worker
from tests.windows.processes import below, tell
from tests.windows.test_workers import wait_for
number = getattr(signal, sys.argv.pop(1))
def press():
    wait_for(lambda: worker._alive)
    print(tell(below(os.getpid())), flush=True)
    signal.raise_signal(number)
threading.Thread(target=press, daemon=True).start()
from syntax_guard.__main__ import run_and_exit
run_and_exit()
"""
"""The command, which is sent a signal once a worker runs: Wine has no Ctrl-Break."""


def slow_tree(folder: Folder) -> None:
    for number in range(8):
        folder.write(f"slow{number}.py", SLOW + b"# %d\n" % number)


def ended(started: set[Process]) -> bool:
    """Whether all processes that were started are gone, or are within a while."""
    return bool(wait_for(lambda: started.isdisjoint(processes())))


def test_ctrl_c_ends_the_command_and_its_workers(folder: Folder) -> None:
    slow_tree(folder)
    said = subprocess.run(
        [sys.executable, "-c", AT_A_CONSOLE, folder.path, COMMAND, "check", "--jobs=2", "."],
        capture_output=True, timeout=200, check=False, env=folder.environment,
        creationflags=vars(subprocess)["CREATE_NO_WINDOW"],  # a console of its own, so that the tests hear no key
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    code, seconds, *started = said.stdout.decode().split()
    assert started, "it started no workers"
    assert (int(code), int(seconds) < 30) == (130, True)
    assert ended(told(" ".join(started))), "a worker outlived the command"


@pytest.mark.parametrize(("signal", "code"), [("SIGINT", 130), ("SIGBREAK", 130), ("SIGTERM", 143)])
def test_a_signal_ends_the_command_and_its_workers(folder: Folder, signal: str, code: int) -> None:
    slow_tree(folder)
    path = {"PYTHONPATH": str(PROJECT)}  # the tests are there
    run = folder.run(
        sys.executable, "-c", SIGNALLED, signal, "check", "--jobs=2", "--output-format=concise", ".", environment=path
    )
    assert run.code == code, run.err
    started = told(run.out)
    assert started, "it started no workers"
    assert ended(started), "a worker outlived the command"
