"""The names of files in a list that a program writes, read as they come, as git's ``--pathspec-from-file`` has them."""

from __future__ import annotations

import os

from ..errors import SourcesError
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

LONGEST = 64 * 1024
"""Bytes of the longest name that is read; no system has paths as long as that."""
PIECE = 64 * 1024
ENDED_BY_ZERO = "if zero bytes end the names, use --null"
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v",
            b'"': b'"', b"\\": b"\\"}  # fmt: skip


def read_names(list_: IO[bytes], *, null: bool) -> Iterator[str]:
    """Yield each name in `list_`, one a line, or, where `null` says so, each up to a zero byte.

    A line may end in CR LF, and may be in quotes with the escapes of C, as git writes names. Empty lines are passed
    over.

    Raises:
        SourcesError: A line is no name, or the list cannot be read.
    """
    for number, line in enumerate(_pieces(list_, b"\0" if null else b"\n"), 1):
        name = line if null else _unquoted(line.removesuffix(b"\r"), number)
        if b"\0" in name:
            raise SourcesError(f"line {number} of the list of files holds a zero byte", ENDED_BY_ZERO)
        if name:
            yield path_name(name)


def _pieces(list_: IO[bytes], end: bytes) -> Iterator[bytes]:
    """Yield what stands between two `end` bytes, without holding more of `list_` than that."""
    left = b""
    while True:
        try:
            piece = os.read(list_.fileno(), PIECE)
        except OSError as error:
            raise SourcesError(
                f"the list of files cannot be read: {error.strerror}", "name a file that can be read"
            ) from None
        if not piece:
            break
        *whole, left = (left + piece).split(end)
        yield from whole
        if len(left) > LONGEST:
            raise SourcesError("the list of files holds a name that is too long", ENDED_BY_ZERO)
    if left:
        yield left


def _unquoted(line: bytes, number: int) -> bytes:
    """The name that stands in a `line`, which may be in quotes."""
    if not line.startswith(b'"'):
        return line
    if b"\0" not in line and os.path.lexists(path_name(line)):  # a program such as find writes names as they are
        raise SourcesError(
            f"line {number} of the list of files may name a file whose own name has the quotes",
            "write ./ before the name, or use --null",
        )
    name = bytearray()
    at = 1
    while at < len(line) - 1:
        character, at = line[at : at + 1], at + 1
        if character == b'"':
            break
        if character != b"\\":
            name += character
            continue
        escaped, digits = line[at : at + 1], line[at : at + 3]
        if escaped in _ESCAPES:
            name += _ESCAPES[escaped]
            at += 1
        elif len(digits) == 3 and not digits.strip(b"01234567") and digits[:1] < b"4":
            name.append(int(digits, 8))
            at += 3
        else:
            break
    else:
        if at == len(line) - 1 and line.endswith(b'"'):
            return bytes(name)
    raise SourcesError(
        f"line {number} of the list of files has quotes that do not fit together", "correct the quotes, or use --null"
    )
