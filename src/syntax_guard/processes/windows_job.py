"""What Windows has in place of process groups and limits: a job, which holds a worker and all that it starts.

Imported on Windows alone, where a worker starts.
"""

from __future__ import annotations

import ctypes
from typing import Any

SUSPENDED = 0x00000004
NEW_GROUP = 0x00000200
CREATION = SUSPENDED | NEW_GROUP
"""How a process that a job shall hold is created: it waits, so that it starts nothing before the job holds it, and
Ctrl-C at the console is for the asking process alone, which ends the job."""

_LIMIT_MEMORY = 0x0100
_NO_DIALOG = 0x0400
_ENDS_WHEN_CLOSED = 0x2000
_ACCOUNTING, _LIMITS = 1, 9
"""Numbers of classes of information (``JOBOBJECTINFOCLASS``)."""
_TICKS = 10_000_000
"""A second, as Windows counts times."""
_KILLED = 9


class _Limits(ctypes.Structure):
    """``JOBOBJECT_EXTENDED_LIMIT_INFORMATION``."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("transfers", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class _Times(ctypes.Structure):
    """``JOBOBJECT_BASIC_ACCOUNTING_INFORMATION``."""

    _fields_ = (
        ("user", ctypes.c_int64),
        ("kernel", ctypes.c_int64),
        ("this_period", ctypes.c_int64 * 2),
        ("counts", ctypes.c_uint32 * 4),
    )


class Job:
    """Holds a process and all that it starts. They end with this process, however that ends.

    `memory` is the bytes that each of them may use (0: any).
    """

    def __init__(self, memory: int) -> None:
        self._kernel: Any = vars(ctypes)["WinDLL"]("kernel32")
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._job = ctypes.c_void_p(self._kernel.CreateJobObjectW(None, None))
        self._seen = 0.0
        limits = _Limits()
        limits.flags = _ENDS_WHEN_CLOSED | _NO_DIALOG | (_LIMIT_MEMORY if memory else 0)
        limits.process_memory = memory
        self._kernel.SetInformationJobObject(self._job, _LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))

    def hold(self, process: int) -> bool:
        """Hold `process` (a handle), which was created with `CREATION`, and let it run; return whether it does."""
        handle = ctypes.c_void_p(process)
        held = self._kernel.AssignProcessToJobObject(self._job, handle)
        return bool(held) and vars(ctypes)["WinDLL"]("ntdll").NtResumeProcess(handle) == 0

    def cpu_seconds(self) -> float:
        """CPU time that all of them have used together."""
        times = _Times()
        self._kernel.QueryInformationJobObject(self._job, _ACCOUNTING, ctypes.byref(times), ctypes.sizeof(times), None)
        return float(times.user + times.kernel) / _TICKS

    def at_work(self) -> bool:
        """Whether they have had CPU time since this was last asked."""
        before, self._seen = self._seen, self.cpu_seconds()
        return self._seen > before

    def end(self) -> None:
        """End all of them."""
        self._kernel.TerminateJobObject(self._job, _KILLED)

    def close(self) -> None:
        """End all of them, and let go of the job."""
        self._kernel.CloseHandle(self._job)
