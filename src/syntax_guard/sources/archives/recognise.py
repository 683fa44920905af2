"""Which of the paths that are named are archives. Imports next to nothing: a hook may ask about every file."""

from __future__ import annotations

import os
import stat

from ..file_types import SUFFIXES as PYTHON
from ..file_types import is_python_name

ZIPS = (".whl", ".egg", ".pyz", ".pyzw", ".pex", ".zip", ".conda")
TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tlz", ".tar.lz", ".tar.zst",
        ".tar")  # fmt: skip
"""With those that pip takes for source distributions."""
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_END = b"PK\x05\x06"
"""What the last part of a zip begins with, and how much there can be after it."""
_LONGEST_END = 22 + (1 << 16)


def is_archive(path: str) -> bool:
    """Whether the file at `path` is an archive: by its name, else by what it holds where its name says nothing."""
    if path.endswith(PYTHON):
        return False
    name = os.path.basename(path)
    if name.lower().endswith((*ZIPS, *TARS)):
        return os.path.lexists(path) and not os.path.isdir(path)  # an egg may be a folder
    if is_python_name(name) is not None:
        return False
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return False  # the reader says why
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and _is_zip(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _is_zip(descriptor: int) -> bool:
    first = os.read(descriptor, 4)
    if first == b"PK\x03\x04":
        return True
    if first[:2] != b"#!":
        return False
    os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - _LONGEST_END), os.SEEK_SET)
    last = os.read(descriptor, _LONGEST_END)
    return _END in last and b"PK\x01\x02" in last
