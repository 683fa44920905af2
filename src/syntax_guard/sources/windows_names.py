"""Entries of a folder of Windows that are not what their names say: they lead elsewhere, or to nothing."""

from __future__ import annotations

import os
import stat

from .file_types import is_python_name

_MARKED = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
_JUNCTIONS = (getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1), 0)
"""What says which mark it is; Wine says nothing more of a link of Unix to a folder."""


def on_windows(part: str) -> str:
    """The name of the file that Windows opens for `part`: what follows a colon, and dots and spaces at the end, go."""
    return part.partition(":")[0].rstrip(". ")


def is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether `entry` is a junction, or a volume that is mounted there."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return (
        bool(getattr(status, "st_file_attributes", 0) & _MARKED) and getattr(status, "st_reparse_tag", -1) in _JUNCTIONS
    )


UNREACHABLE = (
    "no program can open it by its name, which is too long for Windows, has a colon, or ends in a dot or a space"
)


def is_unreachable(path: str, entry: os.DirEntry[str], suffixes: tuple[str, ...]) -> bool:
    """Whether `entry` is a folder, or a Python file by its name, that cannot be opened by its `path`.

    Windows drops dots and spaces from the end of a name, takes what precedes a colon for a drive, and knows no
    path of more than 260 characters unless it is set up for them. Behind a certain beginning it takes a path as it is.
    """
    name = entry.name.rstrip(". ")
    if not (entry.is_dir() or is_python_name(name, suffixes)):
        return False
    if name != entry.name:
        return True
    folder = os.path.abspath(path.removesuffix(name) or ".")  # `os.path` takes what precedes a colon for a drive
    as_it_is = f"\\\\?\\{folder}\\{name}"
    return not os.path.lexists(path) and os.path.lexists(as_it_is)


class Loops:
    """Tells the folders of a search that lead back to one above them, whatever it is that leads there."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[int, ...]] = {}

    def close(self, folder: str, numbers: tuple[int, ...]) -> bool:
        """Whether `folder` (with a slash at the end) is one of those above it, by the `numbers` of file and device."""
        self._numbers[folder] = numbers
        above = [folder[: end + 1] for end, character in enumerate(folder[:-1]) if character == "/"]
        return numbers[0] != 0 and any(self._numbers.get(one) == numbers for one in ("", *above) if one != folder)
