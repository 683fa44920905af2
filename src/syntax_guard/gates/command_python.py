"""Which Python a command will use, as far as the command itself says so."""

from __future__ import annotations

import os
import sys

from ..errors import TargetError
from ..model import Record, stamp_of
from ..sources.first_line import is_interpreter
from ..targets.resolve import located, resolve
from .command_words import MANAGERS, PROJECT_TOOLS, WRAPPERS, UnknownPythonError, options, shebang, split
from .project_environment import refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..model import Interpreter
    from ..targets.machine import Machine

_PROJECT_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "pyproject.toml")
_NOT_KNOWN = "the Python of COMMAND is not known: {}"
_FIRST = 1024
_LARGEST = 1 << 20


class CommandPython(Record):
    """What is known of the Python that a command will use."""

    path: str | None = None
    """The executable, where it can be told and is not that of this process; else this interpreter is asked."""
    note: str | None = None
    """Why this interpreter is asked though the command uses, or may use, another Python."""


class _Start(Record):
    """What is started, and with what: each wrapper may change all three."""

    command: list[str]
    environ: Mapping[str, str]
    folder: str


def command_python(command: Sequence[str], machine: Machine, trees: Sequence[str] = ()) -> CommandPython:
    """Find the Python that a command will use.

    Args:
        command: The command and its arguments.
        machine: Where programs and Pythons are looked for.
        trees: Folders that are to be checked first. A Python that lies in one of them is not started.

    Returns:
        Its path; or no path, and a note that says why. No command makes this raise.
    """
    if not command:
        return CommandPython()
    try:
        start = _python_of(command, machine.environ)
        path = _located(start)
        if not os.path.samefile(path, sys.executable) and _lies_in(path, trees):
            return CommandPython(note=f"{path} lies in the tree that is checked, and is not asked")
        (target,) = resolve((), (path,), None, machine.evolve(environ=start.environ))
        python = target.interpreter.python
        if python and python != path:
            if start.folder != os.getcwd():  # of `env -C`
                return CommandPython(note=_NOT_KNOWN.format(f"{path} chooses a Python by the folder"))
            if start.environ != machine.environ and target.interpreter != _answer(path, machine):
                path = python  # a shim that is started with other variables stands for another Python
    except UnknownPythonError as error:
        return CommandPython(note=_NOT_KNOWN.format(error))
    except TargetError as error:
        return CommandPython(note=error.message)
    return CommandPython(python and path)


def compiled_scripts(command: Sequence[str], environ: Mapping[str, str]) -> frozenset[tuple[int, ...]] | None:
    """The identities of the files for which the Python of `command`, with `environ`, may load no bytecode.

    Python compiles what it runs as a script. That is what `command` names, in a word or in a part of one. What is only
    read is among it, and is judged once more.

    Returns:
        None where that may be any file: a Python loads other bytecode than this process, or it is not known what starts
        a Python, and with which script.
    """
    try:
        start = _python_of(command, environ)
    except UnknownPythonError:
        return None
    if _loads_other_bytecode(command, start, environ):
        return None
    words = [*command, *start.command]
    names = {name for word in words for name in (word, word[2:], *word.translate(_BETWEEN_NAMES).split())}
    found = set()
    for path in {os.path.join(folder, name) for folder in (os.getcwd(), start.folder) for name in names if name}:
        try:
            found.add(stamp_of(os.stat(path))[3:])
        except (OSError, ValueError):
            continue  # no file, or no path at all
    return frozenset(found)


def _loads_other_bytecode(command: Sequence[str], start: _Start, environ: Mapping[str, str]) -> bool:
    if any(word.startswith("PYTHON") and "=" in word for word in command):  # `env` sets them
        return True
    if _of_python(start.environ) != _of_python(environ):
        return True
    for word in start.command[1:]:
        if not word.startswith("-") or word in ("-m", "-c", "-"):
            return False
        if not word.startswith("--") and not _OF_BYTECODE.isdisjoint(word):
            return True
    return False


_BETWEEN_NAMES = str.maketrans(dict.fromkeys("\"'=,;&|()", " "))
_OF_BYTECODE = frozenset("OEIX")
"""Options of Python: the level of optimization, and those that take a variable or a folder of bytecode away."""


def _of_python(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("PYTHON")}


def _python_of(command: Sequence[str], environ: Mapping[str, str]) -> _Start:
    """The Python that `command` starts in the end, and the words after it. Raises `UnknownPythonError`."""
    start = _Start(list(command), environ, os.getcwd())
    from_script = False
    while True:
        if not start.command:
            raise UnknownPythonError(f"{command[0]} has no command after it")
        word, name = start.command[0], os.path.basename(start.command[0])
        if os.path.dirname(word) and not os.path.isabs(word) and (name in WRAPPERS or name in PROJECT_TOOLS):
            raise UnknownPythonError(f"{word} is not the usual {name}")
        if name in WRAPPERS:
            start = _of_env(start) if name == "env" else _unwrapped(name, start)
        elif is_interpreter(name) and not name.startswith("scons"):  # which is a script, and runs what lies here
            return start
        elif name in PROJECT_TOOLS:
            start = _of_project(name, start)
        elif name in MANAGERS or from_script:
            raise UnknownPythonError(f"{name} starts other programs" if name in MANAGERS else f"a script starts {name}")
        else:
            start, from_script = _of_script(start), True


def _unwrapped(name: str, start: _Start) -> _Start:
    """What the wrapper `name` starts."""
    short, long, skipped = WRAPPERS[name]
    _, rest = options(name, start.command[1:], short, long)
    environ = start.environ
    if name in ("gosu", "su-exec"):  # of another user
        environ = {name: value for name, value in environ.items() if name != "HOME"}
    return start.evolve(command=rest[skipped:], environ=environ)


def _of_env(start: _Start) -> _Start:
    """What ``env`` starts: with its variables, in its folder."""
    words = start.command[1:]
    while words and words[0].startswith(("-S", "--split-string")):
        option, _, text = words[0].partition("=") if words[0].startswith("--") else (words[0][:2], "", words[0][2:])
        if option not in ("-S", "--split-string"):
            raise UnknownPythonError(f"env: {option}")
        taken = 1 if text else 2
        words = [*split(text or " ".join(words[1:2])), *words[taken:]]
    short, long, _ = WRAPPERS["env"]
    given, words = options("env", words, short, long)
    if words[:1] == ["-"]:
        raise UnknownPythonError("env -")
    names = [name for name, _ in given]
    environ = {} if "-i" in names or "--ignore-environment" in names else dict(start.environ)
    folder = start.folder
    for option, value in given:
        if option in ("-u", "--unset"):
            environ.pop(value, None)
        elif option in ("-C", "--chdir"):
            folder = os.path.join(start.folder, value)
    while words and "=" in words[0]:
        variable, _, value = words.pop(0).partition("=")
        environ[variable] = value
    return _Start(words, environ, folder)


def _of_project(tool: str, start: _Start) -> _Start:
    """What ``uv run`` and its like start: with the commands of the project's own environment before all others."""
    short, long, choosing = PROJECT_TOOLS[tool]
    if start.command[1:2] != ["run"]:
        raise UnknownPythonError(f"{tool} {' '.join(start.command[1:2])}".rstrip())
    given, words = options(f"{tool} run", start.command[2:], short, long)
    folder = start.folder
    while not any(os.path.lexists(os.path.join(folder, name)) for name in _PROJECT_FILES):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            raise UnknownPythonError(f"{tool} run finds no project")
    own = start.environ.get("UV_PROJECT_ENVIRONMENT") if tool == "uv" else None
    home = os.path.join(folder, own or ".venv")
    if not os.access(os.path.join(home, "bin", "python"), os.X_OK):
        raise UnknownPythonError(f"{home} holds no Python for {tool} run")
    if tool == "uv" and (said := refused(folder, home)):
        raise UnknownPythonError(f"uv run makes {home} anew for {said}")
    for name in choosing:
        value = start.environ.get(name, "")
        usual = name.startswith("POETRY_") and value.lower() in ("1", "true")
        if value and not usual and os.path.realpath(value) != os.path.realpath(home):
            raise UnknownPythonError(f"{name} is set for {tool} run")
    if ("-m", "") in given or ("--module", "") in given:
        words = ["python", "-m", *words]
    elif tool == "uv" and words and words[0].endswith((".py", ".pyw", ".pyc")):
        if _has_block(os.path.join(start.folder, words[0])):
            raise UnknownPythonError(f"{words[0]} chooses its own Python for uv run")
        words = ["python", *words]
    if not words:
        raise UnknownPythonError(f"{tool} run has no command after it")
    search = os.path.join(home, "bin") + os.pathsep + start.environ.get("PATH", "")
    return start.evolve(command=words, environ={**start.environ, "PATH": search, "VIRTUAL_ENV": home})


def _has_block(path: str) -> bool:
    """Whether the script at `path` may hold a block of metadata (PEP 723)."""
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST)
    except OSError:
        return True
    return len(content) == _LARGEST or b"/// script" in content


def _of_script(start: _Start) -> _Start:
    """What starts the script that `start` names: the command of its first line. A link to a Python is that Python."""
    path = _located(start)
    try:
        with open(path, "rb") as file:
            first = file.read(_FIRST)
    except OSError as error:
        raise UnknownPythonError(f"{path}: {error.strerror}") from None
    real = os.path.realpath(path)
    if real != path and not first.startswith(b"#!") and is_interpreter(os.path.basename(real)):
        return start.evolve(command=[real, *start.command[1:]])
    return start.evolve(command=[*shebang(first, path), path, *start.command[1:]])


def _located(start: _Start) -> str:
    """The path of the program that `start` names, as `execvp` searches it."""
    name = start.command[0]
    if os.path.dirname(name):
        name = os.path.join(start.folder, name)
    elif "PATH" not in start.environ:
        raise UnknownPythonError(f"no PATH says where {name} is")
    else:
        folders = start.environ["PATH"].split(os.pathsep)
        if any(not os.path.isabs(each) and os.path.lexists(os.path.join(start.folder, each, name)) for each in folders):
            raise UnknownPythonError(f"a relative folder of PATH holds {name}")
    try:
        return located(name, start.environ, "COMMAND")
    except TargetError as error:
        raise UnknownPythonError(error.message) from None


def _answer(path: str, machine: Machine) -> Interpreter | None:
    """The interpreter that `path` is, or stands for, with the variables of this process."""
    try:
        (target,) = resolve((), (path,), None, machine)
    except TargetError:
        return None
    return target.interpreter


def _lies_in(path: str, trees: Sequence[str]) -> bool:
    """Whether the file that `path` leads to lies in one of `trees`: the author of the tree may have written it.

    Where the tree is all of the image, ``/``, every Python lies in it."""
    real = os.path.realpath(path)
    return any(real.startswith(os.path.realpath(tree) + os.sep) for tree in trees)
