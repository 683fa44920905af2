"""What the kernel says of this process and others. Only Linux tells (proc(5))."""

from __future__ import annotations

import os
import sys


def read(path: str) -> bytes:
    r"""What the kernel says in the file `path`.

    Without a Linux nothing is read: on Windows anyone may make a folder ``\proc``.

    Raises:
        OSError: The kernel says nothing there.
        FileNotFoundError: This is no Linux.
    """
    if sys.platform != "linux":
        raise FileNotFoundError(path)
    with open(path, "rb") as file:
        return file.read()


def cpu_seconds(process: int) -> float:
    """CPU time that `process` has used; 0 where the system does not say."""
    fields = _status(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def at_work(process: int) -> bool:
    """Whether `process` has work to do: runs, waits for its turn to, or for memory that is being fetched."""
    fields = _status(process)
    return bool(fields) and fields[0] in (b"R", b"D")


def _status(process: int) -> list[bytes]:
    """The fields of ``/proc/PID/stat`` from the third on, which is the state."""
    try:
        return read(f"/proc/{process}/stat").rpartition(b")")[2].split()
    except OSError:
        return []


def continue_unborn() -> None:
    """Continue children that were stopped between fork and exec: their parent waits for that exec without end.

    They are known by this process's own command line. Only Linux tells.
    """
    import signal

    try:
        own = _command_line("self")
        for task in os.listdir("/proc/self/task"):
            for child in map(int, read(f"/proc/self/task/{task}/children").split()):
                if _command_line(str(child)) == own:
                    os.kill(child, signal.SIGCONT)
    except OSError:
        pass


def _command_line(process: str) -> bytes:
    return read(f"/proc/{process}/cmdline")
