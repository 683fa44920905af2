"""`run` asks the Python that its command will use."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.gates.command_python import command_python, compiled_scripts
from syntax_guard.targets.machine import Machine

from ..conformance.pythons import found as pythons_found
from ..pythons import PYPY, PYTHON_3_7, link, program, shim

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="`run` needs a POSIX system")
OTHER = "other/python3.11"
"""A Python that is not the one of this process: it stands for it."""
COMMANDS = {
    "a python": [OTHER, "-m", "app"],
    "a name on PATH": ["python3.99", "app.py"],
    "env": ["env", "-u", "B", "A=1", "python3.99", "app.py"],
    "wrappers": ["tini", "-s", "--", "nice", "-n", "5", "timeout", "-k", "1", "60", "python3.99", "app.py"],
    "gosu": ["gosu", "app:app", "python3.99", "app.py"],
    "a console script": ["server", "app:app"],
    "a script with env": ["with-env", "app:app"],
    "a script with env -S": ["with-options"],
    "a long first line, as pip writes it": ["long"],
    "uv run": ["uv", "run", "--no-sync", "server"],
    "poetry run": ["poetry", "run", "python", "app.py"],
    "env with another PATH": ["env", "PATH={tmp}/elsewhere", "python3", "app.py"],
    "env with a long option": ["env", "--unset", "B", "--unset=C", "python3.99", "app.py"],
    "env without variables": ["env", "-i", "{tmp}/other/python3.11"],
    "words of one option": ["env", "-S", "A=1 python3.99", "app.py"],
    "words of one option, in one word": ["env", "-SA=1 python3.99 app.py"],
    "words of one long option": ["env", "--split-string=python3.99 app.py"],
    "timeout with a signal": ["timeout", "--signal", "KILL", "5", "python3.99"],
    "timeout with two times": ["timeout", "--kill-after", "3", "9", "python3.99"],
    "timeout with short words": ["timeout", "--sig", "KILL", "-vk3", "9", "python3.99"],
    "nice in long": ["nice", "--adjustment", "5", "python3.99"],
    "nice of old": ["nice", "-5", "python3.99"],
    "stdbuf in long": ["stdbuf", "--output", "L", "-e0", "python3.99"],
    "ionice in long": ["ionice", "--class", "3", "python3.99"],
    "time in long": ["time", "--format", "%e", "--append", "--output", "log", "python3.99"],
    "taskset": ["taskset", "-c", "0-3", "taskset", "1", "python3.99"],
    "chrt": ["chrt", "--other", "0", "chrt", "-dT", "5", "0", "python3.99"],
    "env with another name": ["env", "-a", "x", "env", "--argv0=x", "python3.99"],
    "setsid in long": ["setsid", "--wait", "python3.99"],
    "dumb-init in long": ["dumb-init", "--rewrite", "15:2", "python3.99"],
    "a script that moves with its Python": ["{tmp}/moved/server"],
    "a script with env -S and a variable": ["with-variable"],
    "poetry run in its own active environment": [
        *("env", "VIRTUAL_ENV={tmp}/project/.venv", "POETRY_VIRTUALENVS_IN_PROJECT=true", "poetry", "run", "python"),
    ],
    "uv run with a venv by name": ["env", "UV_PROJECT_ENVIRONMENT=.venv", "uv", "run", "--group", "dev", "-m", "app"],
}
RELOCATABLE = """#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")"/'python' "$0" "$@"
' '''
"""
"""A script as uv writes it, which may be moved with its Python."""
UNTOLD = {
    "a shell": ["sh", "-c", "exec python3.99 app.py"],
    "a program": ["true"],
    "a shell script": ["script.sh"],
    "another PATH": ["env", "PATH=/nowhere", "python3.99"],
    "no PATH": ["env", "-u", "PATH", "python3.99"],
    "a relative folder of PATH": ["env", "PATH=../relative:{tmp}/tools", "python3.99"],
    "an option of env that is not known": ["env", "--block-signal", "python3.99"],
    "an option that is not known": ["timeout", "--gently", "5", "python3.99"],
    "words with a variable": ["env", "-S", "${A} python3.99"],
    "words with an open quote": ["env", "-S", "'python3.99"],
    "a wrapper of one's own": ["./nice", "python3.99"],
    "a shim in another folder": ["env", "-C", "{tmp}/elsewhere", "python3.99"],
    "uv run with a choice in short": ["uv", "run", "-p", "3.12", "python"],
    "uv run with a project": ["uv", "run", "--project", "x", "python"],
    "uv run in a folder": ["uv", "run", "--directory", "x", "python"],
    "uv with an option before run": ["uv", "--directory", "x", "run", "python"],
    "poetry with an option before run": ["poetry", "-C", "x", "run", "python"],
    "uv run with a choice in a variable": ["env", "UV_PYTHON=3.9", "uv", "run", "python"],
    "uv run with a script of its own": ["uv", "run", "own.py"],
    "uv run with what its environment lacks": ["uv", "run", "gone"],
    "poetry run beside its environment": ["env", "POETRY_VIRTUALENVS_IN_PROJECT=false", "poetry", "run", "python"],
    "poetry run in an active environment": ["env", "VIRTUAL_ENV=/x", "poetry", "run", "python"],
    "a first line that names a script": ["by-script"],
    "a first line without a path": ["relative"],
    "a script of shell that begins with a text": ["text.sh"],
    "a script that starts others": ["hatch", "run", "python"],
    "uv run with a choice of its own": ["uv", "run", "--python", "3.9", "app.py"],
    "a name that is not there": ["gone"],
    "nothing behind a wrapper": ["nice"],
}


def placed(word: str, folder: Path) -> str:
    """`word` of a row, with the folder of the test in it."""
    return word.replace("{tmp}", str(folder))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with another Python, in the environment of a project, too."""
    tools, project = tmp_path / "tools", tmp_path / "project"
    other = shim(tmp_path / OTHER)
    tools.mkdir()
    (tools / "python3.99").symlink_to(other)
    lines = {"server": f"#!{other}", "with-env": "#!/usr/bin/env python3.99", "script.sh": "#!/bin/sh\npython3.99 x",
             "with-options": "#!/usr/bin/env -S python3.99 -O",
             "long": f"#!/bin/sh\n'''exec' \"{other}\" \"$0\" \"$@\"",
             "with-variable": "#!/usr/bin/env -S env A=1 python3.99", "by-script": f"#!{tools}/server",
             "relative": "#!python3.99", "text.sh": "#!/bin/sh\n'''exec' $P\nexec python3.99 x",
             "uv": f"#!{other}", "poetry": f"#!{other}", "hatch": f"#!{other}", "pypy3": f"#!{sys.executable}\n{PYPY}",
             "python3.7": f"#!{sys.executable}\n{PYTHON_3_7}"}  # fmt: skip
    for name, content in lines.items():
        (tools / name).write_text(content + "\n")
        (tools / name).chmod(0o755)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(other)
    (project / "pyproject.toml").write_text("[project]\n")
    (project / "deep").mkdir()
    (project / "deep" / "own.py").write_text("# /// script\n# ///\n")
    for place in ("elsewhere/python3", "project/relative/python3.99", "moved/python"):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).symlink_to(other)
    moved = tmp_path / "moved" / "server"
    moved.write_text(RELOCATABLE)
    moved.chmod(0o755)
    monkeypatch.chdir(project / "deep")
    return Machine({"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path)}, python_setting="COMMAND")


@pytest.mark.parametrize(
    ("said", "written", "fits"),
    [
        ({".python-version": "3.9\n"}, "version = 3.9.18", True),
        ({".python-version": "3.12\n"}, "version = 3.9.18", False),
        ({".python-version": "cpython-3.12.4\n"}, "version_info = 3.9.18.final.0", False),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.10'\n"}, "version_info = 3.9.18", False),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.9'\n"}, "version_info = 3.9.18", True),
        ({"pyproject.toml": "[project]\nrequires-python = 'three'\n"}, "version_info = 3.9.18", True),
        ({"pyproject.toml": "[tool.syntax-guard]\nexclude = 1\n"}, "version_info = 3.9.18", True),
        ({".python-version": "3.12\n"}, "home = /usr/bin", True),
    ],
)
def test_an_environment_that_uv_would_make_anew_is_not_asked(
    machine: Machine, tmp_path: Path, said: dict[str, str], written: str, fits: bool
) -> None:
    project = tmp_path / "project"
    (project / ".venv/pyvenv.cfg").write_text(written + "\n")
    for name, content in said.items():
        (project / name).write_text(content)
    found = command_python(["uv", "run", "python", "app.py"], machine)
    assert bool(found.path) == fits
    assert fits or "makes" in (found.note or "")
    assert command_python(["poetry", "run", "python"], machine).path, "another tool keeps its environment"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_python_of_a_command_is_told(name: str, machine: Machine, tmp_path: Path) -> None:
    command = [str(tmp_path / word) if word == OTHER else placed(word, tmp_path) for word in COMMANDS[name]]
    found = command_python(command, machine)
    assert found.path is not None
    assert os.path.samefile(found.path, tmp_path / OTHER)


@pytest.mark.parametrize("name", UNTOLD)
def test_what_cannot_be_told_asks_this_interpreter_and_says_so(name: str, machine: Machine, tmp_path: Path) -> None:
    found = command_python([placed(word, tmp_path) for word in UNTOLD[name]], machine)
    assert found.path is None
    assert str(found.note).startswith("the Python of COMMAND is not known: ")


def test_env_starts_in_its_folder_and_with_its_variables(machine: Machine, tmp_path: Path) -> None:
    link(tmp_path / "linked" / "python3")
    for words in (["-C", f"{tmp_path}/linked"], ["--chdir", "../../linked"], [f"--chdir={tmp_path}/linked"]):
        assert command_python(["env", *words, "./python3"], machine).note is None, words
    choosing = "import os, sys; p = os.environ['PYENV_VERSION']; os.execv(p, [p, *sys.argv[1:]])"
    program(tmp_path / "tools" / "python3.98", choosing)
    found = command_python(["env", f"PYENV_VERSION={sys.executable}", "python3.98"], machine)
    assert found.path == sys.executable, "the shim would choose another one without that variable"
    assert command_python(["python3.98"], machine).path is None


def test_this_interpreter_is_this_one_by_any_name(machine: Machine, tmp_path: Path) -> None:
    for linked in ("python3", "mypy"):
        name = str(link(tmp_path / "linked" / linked))
        found = command_python([name, "-m", "app"], machine)
        assert (found.path, found.note) == (None, None)
        assert command_python([name], machine, [str(tmp_path)]).note is None


@pytest.mark.parametrize(("command", "said"), [("pypy3", "PyPy"), ("python3.7", "older than 3.8")])
def test_a_python_that_cannot_be_asked_is_named(command: str, said: str, machine: Machine) -> None:
    found = command_python([command, "app.py"], machine)
    assert found.path is None
    assert said in str(found.note)


def test_no_python_of_the_tree_is_started_before_it_is_checked(machine: Machine, tmp_path: Path) -> None:
    trap = program(tmp_path / "project" / "python3", f"open({str(tmp_path / 'sprung')!r}, 'w')")
    script = tmp_path / "project" / "manage.py"
    script.write_text(f"#!{trap}\n")
    script.chmod(0o755)
    for command in ([str(trap)], [str(script)], ["env", str(trap)]):
        found = command_python(command, machine, [str(tmp_path / "project")])
        assert (found.path, "lies in the tree" in str(found.note)) == (None, True)
    assert not (tmp_path / "sprung").exists()
    assert command_python(["uv", "run", "python"], machine, [str(tmp_path / "project")]).path, (
        "its Python lies elsewhere"
    )


@pytest.mark.parametrize(
    ("command", "other"),
    [
        (["python3.99", "-O", "a.py"], True),
        (["nice", "python3.99", "-uOO", "a.py"], True),
        (["env", "PYTHONOPTIMIZE=1", "python3.99", "a.py"], True),
        (["with-options"], True),
        (["env", "-S", "A=1 PYTHONOPTIMIZE=1 python3.99", "a.py"], True),
        (["uv", "run", "python", "-X", "a", "b.py"], True),
        (["python3.99", "a.py", "-O"], False),
        (["python3.99", "-m", "O"], False),
        (["server", "-O"], False),
    ],
)
def test_options_that_have_other_bytecode_loaded(command: list[str], other: bool, machine: Machine) -> None:
    assert (compiled_scripts(command, machine.environ) is None) is other


def test_run_asks_another_python_exactly_and_names_it(folder: Folder) -> None:
    others = [
        path for version, path in pythons_found().items() if (3, 8) <= version < min(sys.version_info[:2], (3, 12))
    ]
    if not others:
        pytest.skip("no older Python is here")
    folder.write("app/main.py", "x = f'{'a'}'\n")  # new in 3.12
    run = folder.guard("run", "--root", "app", "--", others[0], "-c", "print('started')")
    assert (run.code, "started" in run.out) == (1, False)
    folder.write("app/main.py")
    run = folder.guard("run", "--root", "app", "--", others[0], "-c", "print('started')")
    assert (run.code, run.out) == (0, "started\n")
    name = folder.run(others[0], "-c", "import platform; print(platform.python_version())").out.strip()
    assert f"valid on CPython {name} in" in run.err
