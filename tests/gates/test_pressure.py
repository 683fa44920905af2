"""Short of descriptors or time: the gate goes on with less, or ends with 2 and a line that says of what."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND, Folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="descriptors and processes are counted by Linux")

STARTED = ("echo", "started")
DEEP = f"x = {'(' * 90}{')' * 90}\n"


def limited(folder: Folder, limit: str, amount: int) -> subprocess.CompletedProcess[str]:
    """Run the gate under a limit, where it is `alone` as a user of its own."""

    def limit_this() -> None:
        resource.setrlimit(getattr(resource, limit), (amount, amount))

    line: list[str | Path] = [COMMAND, "run", "--jobs=2", "--", *STARTED]
    return subprocess.run(
        line,
        cwd=folder.path,
        env=folder.environment,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limit_this,
        check=False,
    )


def grow(folder: Folder, *, hard: bool) -> None:
    for number in range(60):
        folder.write(f"m{number}.py", "x = 1\n" * 500)
    folder.write("script", "#!/usr/bin/env python3\n").chmod(0o755)
    if hard:
        folder.write("deep.py", DEEP)


@pytest.mark.grid
@pytest.mark.parametrize("hard", [False, True], ids=["plain", "hard"])
@pytest.mark.parametrize("amount", [5, 6, 7, 8, 10, 12, 14, 16, 20])
def test_with_few_descriptors_it_starts_or_names_the_limit(folder: Folder, amount: int, hard: bool) -> None:
    grow(folder, hard=hard)
    done = limited(folder, "RLIMIT_NOFILE", amount)
    assert done.stderr.count("\n") == 1, done.stderr
    if done.returncode == 0 or amount >= (16 if hard else 6):
        assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
        assert f"{62 if hard else 61} files valid" in done.stderr
    else:
        assert (done.returncode, done.stdout) == (2, "")
        assert f"ulimit -n is {amount} " in done.stderr


VERBS: dict[str, tuple[tuple[str, ...], bytes]] = {
    "a search": (("check", "--no-cache"), b""),
    "a search with a cache": (("check",), b""),
    "named": (("check", "a.py"), b""),
    "a hook": (("check", "--hook", "--", "a.py"), b""),
    "staged": (("check", "--staged"), b""),
    "commits": (("check", "--commits", "HEAD"), b""),
    "standard input": (("check", "-"), b"x = 1\n"),
    "another Python": (("check", "--target-version=3.8"), b""),
    "installed": (("check", "--installed"), b""),
    "run": (("run", "--", "true"), b""),
    "watch": (("run", "--watch", "--", "true"), b""),
    "stream": (("stream",), b'{"source": "x = 1"}\n'),
    "probe": (("probe", "http://127.0.0.1:1/x"), b""),
    "targets": (("targets",), b""),
    "baseline": (("baseline",), b""),
    "agent": (("agent-hook",), b'{"hook_event_name": "Stop"}'),
    "a push": (("pre-push",), f"refs/heads/a {'1' * 40} refs/heads/a {'0' * 40}\n".encode()),
    "a server": (("pre-receive",), f"{'0' * 40} {'1' * 40} refs/heads/a\n".encode()),
}  # fmt: skip
START = (
    "import sys; sys.path += sys.argv[1].split(':'); del sys.argv[1]; "
    "from syntax_guard.__main__ import run_and_exit; run_and_exit()"
)


@pytest.mark.grid
@pytest.mark.parametrize("amount", [4, 6, 9])
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_names_the_limit_in_one_line(repository: Folder, verb: str, amount: int) -> None:
    """From the first descriptor on with which this Python comes to our first line: ``.pth`` files take more."""
    repository.write("a.py")
    repository.git("add", ".")
    arguments, given = VERBS[verb]
    line = [sys.executable, "-I", "-S", "-c", START, ":".join(each for each in sys.path if each), *arguments]
    done = subprocess.run(
        line, cwd=repository.path, env=repository.environment, input=given, capture_output=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (amount, amount)), check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert "Traceback" not in said
    assert done.returncode in (0, 1 if verb in ("probe", "agent") else 2), said
    assert done.returncode == 0 or len((said or done.stdout.decode()).splitlines()) == 1, said


SCARCE = [("RLIMIT_DATA", amount << 20) for amount in (6, 7, 8, 10)] + [
    ("RLIMIT_AS", 20 << 20),
    ("RLIMIT_AS", 30 << 20),
]


@pytest.mark.grid
@pytest.mark.parametrize(("limit", "amount"), SCARCE)
@pytest.mark.parametrize("verb", ["a search", "another Python", "staged", "run", "stream", "agent"])
def test_each_verb_names_a_lack_of_memory_in_one_line(repository: Folder, verb: str, limit: str, amount: int) -> None:
    repository.write("a.py", "x = = 1\n")
    repository.git("add", ".")
    arguments, given = VERBS[verb]
    done = subprocess.run(
        [str(COMMAND), *arguments], cwd=repository.path, env=repository.environment, input=given, capture_output=True,
        timeout=120, preexec_fn=lambda: resource.setrlimit(getattr(resource, limit), (amount, amount)), check=False,
    )  # fmt: skip
    said = done.stderr.decode()
    assert "cli/main.py" not in said, said
    assert done.returncode in ((0, 1, 2) if verb in ("stream", "agent") else (1, 2)), said


def test_a_limit_of_cpu_time_is_not_called_memory() -> None:
    code = "from syntax_guard.gates.supervise import supervise\ndef check():\n    while True: pass\nsupervise(check)"
    line = ["bash", "-c", 'ulimit -t 1; exec "$@"', "bash", sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True)
    assert "CheckDiedError: the check was ended by SIGKILL" in done.stderr
    assert "memory" not in done.stderr


@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_closed_standard_output_is_no_obstacle_where_nothing_is_written(folder: Folder, verb: str) -> None:
    folder.write("main.py")
    line = {"check": f"{COMMAND} check --quiet main.py", "run": f"{COMMAND} run -- touch started"}[verb]
    done = subprocess.run(
        ["sh", "-c", f"exec {line} >&-"], cwd=folder.path, env=folder.environment, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, done.stderr
    if verb == "run":
        assert (folder.path / "started").exists()


def test_findings_that_cannot_be_written_start_nothing(folder: Folder) -> None:
    folder.write("main.py", "def f(:\n")
    line = f"exec {COMMAND} run -- touch started >&-"
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder.path, env=folder.environment, stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (folder.path / "started").exists()


def test_a_command_in_one_word_is_told_to_be_one(folder: Folder) -> None:
    folder.write("main.py")
    run = folder.guard("run", "--quiet", "--", "uvicorn main:app --host 0.0.0.0")
    assert run.code == 127
    assert "one word" in run.err
