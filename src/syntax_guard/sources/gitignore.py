"""Patterns of ``.gitignore`` over paths."""

from __future__ import annotations

import os
import re

from ..errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pathspec import GitIgnoreSpec

    from .gitignore_brackets import Brackets


def matcher(patterns: Sequence[str], root: str, setting: str, folder: str = ".") -> Callable[[str], bool]:
    """Make a test of whether a path matches patterns of ``.gitignore``. Without patterns nothing is imported.

    Args:
        patterns: Relative to the folder `root`.
        root: A folder.
        setting: Where the patterns come from, for the error.
        folder: What the tested paths are relative to, unless they are absolute.

    Returns:
        A function of a path; that of a folder ends in a slash.

    Raises:
        SettingsError: Git would not take one of the patterns.
    """
    if not patterns:
        return lambda _: False
    decided = deciding(patterns, root, setting, folder)
    return lambda path: decided(path) is not None


def deciding(patterns: Sequence[str], root: str, setting: str, folder: str = ".") -> Callable[[str], int | None]:
    """As `matcher`: return a function that says which of `patterns` matches a path, by its position; None for none.

    Raises:
        SettingsError: As of `matcher`.
    """
    from pathspec import GitIgnoreSpec

    from .gitignore_brackets import Brackets

    brackets = Brackets()
    try:
        plain = [brackets.taken_out(_plain(_as_bytes(pattern))) for pattern in patterns]
        ignored = _Ignored(GitIgnoreSpec.from_lines(plain), brackets)
    except ValueError as error:
        raise SettingsError(f"{setting}: {error}", "patterns are those of .gitignore") from None
    below = _from(root, folder)
    prefix = "" if below == "." else below + "/"

    def decides(path: str) -> int | None:
        if os.path.isabs(path) or path.startswith("..") or prefix.startswith(".."):
            inside = _from(root, os.path.join(folder, path)) + ("/" if path.endswith("/") else "")
            return ignored(_as_bytes(_PARENTS.sub(f"{_OUTSIDE}/", inside)))
        return ignored(_as_bytes(prefix + path.removeprefix("./")))

    return decides


_OUTSIDE = "\0"
"""A folder in place of the ``..`` of a path outside of the root: names still count there, and no anchored pattern."""
_PARENTS = re.compile(r"^(?:\.\.(?:/|$))+")


def _as_bytes(text: str) -> str:
    """`text` with a character for each of its bytes: git compares bytes, and ``?`` matches one."""
    return text if text.isascii() else text.encode(errors="surrogatepass").decode("latin-1")


def _from(root: str, path: str) -> str:
    """`path` relative to `root`, with forward slashes."""
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # on another drive of Windows: its names still count
        return ".." + os.path.splitdrive(os.path.abspath(path))[1].replace(os.sep, "/")


_PIECE = r"(?:\\.|\[\^?\]?[^\]]*\](?!\*)|[^\\\[/()|?*+^$])"
"""What matches one character in pathspec's regular expressions."""
_STAR = re.compile(rf"\[\^/\]\*({_PIECE}+)(?=\[\^/\]\*)")
_FOLDERS = re.compile(r"\(\?:/\.\+\)\?(/(?:\\.|\[\^?\]?[^\]]*\]|[^\\\[()])+)(?=\(\?:/\.\+\)\?)")


def _bounded(pattern: str) -> str:
    """The regular expression `pattern`, as pathspec makes it, without the tries that cannot help.

    What stands between two ``*`` is found where it comes first, and so is what stands between two ``**``. Another try
    at a later place cannot match more. Each such step is a group that is not entered again: a lookahead and what it
    found (Python 3.10 has no atomic groups).
    """
    number = 0

    def once(step: str) -> str:
        nonlocal number
        number += 1
        return f"(?=(?P<step{number}>{step}))(?P=step{number})"

    pattern = re.sub(r"(?:\[\^/\]\*){2,}", "[^/]*", pattern)
    pattern = _FOLDERS.sub(lambda found: once(f"(?:/.+?)??{found[1]}(?=/)"), pattern)
    return _STAR.sub(lambda found: once(f"[^/]*?{found[1]}"), pattern)


class _Ignored:
    """By which pattern git would ignore a path: by that for a folder above it, and else by the last one for it.

    pathspec lets a pattern for a folder match all that the folder holds, so that a later ``!`` can take back what git
    has left behind with the folder. Here each name on the way to the path is decided by itself, as git does.
    """

    def __init__(self, spec: GitIgnoreSpec, brackets: Brackets) -> None:
        self._patterns = [
            (re.compile(brackets.put_back(_bounded(one.regex.pattern))), position if one.include else None)
            for position, one in enumerate(spec.patterns)
            if one.regex and one.include is not None
        ]
        self._patterns.reverse()
        self._folders: dict[str, int | None] = {"": None, _OUTSIDE: None}

    def __call__(self, path: str) -> int | None:
        if path.endswith("/"):
            return self._below(path.rstrip("/"))
        return _later(self._below(path.rpartition("/")[0]), self._decided(path))

    def _below(self, folder: str) -> int | None:
        """The pattern by which `folder` is ignored, or one above it."""
        unknown = []
        while folder not in self._folders:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        ignored = self._folders[folder]
        for folder in reversed(unknown):
            ignored = self._folders[folder] = _later(ignored, self._decided(folder + "/"))
        return ignored

    def _decided(self, path: str) -> int | None:
        """What the last pattern for this very path says; a folder's path ends in a slash."""
        name = path.rstrip("/")
        for regex, position in self._patterns:
            found = regex.search(name)
            if found and _end(found) in (-1, len(name)):
                return position
            if name != path and any(_end(found) == len(name) for found in regex.finditer(path)):
                return position
        return None


def _later(above: int | None, own: int | None) -> int | None:
    """The later one of the pattern for a folder and that for something in it, which takes nothing back."""
    return own if above is None or (own is not None and own > above) else above


def _plain(pattern: str) -> str:
    """`pattern` in a spelling that pathspec reads as git does: it takes ``a/**/`` for ``a/``."""
    return f"{pattern[:-1]}/*/" if pattern.endswith("/**/") else pattern


def _end(found: re.Match[str]) -> int:
    """Where the slash is after the folder that a pattern `found` (pathspec's group ``ps_d``), or -1."""
    return found.start("ps_d") if "ps_d" in found.re.groupindex else -1
