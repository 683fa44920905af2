"""Patterns of ``.gitignore`` over paths."""

from __future__ import annotations

import os
import posixpath

from ..errors import SettingsError
from ..regex import regex
from .gitignore_pattern import DeadPatternError, read_pattern
from .path_names import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def matcher(patterns: Sequence[str], root: str, setting: str, folder: str = ".") -> Callable[[str], bool]:
    """Make a test of whether a path matches patterns of ``.gitignore``.

    Args:
        patterns: Relative to the folder `root`.
        root: A folder.
        setting: Where the patterns come from, for the error.
        folder: What the tested paths are relative to, unless they are absolute.

    Returns:
        A function of a path; that of a folder ends in a slash.

    Raises:
        SettingsError: One of the patterns can match nothing.
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
    ignored = _Ignored(patterns, setting)
    below = _from(root, folder)
    prefix = "" if below == "." else below + "/"

    def decides(path: str) -> int | None:
        if os.path.isabs(path) or path.startswith("..") or prefix.startswith(".."):
            inside = _from(root, os.path.join(folder, path)) + ("/" if path.endswith("/") else "")
            return ignored(_as_bytes(_PARENTS.sub(f"{_OUTSIDE}/", inside)))
        plain = path if _PLAIN.search(path) is None else posixpath.normpath(path) + "/" * path.endswith("/")
        return ignored(_as_bytes(prefix + plain))

    return decides


_OUTSIDE = "\0"
"""A folder in place of the ``..`` of a path outside of the root: names still count there, and no anchored pattern."""
_PLAIN = regex(r"(?:^|/)\.{0,2}/")
"""What a path has that names a folder twice, or takes one back."""
_PARENTS = regex(r"^(?:\.\.(?:/|$))+")


def _as_bytes(text: str) -> str:
    """`text` with a character for each of its bytes."""
    if text.isascii():
        return text
    try:
        return name_of(text).decode("latin-1")
    except UnicodeEncodeError:  # no file has this name here
        return text.encode(errors="surrogatepass").decode("latin-1")


def _from(root: str, path: str) -> str:
    """`path` relative to `root`, with forward slashes."""
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # on another drive of Windows: its names still count
        return ".." + os.path.splitdrive(os.path.abspath(path))[1].replace(os.sep, "/")


class _Ignored:
    """By which pattern git would ignore a path: by that for a folder above it, and else by the last one for it."""

    def __init__(self, lines: Sequence[str], setting: str) -> None:
        """Raises `SettingsError`."""
        self._patterns = []
        for position, line in enumerate(lines):
            try:
                pattern = read_pattern(_as_bytes(line))
            except DeadPatternError as error:
                why, hint = error.args
                raise SettingsError(f"{setting}: '{line[:100]}' matches nothing: {why}", hint) from None
            if pattern:
                self._patterns.append((pattern, None if pattern.takes_back else position))
        self._patterns.reverse()
        self._folders: dict[str, int | None] = {"": None, _OUTSIDE: None}

    def __call__(self, path: str) -> int | None:
        if path.endswith("/"):
            return self._below(path.rstrip("/"))
        return _later(self._below(path.rpartition("/")[0]), self._decided(path, is_folder=False))

    def _below(self, folder: str) -> int | None:
        """The pattern by which `folder` is ignored, or one above it."""
        unknown = []
        while folder not in self._folders:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        ignored = self._folders[folder]
        for folder in reversed(unknown):
            ignored = self._folders[folder] = _later(ignored, self._decided(folder, is_folder=True))
        return ignored

    def _decided(self, path: str, *, is_folder: bool) -> int | None:
        """What the last pattern for this very path says."""
        for pattern, position in self._patterns:
            if pattern.matches(path, is_folder=is_folder):
                return position
        return None


def _later(above: int | None, own: int | None) -> int | None:
    """The later one of the pattern for a folder and that for something in it, which takes nothing back."""
    return own if above is None or (own is not None and own > above) else above
