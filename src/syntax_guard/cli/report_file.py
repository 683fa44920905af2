"""The file that `--output-file` names: it is written whole or stays as it was, and no source is lost to it."""

from __future__ import annotations

import os
import stat

from ..config.settings import SPEAKING
from ..errors import UsageError
from ..sources.archives.recognise import is_archive
from ..sources.file_types import is_python_name, looks_like_python
from ..storage.whole_file import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = frozenset(map(os.path.basename, SPEAKING))
NOTEBOOK = ".ipynb"


def refuse_sources(path: str, named: Iterable[str], settings_file: str | None, setting: str) -> None:
    """Raise `UsageError` where a report at `path` would take the place of a source, a declaration or a file of git.

    `named` are the paths that are judged, or the list that names them, `settings_file` is the one in use, and `setting`
    is what says `path`. A script and an archive that are there are sources, too.
    """
    target = os.path.realpath(path)
    name = os.path.basename(target)
    kept = [os.path.realpath(each) for each in (*named, settings_file) if each]
    if (
        _is_of_git(target)
        or name in KEPT
        or name.endswith(NOTEBOOK)
        or is_python_name(name)
        or (os.path.isfile(target) and (looks_like_python(target) or is_archive(target)))
        or target in kept
        or _is_same(target, kept)
    ):
        raise UsageError(
            f"{setting} {path}: a report would overwrite a source, settings or what git keeps", "name a file of its own"
        )


def _is_of_git(path: str) -> bool:
    """Whether `path` lies in a folder that git keeps its own in, whatever it is called: that of a server, say."""
    above = path
    while above != (above := os.path.dirname(above)):
        if all(os.path.exists(os.path.join(above, part)) for part in ("HEAD", "objects", "refs")):
            return True
    return ".git" in path.split(os.sep)


def _is_same(path: str, others: Iterable[str]) -> bool:
    """Whether `path` is another name for one of the regular files `others`."""
    try:
        return any(os.path.isfile(other) and os.path.samefile(path, other) for other in others)
    except OSError:  # there is no such file yet
        return False


def write_report(path: str, lines: Iterable[str], setting: str) -> None:
    """Write all of `lines` to `path`, which `setting` says, or leave what was there. Raises `UsageError` if that fails.

    A regular file is replaced, also one that a link leads to. What is no regular file (a device, a FIFO) is written to.
    """
    try:
        try:
            status = os.stat(path)
        except FileNotFoundError:
            _replace(os.path.realpath(path), lines, None)
            return
        stream = _standard_stream(status)
        if stream is not None:
            _write_to(os.dup(stream), lines)
        elif stat.S_ISREG(status.st_mode):
            _replace(os.path.realpath(path), lines, status.st_mode)
        else:
            _write_into(path, lines)
    except OSError as error:
        raise UsageError(f"{setting} {path}: {error.strerror}", "name a file that can be written") from None


def _standard_stream(status: os.stat_result) -> int | None:
    """The descriptor of standard output or error where that is what `status` is of: ``/dev/stdout`` is a pipe, a file.

    It is written to as it is open: a socket has no path to open again, and a file goes on where others have written.
    """
    for descriptor in (1, 2):
        try:
            if os.path.samestat(os.fstat(descriptor), status):
                return descriptor
        except OSError:  # it is closed
            pass
    return None


def _replace(path: str, lines: Iterable[str], mode: int | None) -> None:
    replace(path, (line.encode("utf-8", "backslashreplace") for line in lines), 0o666 if mode is None else 0o600)
    if mode is not None:
        os.chmod(path, stat.S_IMODE(mode))


def _write_into(path: str, lines: Iterable[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO without a reader is an error
    if hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, True)
    _write_to(descriptor, lines)


def _write_to(descriptor: int, lines: Iterable[str]) -> None:
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(lines)
