"""What the kernel says of other processes. Only Linux tells (proc(5))."""

from __future__ import annotations

import os
import signal


def cpu_seconds(process: int) -> float:
    """CPU time that `process` has used; 0 where nobody tells."""
    fields = _status(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def at_work(process: int) -> bool:
    """Whether `process` has work to do: runs, waits for its turn to, or for memory that is being fetched."""
    fields = _status(process)
    return bool(fields) and fields[0] in (b"R", b"D")


def _status(process: int) -> list[bytes]:
    """The fields of ``/proc/PID/stat`` from the third on, which is the state."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def continue_unborn() -> None:
    """Continue children that were stopped between fork and exec: whoever starts one waits for its exec, without end.

    They are known by this process's own command line. Only Linux tells.
    """
    try:
        own = _command_line("self")
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
                for child in file.read().split():
                    if _command_line(child) == own:
                        os.kill(int(child), signal.SIGCONT)
    except OSError:
        pass


def _command_line(process: str) -> bytes:
    with open(f"/proc/{process}/cmdline", "rb") as file:
        return file.read()
