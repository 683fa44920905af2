"""What a refusal of the system means: which limit of this process, or of its container, has been reached."""

from __future__ import annotations

import errno

from ..errors import ResourcesError

FEW_DESCRIPTORS = 16
"""Fewer than these may be too few for an interpreter to start."""

_PROCESSES = "raise the limit: --pids-limit or pids_limit of a container, ulimit -u of a user"
_DESCRIPTORS = "raise the limit: --ulimit nofile of a container, ulimit -n of a shell"
_MEMORY = "raise the limit: --memory or mem_limit of a container, ulimit -v of a shell"
_UNMAPPED = ("failed to map segment", "cannot allocate memory", "out of memory")
"""What the dynamic loaders of glibc and musl say of a module for which no memory is left: it is no `MemoryError`."""


def shortage(error: BaseException) -> ResourcesError | None:
    """The error that names the limit which `error` came from; None for an `error` of any other origin.

    `error` is what the system call, the start of a process or the start of a thread raised.
    """
    number = getattr(error, "errno", None)
    if number == errno.EMFILE:
        return ResourcesError(f"no file descriptor is left, {_descriptors()}", _DESCRIPTORS)
    if number == errno.ENFILE:
        return ResourcesError("no file descriptor is left on this machine", "raise fs.file-max (sysctl)")
    unmapped = isinstance(error, ImportError) and any(said in str(error).lower() for said in _UNMAPPED)
    unset = isinstance(error, SystemError) and "without" in str(error)  # CPython had no memory for its exception
    if isinstance(error, MemoryError) or number == errno.ENOMEM or unmapped or unset:
        return out_of_memory()
    if number == errno.EAGAIN or (isinstance(error, RuntimeError) and "thread" in str(error)):
        return ResourcesError(f"no process or thread can be started, {_processes()}", _PROCESSES)
    return None


def out_of_memory() -> ResourcesError:
    """The error of a check that has too little memory."""
    return ResourcesError(f"no memory is left, {memory_limit()}", _MEMORY)


def starved(kills: int, *, started: bool) -> ResourcesError | None:
    """The limit that a process which died on its own has probably died of; None where no limit is known to be near.

    `kills` is what `memory_kills` was before, and `started` whether the process had come up.
    """
    from .resources import memory_kills

    if memory_kills() > kills:
        return out_of_memory()
    if not started and 0 < _own("RLIMIT_NOFILE") < FEW_DESCRIPTORS:
        return ResourcesError(f"a process has too few file descriptors to start, {_descriptors()}", _DESCRIPTORS)
    return None


def memory_limit() -> str:
    """The limit of memory in words: that of the container where it has one, else that of this process."""
    from .resources import memory

    limit = memory()
    if limit:
        return f"the container's limit is {_mebibytes(limit)}"
    limit = _own("RLIMIT_AS")
    return f"ulimit -v is {_mebibytes(limit)}" if limit else "this machine has no more"


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.4g} MiB"


def _descriptors() -> str:
    return f"ulimit -n is {_own('RLIMIT_NOFILE')}"


def _processes() -> str:
    from .resources import processes

    limit = processes()
    if limit:
        return f"the container's limit is {limit} (pids.max)"
    limit = _own("RLIMIT_NPROC")
    return f"ulimit -u is {limit}" if limit else "this machine has no more"


def _own(name: str) -> int:
    """This process's own limit; 0 for none."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0
    limit = resource.getrlimit(getattr(resource, name))[0]
    return 0 if limit == resource.RLIM_INFINITY else limit
