"""Which Python a command will use, as far as the command itself says so."""

from __future__ import annotations

import os
import sys

from ..errors import TargetError
from ..model import Record
from ..sources.file_types import is_interpreter, shebang_command
from ..targets.resolve import located, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..targets.machine import Machine

_WRAPPERS: dict[str, tuple[frozenset[str], int]] = {
    "env": (frozenset({"-u", "--unset", "-C", "--chdir", "-P"}), 0),
    "exec": (frozenset(), 0),
    "nohup": (frozenset(), 0),
    "setsid": (frozenset(), 0),
    "time": (frozenset({"-o", "-f"}), 0),
    "nice": (frozenset({"-n"}), 0),
    "ionice": (frozenset({"-c", "-n"}), 0),
    "stdbuf": (frozenset({"-i", "-o", "-e"}), 0),
    "timeout": (frozenset({"-k", "-s"}), 1),
    "tini": (frozenset({"-p", "-e"}), 0),
    "catatonit": (frozenset(), 0),
    "dumb-init": (frozenset({"-r"}), 0),
    "gosu": (frozenset(), 1),
    "su-exec": (frozenset(), 1),
}
"""What starts the command behind it: its options that take a value, and the words between them and the command."""
_PROJECT_TOOLS = ("uv", "poetry", "pdm", "pipenv", "rye")
"""What ``TOOL run`` starts uses the environment ``.venv`` of the project, where there is one."""
_PROJECT_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "pyproject.toml")
_CHOOSING = frozenset(
    {"-p", "--python", "--isolated", "--no-project", "--script", "-s", "--with", "--active", "--project", "--directory"}
)
"""Options of those tools after which it is another environment."""
_FIRST = 1024


class CommandPython(Record):
    """What is known of the Python that a command will use."""

    path: str | None = None
    """The executable, where it can be told and is not that of this process; else this interpreter is asked."""
    note: str | None = None
    """Why this interpreter is asked though the command names another Python."""


def command_python(command: Sequence[str], machine: Machine, trees: Sequence[str] = ()) -> CommandPython:
    """Which Python `command` will use. None that lies in one of `trees`, which are to be checked first, is started."""
    named = _started(list(command), machine.environ)
    if not named:
        return CommandPython()
    try:
        path = located(named[0], machine.environ, "COMMAND")
        if not os.path.samefile(path, sys.executable) and _lies_in(path, trees):
            return CommandPython(note=f"{path} lies in the tree that is checked, and is not asked")
        (target,) = resolve((), (path,), None, machine)
    except TargetError as error:
        return CommandPython(note=error.message)
    return CommandPython(target.interpreter.python and path)


def loads_other_bytecode(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether the options of a Python in `command` may have it load other files of bytecode than this process."""
    if any(word.startswith("PYTHON") and "=" in word for word in command):  # `env` sets them
        return True
    for word in _started(list(command), environ)[1:]:
        if not word.startswith("-") or word in ("-m", "-c", "-"):
            return False
        if not word.startswith("--") and not _OF_BYTECODE.isdisjoint(word):
            return True
    return False


_OF_BYTECODE = frozenset("OEIX")
"""Options of Python: the level of optimization, and those that take a variable or a folder of bytecode away."""


def _started(command: list[str], environ: Mapping[str, str]) -> list[str]:
    """The Python that `command` uses, as a path or a name, and the words behind it; empty where it cannot be told."""
    command = _unwrapped(command)
    if not command:
        return []
    name = os.path.basename(command[0])
    if is_interpreter(name):
        return command
    if name in _PROJECT_TOOLS and command[1:2] == ["run"]:
        return _of_project(command[2:], environ)
    try:
        with open(located(command[0], environ, "COMMAND"), "rb") as file:
            return shebang_command(file.read(_FIRST))
    except (TargetError, OSError):
        return []


def _unwrapped(command: list[str]) -> list[str]:
    """`command` without the programs that only start it."""
    while command and (wrapper := _WRAPPERS.get(os.path.basename(command[0]))):
        valued, skipped = wrapper
        rest = command[1:]
        while rest and (rest[0].startswith("-") or ("=" in rest[0] and os.path.basename(command[0]) == "env")):
            option = rest.pop(0)
            if option == "--":
                break
            if option in ("-S", "--split-string") or option.startswith(("PATH=", "-S")):
                return []  # what follows is found elsewhere
            if option in valued:
                rest[:1] = []
        command = rest[skipped:]
    return command


def _of_project(words: list[str], environ: Mapping[str, str]) -> list[str]:
    """The Python of ``uv run`` and its like, and the words behind it: that of the project's own environment, unless
    options choose another."""
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "--":
            break
        if option.partition("=")[0] in _CHOOSING:
            return []
    folder = os.getcwd()
    while not any(os.path.lexists(os.path.join(folder, name)) for name in _PROJECT_FILES):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return []
    home = os.path.join(folder, environ.get("UV_PROJECT_ENVIRONMENT") or ".venv")
    path = os.path.join(home, "bin", "python")
    if not os.access(path, os.X_OK):
        return []
    return [path, *(words[1:] if words and is_interpreter(os.path.basename(words[0])) else ())]


def _lies_in(path: str, trees: Sequence[str]) -> bool:
    """Whether the file that `path` leads to lies in one of `trees`: the author of the tree may have written it.

    Where the tree is all of the image, ``/``, every Python does."""
    real = os.path.realpath(path)
    return any(real.startswith(os.path.realpath(tree) + os.sep) for tree in trees)
