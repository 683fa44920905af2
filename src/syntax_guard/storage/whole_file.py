"""The one way in which a file is replaced: whole, or not at all."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PART = ".part"
"""How the name ends under which a file is written before it takes the place of another."""


def replace(path: str, pieces: Iterable[bytes | memoryview], mode: int, folder: int | None = None) -> None:
    """Replace the whole content of a file, or leave what is there.

    A file that a killed process of the same number left behind does no harm.

    Args:
        path: The file; with `folder` a name in it.
        pieces: The new content.
        mode: Permission bits of the new file, less those of the umask.
        folder: An open descriptor.

    Raises:
        OSError: The file cannot be written.
    """
    part = f"{path}.{os.getpid()}{PART}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(part, flags, mode, dir_fd=folder)
    except FileExistsError:
        os.unlink(part, dir_fd=folder)
        file = os.open(part, flags, mode, dir_fd=folder)
    try:
        try:
            for piece in pieces:
                write(file, piece)
        finally:
            os.close(file)
        os.replace(part, path, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        try:
            os.unlink(part, dir_fd=folder)
        except OSError:
            pass
        raise


def write(file: int, content: bytes | memoryview) -> None:
    """Write all of `content` to the descriptor `file`."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
