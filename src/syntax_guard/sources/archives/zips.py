"""Zip files: wheels, eggs, zip applications, old source distributions, and the outer half of a conda package."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib

from ..file_types import FIRST, SUFFIXES
from ..first_line import has_python_shebang
from ..readers import SIZE_LIMIT, UnreadableError
from .bounds import DIRECTORY_BYTES, MEMBERS, METADATA_BYTES, Guarded, python_bytes, too_large
from .contents import Contents, is_metadata, normal
from .zip_headers import contradictions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

TROUBLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, ArithmeticError, LookupError, RuntimeError,
           MemoryError, AssertionError)  # fmt: skip
"""What ``zipfile`` raises for a file that is no zip, or a damaged one; NotImplementedError is a RuntimeError."""


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """The zip in `file`. Raises `UnreadableError`."""
    if not file.seek(0, os.SEEK_END):
        raise UnreadableError("an empty file")
    try:
        archive = zipfile.ZipFile(Guarded(file, DIRECTORY_BYTES))
    except TROUBLE as error:
        ends_as_one = zipfile.is_zipfile(Guarded(file, DIRECTORY_BYTES))
        why = f"not a zip file: {_words(error)}" if ends_as_one else "not a complete zip file; build it again"
        raise UnreadableError(why) from None
    if len(archive.filelist) > MEMBERS:
        raise UnreadableError(f"more than {MEMBERS:,} members")
    return archive


def read(file: IO[bytes], size: int, suffixes: tuple[str, ...] = SUFFIXES) -> Contents:
    """The Python files and the metadata of the zip in `file`, which is `size` bytes long.

    Raises `UnreadableError` where it is no zip. A member that cannot be read is noted in what is returned.
    """
    contents = Contents(suffixes)
    left = python_bytes(size)
    with opened(file) as archive:
        for member in archive.filelist:
            name = normal(member.orig_filename if "\0" in member.orig_filename else member.filename)
            if not name.endswith("/") and contents.wants(name, script=_may_be_script(member)):
                left -= _take(archive, member, name, contents, left)
        for name, reason in contradictions(archive, file):
            contents.refuse(name, reason)
    return contents


def _take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, contents: Contents, left: int) -> int:
    """Read `member` into `contents`, where its size allows; return how many bytes it has."""
    reason = _refusal(member, left)
    if reason is None:
        try:
            data = _content(archive, member, lambda first: contents.keeps(name, first))
        except UnreadableError as error:
            reason = error.problem.message
        else:
            if data is None:
                return 0
            contents.add(name, data)
            return len(data)
    if is_metadata(name):
        contents.unread[name] = reason
    elif contents.is_source(name) or _is_script(archive, member):
        contents.refuse(name, reason)
    return 0


def _is_script(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether `member`, one that is refused, begins as a script for Python."""
    try:
        with archive.open(member) as file:
            return has_python_shebang(file.read(FIRST))
    except TROUBLE:  # nothing says that it is one
        return False


def _may_be_script(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    return not stat.S_ISLNK(mode) and (bool(mode & 0o111) or ".data/scripts/" in member.filename)


def _refusal(member: zipfile.ZipInfo, left: int) -> str | None:
    """Why `member` is not read, of an archive that may unpack to `left` bytes more; None: it is."""
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, which becomes a file that holds the name of another"
    if member.flag_bits & 0x1:
        return "encrypted"
    if is_metadata(member.filename) and member.file_size > METADATA_BYTES:
        return "too large for metadata"
    if member.file_size > SIZE_LIMIT:
        return too_large()
    return "the archive unpacks to far more than its size" if member.file_size > left else None


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, keeps: Callable[[bytes], bool]) -> bytes | None:
    """All bytes of `member`, or None if `keeps` says of the first that it is not needed. Raises `UnreadableError`."""
    try:
        with archive.open(member) as file:
            data = file.read(FIRST)
            if not keeps(data):
                return None
            data += file.read(SIZE_LIMIT)
    except TROUBLE as error:
        raise UnreadableError(_words(error)) from None
    if len(data) != member.file_size:
        raise UnreadableError(f"damaged: {len(data)} of {member.file_size} bytes are there")
    return data


def _words(error: BaseException) -> str:
    """What `error` says, on one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
