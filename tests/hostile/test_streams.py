"""Standard streams, a terminal and an environment that are not there, full or closed; never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ..conftest import COMMAND, Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
UNASKED = 2


@pytest.fixture
def broken(folder: Folder) -> Folder:
    folder.write("a.py", "x = (\n" * 3)
    return folder


def shell(folder: Folder, line: str, **environment: str) -> tuple[int, str]:
    """Exit code and standard error of a shell's command line, in which ``$guard`` is the command."""
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder.path, env={**folder.environment, "guard": str(COMMAND), **environment},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.decode(errors="replace")


CASES = {
    "nobody reads": ("$guard check a.py | true; exit ${PIPESTATUS[0]}", UNASKED, ""),
    "a reader leaves": ("$guard check --output-format=json a.py | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}", 1, ""),
    "a full disk": ("$guard check a.py >/dev/full", UNASKED, "No space left"),
    "a full disk for a file": ("$guard check --output-file=/dev/full/x a.py", UNASKED, "--output-file"),
    "a closed output": ("$guard check a.py >&-", UNASKED, "standard output is closed"),
    "a closed output, all green": ("echo >b.py; $guard check --quiet b.py >&-", 0, ""),
    "a closed error stream": ("$guard check no-such-file.py 2>&-", UNASKED, ""),
    "a full error stream": ("$guard check no-such-file.py 2>/dev/full", UNASKED, ""),
    "everything closed": ("$guard check a.py <&- >&- 2>&-", UNASKED, ""),
    "a closed input": ("$guard check - <&-", UNASKED, "standard input"),
    "endless input": ("$guard check - </dev/zero", UNASKED, "larger than"),
    "a folder that is gone": ("mkdir gone; cd gone; rmdir ../gone; $guard check a.py", UNASKED, "current folder"),
    "no environment": ('env -i "$guard" check a.py', 1, ""),
    "no HOME": ("env -u HOME -u XDG_CACHE_HOME $guard check a.py", 1, ""),
    "a HOME that is a file": ("HOME=$PWD/a.py XDG_CACHE_HOME= $guard check a.py", 1, ""),
    "no LANG": ("LC_ALL=POSIX PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 $guard check a.py", 1, ""),
    "ASCII": ("PYTHONIOENCODING=ascii:strict $guard check a.py", 1, ""),
    "a terminal of no width": ("COLUMNS=0 LINES=0 TERM=dumb $guard check --color=always a.py", 1, ""),
    "help in no width": ("COLUMNS=0 $guard check --help >/dev/null", 0, ""),
    "few descriptors": ("ulimit -n 16; $guard check a.py", 1, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_line_at_most_and_never_a_traceback(case: str, broken: Folder) -> None:
    line, code, said = CASES[case]
    ended, errors = shell(broken, line)
    assert ended == code, errors
    assert said in errors
    assert len(errors.splitlines()) <= 1
    assert "Traceback" not in errors


def test_a_terminal_of_no_width(broken: Folder) -> None:
    code = """
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
try:
    while piece := os.read(terminal, 4096):
        said += piece
except OSError:
    pass
assert b"a.py" in said and b"Traceback" not in said, said
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    run = broken.run(sys.executable, "-c", code, COMMAND, "check", "a.py")
    assert run.code == 1, run.err


@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_tree_that_cannot_be_written(broken: Folder) -> None:
    broken.path.chmod(0o500)
    try:
        assert broken.guard("check").code == 1
        assert broken.guard("check", "--output-file=report.txt").code == UNASKED
    finally:
        broken.path.chmod(0o700)


def test_a_half_written_report_is_no_report(broken: Folder) -> None:
    """With room for no more than 10 bytes a file, the old report stays and the new one leaves no part behind."""
    broken.write("report.txt", "old")
    code, errors = shell(broken, "ulimit -f 0; $guard check --no-cache --output-file=report.txt a.py")
    assert code == UNASKED, errors
    assert "--output-file" in errors
    assert (broken.path / "report.txt").read_text() == "old"
    assert sorted(os.listdir(broken.path)) == ["a.py", "report.txt"]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "where",
    ["in the index", *(pytest.param(where, marks=pytest.mark.slow) for where in ("in workers", "for another target"))],
)
def test_closed_streams_change_no_verdict(where: str, closed: str, repository: Folder) -> None:
    """What is opened next takes the numbers of streams that are closed, and is not to be taken for one."""
    repository.write("good.py", b"# coding: utf-7\nx = 1\n")
    repository.write("bad.py", b"# coding: utf-7\nx = (\n")
    repository.git("add", ".")
    older = f"--target-version=3.{sys.version_info[1] - 1}"
    what = {"in workers": "bad.py good.py", "in the index": "--staged", "for another target": f"{older} bad.py good.py"}
    ended, errors = shell(
        repository, f"$guard check --quiet --output-format=json --output-file=report {what[where]} {closed}"
    )
    assert ended == 1, errors
    report = json.loads((repository.path / "report").read_text())
    assert {(one["path"], one["code"]) for one in report["diagnostics"]} == {("bad.py", "syntax-error")}
