from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import syntax_guard
from syntax_guard import Settings, check_paths
from syntax_guard.errors import SettingsError, TargetError
from syntax_guard.model import Interpreter, Target, this_interpreter
from syntax_guard.processes.worker import Worker
from syntax_guard.reports.targets import document, table
from syntax_guard.targets.machine import Machine
from syntax_guard.targets.resolve import resolve, survey
from syntax_guard.targets.surveys import ProjectSurvey

from ..pythons import FAILS, HANGS, HERE, LABEL, MOMENT, NAME, PYPY, SHORT, environ, link, patience, program, shim

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs here are scripts with a shebang line")

THIS = this_interpreter()
NEWER = Interpreter((3, 99), "CPython 3.99.0")
"""As if a newer interpreter ran this: the running one is then searched for."""


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A machine on which no Python is found."""
    return Machine(environ(tmp_path / "home", tmp_path / "bin"), timeout=20)


@pytest.fixture
def equipped(tmp_path: Path) -> Machine:
    """A machine on which the running Python is found on PATH."""
    link(tmp_path / "bin" / f"python{LABEL}")
    return Machine(environ(tmp_path / "home", tmp_path / "bin"), timeout=20)


RUNS = "the Python that runs syntax-guard"


def seen(targets: tuple[Target, ...]) -> list[tuple[str, bool, str]]:
    return [(target.label, target.exact, target.why) for target in targets]


# What is asked for


def test_by_default_this_interpreter_answers_in_this_process(bare: Machine) -> None:
    assert resolve((), (), None, bare) == (Target(HERE, Interpreter(HERE, NAME), True, RUNS),)


def test_the_floor_of_requires_python_is_a_target_too(bare: Machine) -> None:
    targets = survey((), (), ">=3.9", bare, this=NEWER).targets
    assert seen(targets) == [
        ("3.9", False, "requires-python >=3.9"),
        ("3.99", True, RUNS),
    ]


def test_a_floor_that_this_interpreter_is_makes_one_target(bare: Machine) -> None:
    assert seen(resolve((), (), f">={LABEL}", bare)) == [(LABEL, True, f"{RUNS}, requires-python >={LABEL}")]


def test_an_interpreter_older_than_requires_python_is_no_target(equipped: Machine) -> None:
    older = Interpreter((3, 8), "CPython 3.8.0")
    targets = survey((), (), f">={LABEL}", equipped, this=older).targets
    assert seen(targets) == [(LABEL, True, f"requires-python >={LABEL}")]


def test_a_floor_below_what_is_answered_for_is_raised_and_said(bare: Machine) -> None:
    targets = survey((), (), ">=3.6", bare, this=NEWER).targets
    assert seen(targets)[0] == ("3.8", False, "requires-python >=3.6 (3.8 is the oldest answered for)")


@pytest.mark.parametrize("requires", ["<3.8", ">=2.7,<3", ">=3.9,<3.8"])
def test_a_project_for_other_pythons_is_told_to_name_its_targets(requires: str, bare: Machine) -> None:
    with pytest.raises(SettingsError, match=r"admits no Python from 3\.8 on") as caught:
        resolve((), (), requires, bare)
    assert "target-version" in str(caught.value.hint)


def test_a_requirement_that_does_not_parse_is_no_matter_where_targets_are_asked_for(bare: Machine) -> None:
    with pytest.raises(SettingsError, match="does not parse"):
        resolve((), (), "banana", bare)
    assert seen(resolve((LABEL,), (), "banana", bare)) == [(LABEL, True, "--target-version")]


def test_versions_are_asked_for_apart_or_together_and_answered_in_order(bare: Machine) -> None:
    targets = survey(("3.10,py39", " 3.8, ", "3.9"), (), ">=3.12", bare, this=NEWER).targets
    assert [target.label for target in targets] == ["3.8", "3.9", "3.10"]


@pytest.mark.parametrize("asked", ["", ",", "three", "3.7", "3.9,,3.10", "2.7"])
def test_what_is_no_version_to_answer_for_is_refused(asked: str, bare: Machine) -> None:
    with pytest.raises(TargetError) as caught:
        resolve((asked,), (), None, bare)
    assert caught.value.hint


# Who answers


def test_a_cpython_of_the_version_answers_exactly(equipped: Machine, tmp_path: Path) -> None:
    (target,) = survey((LABEL,), (), None, equipped, this=NEWER).targets
    found = Interpreter(HERE, NAME, str(tmp_path / "bin" / f"python{LABEL}"))
    assert target == Target(HERE, found, True, "--target-version")


def test_without_one_this_interpreter_answers_approximately_and_says_why(bare: Machine) -> None:
    (target,) = survey((LABEL,), (), None, bare, this=NEWER).targets
    assert target == Target(HERE, NEWER, False, "--target-version", f"no python{LABEL} found here")


@pytest.mark.parametrize("code", [HANGS, FAILS, PYPY], ids=["hangs", "fails", "is not CPython"])
def test_one_that_is_no_use_leaves_an_approximate_answer(code: str, tmp_path: Path) -> None:
    program(tmp_path / "bin" / f"python{LABEL}", code)
    machine = Machine(environ(tmp_path / "home", tmp_path / "bin"), timeout=patience(code))
    found = survey((LABEL,), (), None, machine, this=NEWER)
    assert [target.note for target in found.targets] == [f"no python{LABEL} found here that can be used"]
    assert any("and ignored:" in line for line in table([ProjectSurvey(".", found)]))


def test_a_newer_version_without_its_python_is_never_guessed(bare: Machine) -> None:
    with pytest.raises(TargetError, match=r"no Python here answers for 3\.98 \(--target-version\)") as caught:
        resolve(("3.98",), (), None, bare)
    assert str(caught.value.hint).startswith("known: 3.8 to 3.15; ")


@pytest.mark.parametrize(("requires", "version"), [(">=4", "4.0"), ("==4.*", "4.0"), (">=3.100", "3.100")])
def test_a_floor_without_its_python_is_never_guessed(requires: str, version: str, bare: Machine) -> None:
    with pytest.raises(TargetError, match=rf"no Python here answers for {version} \(requires-python"):
        resolve((), (), requires, bare)


def test_another_implementation_than_cpython_answers_approximately_even_for_its_own_version(bare: Machine) -> None:
    pypy = Interpreter((3, 11), "PyPy 3.11.4")
    (target,) = survey((), (), None, bare, this=pypy).targets
    assert not target.exact


# --python


def test_the_interpreter_that_is_named_answers(tmp_path: Path, bare: Machine) -> None:
    path = str(program(tmp_path / "wrapper", "import sys; sys.executable = ''; exec(sys.argv[-1])"))
    targets = resolve((), (path,), ">=3.8", bare)
    assert targets == (Target(HERE, Interpreter(HERE, NAME, path), True, "--python"),)


NAMES_OF_THIS = {"itself": lambda _: sys.executable, "a link to it": lambda folder: str(link(folder / "python"))}


@pytest.mark.parametrize("named", NAMES_OF_THIS.values(), ids=NAMES_OF_THIS)
def test_this_very_interpreter_answers_in_this_process(named: object, tmp_path: Path, bare: Machine) -> None:
    assert callable(named)
    assert resolve((), (named(tmp_path),), None, bare) == (Target(HERE, THIS, True, "--python"),)


def test_a_name_is_looked_up_on_path(equipped: Machine) -> None:
    assert seen(resolve((), (f"python{LABEL}",), None, equipped)) == [(LABEL, True, "--python")]


def test_a_relative_path_is_taken_from_the_current_folder(
    tmp_path: Path, bare: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(tmp_path / "venv" / "bin" / "python")
    monkeypatch.chdir(tmp_path / "venv")
    assert seen(resolve((), ("bin/python",), None, bare)) == [(LABEL, True, "--python")]


def test_a_shim_that_is_named_leads_to_what_it_stands_for(tmp_path: Path, bare: Machine) -> None:
    real = link(tmp_path / "real" / "python")
    (target,) = survey((), (str(shim(tmp_path / "shims" / "python", str(real))),), None, bare, this=NEWER).targets
    assert target.interpreter.python == str(real)


def test_the_same_interpreter_named_twice_is_one_target(tmp_path: Path, bare: Machine) -> None:
    assert len(resolve((), (sys.executable, str(link(tmp_path / "python"))), None, bare)) == 1


def test_an_interpreter_that_is_named_answers_for_its_version_when_that_is_asked_for(bare: Machine) -> None:
    assert seen(resolve((LABEL,), (sys.executable,), None, bare)) == [(LABEL, True, "--python")]


def unusable(kind: str, folder: Path) -> str:
    path = folder / "python"
    if kind == "a folder":
        link(path / "bin" / "python")
    elif kind == "not executable":
        path.write_text("#!/bin/sh\n")
    elif kind == "a loop of links":
        path.symlink_to(folder / "loop")
        (folder / "loop").symlink_to(path)
    elif kind == "a pipe":
        os.mkfifo(path)
        path.chmod(0o755)
    elif kind == "no Python":
        program(path, "print('hello')")
    elif kind == "hangs":
        program(path, HANGS)
    elif kind == "a null byte":
        return f"{folder}/\0python"
    elif kind == "no such command":
        return "python-that-is-not-there"
    elif kind == "empty":
        return ""
    return str(path)


UNUSABLE = {
    "missing": "No such file",
    "a folder": "is a folder",
    "not executable": "is not executable",
    "a loop of links": "symbolic links",
    "a pipe": "is not executable",
    "no Python": "is not Python",
    "hangs": f"did not answer within {MOMENT} s",
    "a null byte": "null",
    "no such command": "no such command on PATH",
    "empty": "no such command on PATH",
}


@pytest.mark.parametrize(("kind", "reason"), UNUSABLE.items(), ids=UNUSABLE)
def test_what_is_named_and_cannot_answer_is_refused_in_one_line(kind: str, reason: str, tmp_path: Path) -> None:
    timeout = MOMENT if kind == "hangs" else SHORT
    machine = Machine(environ(tmp_path / "home", tmp_path / "bin"), timeout=timeout)
    with pytest.raises(TargetError) as caught:
        resolve((), (unusable(kind, tmp_path),), None, machine)
    assert reason in caught.value.message
    assert "\n" not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.hint


def test_a_version_given_as_a_python_is_led_to_target_version(bare: Machine) -> None:
    with pytest.raises(TargetError) as caught:
        resolve((), ("3.9",), None, bare)
    assert caught.value.hint == "for a version, use --target-version 3.9"


def test_a_name_of_something_here_is_led_to_its_path(
    tmp_path: Path, bare: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError) as caught:
        resolve((), ("mine",), None, bare)
    assert caught.value.hint == "for what lies here, write ./mine"


def test_the_python_inside_a_folder_is_pointed_at(tmp_path: Path, bare: Machine) -> None:
    link(tmp_path / "venv" / "bin" / "python")
    with pytest.raises(TargetError) as caught:
        resolve((), (str(tmp_path / "venv"),), None, bare)
    assert caught.value.hint == f"name the executable: {tmp_path}/venv/bin/python"


# What is said of it


def test_the_table_says_who_answers_and_where_others_were_looked_for(bare: Machine, tmp_path: Path) -> None:
    lines = list(table([ProjectSurvey(".", survey((), (), ">=3.9", bare, this=NEWER))]))
    assert lines[:2] == [
        "3.9   requires-python >=3.9              approximate: CPython 3.99.0 and rules; no python3.9 found here",
        f"3.99  the Python that runs syntax-guard  exact: CPython 3.99.0 ({sys.executable})",
    ]
    assert f"  PATH    {tmp_path}/bin" in lines


def test_the_table_is_made_where_nobody_answers_too(bare: Machine) -> None:
    lines = list(table([ProjectSurvey(".", survey(("3.98",), (), None, bare))]))
    assert lines[0].startswith("no Python here answers for 3.98")
    assert "python3.98 was looked for in:" in lines


def test_the_document_says_the_same(equipped: Machine, tmp_path: Path) -> None:
    found = json.loads(
        json.dumps(document([ProjectSurvey(".", survey((LABEL, "3.98"), (), None, equipped, this=NEWER))]))
    )
    assert found["version"] == 1
    assert [(target["version"], target["exact"], target["answered_by"]) for target in found["targets"]] == [
        (LABEL, True, NAME),
        ("3.98", False, NEWER.name),
    ]
    assert found["targets"][0]["python"] == str(tmp_path / "bin" / f"python{LABEL}")
    assert {"kind": "PATH", "folder": str(tmp_path / "bin")} in found["searches"][1]["searched"]


# What it costs the second time


SECOND_RUN = """
import sys
started = []
sys.path.insert(0, sys.argv[1])
STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system")
sys.addaudithook(lambda event, _: started.append(event) if event in STARTS else None)
from syntax_guard.model import Interpreter
from syntax_guard.targets.resolve import survey
from syntax_guard.targets.machine import Machine
asked, pythons, requires, environ, memory = eval(sys.argv[2])
heavy = {"subprocess", "re", "typing", "json", "argparse", "threading", "python_discovery"}
heavy |= {"syntax_guard.targets.identify"}
heavy -= set(sys.modules)
found = survey(asked, pythons, requires, Machine(environ, memory), this=Interpreter((3, 99), "CPython 3.99.0"))
print([target.label for target in found.targets], started, sorted(heavy & set(sys.modules)), sep=";")
"""
ASKED = {
    "a floor that was found": ((), (), f">={LABEL}"),
    "a floor that was not found": ((), (), ">=3.8,<3.10"),
    "an interpreter that was named": ((), ("wrapper",), None),
}


@pytest.mark.parametrize(("asked", "pythons", "requires"), ASKED.values(), ids=ASKED)
def test_the_second_run_starts_nothing_and_imports_nothing_heavy(
    asked: tuple[str, ...], pythons: tuple[str, ...], requires: str | None, equipped: Machine, tmp_path: Path
) -> None:
    program(tmp_path / "bin" / "wrapper", "import sys; sys.executable = ''; exec(sys.argv[-1])")
    machine = Machine(equipped.environ, str(tmp_path / "cache"))
    first = survey(asked, pythons, requires, machine, this=NEWER)
    package = os.path.dirname(os.path.dirname(syntax_guard.__file__))
    question = repr((asked, pythons, requires, dict(machine.environ), machine.memory))
    command = [sys.executable, "-I", "-S", "-c", SECOND_RUN, package, question]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert printed == f"{[target.label for target in first.targets]};[];[]"


def test_a_shim_that_is_named_is_asked_every_time(tmp_path: Path) -> None:
    """What it stands for depends on the folder, and on settings that only its manager knows."""
    one, two = link(tmp_path / "one" / "python"), link(tmp_path / "two" / "python")
    path = tmp_path / "shims" / "python"
    machine = Machine(environ(tmp_path / "home"), str(tmp_path / "cache"))
    for real in (one, two):
        shim(path, str(real))
        (target,) = survey((), (str(path),), None, machine, this=NEWER).targets
        assert target.interpreter.python == str(real)


def test_a_fresh_search_is_made_in_spite_of_what_is_remembered(tmp_path: Path) -> None:
    machine = Machine(environ(tmp_path / "home", tmp_path / "bin"), str(tmp_path / "cache"))
    survey((LABEL,), (), None, machine, this=NEWER)
    (remembered,) = survey((LABEL,), (), None, machine, this=NEWER).searches
    assert remembered.searched == ()
    (fresh,) = survey((LABEL,), (), None, Machine(machine.environ, machine.memory, fresh=True), this=NEWER).searches
    assert fresh.searched


# Real interpreters


REAL = {
    path.parts[-3].rpartition(".")[0]: path
    for pattern in (".pyenv/versions/3.*.*/bin/python", ".local/share/uv/python/cpython-3.*/bin/python")
    for path in Path.home().glob(pattern)
    if path.parts[-3].startswith("3.") and path.parts[-3].rpartition(".")[0] not in ("3.6", "3.7", LABEL)
}


@pytest.mark.skipif(not REAL, reason="no other CPython is here")
@pytest.mark.parametrize("label", REAL)
def test_a_real_cpython_answers_for_its_version(label: str) -> None:
    (target,) = resolve((label,), (), None, Machine(dict(os.environ)))
    assert target.exact
    assert target.label == label
    command = [str(target.interpreter.python), "-c", "import platform; print(platform.python_version())"]
    version = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert target.interpreter.name == f"CPython {version}"


def test_an_interpreter_is_started_once_for_each_job_whatever_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    start = Worker.__init__

    def counted(worker: Worker, *how: Any) -> None:
        started.append(how)
        start(worker, *how)

    monkeypatch.setattr(Worker, "__init__", counted)
    monkeypatch.setattr("syntax_guard.judging.prefilter.safe", lambda: False)  # forked copies need no worker
    for place in range(300):
        (tmp_path / f"m{place}.py").write_bytes(b"x = 1\n" * 1000)
    result = check_paths([str(tmp_path)], Settings(jobs=2))
    assert result.summary.checked == 300
    assert 0 < len(started) <= 2
