"""What Windows has in place of process groups and limits: a job, which holds a worker and all that it starts.

Imported on Windows alone, where a worker starts.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import ExitStack
from importlib import import_module
from subprocess import list2cmdline
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

_NEW_GROUP = 0x00000200
"""Ctrl-C at the console is for the asking process alone, which ends the job."""
_UNICODE_ENVIRONMENT = 0x00000400
_HAS_ATTRIBUTES = 0x00080000
_GIVES_STREAMS = 0x0100
_HANDLES, _JOBS = 0x00020002, 0x0002000D
"""Numbers of attributes of a new process: what it inherits, and which jobs hold it (Windows 10 and later)."""
_FOREVER = 0xFFFFFFFF
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


class _Startup(ctypes.Structure):
    """``STARTUPINFOEXW``."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("names", ctypes.c_void_p * 3),
        ("window", ctypes.c_uint32 * 7),
        ("flags", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("reserved_bytes", ctypes.c_void_p),
        ("streams", ctypes.c_void_p * 3),
        ("attributes", ctypes.c_void_p),
    )


class _Created(ctypes.Structure):
    """``PROCESS_INFORMATION``."""

    _fields_ = (
        ("process", ctypes.c_void_p),
        ("thread", ctypes.c_void_p),
        ("number", ctypes.c_uint32),
        ("thread_number", ctypes.c_uint32),
    )


class HeldProcess:
    """A process in a `Job`, with what the worker needs of ``subprocess.Popen``."""

    def __init__(self, pid: int, process: int, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self.returncode: int | None = None
        self._handle = ctypes.c_void_p(process)

    def wait(self) -> int:
        """Wait for the end; return the exit status."""
        if self.returncode is None:
            kernel, status = _kernel(), ctypes.c_uint32()
            kernel.WaitForSingleObject(self._handle, _FOREVER)
            kernel.GetExitCodeProcess(self._handle, ctypes.byref(status))
            kernel.CloseHandle(self._handle)
            self.returncode = status.value
        return self.returncode


class Job:
    """Holds a process and all that it starts. They end with this process, however that ends.

    `memory` is the bytes that each of them may use (0: any). Raises `OSError` where there can be no such job.
    """

    def __init__(self, memory: int) -> None:
        self._kernel = _kernel()
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._job = ctypes.c_void_p(_sure(self._kernel.CreateJobObjectW(None, None)))
        self._seen = 0.0
        limits = _Limits()
        limits.flags = _ENDS_WHEN_CLOSED | _NO_DIALOG | (_LIMIT_MEMORY if memory else 0)
        limits.process_memory = memory
        size = ctypes.sizeof(limits)
        try:
            _sure(self._kernel.SetInformationJobObject(self._job, _LIMITS, ctypes.byref(limits), size))
        except OSError:
            self.close()
            raise

    def start(self, command: Sequence[str], folder: str, environment: Mapping[str, str]) -> HeldProcess:
        """Start `command` in this job, with pipes for its input and output, and nothing else of this process.

        The system puts it there as it makes it: at no moment would it outlive this process. `subprocess` can only
        do so afterwards. Raises `OSError` where it cannot be started.
        """
        with ExitStack() as theirs, ExitStack() as ours:
            read, write = os.pipe()
            theirs.callback(os.close, read)
            stdin = ours.enter_context(open(write, "wb"))
            here, there = os.pipe()
            theirs.callback(os.close, there)
            stdout = ours.enter_context(open(here, "rb"))
            silence = os.open(os.devnull, os.O_RDWR)
            theirs.callback(os.close, silence)
            created = self._create(command, folder, environment, (read, there, silence))
            ours.pop_all()
        self._kernel.CloseHandle(ctypes.c_void_p(created.thread))
        return HeldProcess(created.number, created.process, stdin, stdout)

    def _create(
        self, command: Sequence[str], folder: str, environment: Mapping[str, str], streams: tuple[int, int, int]
    ) -> _Created:
        handles = (ctypes.c_void_p * 3)(*map(import_module("msvcrt").get_osfhandle, streams))
        for handle in handles:
            _sure(self._kernel.SetHandleInformation(ctypes.c_void_p(handle), 1, 1))  # inherited, if it is given
        size = ctypes.c_size_t()
        self._kernel.InitializeProcThreadAttributeList(None, 2, 0, ctypes.byref(size))  # says how long it is
        attributes = ctypes.create_string_buffer(size.value)
        _sure(self._kernel.InitializeProcThreadAttributeList(attributes, 2, 0, ctypes.byref(size)))
        startup, created = _Startup(), _Created()
        startup.size, startup.flags, startup.streams = ctypes.sizeof(startup), _GIVES_STREAMS, handles
        startup.attributes = ctypes.addressof(attributes)
        block = "".join(f"{name}={value}\0" for name, value in environment.items()) + "\0"
        jobs = (ctypes.c_void_p * 1)(self._job)
        try:
            for number, value in ((_HANDLES, handles), (_JOBS, jobs)):
                length = ctypes.c_size_t(ctypes.sizeof(value))
                where = ctypes.c_size_t(number)
                _sure(self._kernel.UpdateProcThreadAttribute(attributes, 0, where, value, length, None, None))
            _sure(
                self._kernel.CreateProcessW(
                    None,
                    ctypes.create_unicode_buffer(list2cmdline(command)),
                    None,
                    None,
                    True,
                    _NEW_GROUP | _UNICODE_ENVIRONMENT | _HAS_ATTRIBUTES,
                    ctypes.create_unicode_buffer(block),
                    folder,
                    ctypes.byref(startup),
                    ctypes.byref(created),
                )
            )
        finally:
            self._kernel.DeleteProcThreadAttributeList(attributes)
        return created

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
        """End all of them, and close the job."""
        self._kernel.CloseHandle(self._job)


def _kernel() -> Any:
    return vars(ctypes)["WinDLL"]("kernel32", use_last_error=True)


def _sure(answer: int | None) -> int:
    """`answer`, where the system did what it was asked for. Raises `OSError` where it did not."""
    if not answer:
        raise vars(ctypes)["WinError"](vars(ctypes)["get_last_error"]())
    return answer
