"""The words of a command that starts another one: options of wrappers and tools, and first lines of scripts.

What is not understood completely is an error: the Python behind it is not known.
"""

from __future__ import annotations

import os
import shlex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


WRAPPERS: Mapping[str, tuple[str, Sequence[str], int]] = {
    "env": ("iu:C:va:", ("ignore-environment", "unset=", "chdir=", "debug", "argv0="), 0),
    "exec": ("", (), 0),
    "nohup": ("", (), 0),
    "setsid": ("cfw", ("ctty", "fork", "wait"), 0),
    "time": ("af:o:pqv", ("append", "format=", "output=", "portability", "quiet", "verbose"), 0),
    "nice": ("n:0123456789", ("adjustment=",), 0),
    "taskset": ("ac", ("all-tasks", "cpu-list"), 1),
    "chrt": ("abfiordvRT:P:D:", ("all-tasks", "batch", "deadline", "fifo", "idle", "other", "rr", "verbose",
                                 "reset-on-fork", "sched-runtime=", "sched-period=", "sched-deadline="), 1),
    "ionice": ("c:n:t", ("class=", "classdata=", "ignore"), 0),
    "stdbuf": ("i:o:e:", ("input=", "output=", "error="), 0),
    "timeout": ("k:s:v", ("kill-after=", "signal=", "preserve-status", "foreground", "verbose"), 1),
    "tini": ("sp:vwge:l", (), 0),
    "catatonit": ("", (), 0),
    "dumb-init": ("cr:v", ("single-child", "rewrite=", "verbose"), 0),
    "gosu": ("", (), 1),
    "su-exec": ("", (), 1),
}  # fmt: skip
"""What starts the command that follows: its options as `getopt` has them, and the words between them and that command.
"""
_OF_UV = (
    "no-sync", "frozen", "locked", "no-dev", "all-extras", "all-groups", "quiet", "verbose", "offline", "no-cache",
    "extra=", "group=", "no-group=", "no-extra=", "no-editable", "exact", "no-progress", "no-default-groups", "module",
)  # fmt: skip
PROJECT_TOOLS: Mapping[str, tuple[str, Sequence[str], Sequence[str]]] = {
    "uv": ("qvnm", _OF_UV, ("UV_PYTHON", "UV_PROJECT", "UV_NO_PROJECT", "UV_ISOLATED", "UV_WORKING_DIR",
                            "UV_WORKING_DIRECTORY", "UV_ENV_FILE")),
    "poetry": ("", (), ("VIRTUAL_ENV", "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_IN_PROJECT")),
    "pdm": ("", (), ("VIRTUAL_ENV", "PDM_PYTHON", "PDM_PROJECT", "PDM_IN_VENV")),
    "pipenv": ("", (), ("VIRTUAL_ENV", "PIPENV_PYTHON", "PIPENV_PIPFILE", "PIPENV_CUSTOM_VENV_NAME")),
    "rye": ("", (), ()),
}  # fmt: skip
"""What ``TOOL run`` starts uses the environment ``.venv`` of the project, where there is one: the options that change
nothing of this, and the variables that do."""
MANAGERS = frozenset({"hatch", "pipx", "tox", "nox", "conda", "mamba", "honcho", "supervisord", "circusd", "watchmedo"})
"""Scripts of one Python that start others."""
_RELOCATABLE = '"$(dirname -- "$(realpath -- "$0")")"/'
"""The folder of the script, in the first lines that uv writes."""
_READ_BY_SHELLS = frozenset("\\$`#;&|<>()*?[]{}~\n")
_SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")


class UnknownPythonError(Exception):
    """Why the Python of a command cannot be told."""


def options(program: str, words: list[str], short: str, long: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The options of `program` at the start of `words`, and the words after them. Raises `UnknownPythonError`."""
    from getopt import GetoptError, getopt

    try:
        return getopt(words, short, list(long))
    except GetoptError as error:
        raise UnknownPythonError(f"{program}: {error.msg}") from None


def split(text: str, *, given: Sequence[str] = ()) -> list[str]:
    """The words of `text` as a shell and ``env -S`` have them: nothing in it is replaced, except words in `given`.

    Raises `UnknownPythonError` for what only a shell can read.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UnknownPythonError(f"{text!r}: {error}") from None
    read = "".join(word for word in words if word not in given) + "\\" * text.count("\\")
    if not _READ_BY_SHELLS.isdisjoint(read):
        raise UnknownPythonError(f"{text!r} is more than words")
    return words


def shebang(first: bytes, path: str) -> list[str]:
    """The command, as the kernel starts it, of a script at `path` that begins with `first`: a program and its options.

    ``#!/bin/sh`` with a second line that is both shell and Python (``'''exec' python "$0" "$@"``), as pip and uv write
    it, is the command of that line. Raises `UnknownPythonError` for what is no script, or names no absolute path.
    """
    name = os.path.basename(path)
    if not first.startswith(b"#!"):
        raise UnknownPythonError(f"{name} is not Python and not a script for it")
    lines = os.fsdecode(first).split("\n")
    program, *option = lines[0][2:].strip(" \t").split(None, 1) or [""]
    if not os.path.isabs(program):
        raise UnknownPythonError(f"the first line of {name} names no absolute path")
    if os.path.basename(program) not in _SHELLS:
        return [program, *option]
    line = lines[1] if len(lines) > 2 else ""  # a line that has its end
    if not line.startswith(("'''exec' ", '"exec" ')):
        raise UnknownPythonError(f"{name} is a script of {os.path.basename(program)}")
    folder = shlex.quote(os.path.dirname(os.path.realpath(path)) + os.sep)
    words = split(line.replace(_RELOCATABLE, folder), given=("$0", "$@"))
    if words[-2:] != ["$0", "$@"] or len(words) < 4:
        raise UnknownPythonError(f"{name} is a script of {os.path.basename(program)}")
    return words[1:-2]
