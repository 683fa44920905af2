"""Objects of git, read without git: those with a file of their own, as a staged one has, and those in a few packs.

What is told here is proved: each object is called by the SHA-1 of its content (gitrepository-layout(5)).
"""

from __future__ import annotations

import os

from .git_files import NotPlainError, opened

_HEAD = 64
"""Bytes that the kind and the size of an object take at most."""


class Objects:
    """The objects of the git folder `inside`."""

    def __init__(self, inside: str) -> None:
        """Raises `NotPlainError` for a Python that lacks what it takes to read them."""
        try:
            from _sha1 import sha1  # type: ignore[import-not-found]  # hashlib's, without its imports
            from zlib import decompressobj, error
        except ImportError:
            raise NotPlainError from None
        self._folder = os.path.join(inside, "objects")
        self._digest = sha1
        self._unpacker = decompressobj
        self._damage = error

    def read(self, name: str, kind: bytes, most: int) -> bytes:
        """The content of the object called `name`, which is of a `kind`: ``blob``, ``tree`` or ``commit``.

        Raises `NotPlainError` where it is not here or damaged, and where it has more than `most` bytes.
        """
        try:
            stored = _read(os.path.join(self._folder, name[:2], name[2:]), most)
        except FileNotFoundError:  # it is in a pack
            from .git_packs import packed

            data = packed(os.path.join(self._folder, "pack"), name, kind, most, self._unpacked)
            content = b"%s %d\0" % (kind, len(data)) + data
        except OSError:
            raise NotPlainError from None
        else:
            content = self._unpacked(stored, most + _HEAD)
            head, _, data = content.partition(b"\0")
            if head != b"%s %d" % (kind, len(data)):
                raise NotPlainError
        if len(data) > most or self._digest(content, usedforsecurity=False).hexdigest() != name:
            raise NotPlainError
        return data

    def _unpacked(self, stored: bytes, most: int) -> bytes:
        """What was packed as `stored`. Raises `NotPlainError` for damage, and for more than `most` bytes."""
        unpacker = self._unpacker()
        try:
            content = unpacker.decompress(stored, most + 1)
        except self._damage:
            raise NotPlainError from None
        if not unpacker.eof or len(content) > most:
            raise NotPlainError
        return content


def _read(path: str, most: int) -> bytes:
    """The bytes of the file at `path`. Raises `OSError`, and `NotPlainError` for one that is too large to be plain."""
    file = opened(path)
    try:
        size = os.fstat(file).st_size
        if size > most + (1 << 16):
            raise NotPlainError
        return os.read(file, size)
    finally:
        os.close(file)
