"""The files of a git folder, read without git: this waits for no FIFO, and reads no device, as git does."""

from __future__ import annotations

import os
import stat

from ..config.repository import around, common_folder
from ..errors import GitError
from .readers import not_regular

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_PAGE, _PIECE = 1 << 12, 1 << 20
"""Bytes for which room is made at once, at least and at most."""


class NotPlainError(Exception):
    """Without git, this cannot be told for sure."""


def opened(path: str) -> int:
    """A descriptor of the regular file at `path`, for the caller to close.

    Raises `GitError` for a FIFO or a device, and `OSError` where no other file can be opened there."""
    file = os.open(path, _FLAGS)
    status = os.fstat(file)
    if stat.S_ISREG(status.st_mode):
        return file
    os.close(file)
    is_nothing = stat.S_ISDIR(status.st_mode) or status.st_rdev == os.stat(os.devnull).st_rdev
    if is_nothing:
        import errno  # every commit imports this module

        raise OSError(errno.EINVAL, not_regular(status.st_mode), path)
    raise GitError(f"{path} is {not_regular(status.st_mode)}", "remove it: git itself may read it for ever")


def bytes_of(path: str, most: int | None = None) -> bytes:
    """The first `most` bytes of the regular file at `path`, or all. Raises as `opened`, and `OSError`."""
    file = opened(path)
    try:
        size = os.fstat(file).st_size
        parts, left, room = [], size if most is None else most, min(max(size, _PAGE), _PIECE)
        while left and (part := os.read(file, min(left, room))):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    finally:
        os.close(file)


def index_file(top: str) -> str:
    """Path of the index of the work tree `top`. Raises `FileNotFoundError` where no repository is around it."""
    return os.path.join(_kept_in(top), "index")


def configuration(top: str) -> str:
    """Path of the configuration that all work trees of a repository share, `top` among them. Raises likewise."""
    return os.path.join(common_folder(_kept_in(top)), "config")


def _kept_in(top: str) -> str:
    _, inside = around(top)
    if inside is None:
        import errno

        raise FileNotFoundError(errno.ENOENT, "no repository of git", top)
    return inside
