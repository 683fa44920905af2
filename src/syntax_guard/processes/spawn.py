"""A program with a pipe to its standard input and one from its standard output.

As ``subprocess.Popen``, without the 10 ms that importing ``subprocess`` takes where the system can spawn.
"""

from __future__ import annotations

import os
from io import BufferedReader, FileIO, RawIOBase

from ..errors import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from subprocess import Popen
    from typing import Any, BinaryIO


SILENCE_SECONDS = 120.0
"""How long a program may say nothing."""
_PIECE = 1 << 16


class _Answer(RawIOBase):
    """What `program` writes into the pipe `descriptor`.

    The program may wait for a FIFO for ever; a reader here does not.
    """

    def __init__(self, descriptor: int, program: str) -> None:
        from select import POLLHUP, POLLIN, poll

        self._file = FileIO(descriptor)
        self._program = program
        self._poll = poll()
        self._poll.register(descriptor, POLLIN | POLLHUP)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there. Raises `GitError` where nothing comes."""
        self._wait()
        return self._file.readinto(buffer)

    def readall(self) -> bytes:
        """Read to the end, likewise."""
        parts = []
        while self._wait() and (part := self._file.read(_PIECE)):
            parts.append(part)
        return b"".join(parts)

    def _wait(self) -> bool:
        if not self._poll.poll(SILENCE_SECONDS * 1000):
            said = f"{self._program} has said nothing for {SILENCE_SECONDS:g} s"
            raise GitError(said, "a file that it reads may be a FIFO, or lie on a disk that does not answer")
        return True

    def close(self) -> None:
        """Close the pipe."""
        self._file.close()
        super().close()


class Child:
    """A process that ``posix_spawn`` started."""

    def __init__(self, program: str, command: Sequence[str], environment: Mapping[str, str], *, mixed: bool) -> None:
        import _signal  # type: ignore[import-not-found]  # `signal` imports enum

        theirs_in, ours_in = os.pipe()
        try:
            ours_out, theirs_out = os.pipe()
        except OSError:
            os.close(theirs_in)
            os.close(ours_in)
            raise
        complaints = (
            (os.POSIX_SPAWN_DUP2, theirs_out, 2) if mixed else (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        )
        self.stdin: BinaryIO = open(ours_in, "wb")  # noqa: SIM115
        self.stdout = BufferedReader(_Answer(ours_out, os.path.basename(program)))
        self._status: int | None = None
        try:
            self.pid = os.posix_spawn(
                program,
                list(command),
                environment,
                file_actions=[(os.POSIX_SPAWN_DUP2, theirs_in, 0), (os.POSIX_SPAWN_DUP2, theirs_out, 1), complaints],
                setsigdef=[_signal.SIGPIPE, _signal.SIGXFSZ],  # which Python ignores
            )
        except OSError:
            self.stdin.close()
            self.stdout.close()
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

    def wait(self) -> int:
        """Wait for the end; return the exit status, or minus the number of the signal that ended it."""
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._status

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        if self._status is None:
            os.kill(self.pid, 9)


def start(command: Sequence[str], environment: Mapping[str, str], *, mixed: bool = False) -> Child | Popen[bytes]:
    """Start a program in the current folder, without a shell.

    It is looked for in the folders of ``PATH`` that are absolute: the others, and on Windows the current folder, may
    hold programs of the author of the tree under check.

    Args:
        command: Its name or path, and its arguments.
        environment: Its variables. It gets no others.
        mixed: Whether its standard error goes into its output. It is dropped otherwise.

    Returns:
        The process, with pipes to its standard input and from its output.

    Raises:
        OSError: It cannot be started; `FileNotFoundError` if it is not found.
    """
    folders = [folder for folder in environment.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder)]
    program = _program(command[0], folders)
    environment = {**environment, "PATH": os.pathsep.join(folders)}
    if hasattr(os, "posix_spawn"):
        return Child(program, command, environment, mixed=mixed)
    from subprocess import DEVNULL, PIPE, STDOUT, Popen

    complaints = STDOUT if mixed else DEVNULL
    return Popen([program, *command[1:]], env=environment, stdin=PIPE, stdout=PIPE, stderr=complaints)


def _program(name: str, folders: Sequence[str]) -> str:
    for folder in folders:
        path = os.path.join(folder, name + ".exe" if os.name == "nt" else name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(name)


def stop(child: Child | Popen[bytes]) -> None:
    """End `child` and close its pipes."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:  # what was not sent cannot be flushed any more
                pass


def reader_has_gone(error: OSError) -> bool:
    """Whether `error` says that the reader has closed the pipe that was written to.

    The C library of Windows calls that an invalid argument, as `subprocess` knows, too.
    """
    from errno import EINVAL  # which a commit does not wait for

    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == EINVAL)
