"""What earlier searches found, so that the second commit starts no interpreter to ask which one it is.

One small text file in the user's cache folder, a line for each answer. It is a hint and no authority: a line holds
only while every file and folder that it depends on is the same, and a path counts only where a search would look now.
The file is not read unless it is this user's alone, and counts under the key that it was written under.
"""

from __future__ import annotations

import os
import time

from ..config.specifiers import parse
from ..errors import TargetError
from ..model import Interpreter, Record, label
from ..storage.key import seal
from .discovery import Search, holds, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import Version
    from ..storage.store import Store

_FILE = "pythons"
_HEADER = "syntax-guard: the Pythons of this machine, 1"
_MOST_LINES = 32
_SEAL_BYTES = 8
_MISSING_LASTS = 24 * 3600  # seconds; the Windows registry, for one, has no time stamp


class _Line(Record):
    """One answer: of a search for a version, or of an executable that was named."""

    key: str
    """The version that was searched, or the absolute path that was named."""
    when: int
    """Seconds since 1970."""
    version: str
    python: str
    """The executable, or empty where there is none."""
    name: str
    """``CPython 3.9.18``."""
    note: str
    """Why there is none, or empty."""
    watched: tuple[str, ...]
    stamps: tuple[str, ...]
    """Of each path in ``watched``."""


def recall_search(store: Store, version: Version, environ: Mapping[str, str]) -> Search | None:
    """The result of a search for ``version``, where nothing that it depends on has changed."""
    where, now = places(environ), time.time()
    for line in _read(store):
        if line.key != label(version) or line.key != line.version or not _unchanged(line):
            continue
        if line.python and holds(where, line.python):
            return Search(version, Interpreter(version, line.name, line.python), line.watched)
        covered = {place.folder for place in where}.issubset(line.watched)
        if not line.python and covered and now - _MISSING_LASTS < line.when <= now:
            return Search(version, None, line.watched, line.note)
    return None


def recall_named(store: Store, path: str) -> Interpreter | None:
    """What the executable ``path`` (absolute) said it was, where it has not changed since."""
    for line in _read(store):
        if line.key == path == line.python and _unchanged(line):
            return Interpreter(parse(line.version), line.name, line.python)
    return None


def remember(
    store: Store, key: str, interpreter: Interpreter | None, watched: tuple[str, ...], note: str | None = None
) -> None:
    """Writes an answer down, in place of an older one to the same question. What cannot be written is forgotten."""
    line = _Line(
        key,
        int(time.time()),
        label(interpreter.version) if interpreter else key,
        (interpreter and interpreter.python) or "",
        interpreter.name if interpreter else "",
        note or "",
        watched,
        tuple(map(_stamp, watched)),
    )
    others = [other for other in _read(store) if (other.key, other.watched) != (line.key, line.watched)]
    fields = [_fields(each) for each in (line, *others[: _MOST_LINES - 1])]
    if any("\t" in field or "\n" in field for field in fields[0]):
        return
    text = "\n".join([_HEADER, *("\t".join(each) for each in fields), ""])
    content = os.fsencode(text)
    store.replace(_FILE, seal(store.key, content) + content)


def _fields(line: _Line) -> list[str]:
    pairs = zip(line.watched, line.stamps, strict=True)
    first = [line.key, str(line.when), line.version, line.python, line.name, line.note]
    return first + [field for pair in pairs for field in pair]


def _read(store: Store) -> list[_Line]:
    """The lines of the file, newest first; none where it is damaged, or another user could have written it."""
    record = store.read(_FILE) or b""
    content = record[_SEAL_BYTES:]
    if record[:_SEAL_BYTES] != seal(store.key, content):
        return []
    try:
        header, *lines, end = os.fsdecode(content).split("\n")
        return [_parse(line) for line in lines] if header == _HEADER and not end else []
    except (ValueError, TargetError):
        return []


def _parse(text: str) -> _Line:
    """Raises `ValueError` for what ``remember`` did not write."""
    key, when, version, python, name, note, *rest = text.split("\t")
    if not rest or len(rest) % 2 or label(parse(version)) != version:
        raise ValueError(text)
    return _Line(key, int(when), version, python, name, note, tuple(rest[::2]), tuple(rest[1::2]))


def _unchanged(line: _Line) -> bool:
    if line.python and (line.python not in line.watched or not os.path.exists(line.python)):
        return False
    return all(_stamp(path) == stamp for path, stamp in zip(line.watched, line.stamps, strict=True))


def _stamp(path: str) -> str:
    """What changes when the file that ``path`` leads to is replaced, or a folder gets or loses an entry."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return "absent"
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
