"""Which arguments are options and which are paths: no name of a file may switch the gate off."""

from __future__ import annotations

import os
from itertools import pairwise

from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def split(arguments: Sequence[str], declared: Collection[str]) -> tuple[list[str], list[str]]:
    """Tell the paths in `arguments` from the options, and their values, which argparse tells.

    An option that is `declared` is an option, whatever files there are. What is none and names a file is that file.
    Under ``--hook`` names of files follow with nothing between: there an argument that is both raises `UsageError`.
    """
    hook = "--hook" in arguments
    paths: list[str] = []
    given: list[str] = []
    for argument in arguments:
        if len(argument) < 2 or not argument.startswith("-"):
            given.append(argument)
            continue
        option, there = argument.partition("=")[0] in declared, os.path.lexists(argument)
        if hook and option and there:
            raise UsageError(
                f"{argument} is an option, and also the name of a file here",
                "end the `args` of the hook with --, or rename the file",
            )
        (given if option or not there else paths).append(argument)
    return paths, given


def refuse_names_as_values(arguments: Sequence[str], valued: Collection[str]) -> None:
    """Raise `UsageError` where the name of a staged file may stand for the value that an option lacks.

    So it is behind ``--hook`` where no ``--`` ends the options, after one of those that take a value, the `valued`.
    ``--files-from`` has the name of a file for its value, and no names follow it.
    """
    if "--hook" not in arguments:
        return
    takers = {*valued} - {"--files-from"}
    for option, value in pairwise(arguments[arguments.index("--hook") :]):
        is_file = os.path.islink(value) or (os.path.exists(value) and not os.path.isdir(value))
        if option in takers and is_file:
            raise UsageError(
                f"{value} follows {option}, and is also the name of a file here",
                f"write the value as {option}=VALUE, and end the `args` of the hook with --",
            )


def expanded(paths: Iterable[str]) -> list[str]:
    """Do for `paths` what the shells of Windows leave to the command: read ``*.py`` as the names that it matches.

    What is there, and what matches nothing, stays as it is. A file called ``-`` is no standard input.
    """
    done: list[str] = []
    for path in paths:
        found: list[str] = []
        if any(char in path for char in "*?[") and not os.path.lexists(path):
            from glob import glob

            found = ["./-" if name == "-" else name for name in sorted(glob(path, recursive=True))]
        done += found or [path]
    return done
