"""End a container whose health check keeps failing, so that its restart policy starts it again.

Docker and Podman mark such a container as unhealthy and do nothing else. The check is a new process each time, so the
failures in a row are counted in a small file, under the identity of the process 1 that they belong to.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` imports enum
import os
import stat
import time
from binascii import crc32

from ..errors import SyntaxGuardError
from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_PID_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO, linux/include/linux/proc_ns.h
FOLDERS = ("/tmp", "/dev/shm", "/run")  # noqa: S108 - what is opened there is checked, see `_open`
"""Where failures are counted: the first that can be written. A read-only container still has its `/dev/shm`."""


class RestartError(SyntaxGuardError):
    """The failures cannot be counted, or process 1 cannot be ended."""


class ProcessOne(Record):
    """The first process of this container, as seen from inside."""

    identity: str
    """Differs between any two starts of the container, on this boot of the machine or another."""
    age: float
    """Seconds since it was started."""
    name: str
    heeds_sigterm: bool
    """It catches the signal, or takes it from a queue as an init does."""


def note_result(check: str, limit: int, start_period: float, *, healthy: bool) -> str:
    """Take note of how a health check of this container ended, and end process 1 after too many failures.

    From `limit` failures in a row on it gets a SIGTERM; after as many more it is taken to be stuck, and killed.

    Args:
        check: The URL that was asked.
        limit: Failures in a row.
        start_period: Seconds. No failure counts while process 1 is younger.
        healthy: Whether the check succeeded.

    Returns:
        What came of it, to be put after the reason; empty for a success.

    Raises:
        RestartError: Process 1 cannot be seen or ended, or failures cannot be counted.
    """
    one = process_one()
    if healthy or one.age < start_period:
        count(check, one.identity, failed=False)
        return "" if healthy else f"; not counted, starting for {one.age:.0f} s of {start_period:g} s"
    failures = count(check, one.identity, failed=True)
    if failures < limit:
        return f"; failure {failures} of {limit}"
    if failures < 2 * limit:
        end(one)
        return f"; failure {failures}, sent SIGTERM to process 1 ({one.name})"
    kill(one)
    return f"; failure {failures}, killed what process 1 ({one.name}) started"


def process_one() -> ProcessOne:
    """Look at process 1. Raises `RestartError` where it is not a container's."""
    try:
        if os.readlink("/proc/self/ns/pid") == FIRST_PID_NAMESPACE:
            raise RestartError("process 1 is the machine's own", "--restart-after is for the inside of a container")
        boot = _read("/proc/sys/kernel/random/boot_id").strip()
        name, _, fields = _read("/proc/1/stat").partition("(")[2].rpartition(")")
        status = dict(line.split(":", 1) for line in _read("/proc/1/status").splitlines())
        started = int(fields.split()[19])  # field 22 of proc_pid_stat(5), in clock ticks since the boot
        heeded = int(status["SigCgt"], 16) | int(status["SigBlk"], 16)
    except (OSError, LookupError, ValueError) as error:  # no Linux, or a sandbox that shows less of it
        raise RestartError(f"cannot look at process 1: {error!r}", "--restart-after needs Linux with /proc") from error
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")
    return ProcessOne(f"{boot} {started}", age, name, bool(heeded >> (_signal.SIGTERM - 1) & 1))


def count(check: str, identity: str, *, failed: bool, folders: Sequence[str] = FOLDERS) -> int:
    """Take down one more result of `check`; return how many failures in a row that makes since `identity` was started.

    It is kept in the first of `folders` that takes it: one that is full may hold an older count. Raises `RestartError`
    where none does.
    """
    import fcntl

    open_here = [descriptor for folder in folders if (descriptor := _open(check, folder)) is not None]
    try:
        for descriptor in open_here:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # a slow check may still run when the next one starts
        before = max((_counted(descriptor, identity) for descriptor in open_here), default=0)
        now = before + 1 if failed else 0
        kept = [_keep(descriptor, identity, now) for descriptor in open_here]
    finally:
        for descriptor in open_here:
            os.close(descriptor)
    if not any(kept):
        raise RestartError(
            "cannot count failures: no folder for temporary files can be written", "mount a tmpfs at /tmp"
        )
    return now


def _counted(descriptor: int, identity: str) -> int:
    """The failures of `identity` that a file holds."""
    whose, _, number = os.pread(descriptor, 256, 0).decode("ascii", "replace").rstrip().rpartition(" ")
    return int(number) if whose == identity and number.isdecimal() and len(number) < 10 else 0


def _keep(descriptor: int, identity: str, number: int) -> bool:
    """Write a count into a file, over what it holds; return whether there is room for it."""
    line = f"{identity} {number}".encode().ljust(255)
    try:
        return os.pwrite(descriptor, line, 0) == len(line)
    except OSError:  # the file system is full
        return False


def end(one: ProcessOne) -> None:
    """Send SIGTERM to process 1. Raises `RestartError` where that would have no effect."""
    if not one.heeds_sigterm:  # the kernel drops what a process 1 has no handler for (pid_namespaces(7))
        raise RestartError(
            f"process 1 ({one.name}) ignores SIGTERM", "start the container with an init: `init: true`, --init"
        )
    try:
        os.kill(1, _signal.SIGTERM)
    except PermissionError as error:
        raise RestartError(
            f"process 1 ({one.name}) belongs to another user", "run the health check as the container's user"
        ) from error


def kill(one: ProcessOne) -> None:
    """Kill all that may be killed from inside: everything but process 1. An init ends when its child does.

    Raises `RestartError` where there is nothing else.
    """
    try:
        os.kill(-1, _signal.SIGKILL)  # spares process 1 and the caller (kill(2))
    except OSError as error:
        raise RestartError(
            f"process 1 ({one.name}) does not end on SIGTERM, and nothing inside can kill it",
            "start the container with an init: `init: true`, --init",
        ) from error


def file_name(check: str) -> str:
    """What the file is called in which the failures of `check` are counted for this user."""
    name = "".join([character if character.isalnum() else "-" for character in check])[:100]
    return f"syntax-guard-{os.geteuid()}-{crc32(check.encode()):08x}-{name}"


def _open(check: str, folder: str) -> int | None:
    """A descriptor of the file in `folder` that counts, ours alone: no link of either kind, no other user's file."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(os.path.join(folder, file_name(check)), flags, 0o600)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and status.st_nlink == 1:
        return descriptor
    os.close(descriptor)
    return None


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
