"""The only room that speaks to git: what the index holds.

The repository is not trusted: nothing that its configuration names is run (fsmonitor, hooks, external diff, textconv,
filters, a pager), and nothing is written (no lock, no refresh of the index).
"""

from __future__ import annotations

import os

from .child import start, stop
from .errors import GitError
from .model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen

    from .child import Child

GIT = ("git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull)
# A missing object of a partial clone is not fetched: the remote's address may be a command (``ext::``), which git runs.
# The second does the same for git before 2.44: no transport is allowed, whatever the configuration says.
ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
ASKING_FOR_HOOKS = GIT[:-2]
"""Without the switch that keeps hooks off, since it would be the answer. For commands that run none."""
_TOP = ("rev-parse", "--show-toplevel")
_DIFFERENCE = (
    "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules", "--no-color", "--no-relative", "--diff-filter=d",
)  # fmt: skip
_CONTENTS = ("cat-file", "--batch")
_MOVING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING", "GIT_DISCOVERY", "GIT_IMPLICIT", "GIT_CONFIG")
"""How the variables begin that have a say in where the work tree is."""
REGULAR, EXECUTABLE = 0o100644, 0o100755


class Entry(Record):
    """A staged file."""

    path: str
    """Relative to the top of the work tree, with ``/`` between its parts."""
    mode: int
    """File mode as git keeps it, such as ``0o100755``."""
    blob: str | None
    """Name of the object that holds its content; None for a path with an unresolved conflict."""


def top(folder: str) -> str:
    """Path of the work tree that `folder` lies in. Raises `GitError` outside of one."""
    return os.fsdecode(_run(folder, *_TOP)).removesuffix("\n")


def hooks(top: str) -> tuple[str, str | None]:
    """The folder that holds the hooks of the work tree `top`, and ``core.hooksPath`` if it is set. Raises `GitError`.

    A relative ``core.hooksPath`` counts from where hooks run, which is the top of the work tree.
    """
    folder = _run(top, "rev-parse", "--git-path", "hooks", program=ASKING_FOR_HOOKS)
    path = _run(top, "config", "--type=path", "--default=", "--get", "core.hooksPath", program=ASKING_FOR_HOOKS)
    return os.path.join(top, os.fsdecode(folder).removesuffix("\n")), os.fsdecode(path).removesuffix("\n") or None


class Index:
    """The index of the repository around `folder`. A context manager.

    Up to three git processes answer for it. They start at once, and run while the caller is busy with something else.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._top = _plain_top(folder)
        asked = (_DIFFERENCE,) if self._top else (_DIFFERENCE, _TOP)
        self._running = {arguments: _start(folder, *arguments) for arguments in asked}

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            stop(process)

    def top(self) -> str:
        """Path of the work tree. Raises `GitError` where there is none."""
        if self._top:
            return self._top
        path = os.fsdecode(_output(self._running[_TOP], self._folder, *_TOP)).removesuffix("\n")
        if not os.path.isabs(path):
            raise GitError("git does not say where the work tree is", "look at which git stands first on PATH")
        return path

    def staged(self) -> tuple[Entry, ...]:
        """The regular files that the next commit adds or changes, in the order of the index.

        Left out: deletions, symbolic links, submodules, and paths of ``git add --intent-to-add``, which a commit
        leaves out as well. Raises `GitError` where git fails.
        """
        self._running[_CONTENTS] = _start(self._folder, *_CONTENTS)  # while the first answers
        output = _output(self._running[_DIFFERENCE], self._folder, *_DIFFERENCE)
        entries: dict[str, Entry] = {}
        fields = iter(output.split(b"\0"))
        for field in fields:
            if not field:
                break
            _, mode, _, blob, status = field.split(b" ")
            path = os.fsdecode(next(fields))
            if status.startswith(b"U"):
                entries[path] = Entry(path, REGULAR, None)
            elif int(mode, 8) in (REGULAR, EXECUTABLE) and path not in entries:
                entries[path] = Entry(path, int(mode, 8), blob.decode())
        return tuple(entries.values())

    def read(self, name: str, most: int) -> bytes:
        """The first `most` bytes of the object called `name`. Raises `GitError` if git does not give it."""
        send, receive = self._running[_CONTENTS].stdin, self._running[_CONTENTS].stdout
        if send is None or receive is None:
            raise AssertionError("both ends are pipes")
        try:
            send.write(f"{name}\n".encode())
            send.flush()
        except BrokenPipeError:
            raise GitError("git ended before it gave all contents") from None
        head = receive.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            raise GitError(f"git has no content for object {name}", "try `git fsck`")
        size = int(head[2])
        data = receive.read(min(size, most))
        left = size - len(data) + 1  # a line feed ends each content
        while left and (skipped := len(receive.read(min(left, 1 << 20)))):
            left -= skipped
        if left:
            raise GitError("git ended before it gave all contents")
        return data


def _plain_top(folder: str) -> str | None:
    """Path of the work tree where that is plain to see, and None where git has to be asked.

    A process of git is a tenth of a commit's wait, and most repositories are plain: the first ``.git`` upwards is a
    whole one, and neither the environment nor its configuration say that the work tree is elsewhere (git's manual,
    gitrepository-layout and git-config, ``core.worktree``).
    """
    top = os.path.realpath(folder)
    named = any(name.startswith(_MOVING) for name in os.environ)
    if named or os.name != "posix" or ".git" in top.split("/"):
        return None
    while not os.path.lexists(os.path.join(top, ".git")):
        above = os.path.dirname(top)
        if above == top:
            return None
        top = above
    inside = os.path.join(top, ".git")
    try:
        with open(os.path.join(inside, "config"), "rb") as config, open(os.path.join(inside, "HEAD"), "rb") as head:
            said, whole = config.read().lower(), head.read(10) == b"ref: refs/"
        whole = whole and {"objects", "refs"}.issubset(os.listdir(inside))
    except OSError:
        return None
    moved = b"worktree" in said or b"include" in said or b"bare = false" not in said
    return top if whole and not moved else None


def _run(folder: str, *arguments: str, program: tuple[str, ...] = GIT) -> bytes:
    return _output(_start(folder, *arguments, program=program), folder, *arguments, program=program)


def _output(git: Child | Popen[bytes], folder: str, *arguments: str, program: tuple[str, ...] = GIT) -> bytes:
    """All that `git` writes. Where it fails it is run again, for what it complains of. Raises `GitError`."""
    output, status = _finish(git)
    if not status:
        return output
    complaint, status = _finish(_start(folder, *arguments, program=program, mixed=True))
    words = complaint.decode(errors="replace").strip().splitlines()
    if any("not a git repository" in line for line in words):
        raise GitError("this is not a git repository", "run it in a work tree, or name the paths to check")
    raise GitError(f"git {arguments[0]} failed: {words[0] if words else status}")


def _finish(git: Child | Popen[bytes]) -> tuple[bytes, int]:
    try:
        output = git.stdout.read() if git.stdout else b""
        return output, git.wait()
    finally:
        stop(git)


def _start(folder: str, *arguments: str, program: tuple[str, ...] = GIT, mixed: bool = False) -> Child | Popen[bytes]:
    environment = {**os.environ, **ENVIRONMENT}
    environment.pop("GIT_EXTERNAL_DIFF", None)
    try:
        return start([program[0], "-C", folder, *program[1:], *arguments], environment, mixed=mixed)
    except FileNotFoundError:
        raise GitError("git was not found", "install git, or name the paths to check") from None
    except OSError as error:
        raise GitError(f"git could not be started: {error.strerror}") from None
