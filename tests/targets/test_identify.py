from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from syntax_guard.errors import TargetError
from syntax_guard.targets.identify import identify

from ..pythons import (
    DIES,
    FAILS,
    FLOODS,
    HALF_WAY,
    HANGS,
    HERE,
    MOMENT,
    NAME,
    NOISY,
    PYPY,
    PYTHON_3_7,
    SAYS_NOTHING,
    SHORT,
    environ,
    link,
    program,
    shim,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs here are scripts with a shebang line")


def test_the_running_python_says_which_it_is(tmp_path: Path) -> None:
    answer = identify(sys.executable, environ(tmp_path), 20)
    assert (answer.interpreter.version, answer.interpreter.name) == (HERE, NAME)
    assert answer.interpreter.python == sys.executable


def test_a_link_stays_the_one_that_is_started(tmp_path: Path) -> None:
    path = str(link(tmp_path / "python"))
    answer = identify(path, environ(tmp_path), 20)
    assert answer.interpreter.python == path
    assert answer.watched == (path,)


def test_noise_before_the_answer_is_not_taken_for_it(tmp_path: Path) -> None:
    path = program(tmp_path / "noisy", NOISY)
    assert identify(str(path), environ(tmp_path), 20).interpreter.version == HERE


def test_a_shim_leads_to_what_it_stands_for(tmp_path: Path) -> None:
    path = shim(tmp_path / "shims" / "python")
    answer = identify(str(path), environ(tmp_path), 20)
    assert answer.interpreter.python == sys.executable
    assert str(path) not in answer.watched


def test_a_wrapper_stays_where_its_python_does_not_run_by_itself(tmp_path: Path) -> None:
    hidden = tmp_path / "lib" / "python"
    code = f"import sys; sys.executable = {str(hidden)!r}; exec(sys.argv[-1])"
    path = program(tmp_path / "wrapper", code)
    program(hidden, FAILS)
    answer = identify(str(path), environ(tmp_path), 20)
    assert answer.interpreter.python == str(path)
    assert answer.watched == (str(path), str(hidden))


def test_what_the_environment_asks_of_pythons_is_not_heard(tmp_path: Path) -> None:
    home = tmp_path / "nowhere"
    more = {"PYTHONHOME": str(home), "PYTHONPATH": str(home), "PYTHONSTARTUP": "x", "PYTHONINSPECT": "1"}
    assert identify(sys.executable, environ(tmp_path, **more), 20).interpreter.name == NAME


NO_USE = {
    "not CPython": (PYPY, "is PyPy "),
    "too old": (PYTHON_3_7, "is CPython 3.7.16: older than 3.8"),
    "ends with an error": (FAILS, "starts no Python: exit code 1, pyenv: python: command not found"),
    "says nothing": (SAYS_NOTHING, "is not Python: exit code 0, it printed nothing"),
    "is killed": (DIES, "ended by SIGKILL"),
    "ends half way": (HALF_WAY, "ended half way through its answer"),
    "floods": (FLOODS, "no answer"),
    "escapes": (r"print('\x1b]0;title\x07 \u202e')", "is not Python: exit code 0, ?]0;title? ?"),
}


@pytest.mark.parametrize(("code", "reason"), NO_USE.values(), ids=NO_USE)
def test_what_is_no_python_to_ask_is_refused_in_one_line(code: str, reason: str, tmp_path: Path) -> None:
    path = program(tmp_path / "python", code)
    with pytest.raises(TargetError) as caught:
        identify(str(path), environ(tmp_path), 20)
    assert caught.value.message.startswith(str(path))
    assert reason in caught.value.message
    assert "\n" not in caught.value.message


def test_a_program_that_is_no_executable_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_text("not a script")
    path.chmod(0o755)
    with pytest.raises(TargetError, match="cannot be started"):
        identify(str(path), environ(tmp_path), 20)


def test_one_that_hangs_is_given_up_with_all_that_it_started(tmp_path: Path) -> None:
    left = tmp_path / "left"
    code = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(left)!r}, "w").write(str(child.pid))
child.wait()
"""
    started = time.monotonic()
    with pytest.raises(TargetError, match="did not answer within 2 s"):
        identify(str(program(tmp_path / "python", code)), environ(tmp_path), SHORT)
    assert time.monotonic() - started < 30
    assert _is_gone(int(left.read_text()))


def _is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            state = ""
        if state == "Z":
            return True  # killed, and not yet collected by whoever adopted it
        time.sleep(0.05)
    return False


def test_one_that_closes_its_output_and_hangs_is_given_up(tmp_path: Path) -> None:
    path = program(tmp_path / "python", f"import os; os.close(1); os.close(2); {HANGS}")
    with pytest.raises(TargetError, match=f"did not answer within {MOMENT} s"):
        identify(str(path), environ(tmp_path), MOMENT)


OLD = [python for python in Path.home().glob(".pyenv/versions/3.[67].*/bin/python") if python.is_file()]


@pytest.mark.skipif(not OLD, reason="no real Python 3.6 or 3.7 is here")
@pytest.mark.parametrize("python", OLD, ids=lambda path: path.parts[-3])
def test_a_real_python_that_is_too_old_is_refused(python: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"is CPython 3\.[67]\.\d+: older than 3\.8"):
        identify(str(python), environ(tmp_path), 20)
