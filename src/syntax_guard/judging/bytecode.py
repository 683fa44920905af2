"""Bytecode as a proof, and the bytecode that a scan writes (PEP 552, PEP 3147).

A ``.pyc`` that this interpreter would load for a source proves that the source compiled. That is as true as the
source's time and size: a user who can change a file and keep both makes Python itself run the old code.

Runs in this process and, like `_compile_worker`, as a worker: then a source comes with the path and the stamp that it
had, and the code that the verdict took is written where an import looks for it.
"""

from __future__ import annotations

import os
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash

from ..processes import _compile_worker
from ..processes.forked_call import halves
from ..sources.readers import File, UnreadableError, read_file
from ..storage.whole_file import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

    from ..model import Source, Version
    from ..sources.readable import Readable

SUFFIX = ".py"
"""What an import looks for. Stubs, scripts and ``.pyw`` have no bytecode."""
UNWRITTEN = "BytecodeNotWritten"
"""The kind of a warning that is none of the source's: its code could not be written."""
HEAD_BYTES = 16
_WORTH_A_COPY = 512
"""Files from which on a copy of this process looks at half of them."""
_CODE = (b"\xe3", b"\x63")
"""How marshal begins a code object, which may be marked as one that is referred to again."""
_PIECE = 1 << 20
_WORD = 0xFFFFFFFF
_BY_TIME, _CHECKED_HASH = b"\0\0\0\0", b"\3\0\0\0"


def unproven(files: Sequence[Readable], scripts: frozenset[tuple[int, ...]] = frozenset()) -> list[Readable]:
    """Those of `files` that no bytecode of this interpreter speaks for: `scripts` are compiled at each start."""
    suffix = _suffix()

    def proven(files: Sequence[Readable]) -> bytes:
        return bytes(
            isinstance(file, File) and file.identity not in scripts and is_current(file, suffix) for file in files
        )

    return [file for file, known in zip(files, halves(proven, files, _WORTH_A_COPY), strict=True) if not known]


def is_current(file: File, suffix: str | None = None) -> bool:
    """Whether this interpreter would load bytecode for `file`, made from the source as it is now.

    Bytecode by hash counts where the hash is right, whether an import would look at it or not.
    """
    if not file.path.endswith(SUFFIX):
        return False
    size, modified = file.stamp[:2]
    try:
        descriptor = os.open(_path(file.path, suffix or _suffix()), os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return False
    try:
        head = os.read(descriptor, HEAD_BYTES + 1)
        body = head[HEAD_BYTES:] + _rest(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    if head[:4] != MAGIC_NUMBER or head[HEAD_BYTES:] not in _CODE:
        return False
    if head[4:8] == _BY_TIME:
        return head[8:HEAD_BYTES] == _time_and_size(size, modified) and _loads(body)
    try:
        hashed = head[4] in (1, 3) and head[5:8] == b"\0\0\0"
        return hashed and head[8:HEAD_BYTES] == source_hash(read_file(file.path)) and _loads(body)
    except UnreadableError:
        return False


def _rest(descriptor: int) -> bytes:
    parts = [os.read(descriptor, _PIECE)]
    while parts[-1]:
        parts.append(os.read(descriptor, _PIECE))
    return b"".join(parts)


def _loads(body: bytes) -> bool:
    """Whether an import would get code out of `body`. Bytecode that cannot be loaded proves nothing."""
    import marshal

    try:
        return isinstance(marshal.loads(body), type(_loads.__code__))  # noqa: S302  # what an import does, too
    except (EOFError, ValueError, TypeError, MemoryError, OverflowError):
        return False


def framed(source: Source, by: str) -> bytes:
    """`source` as `judge` takes it, for bytecode that names it `by` ``time`` (and size) or by ``hash``."""
    if source.stamp is None or not source.path.endswith(SUFFIX):
        return b"\0\0" + source.data
    header = _BY_TIME + _time_and_size(*source.stamp[:2]) if by == "time" else _CHECKED_HASH + source_hash(source.data)
    return b"%b\0%b\0" % (os.fsencode(os.path.abspath(source.path)), header.hex().encode()) + source.data


def judge(frame: bytes, floor: Version | None = None) -> Any:
    """As ``_compile_worker.judge``, or with a `floor` as ``emulate.judge``, for what `framed` made.

    Writes the code of a source that compiles. If that cannot be done, the answer says so.
    """
    path, header, data = frame.split(b"\0", 2)
    if not path:
        return _answer(data, floor)
    kept: list[CodeType] = []
    name = os.fsdecode(path)
    answer = _answer(data, floor, name, kept.append)
    if kept:
        try:
            _write(name, bytes.fromhex(header.decode()), _optimized(data, name, kept[0]))
        except OSError as error:  # a read-only tree: an import compiles again
            return _with_unwritten(answer, f"{os.path.dirname(_path(name, _suffix()))}: {error.strerror}")
    return answer


def _with_unwritten(answer: Any, reason: str) -> Any:
    """`answer`, and the `reason` why no code was written, in the place of a warning: `unwritten` takes it out again."""
    answer = answer or {"error": None, "warnings": []}
    entry = {"kind": UNWRITTEN, "message": reason, "line": None}
    return {**answer, "warnings": [*answer["warnings"], entry]}


def _answer(data: bytes, floor: Version | None, *named: Any) -> Any:
    if floor is None:
        return _compile_worker.judge(data, *named)
    from . import emulate

    return emulate.judge(data, floor, *named)


def main(floor: str, optimize: str, *arguments: str) -> None:
    """Become a worker (see ``_compile_worker.main``) that writes code of this level of optimization.

    It answers down to the version `floor`, such as ``3.8``, or where that is empty for itself alone.
    """
    global _level
    _level = int(optimize)
    version = tuple(map(int, floor.split("."))) if floor else None
    _compile_worker.main(lambda frame: judge(frame, version), *arguments)  # type: ignore[arg-type]


_level = sys.flags.optimize


def _optimized(data: bytes, name: str, code: CodeType) -> CodeType:
    return compile(data, name, "exec", 0, True, _level) if _level else code


def _suffix() -> str:
    return "." + cache_from_source("x.py", optimization=_level or "").rpartition("x.")[2]


def _path(source: str, suffix: str) -> str:
    if sys.pycache_prefix is not None:
        return cache_from_source(os.path.abspath(source), optimization=_level or "")
    folder, slash, name = source.replace(os.sep, "/").rpartition("/")
    return f"{folder}{slash}__pycache__/{name.removesuffix(SUFFIX)}{suffix}"


def _time_and_size(size: int, modified: int) -> bytes:
    """Time and size as a header of bytecode has them; `modified` in ns."""
    return (modified // 1_000_000_000 & _WORD).to_bytes(4, "little") + (size & _WORD).to_bytes(4, "little")


def _write(source: str, header: bytes, code: CodeType) -> None:
    """Put `code` where an import looks for it, whole or not at all, with the source's mode as importlib does."""
    import marshal

    path = _path(source, _suffix())
    os.makedirs(os.path.dirname(path), exist_ok=True)
    mode = (os.stat(source).st_mode | 0o200) & 0o666
    replace(path, (MAGIC_NUMBER + header + marshal.dumps(code),), mode)
