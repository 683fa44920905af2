"""The processes of Windows, each told from those that had its number before: Windows gives numbers again."""

from __future__ import annotations

import ctypes
import re
from ctypes import wintypes
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Process(NamedTuple):
    """One process, and no other: its number, and when it began."""

    number: int
    began: int


class _Entry(ctypes.Structure):
    """``PROCESSENTRY32``."""

    _fields_ = (
        ("size", wintypes.DWORD), ("usage", wintypes.DWORD), ("process", wintypes.DWORD),
        ("heap", ctypes.c_size_t), ("module", wintypes.DWORD), ("threads", wintypes.DWORD),
        ("parent", wintypes.DWORD), ("priority", wintypes.LONG), ("flags", wintypes.DWORD),
        ("name", ctypes.c_char * 260),
    )  # fmt: skip


_QUERY = 0x1000
"""``PROCESS_QUERY_LIMITED_INFORMATION``."""


def processes() -> dict[Process, int]:
    """Every process, with the number that its parent had."""
    kernel: Any = vars(ctypes)["WinDLL"]("kernel32")
    kernel.CreateToolhelp32Snapshot.restype = ctypes.c_void_p
    snapshot = ctypes.c_void_p(kernel.CreateToolhelp32Snapshot(2, 0))
    entry, found = _Entry(), {}
    entry.size = ctypes.sizeof(entry)
    more = kernel.Process32First(snapshot, ctypes.byref(entry))
    while more:
        if (began := _began(kernel, entry.process)) is not None:
            found[Process(entry.process, began)] = entry.parent
        more = kernel.Process32Next(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)
    return found


def _began(kernel: Any, number: int) -> int | None:
    """When the process `number` began, or None where it is gone, or is the system's own."""
    kernel.OpenProcess.restype = ctypes.c_void_p
    opened = kernel.OpenProcess(_QUERY, 0, number)
    if not opened:
        return None
    handle = ctypes.c_void_p(opened)
    times = (ctypes.c_uint64 * 4)()
    known = kernel.GetProcessTimes(handle, *(ctypes.byref(times, 8 * place) for place in range(4)))
    kernel.CloseHandle(handle)
    return times[0] if known else None


def below(number: int, known: Mapping[Process, int] | None = None) -> set[Process]:
    """The processes among those `known`, or all, that the process `number` started, and those that they did."""
    known = processes() if known is None else known
    found = {process for process in known if process.number == number}
    top = set(found)
    while more := {child for child, parent in known.items() if _is_of(child, parent, found)} - found:
        found |= more
    return found - top


def _is_of(child: Process, parent: int, found: Iterable[Process]) -> bool:
    """Whether one of `found` started `child`, and does not only have the number of the one that did."""
    return any(one.number == parent and one.began <= child.began for one in found)


def told(words: str) -> set[Process]:
    """The processes in `words`, as ``tell`` writes them."""
    return {Process(int(number), int(began)) for number, began in re.findall(r"(?<!\S)(\d+):(\d+)(?!\S)", words)}


def tell(processes: Iterable[Process]) -> str:
    """`processes` as words."""
    return " ".join(f"{one.number}:{one.began}" for one in processes)
