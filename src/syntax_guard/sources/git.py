"""The only module that starts git.

The repository is not trusted: nothing that its configuration names is run (fsmonitor, hooks, external diff, textconv,
filters, a pager), and nothing is written (no lock, no refresh of the index).
"""

from __future__ import annotations

import os

from ..errors import GitError
from ..processes.spawn import reader_has_gone, start, stop
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import Popen
    from typing import TypeAlias

    from ..processes.spawn import Child

    Variables: TypeAlias = Mapping[str, "str | None"]

GIT = ("git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull)
# A missing object of a partial clone is not fetched: the remote's address may be a command (``ext::``), which git runs.
# The second does the same for git before 2.44: no transport is allowed, whatever the configuration says.
# What is pushed is the object itself, and none that `git replace` or a graft has put in its place here.
ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull, "LC_ALL": "C", **{f"GIT_{one}_PATHSPECS": "0" for one in ("LITERAL", "ICASE")},
}  # fmt: skip
TOP = ("rev-parse", "--show-toplevel")
_OCTAL = frozenset(b"01234567")
PIPE_BYTES = 4096  # so many fit into any pipe before its other end reads
NO_VARIABLES: Variables = {}


def top(folder: str) -> str:
    """Path of the work tree that `folder` lies in. Raises `GitError` outside of one."""
    return path_name(run(folder, *TOP)).removesuffix("\n")


def run(
    folder: str,
    *arguments: str,
    program: tuple[str, ...] = GIT,
    given: bytes = b"",
    variables: Variables = NO_VARIABLES,
) -> bytes:
    """All that git writes when it is run in `folder` with `given` as its standard input.

    `variables` are added to its environment; those that are None are taken out of it. Raises `GitError`.
    """
    started = begin(folder, *arguments, program=program, variables=variables)
    return output(started, folder, *arguments, program=program, given=given, variables=variables)


def answer(folder: str, *arguments: str, variables: Variables = NO_VARIABLES, most: int = -1) -> tuple[bytes, int]:
    """What git writes (`most` bytes of it), and its exit status. Raises `GitError` where none starts."""
    return _finish(begin(folder, *arguments, variables=variables), b"", most)


def index_entry(field: bytes) -> tuple[bytes, int, str, int, str]:
    """What a field of ``git ls-files -v --stage -z`` says of a file: its mark, mode, object, stage and path.

    Without ``-v`` the mark is empty. Raises `GitError` where it is something else.
    """
    said, tab, path = field.partition(b"\t")
    *marks, mode, blob, stage = [b"", b"", *said.split(b" ")]
    if not (tab and said.isascii() and stage.isdigit() and mode and _OCTAL.issuperset(mode)):
        raise not_an_answer(field)
    return marks[-1], int(mode, 8), blob.decode("ascii"), int(stage), path_name(path)


def not_an_answer(said: bytes) -> GitError:
    """The error for what git has `said` in place of an answer."""
    begin = said[:80].decode("ascii", "backslashreplace")
    return GitError(f"an answer of git cannot be read: {begin!r}", "look at which git is first on PATH")


def lacking(path: str) -> GitError:
    """The error where git has no content for `path`, which its index names."""
    return GitError(f"git has no content for {path}", "try `git fsck`; a partial clone fetches it with `git checkout`")


def variable(name: str) -> str:
    """What the environment that git is started in says under `name`, or nothing."""
    return os.environ.get(name, "")


def output(
    git: Child | Popen[bytes],
    folder: str,
    *arguments: str,
    program: tuple[str, ...] = GIT,
    given: bytes = b"",
    variables: Variables = NO_VARIABLES,
) -> bytes:
    """All that `git` writes. Where it fails it is run again, for what it complains of; where it does not fail then, the
    moment was to blame, and it is asked once more. Raises `GitError`."""
    output, status = _finish(git, given)
    if not status:
        return output
    again = begin(folder, *arguments, program=program, mixed=True, variables=variables)
    complaint, later = _finish(again, given)
    if not later:
        output, later = _finish(begin(folder, *arguments, program=program, variables=variables), given)
        if not later:
            return output
        complaint = b""
    from .git_complaints import failure

    raise failure(arguments[0], complaint, later)


def _finish(git: Child | Popen[bytes], given: bytes, most: int = -1) -> tuple[bytes, int]:
    try:
        if len(given) > PIPE_BYTES:  # neither may wait for the other
            from threading import Thread

            giving = Thread(target=_give, args=(git, given))
            giving.start()
        else:
            giving = None
            _give(git, given)
        output = git.stdout.read(most) if git.stdout else b""
        if giving is not None:
            giving.join()
        return output, 0 if len(output) == most else git.wait()
    finally:
        stop(git)


def _give(git: Child | Popen[bytes], given: bytes) -> None:
    if given and git.stdin:
        try:
            git.stdin.write(given)
            git.stdin.close()
        except OSError as error:
            if not reader_has_gone(error):  # else it has ended, and its status says why
                raise


_TRACE = "GIT_TRACE"
"""How the variables begin that have git write of itself, be it to ``/dev/stdout``, between its answers."""


def begin(
    folder: str,
    *arguments: str,
    program: tuple[str, ...] = GIT,
    mixed: bool = False,
    variables: Variables = NO_VARIABLES,
) -> Child | Popen[bytes]:
    """Start git in `folder`. Raises `GitError` where none starts."""
    wanted = {**os.environ, **ENVIRONMENT, **variables, "GIT_EXTERNAL_DIFF": None}
    environment = {name: value for name, value in wanted.items() if value is not None and not name.startswith(_TRACE)}
    try:
        return start([program[0], "-C", folder, *program[1:], *arguments], environment, mixed=mixed)
    except FileNotFoundError:
        raise GitError("git was not found", "install git; `syntax-guard check PATH` needs none") from None
    except OSError as error:
        raise GitError(f"git could not be started: {error.strerror}", "look at which git is first on PATH") from None
