"""How far the stamp of a file can be trusted to tell every later change of it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Stamp

TICK = 2_000_000_000
"""Nanoseconds of the coarsest clock of a file system (FAT's)."""
_SECOND = 1_000_000_000
_CHANGES_TOLD = os.name != "nt"
"""Whether the system itself keeps the time of a file's last change. The ``st_ctime`` of Windows is that of its making,
and any program may set that of the last write."""
_READ_ONLY = getattr(os, "ST_RDONLY", 1)


def settled(seen: Stamp, started: int) -> bool:
    """Whether the stamp `seen` after `started` (ns since 1970) tells every later change of the file.

    Within one tick of the file system's clock, a file can be read and changed again (git calls such a file "racy").
    """
    return _CHANGES_TOLD and max(seen[1], seen[2]) <= started - TICK


def telling(seen: Stamp) -> bool:
    """Whether the times of the stamp `seen` are those of this machine, and not constants of an image's build.

    A file system that is written to (ext4, xfs, btrfs, overlayfs, tmpfs, APFS, NTFS) sets the time of the last change
    itself, to less than a microsecond. squashfs and erofs keep what the build wrote, in whole seconds: there, a file of
    another image can have the same size, times, number and device.
    """
    return seen[2] % _SECOND != 0


class Devices:
    """Whether stamps of a device can be trusted: it is not mounted read-only. Each device is asked about once.

    A file of an overlay may lie in a layer that is an image, with the times of its build. The kernel gives such a file
    a device of its own, or a number with the layer in its highest bits (Documentation/filesystems/overlayfs.rst).
    """

    def __init__(self) -> None:
        self._writable: dict[int, bool] = {}
        self._of_folders: dict[str, int] = {}

    def writable(self, path: str, seen: Stamp) -> bool:
        """Whether the device of the file at `path`, whose stamp is `seen`, takes writes."""
        known = self._writable.get(seen[4])
        if known is None:
            known = self._writable[seen[4]] = _takes_writes(path)
        return known

    def holds(self, folder: str, seen: Stamp) -> bool:
        """Whether the file whose stamp is `seen` lies on the device of its `folder`, and in no layer below that."""
        if not hasattr(os, "statvfs"):  # Windows has no such layers, and large numbers
            return True
        known = self._of_folders.get(folder)
        if known is None:
            try:
                known = os.stat(folder).st_dev
            except OSError:
                known = -1
            self._of_folders[folder] = known
        return known == seen[4] and not seen[3] >> _NUMBER_BITS


_NUMBER_BITS = 54
"""Bits of a file's number; in an overlay with ``xino``, what is above them names the layer."""


def _takes_writes(path: str) -> bool:
    if not hasattr(os, "statvfs"):  # Windows
        return True
    try:
        return not os.statvfs(path).f_flag & _READ_ONLY
    except OSError:
        return False
