"""The contents of git's objects, as one process of git gives them: each has the hash that the object is called by.

Git hands on what the file of an object holds, without a look at its hash. So a damaged object may bring fewer bytes
than git announces, or more, which then look like the next answer.
"""

from __future__ import annotations

import os
from collections import deque

from ..errors import GitError
from ..processes.spawn import reader_has_gone, stop
from .git import NO_VARIABLES, PIPE_BYTES, begin
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import IO, Any, NoReturn

    from ..processes.spawn import Child
    from .git import Variables

NAMES_BYTES = PIPE_BYTES - 64
"""Bytes of the names that git may be asked for at once, so that they fit into any pipe."""
_KINDS = (b"blob", b"tree", b"commit", b"tag")
_LACKING = (b" missing\n", b" ambiguous\n")
_LINE = 2 * PIPE_BYTES
"""Bytes of the longest line that git answers with: it repeats a name."""
_DIGITS = 18
"""Of the largest size that is believed."""
_PIECE = 1 << 20


class Contents:
    """One git process that gives the contents of objects in the repository around `folder`. A context manager."""

    def __init__(self, folder: str, variables: Variables = NO_VARIABLES) -> None:
        self._folder = folder
        self._variables = variables
        self._git: Child | Popen[bytes] | None = None
        self._asked: deque[bytes] = deque()
        self._last = b""
        """A name that git does not know, asked for after all others. No object can hold it: it is made up just now."""

    def __enter__(self) -> Contents:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start git if it does not run, so that it is ready when it is asked."""
        if self._git is None:
            self._git = begin(self._folder, "cat-file", "--batch", variables=self._variables)
            self._last = b"~" + os.urandom(16).hex().encode()  # no name of a ref, so git looks for it nowhere

    def close(self) -> None:
        """End git."""
        git, self._git = self._git, None
        self._asked.clear()
        if git is not None:
            stop(git)

    def file(self, name: bytes, most: int) -> bytes | None:
        """The first `most` bytes of the file that git calls `name`, or None where that is no file."""
        _, kind, data = self.look(name, most)
        return data if kind == b"blob" else None

    def look(self, name: bytes, most: int) -> tuple[bytes, bytes, bytes]:
        """The id, the kind and the first `most` bytes of the object that git calls `name`; three times nothing where
        there is none. Raises `GitError` where git ends before it has answered, and for a damaged object."""
        self.ask(name)
        return self.answer(most)

    def ask(self, *names: bytes) -> None:
        """Have git look up objects by `names`, of `NAMES_BYTES` at most; `answer` has each in turn."""
        self.start()
        asked = (*names, self._last)
        self._asked += asked
        try:
            stdin, _ = self._pipes()
            stdin.write(b"".join([name + b"\n" for name in asked]))
            stdin.flush()
        except OSError as error:
            if not reader_has_gone(error):
                raise
            self._give_up()

    def answer(self, most: int) -> tuple[bytes, bytes, bytes]:
        """What `look` returns, for the first name that is not known yet. Raises `GitError`."""
        name = self._asked.popleft()
        line = self._line()
        found = (b"", b"", b"") if line in [name + lacking for lacking in _LACKING] else self._proved(name, line, most)
        if self._asked[0] == self._last:
            self._asked.popleft()
            if self._line() != self._last + _LACKING[0]:
                self._refuse(name)
        return found

    def _proved(self, name: bytes, line: bytes, most: int) -> tuple[bytes, bytes, bytes]:
        """The object whose content follows the `line` of git, if its hash is its id."""
        head = line.removesuffix(b"\n").split(b" ")
        if len(head) != 3 or head[1] not in _KINDS or not head[2].isdigit() or len(head[2]) > _DIGITS:
            self._refuse(name)
        found, kind, size = head[0], head[1], int(head[2])
        if found != name and len(found) == len(name) and _HEX.issuperset(name):
            self._refuse(name)
        digest = _digest(found, b"%s %d\0" % (kind, size))
        kept = []
        _, stdout = self._pipes()
        none_follows, end = self._last + _LACKING[0], b""
        while size:
            piece = stdout.read1(min(size, _PIECE))
            end = (end + piece[-len(none_follows) :])[-len(none_follows) :]
            if not piece:
                self._give_up()
            if end == none_follows:  # git has nothing more to say
                self._refuse(name)
            digest.update(piece)
            size -= len(piece)
            if most > 0:
                kept.append(piece[:most])
                most -= len(piece)
        if stdout.read(1) != b"\n" or digest.hexdigest().encode() != found:
            self._refuse(name)
        return found, kind, b"".join(kept)

    def _line(self) -> bytes:
        _, stdout = self._pipes()
        line: bytes = stdout.readline(_LINE)
        if not line:
            self._give_up()
        return line

    def _pipes(self) -> tuple[IO[bytes], Any]:
        if self._git is None or self._git.stdin is None or self._git.stdout is None:
            raise AssertionError("git runs, and both ends are pipes")
        return self._git.stdin, self._git.stdout

    def _give_up(self) -> NoReturn:
        self.close()  # the next question goes to another process
        raise GitError("git ended before it gave all contents", "try `git fsck`")

    def _refuse(self, name: bytes) -> NoReturn:
        self.close()  # what it still says answers something else
        raise GitError(f"what git has as {path_name(name)}, or the object before it, is damaged", "try `git fsck`")


_HEX = frozenset(b"0123456789abcdef")


def _digest(name: bytes, start: bytes) -> Any:
    """The hash that makes names as long as `name`, of what begins with `start`."""
    if len(name) == 64:
        from hashlib import sha256

        return sha256(start, usedforsecurity=False)
    try:
        from _sha1 import sha1  # type: ignore[import-not-found]  # hashlib's, without its imports
    except ImportError:
        from hashlib import sha1
    return sha1(start, usedforsecurity=False)
