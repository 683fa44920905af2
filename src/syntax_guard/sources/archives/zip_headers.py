"""What a zip says twice: some installers read its directory, and others the headers in front of the members.

Both have to name the same files with the same content, and no byte may belong to neither: else one installer writes
what another does not see.
"""

from __future__ import annotations

import struct

from .contents import normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from typing import IO

HIDDEN = "holds bytes that its directory does not name, and an installer may find other files there"
DIFFERS = "the directory and the header in front of it say different things"
_HEADER = struct.Struct("<4s2xHH4x3L2H")
_SIGNATURE = b"PK\x03\x04"
_PIECE = 1 << 16
_DEFERRED, _UTF_8 = 0x8, 0x800
_UNKNOWN = 0xFFFFFFFF
"""A size that is said elsewhere."""
_DESCRIPTOR_BYTES = 24
"""The bytes of the longest that follows a member and says its sizes: in 32 or in 64 bits, with or without a mark."""
_OTHER_NAME = 0x7075


def contradictions(archive: zipfile.ZipFile, file: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Where `archive`, the zip in `file`, contradicts itself: the names of members, "" for all of it, with reasons."""
    end = 0
    hidden = differs = False
    for member in sorted(archive.filelist, key=lambda one: one.header_offset):
        start = member.header_offset
        hidden = hidden or _is_hidden(file, end, min(start, archive.start_dir), after_a_member=end > 0)
        file.seek(start)
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size or not head.startswith(_SIGNATURE):
            differs = True
            yield normal(member.filename), DIFFERS
            continue
        _, flags, method, crc, packed, size, name_length, extra_length = _HEADER.unpack(head)
        name = file.read(name_length)
        said = (member.CRC, member.compress_size, member.file_size)
        here = zip((crc, packed, size), said, strict=True)
        same = flags & _DEFERRED or all(one in (other, _UNKNOWN) for one, other in here)
        if not same or method != member.compress_type or not _is_named(member, name, flags):
            differs = True
            yield normal(member.filename), DIFFERS
        end = start + _HEADER.size + name_length + extra_length + member.compress_size
        if flags & _DEFERRED:
            end += _descriptor(file, end, member)
    if not differs and (hidden or _is_hidden(file, end, archive.start_dir, after_a_member=end > 0)):
        yield "", HIDDEN


def _is_named(member: zipfile.ZipInfo, name: bytes, flags: int) -> bool:
    """Whether `name`, as the header has it, and any other name in the directory are those of `member`."""
    try:
        said = name.decode("utf-8" if flags & _UTF_8 else "cp437")
    except UnicodeDecodeError:
        return False
    extra, at = member.extra, 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _OTHER_NAME and extra[at + 9 : at + 4 + length] != member.orig_filename.encode():
            return False
        at += 4 + length
    return said == member.orig_filename


def _descriptor(file: IO[bytes], at: int, member: zipfile.ZipInfo) -> int:
    """Bytes of the descriptor at `at`, which says the sizes of `member` again; 0 where none does."""
    file.seek(at)
    data = file.read(_DESCRIPTOR_BYTES)
    sizes = member.compress_size, member.file_size
    for kind in ("<L2Q", "<3L"):
        if kind == "<3L" and max(sizes) > _UNKNOWN:
            break
        said = struct.pack(kind, member.CRC, *sizes)
        for expected in (b"PK\x07\x08" + said, said):
            if data.startswith(expected):
                return len(expected)
    return 0


def _is_hidden(file: IO[bytes], start: int, end: int, *, after_a_member: bool) -> bool:
    """Whether what lies between `start` and `end` may be taken for members. Zeros are padding, and what comes before
    the first member may be a program."""
    file.seek(start)
    last = b""
    while start < end and (data := file.read(min(_PIECE, end - start))):
        start += len(data)
        if (after_a_member and data.strip(b"\0")) or _SIGNATURE in last + data:
            return True
        last = data[-3:]
    return False
