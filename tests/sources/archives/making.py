"""Archives for tests, made in memory."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"


def zipped(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED, first: bytes = b"") -> bytes:
    """A zip; `first` stands before it, as in a zip application."""
    file = io.BytesIO()
    file.write(first)
    with zipfile.ZipFile(file, "a" if first else "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def zip_of(members: Iterable[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    """A zip of members with attributes of their own."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return file.getvalue()


def linked(name: str) -> zipfile.ZipInfo:
    """A symbolic link, as zip keeps it."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


def executable(name: str) -> zipfile.ZipInfo:
    """A file that may be executed, as zip keeps it."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = (stat.S_IFREG | 0o755) << 16
    return member


def tarred(members: Mapping[str, str | bytes], compression: str = "gz", mode: int = 0o644) -> bytes:
    """A tar, compressed as `compression` says."""
    return tar_of([(entry(name, content, mode), content) for name, content in members.items()], compression)


def entry(name: str, content: str | bytes = b"", mode: int = 0o644, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """The header of a member that holds `content`."""
    member = tarfile.TarInfo(name)
    member.size = len(content.encode() if isinstance(content, str) else content)
    member.mode = mode
    member.type = kind
    return member


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """The header of a member that leads to another."""
    member = entry(name, kind=kind)
    member.linkname = target
    return member


def tar_of(members: Iterable[tuple[tarfile.TarInfo, str | bytes]], compression: str = "gz") -> bytes:
    """A tar of members with headers of their own."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        for member, content in members:
            data = content.encode() if isinstance(content, str) else content
            archive.addfile(member, io.BytesIO(data) if data else None)
    return file.getvalue()


def written(folder: Path, name: str, data: bytes) -> str:
    """The path of a file that holds `data`."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path
