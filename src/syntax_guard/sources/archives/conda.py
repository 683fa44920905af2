"""Conda packages of the second format: a zip that holds two tars that Zstandard compressed, ``info-`` and ``pkg-``."""

from __future__ import annotations

from ..file_types import SUFFIXES
from ..readers import UnreadableError
from . import tars
from .contents import Contents
from .tar_links import refuse_writing_through
from .zip_headers import contradictions
from .zips import TROUBLE, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO


def read(file: IO[bytes], size: int, suffixes: tuple[str, ...] = SUFFIXES) -> Contents:
    """The Python files and the metadata of the conda package in `file`, which is `size` bytes long.

    Raises `UnreadableError` where it is none, or where the library that unpacks it is not here.
    """
    whole = Contents(suffixes)
    with opened(file) as archive:
        parts = [part for part in archive.filelist if part.filename.endswith(".tar.zst")]
        if not any(part.filename.startswith("pkg-") for part in parts):
            raise UnreadableError("not a conda package: no pkg-*.tar.zst is in it")
        for part in parts:
            try:
                with archive.open(part) as packed:
                    contents = tars.read(packed, min(size, part.compress_size), suffixes)
            except TROUBLE as error:
                raise UnreadableError(f"{part.filename}: {' '.join(str(error).split())[:200]}") from None
            whole.join(contents)
        refuse_writing_through(whole)
        for name, reason in contradictions(archive, file):
            whole.refuse(name, reason)
    return whole
