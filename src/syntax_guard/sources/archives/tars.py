"""Tar files, plain and compressed: source distributions, conda packages."""

from __future__ import annotations

import lzma
import posixpath
import tarfile
import zlib

from ..file_types import FIRST, SUFFIXES
from ..first_line import has_python_shebang
from ..readers import SIZE_LIMIT, UnreadableError
from .bounds import HEADER_BYTES, MEMBERS, METADATA_BYTES, Forward, python_bytes, too_large, unpacked_bytes
from .contents import NOTHING, Contents, Link, is_metadata, normal, unsafe
from .tar_links import leads_to, note, refuse_writing_through, unread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

TROUBLE = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, ArithmeticError, LookupError,
           RuntimeError, MemoryError)  # fmt: skip
"""What ``tarfile`` and the decompressors raise for what is torn; RecursionError is a RuntimeError."""
_BLOCK = 512


def decompressed(file: IO[bytes]) -> IO[bytes]:
    """What the file unpacks to, as its first bytes say it; `file` itself where it is not compressed.

    Raises `UnreadableError` where no library that can unpack it is here.
    """
    first = file.read(6)
    file.seek(0)
    unpacked: object = file
    if first.startswith(b"\x1f\x8b"):
        import gzip

        unpacked = gzip.GzipFile(fileobj=file, mode="rb")
    elif first.startswith(b"BZh"):
        import bz2

        unpacked = bz2.BZ2File(file)
    elif first.startswith((b"\xfd7zXZ\x00", b"]\0\0")):
        unpacked = lzma.LZMAFile(file)  # noqa: SIM115 - the caller, which opened `file`, closes it
    elif first.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard(file)
    return unpacked  # type: ignore[return-value]  # each reads as a file does


def zstandard(file: IO[bytes]) -> IO[bytes]:
    """What a file that Zstandard compressed unpacks to. Raises `UnreadableError` where that library is not here."""
    from importlib import import_module

    for library in ("compression.zstd", "backports.zstd"):  # the first is part of Python from 3.14 on
        try:
            unpacked: IO[bytes] = import_module(library).ZstdFile(file)
        except ImportError:
            continue
        return unpacked
    raise UnreadableError("needs Zstandard: run a Python from 3.14 on, or install syntax-guard[conda]")


def read(file: IO[bytes], size: int, suffixes: tuple[str, ...] = SUFFIXES) -> Contents:
    """The Python files and the metadata of the tar in `file`, which is `size` bytes long.

    `file` may be compressed. It is read from the beginning to the end: once, or twice where links at its end say that
    more is needed. Raises `UnreadableError` where it is no
    tar. What comes after a place where it is torn is lost: that is noted under the name ``""``.
    """
    contents = _read_once(file, size, Contents(suffixes))
    behind = unread(contents)
    if behind == NOTHING:
        return contents
    file.seek(0)
    return _read_once(file, size, Contents(suffixes, behind))


def _read_once(file: IO[bytes], size: int, contents: Contents) -> Contents:
    try:
        stream = Forward(decompressed(file), unpacked_bytes(size))
        _Reading(stream, contents, python_bytes(size)).run()
        stream.drain()
    except (UnreadableError, *TROUBLE) as error:
        message = error.problem.message if isinstance(error, UnreadableError) else " ".join(str(error).split())[:200]
        if not contents.names:
            raise UnreadableError(f"not a tar file: {message or type(error).__name__}") from None
        contents.refuse("", f"damaged, or of a kind that cannot be read here: {message or type(error).__name__}")
    return contents


class _Reading:
    """One way through a tar."""

    def __init__(self, stream: Forward, contents: Contents, left: int) -> None:
        self._stream = stream
        self._contents = contents
        self._left = left
        self._links: list[str] = []

    def run(self) -> None:
        archive = tarfile.TarFile(fileobj=self._stream)  # type: ignore[arg-type]  # it reads forward, and no more
        count = 0
        holds_any = archive.firstmember is not None  # type: ignore[attr-defined]  # 3.10 looks before an empty one
        while holds_any and (member := archive.next()) is not None:
            count += 1
            if count > MEMBERS:
                raise UnreadableError(f"more than {MEMBERS:,} members")
            name = normal(member.name).rstrip("/")  # `tarfile` writes a file without the slash
            if member.isdir():
                self._contents.folders.add(name)
            else:
                self._member(archive, member, name)
            archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
        if self._stream.last.strip(b"\0") or len(self._stream.last) != _BLOCK:
            raise UnreadableError("ends without its end mark")
        for name in self._links:
            self._link(name)
        refuse_writing_through(self._contents)

    def _member(self, archive: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> None:
        link = None
        if member.issym() or member.islnk():
            folder = posixpath.dirname(name) if member.issym() else ""
            link = Link(posixpath.join(folder, member.linkname), member.islnk())
        note(self._contents, name, link)
        may_start = bool(member.mode & 0o111)
        if member.islnk() and may_start:
            self._contents.started.add(name)
        script = member.isreg() and (may_start or name in self._contents.behind.scripts)
        wanted = self._contents.wants(name, script=script)
        if link and name not in self._contents.refused:
            self._links.append(name)
        if link or not wanted:
            return
        reason = self._refusal(member, name)
        if reason is None:
            data = self._content(archive, member, name)
            if data is not None:
                self._left -= len(data)
                self._contents.add(name, data)
        elif is_metadata(name):
            self._contents.unread[name] = reason
        elif self._contents.is_source(name) or (member.isreg() and self._is_script(archive, member)):
            self._contents.refuse(name, reason)

    @staticmethod
    def _is_script(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bool:
        file = archive.extractfile(member)
        return file is not None and has_python_shebang(file.read(FIRST))

    def _refusal(self, member: tarfile.TarInfo, name: str) -> str | None:
        """Why `member` is not read; None: it is."""
        if not member.isreg():
            return "a device or a FIFO and not a regular file"
        if is_metadata(name) and member.size > METADATA_BYTES:
            return "too large for metadata"
        if member.size > SIZE_LIMIT:
            return too_large()
        return "the archive unpacks to far more than its size" if member.size > self._left else None

    def _content(self, archive: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> bytes | None:
        """All bytes of `member`, or None where the first say that it is not needed."""
        file = archive.extractfile(member)
        if file is None:
            raise UnreadableError("has no content")
        self._stream.piece = SIZE_LIMIT
        try:
            data = file.read(FIRST)
            if not self._contents.keeps(name, data):
                return None
            data += file.read(SIZE_LIMIT)
        finally:
            self._stream.piece = HEADER_BYTES
        if len(data) != member.size:
            raise UnreadableError("ends in the middle of a member")
        return data

    def _link(self, name: str) -> None:
        """Judge what a link leads to under the name of the link, too, where that is the name of a Python file."""
        target = leads_to(name, self._contents.links)
        data = self._contents.sources.get(target or "", self._contents.texts.get(target or ""))
        if is_metadata(name):
            self._metadata(name, target or "")
        elif not self._contents.is_source(name):
            if target and data is not None and has_python_shebang(data[:FIRST]):
                self._contents.same[name] = target
        elif target is None:
            self._contents.refuse(name, "a link that leads through other links, and not to one file for certain")
        elif target.startswith("../") or unsafe(target):
            self._contents.refuse(name, "a link that leads out of the archive")
        elif target in self._contents.refused:
            self._contents.refuse(name, self._contents.refused[target])
        elif data is None:
            self._contents.refuse(name, "a link to something that is not a file in this archive")
        elif len(data) > self._left:
            self._contents.refuse(name, "the archive unpacks to far more than its size")
        else:
            self._left -= len(data)
            self._contents.add(name, data)

    def _metadata(self, name: str, target: str) -> None:
        """Read metadata at the `target` of the link called `name`."""
        data = self._contents.metadata.get(target, self._contents.texts.get(target))
        if data is None:
            self._contents.unread[name] = "a link to something that is not a file in this archive"
        elif len(data) > METADATA_BYTES:
            self._contents.unread[name] = "too large for metadata"
        else:
            self._contents.add(name, data)
