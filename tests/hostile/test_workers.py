"""Workers and copies that are killed, stopped or misbehave: no run loses a verdict, hangs, or leaves a process."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from syntax_guard import Settings, check_paths
from syntax_guard.judging.judgement import Request
from syntax_guard.judging.workers import command
from syntax_guard.model import Problem, this_interpreter
from syntax_guard.processes import _compile_worker, worker
from syntax_guard.processes.worker import TRIES
from syntax_guard.processes.worker_pool import WorkerPool
from syntax_guard.targets.identify import identify

from .. import namespaces
from ..conformance.pythons import found
from ..conftest import COMMAND, Folder
from ..namespaces import LONG
from . import unruly

posix = pytest.mark.skipif(os.name == "nt", reason="signals and process groups of POSIX")
RUNS = int(os.environ.get("SYNTAX_GUARD_CHAOS_RUNS", "5"))
SEED = int(os.environ.get("SYNTAX_GUARD_CHAOS_SEED", "20261124"))
SOURCES = [b"x = 1\n", b"trigger = 1\n", b"x = (\n", b"trigger = (\n", b"y = 2\n"]
BROKEN = [False, False, True, True, False]


def children(process: int) -> set[int]:
    """The children of `process` that have not ended."""
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == process and fields[0] != "Z":
                found.add(int(entry))
    return found


def unruly_command(folder: Path, *ways: str) -> tuple[str, ...]:
    for number, way in enumerate(ways):
        (folder / f"{way}.{number}").touch()
    here = os.path.abspath(unruly.__file__)
    code = "import sys; sys.path.append(sys.argv.pop(1)); del sys.argv[0]; exec(open(sys.argv[0]).read())"
    package = os.path.dirname(os.path.dirname(sys.modules["syntax_guard"].__file__ or ""))
    return (sys.executable, "-I", "-S", "-c", code, package, here, str(folder))


@posix
@pytest.mark.parametrize("times", [1, TRIES - 1])
@pytest.mark.parametrize("way", unruly.WAYS)
def test_an_unruly_worker_costs_no_verdict(way: str, times: int, tmp_path: Path) -> None:
    silent = way == "closes-its-input"  # and never says so
    command = unruly_command(tmp_path, *[way] * (1 if silent else times))
    pool = WorkerPool({command: this_interpreter().name}, 0.5 if silent else 20.0, 0)
    try:
        answers = pool.ask(command, SOURCES)
    finally:
        pool.close()
    assert [answer is not None and not isinstance(answer, Problem) for answer in answers] == BROKEN
    assert not list(tmp_path.iterdir())


@posix
@pytest.mark.parametrize(
    ("way", "kind"), [("dies", "Crashed"), ("leaves", "Crashed"), ("answers-no-json", "Crashed"), ("hangs", "TimedOut")]
)
def test_a_source_that_always_ends_its_worker_is_named(way: str, kind: str, tmp_path: Path) -> None:
    command = unruly_command(tmp_path, *["closes-its-input" if way == "hangs" else way] * (2 * TRIES))
    pool = WorkerPool({command: this_interpreter().name}, 0.5, 0)
    try:
        answers = pool.ask(command, SOURCES)
    finally:
        pool.close()
    for answer, source in zip(answers, SOURCES, strict=True):
        assert isinstance(answer, Problem) == (b"trigger" in source)
        if isinstance(answer, Problem):
            assert answer.kind == kind


@pytest.mark.parametrize("size", [1, (1 << 31) - 1], ids=["narrow", "refused"])
def test_pipes_may_be_narrow(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PIPE_BYTES", size)  # a user has a quota, and the system a limit
    request = Request(None, this_interpreter().name)
    pool = WorkerPool({command(request): request.name}, 30, 0)
    try:
        answers = pool.ask(command(request), [b"x = 1\n" * 100_000, *SOURCES])
    finally:
        pool.close()
    assert [answer is not None and not isinstance(answer, Problem) for answer in answers] == [False, *BROKEN]
    assert not any(isinstance(answer, Problem) for answer in answers)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="nobody else tells how much of the CPU a process had")
def test_a_busy_machine_is_not_the_source_s_fault() -> None:
    """Fifteen others want the same CPU, so that a source has its answer long after its time."""
    source = b"x = [1, 2, 3]\n" * 30_000 + b"y = (\n"
    used = time.process_time()
    _compile_worker.judge(source)
    limit = 0.3 + 2 * (time.process_time() - used)
    code = "print(flush=True)\nwhile True: pass"
    request = Request(None, this_interpreter().name)
    pool = WorkerPool({command(request): request.name}, limit, 0)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    busy = [sys.executable, "-I", "-S", "-c", code]
    # Each in a session of its own: the kernel may share the CPU out among sessions (sched(7), autogroup).
    others = [subprocess.Popen(busy, stdout=subprocess.PIPE, start_new_session=True) for _ in range(15)]
    try:
        for other in others:
            assert other.stdout is not None
            other.stdout.readline()
        started = time.monotonic()
        (answer,) = pool.ask(command(request), [source])
        seconds = time.monotonic() - started
    finally:
        pool.close()
        for other in others:
            other.kill()
            other.communicate()
        os.sched_setaffinity(0, before)
    assert seconds > limit
    assert not isinstance(answer, Problem)


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else tells the limits of another process")
@pytest.mark.parametrize("python", found().values(), ids=map(str, found()))
def test_every_python_judges_under_limits_of_the_system(python: str) -> None:
    interpreter = identify(python, os.environ, 20).interpreter
    request = Request(python, interpreter.name)
    pool = WorkerPool({command(request): request.name}, 5, 1 << 30)
    try:
        assert pool.ask(command(request), [b"x = 1\n"]) == [None]
        (process,) = children(os.getpid())
        limits = Path("/proc", str(process), "limits").read_text().splitlines()
    finally:
        pool.close()
    soft = {line[:25].strip(): line[25:].split()[0] for line in limits}
    assert int(soft["Max cpu time"]) <= 5 + 3
    assert int(soft["Max address space"]) <= 1 << 30
    assert soft["Max core file size"] == "0"


class Chaos:
    """Kills and stops children of `process` at random times, at most as often as a source is asked about again."""

    def __init__(self, dice: random.Random, process: int) -> None:
        self._process = process
        self._delays = [dice.uniform(0, 0.15) for _ in range(TRIES - 1)]
        self._signals = [dice.choice([signal.SIGKILL, signal.SIGSTOP]) for _ in self._delays]
        self._dice = dice
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._strike)
        self.struck = 0

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _strike(self) -> None:
        for delay, number in zip(self._delays, self._signals, strict=True):
            self._over.wait(delay)
            found = sorted(children(self._process))
            while not found and not self._over.wait(0.002):
                found = sorted(children(self._process))
            if not found:
                return
            struck = self._dice.choice(found)
            try:
                os.kill(struck, number)
                if number == signal.SIGSTOP and namespaces.starts_a_program(self._process):
                    os.kill(struck, signal.SIGCONT)  # nobody else could: `process` is halted until its child has begun
            except ProcessLookupError:
                continue
            self.struck += 1


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is just worth two workers: 40 files of 14 KB, every fifth of them broken."""
    folder = tmp_path_factory.mktemp("scanned")
    for number in range(40):
        line = f"def f{number}(a, b=[1, 2, 3]):\n    return {{a: b for c in b if c}}\n"
        (folder / f"{number:02}.py").write_text(line * 235 + ("x = (\n" if number % 5 == 0 else ""))
    return folder


@pytest.mark.slow
@posix
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to find the processes of a run")
def test_workers_killed_at_random_cost_no_verdict(scanned: Path) -> None:
    expected = [str(scanned / f"{number:02}.py") for number in range(0, 40, 5)]
    settings = Settings(jobs=2, cache=False, time_limit=20.0)
    dice = random.Random(SEED)
    struck = 0
    for number in range(RUNS):
        started = time.monotonic()
        with Chaos(dice, os.getpid()) as chaos:
            result = check_paths([scanned], settings)
        seconds = time.monotonic() - started
        found = [(one.path, one.code) for one in result.diagnostics]
        assert found == [(path, "syntax-error") for path in expected], f"run {number} of seed {SEED}"
        assert result.summary.checked == 40
        assert not children(os.getpid()), f"run {number} of seed {SEED}"
        assert seconds < 15, f"run {number} of seed {SEED}"
        struck += chaos.struck
    assert struck >= RUNS // 2


@pytest.mark.slow
@posix
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to find the processes of a run")
def test_copies_killed_at_random_cost_no_verdict(scanned: Path, folder: Folder) -> None:
    expected = [(f"{number:02}.py", "syntax-error") for number in range(0, 40, 5)]
    line = f"{COMMAND} check --jobs=2 --no-cache --isolated --output-format=json --time-limit=20".split()
    dice = random.Random(SEED)
    struck = 0
    for number in range(RUNS):
        started = time.monotonic()
        scan = subprocess.Popen(line, cwd=scanned, env=folder.environment, stdout=subprocess.PIPE)
        with Chaos(dice, scan.pid) as chaos:
            try:
                report, _ = scan.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                scan.kill()
                raise
        said = [(one["path"], one["code"]) for one in json.loads(report)["diagnostics"]]
        assert said == expected, f"run {number} of seed {SEED}"
        assert time.monotonic() - started < 15, f"run {number} of seed {SEED}"
        struck += chaos.struck
    assert struck >= RUNS // 2


@posix
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to find the processes of a run")
@pytest.mark.parametrize("targets", [[], ["--target-version=3.8"]], ids=["here", "and for an older one"])
def test_no_worker_outlives_a_scan_that_is_killed(folder: Folder, targets: list[str]) -> None:
    for number in range(4):
        folder.write(f"m{number}.py", LONG)
    line: list[str | Path] = [COMMAND, "check", "--jobs=2", "--no-cache", "--isolated", *targets]
    scan = subprocess.Popen(line, cwd=folder.path, env=folder.environment)
    busy: list[int] = []
    while len(busy) < 2:
        assert scan.poll() is None
        time.sleep(0.02)
        busy = namespaces.at_work(namespaces.children(scan.pid))
    scan.kill()
    scan.wait()
    assert namespaces.ended(busy, within=1.5)  # a copy would end by itself in 3
