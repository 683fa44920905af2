"""SIGINT and SIGTERM at any moment end a run within a second, and nothing is left behind, nor when a run is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND, Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to find the processes of a run")
RUNS = int(os.environ.get("SYNTAX_GUARD_SIGNAL_RUNS", "4"))
SEED = int(os.environ.get("SYNTAX_GUARD_SIGNAL_SEED", "20261124"))
WITHIN = 1.0
"""Seconds from the signal to the end. On a machine that is short of CPU, the median is what counts."""
MARK = "SYNTAX_GUARD_TEST_RUN"

HANGS = "huge.py"
"""A source that keeps a worker busy for many seconds."""


@pytest.fixture
def busy(folder: Folder) -> Folder:
    """A repository with enough to judge, all of it staged, and one source that takes long."""
    folder.git("init", "-q")
    for number in range(30):
        folder.write(f"{number:02}.py", f"def f{number}(a):\n    return [a, (a, {{a: a}})]\n" * 500 + "x = (\n")
    folder.write(HANGS, f"f({', '.join(f'a{number}=1' for number in range(20_000))})\n")  # each is compared with each
    folder.git("add", ".")
    return folder


LOST = b"Exception ignored in"
"""What Python says of a signal that comes while it runs a callback, which raises nothing."""


def left_over(mark: str) -> list[str]:
    """Command lines of living processes that inherited the environment of the run `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                ours = f"{MARK}={mark}".encode() in (entry / "environ").read_bytes()
                if ours and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
    return found


def gone(mark: str, within: float) -> list[str]:
    """What is left of the run `mark` after at most so many seconds."""
    end = time.monotonic() + within
    while (left := left_over(mark)) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@pytest.fixture
def marks() -> Iterator[str]:
    """A mark that every process of a run inherits."""
    mark = f"{os.getpid()}-{random.SystemRandom().randrange(1 << 60)}"
    yield mark
    assert not left_over(mark)


def start(folder: Folder, mark: str, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start a check that takes seconds. There is no cache: a run that ends would make the next ones short."""
    environment = {**folder.environment, MARK: mark}
    return subprocess.Popen(
        [COMMAND, "check", "--no-cache", "--time-limit=30", "--jobs=2", *arguments], cwd=folder.path, env=environment,
        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


WAYS = {
    "scan": ["--output-file=report.txt"],
    "staged": ["--staged", "--output-file=report.txt"],
    "one": [HANGS],
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_signal_at_any_moment_ends_the_run(way: str, busy: Folder, marks: str) -> None:
    dice = random.Random(f"{SEED} {way}")
    took = []
    for number in range(RUNS):
        which, code = dice.choice([(signal.SIGINT, 130), (signal.SIGTERM, 143)])
        with start(busy, marks, *WAYS[way]) as process:
            time.sleep(dice.uniform(0.0, 1.0))
            begun = time.monotonic()
            early = process.poll() is None and not ready(process)
            process.send_signal(which)
            _, said = process.communicate(timeout=30)
        took.append(time.monotonic() - begun)
        # Before the first line of this tool has run, Python itself ends by the signal: shells call that 130 or 143 too.
        # Where it was importing `site`, it ends with 1. In a callback of its import it loses SIGINT: the run goes on.
        ended = (code, -which, 1) if early else (code,)
        assert process.returncode in ended, f"run {number} of seed {SEED}"
        assert not gone(marks, 2.0), f"run {number} of seed {SEED}"
        if early and LOST in said:
            (busy.path / "report.txt").unlink(missing_ok=True)
        assert not [name for name in os.listdir(busy.path) if "report" in name], f"half a report: {said!r}"
    assert sorted(took)[len(took) // 2] < WITHIN


def ready(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has taken SIGTERM into its own hands (``SigCgt`` of proc(5))."""
    for line in Path("/proc", str(process.pid), "status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


@pytest.mark.parametrize(("which", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_wait_for_standard_input(
    which: signal.Signals, code: int, folder: Folder, marks: str
) -> None:
    with start(folder, marks, "-", stdin=subprocess.PIPE) as process:
        while not ready(process):
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(which)
        assert process.wait(10) == code
        assert process.stderr is not None
        assert process.stderr.read() == b""


AT_EACH_LINE = """\
import os, signal, sys
from syntax_guard.cli import main
def step(frame, event, argument):
    if frame.f_code.co_filename != main.__file__:
        return None
    if event == "line" and signal.getsignal({number}) not in (signal.SIG_DFL, signal.default_int_handler):
        if child := os.fork():
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(frame.f_code.co_name, frame.f_lineno, code, file=sys.stderr)
        else:
            sys.settrace(None)
            os.kill(os.getpid(), {number})
    return step
sys.settrace(step)
sys.argv = ["syntax-guard", "--version"]
main.run_and_exit()
"""
"""A copy of the process gets the signal before each line of the module, and its exit code is told."""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_before_each_line_of_the_main_module(folder: Folder, name: str, code: int) -> None:
    number = int(signal.Signals[name])
    told = folder.run(sys.executable, "-c", AT_EACH_LINE.format(number=number)).err.splitlines()
    assert len({line.split()[0] for line in told}) > 3
    assert [line for line in told if line.split()[2:] != [str(code)]] == []


def test_many_signals_are_one(busy: Folder, marks: str) -> None:
    with start(busy, marks) as process:
        while not ready(process):
            time.sleep(0.01)
        time.sleep(0.5)
        for _ in range(20):
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode in (130, 143)
    assert not gone(marks, 2.0)


def test_a_signal_that_is_ignored_stays_ignored(folder: Folder, marks: str) -> None:
    folder.write("a.py")
    code = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    environment = {**folder.environment, MARK: marks}
    with subprocess.Popen(
        [sys.executable, "-c", code, COMMAND, "check", "-"], env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        while not ready(process):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(b"x = 1\n", timeout=30)
    assert process.returncode == 0


@pytest.mark.parametrize(
    "arguments", [["--staged"], [], ["--target-version=3.8", "a.py"]], ids=["git", "copies", "another Python"]
)
def test_the_verdict_is_the_same_where_the_end_of_children_is_ignored(arguments: list[str], repository: Folder) -> None:
    repository.write("a.py", "x = (\n")
    repository.write("b.py", "x = 1\n" * 20_000)
    repository.git("add", ".")
    code = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    run = repository.run(sys.executable, "-c", code, COMMAND, "check", "--output-format=json", "--jobs=2", *arguments)
    assert (run.code, run.err) == (1, "")
    assert run.found == [("a.py", "syntax-error", 1)]


def test_workers_end_when_their_run_is_killed(busy: Folder, marks: str) -> None:
    """Idle ones see the end of their input; busy ones have their limit of CPU time."""
    with start(busy, marks, "--time-limit=1") as process:
        while len(left_over(marks)) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert not gone(marks, 30.0)
