"""Judges sources inside the Python that runs it.

Imported by syntax-guard, and started as a script by any CPython from 3.8 on (``python3.X -I -S _compile_worker.py …``),
so that one function judges everywhere. Standard library only, Python 3.8 grammar, no import of ours.

The wire: once started, the script writes ``TOKEN NAME VERSION`` and a line feed; whatever reached standard output
before that is noise and not a verdict. Numbers are 8 bytes, big-endian. A request is the number of its sources, their
lengths, and the sources. Its answers come one by one, in that order, each a length and so many bytes: none for
a source that is valid and silent, else JSON as ``judge`` returns it.
"""

from __future__ import annotations

import os
import sys
from time import monotonic, process_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

NAME = os.devnull + "/source"
"""The file name that `compile` is given: one that cannot be opened, since CPython opens the file of this name to quote
a line of it (``PyErr_ProgramTextObject``), and the same for all, since a verdict depends on the bytes alone."""

TEXT_LIMIT = 1000
"""Characters of ``SyntaxError.text`` and of a message, which may quote a name, that are passed on."""

MEMORY_BASE = 512 << 20
MEMORY_FACTOR = 4096
"""Bytes that a source may take, and more for each of its own. The densest (``a`` on each line) takes 1,200 on 3.14."""
LEFT_BYTES = MEMORY_BASE // MEMORY_FACTOR // 2
"""Bytes of sources that make so little difference to the limit that it need not be set anew: half of the base."""

RECURSION = 1000
"""Python's own limit (``Py_DEFAULT_RECURSION_LIMIT``), which up to 3.11 says how deep a source may be."""

# Before 3.13, columns of parser errors count bytes unless the source names its coding (``tok->encoding`` in pegen.c).
_COLUMNS_COUNT_BYTES = (3, 9) <= sys.version_info < (3, 13)
_BOM = b"\xef\xbb\xbf"


def judge(data: bytes, name: str = NAME, keep: Callable[[Any], object] | None = None) -> Any:
    """Compile `data` (bytes) as this interpreter would when importing it, without executing anything.

    The code of a source that compiles says that it is from the file `name`, and is given to `keep`.

    Returns None for a source that is valid and silent, else a reply, a dict of JSON values:

    - ``error``: None, or a dict with ``kind`` (the name of the exception's class), ``message``, ``line``, ``column``,
      ``end_line``, ``end_column`` and ``text``: ``SyntaxError``'s own fields, unread (None where it has none);
    - ``warnings``: a list of dicts with ``kind``, ``message`` and ``line``.

    This ignores ``-W``, ``PYTHONWARNINGS``, ``-O`` and ``PYTHONINTMAXSTRDIGITS``. Every `Exception` of ``compile`` is a
    verdict: ``SyntaxError``, ``ValueError`` (null bytes before 3.11.4), ``RecursionError``, ``MemoryError``,
    ``UnicodeError``, ``OverflowError``, ``SystemError``.
    """
    if _heard is not None:
        return _judge(data, name, keep, _heard)
    digits = _set_digits(_DIGITS)
    try:
        import warnings

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            return _judge(data, name, keep, caught)
    finally:
        _set_digits(digits)


_heard: list[Any] | None = None
"""Where warnings go, in a process that does nothing but judge."""
_DIGITS = getattr(sys.int_info, "default_max_str_digits", None)


def become_judge() -> None:
    """Have this process do nothing but `judge` from now on: what that needs is set up once and not each time."""
    global _heard
    import warnings

    sys.setrecursionlimit(RECURSION)
    _set_digits(_DIGITS)
    _heard = warnings.catch_warnings(record=True).__enter__()
    warnings.simplefilter("always")


def _judge(data: bytes, name: str, keep: Callable[[Any], object] | None, caught: list[Any]) -> Any:
    caught.clear()
    error = None
    try:
        code = _compile(data, name)
        if keep is not None:
            keep(code)
    except Exception as problem:  # noqa: BLE001 - whatever compile raises is this source's verdict
        error = _fields(problem)
        quoted = error["text"]
        if _COLUMNS_COUNT_BYTES and quoted and not quoted.isascii() and not data.startswith(_BOM):
            error = _with_character_columns(error, data)
    if error is not None and name != NAME:
        return _judge(data, NAME, None, caught)  # the words of a verdict hold no name of a file
    if error is None and not caught:
        return None
    said: list[dict[str, Any]] = []
    for warning in caught:
        message = str(warning.message)[:TEXT_LIMIT]
        entry = {"kind": warning.category.__name__, "message": message, "line": warning.lineno}
        if entry not in said[-20:]:  # a source that fails is parsed twice, and warned of twice
            said.append(entry)
    return {"error": error, "warnings": said}


def _compile(data: bytes, name: str = NAME) -> Any:
    return compile(data, name, "exec", 0, True, 0)


def _fields(problem: Exception) -> dict[str, Any]:
    own = problem if isinstance(problem, SyntaxError) else None
    text = own.text if own else None
    return {
        "kind": type(problem).__name__,
        "message": str(own.msg if own else problem)[:TEXT_LIMIT],
        "line": own.lineno if own else None,
        "column": own.offset if own else None,
        "end_line": getattr(own, "end_lineno", None),
        "end_column": getattr(own, "end_offset", None),
        "text": text[:TEXT_LIMIT] if isinstance(text, str) else None,
    }


def _with_character_columns(error: dict[str, Any], data: bytes) -> dict[str, Any]:
    try:
        _compile(_BOM + data)
    except SyntaxError as same:
        again = _fields(same)
        if all(again[name] == error[name] for name in ("kind", "message", "line")):
            return again
    except Exception:  # noqa: BLE001, S110 - the first answer stands
        pass
    return error


def _set_digits(limit: int | None) -> int | None:
    """Set the longest integer literal (in digits) unless `limit` is None; return what it was, or None if unchanged."""
    if limit is None or sys.get_int_max_str_digits() == limit:
        return None
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    return before


def serve(judge: Callable[[bytes], Any], receive: BinaryIO, send: Callable[[bytes], None]) -> None:
    """Answer requests until `receive` (a binary stream) ends; `send` takes the bytes of one answer."""
    while True:
        try:
            lengths = [_number(receive) for _ in range(_number(receive))]
            sources = [_exactly(receive, length) for length in lengths]
        except EOFError:
            return
        for data in sources:
            answer = judge(data)
            body = b""
            if answer is not None:
                import json  # green sources, nearly all, do without

                body = json.dumps(answer).encode()
            send(len(body).to_bytes(8, "big") + body)


def _number(stream: BinaryIO) -> int:
    return int.from_bytes(_exactly(stream, 8), "big")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def limited(judge: Callable[[bytes], Any], seconds: int, memory: int) -> Callable[[bytes], Any]:
    """Return `judge` under limits of the operating system for each source: CPU `seconds`, and address space in bytes.

    No source may bring the process over `memory`, and none may take more than its length accounts for: what would take
    gigabytes for a few lines has its verdict before it has filled them. The asking process keeps the time too; this
    limit is for the case that it is gone. A number of 0 is no limit. Where the system has no such limits (Windows),
    `judge` is returned as it is.
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return judge
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if memory:
        most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        pages = _open_statm()
        if pages is not None:
            judge = _in_proportion(judge, pages, most, hard)
    hard_seconds = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if not seconds or hard_seconds != resource.RLIM_INFINITY:
        return judge

    fresh_until = 0.0

    def judge_in_time(data: bytes) -> Any:
        nonlocal fresh_until
        now = monotonic()
        if now > fresh_until:
            used = process_time()
            end = int(used) + seconds + 2
            fresh_until = now + end - used - seconds - 1  # a second is left besides, if it was busy all the while
            resource.setrlimit(resource.RLIMIT_CPU, (end, hard_seconds))
        return judge(data)

    return judge_in_time


def address_space() -> int:
    """Bytes of address space that this process has; 0 where the system does not say."""
    pages = _open_statm()
    if pages is None:
        return 0
    try:
        return _in_use(pages)
    finally:
        os.close(pages)


def _open_statm() -> int | None:
    if sys.platform == "win32":  # where anyone may make a folder \proc
        return None
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:  # no Linux
        return None


def _in_use(pages: int) -> int:
    """Bytes of address space, read from an open ``/proc/self/statm`` (proc(5))."""
    return int(os.pread(pages, 64, 0).split(None, 1)[0]) * os.sysconf("SC_PAGE_SIZE")


def _in_proportion(judge: Callable[[bytes], Any], pages: int, most: int, hard: int) -> Callable[[bytes], Any]:
    """`judge`, with no more address space than `most`, nor than a source adds by its length to what is in use.

    That is read from `pages`, an open ``/proc/self/statm``: what earlier sources left behind is not this one's. It is
    read again for a source that is longer, or shorter by `LEFT_BYTES`, and after so many bytes of sources.
    """
    import resource

    longest = left = -1

    def judge_in_proportion(data: bytes) -> Any:
        nonlocal longest, left
        length = len(data)
        left -= length
        if left < 0 or not longest - LEFT_BYTES <= length <= longest:
            allowed = _in_use(pages) + MEMORY_BASE + MEMORY_FACTOR * length
            resource.setrlimit(resource.RLIMIT_AS, (min(allowed, most), hard))
            longest, left = length, LEFT_BYTES
        return judge(data)

    return judge_in_proportion


def end_with(lifeline: int) -> None:
    """End this process as soon as the other end of the pipe `lifeline` is closed, even in the middle of `compile`.

    The kernel does it: nothing is ever written into that pipe, so the first that can be read from it is its end, and
    the system sends SIGIO then, which kills. Where the system has no such signal (Windows), nothing is done.
    """
    try:
        import fcntl  # not on Windows
    except ImportError:
        return
    import _signal  # type: ignore[import-not-found]  # `signal` imports enum

    _signal.signal(_signal.SIGIO, _signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    try:
        os.read(lifeline, 1)
    except BlockingIOError:  # open
        return
    os._exit(1)


def main(judge: Callable[[bytes], Any], token: str, seconds: str, memory: str, lifeline: str) -> None:
    """Become a worker on standard input and output. What any other code writes to standard output is dropped."""
    end_with(int(lifeline))
    become_judge()
    channel = os.dup(1)
    os.dup2(2, 1)

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(channel, view) :]

    names = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
    implementation = names.get(sys.implementation.name, sys.implementation.name)
    hello = f"{token} {implementation} {sys.version.split()[0]}\n"
    send(hello.encode())
    try:
        most = int(memory) and int(memory) + address_space()  # a container's limit may be less than an interpreter has
        serve(limited(judge, int(seconds), most), sys.stdin.buffer, send)
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(judge, *sys.argv[1:])
