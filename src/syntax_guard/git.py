"""The only room that speaks to git: what the index holds.

The repository is not trusted: nothing that its configuration names is run (fsmonitor, hooks, external diff, textconv,
filters, a pager), and nothing is written (no lock, no refresh of the index).
"""

from __future__ import annotations

import os

from .errors import GitError
from .model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen

GIT = ("git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull)
# A missing object of a partial clone is not fetched: the remote's address may be a command (``ext::``), which git runs.
# The second does the same for git before 2.44: no transport is allowed, whatever the configuration says.
ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
ASKING_FOR_HOOKS = GIT[:-2]
"""Without the switch that keeps hooks off, since it would be the answer. For commands that run none."""
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
    return os.fsdecode(_run(folder, "rev-parse", "--show-toplevel")).removesuffix("\n")


def hooks(top: str) -> tuple[str, str | None]:
    """The folder that holds the hooks of the work tree `top`, and ``core.hooksPath`` if it is set. Raises `GitError`.

    A relative ``core.hooksPath`` counts from where hooks run, which is the top of the work tree.
    """
    folder = _run(top, "rev-parse", "--git-path", "hooks", program=ASKING_FOR_HOOKS)
    path = _run(top, "config", "--type=path", "--default=", "--get", "core.hooksPath", program=ASKING_FOR_HOOKS)
    return os.path.join(top, os.fsdecode(folder).removesuffix("\n")), os.fsdecode(path).removesuffix("\n") or None


def staged(folder: str) -> tuple[Entry, ...]:
    """The regular files that the next commit adds or changes, in the order of the index.

    Left out: deletions, symbolic links, submodules, and paths of ``git add --intent-to-add``, which a commit leaves
    out as well. Raises `GitError` where there is no git, no repository, or git fails.
    """
    output = _run(
        folder, "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
        "--ignore-submodules", "--no-color", "--no-relative", "--diff-filter=d",
    )  # fmt: skip
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


class Objects:
    """Contents of the repository's objects, from one ``git cat-file``. A context manager."""

    def __init__(self, folder: str) -> None:
        self._process = _start(folder, "cat-file", "--batch", heard=False)  # whose complaints nobody would read

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, name: str, most: int) -> bytes:
        """The first `most` bytes of the object called `name`. Raises `GitError` if git does not give it."""
        send, receive = self._process.stdin, self._process.stdout
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


def _run(folder: str, *arguments: str, program: tuple[str, ...] = GIT) -> bytes:
    with _start(folder, *arguments, program=program) as process:
        try:
            output, complaint = process.communicate()
        except BaseException:  # a signal: git may take its time
            process.kill()
            raise
    if process.returncode:
        words = complaint.decode(errors="replace").strip().splitlines()
        if any("not a git repository" in line for line in words):
            raise GitError("this is not a git repository", "run it in a work tree, or name the paths to check")
        raise GitError(f"git {arguments[0]} failed: {words[0] if words else process.returncode}")
    return output


def _start(folder: str, *arguments: str, program: tuple[str, ...] = GIT, heard: bool = True) -> Popen[bytes]:
    import subprocess  # most runs do without git

    environment = {**os.environ, **ENVIRONMENT}
    environment.pop("GIT_EXTERNAL_DIFF", None)
    try:
        return subprocess.Popen(
            [*program, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if heard else subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise GitError("git was not found", "install git, or name the paths to check") from None
