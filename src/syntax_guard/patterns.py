"""Patterns of ``.gitignore`` over paths."""

from __future__ import annotations

import os

from .errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def matcher(patterns: Sequence[str], root: str, setting: str, folder: str = ".") -> Callable[[str], bool]:
    """Return a test of whether a path matches `patterns`, which are relative to the folder `root`.

    The path is relative to `folder`, or absolute; a folder's own path ends in a slash. Raises `SettingsError`, naming
    `setting`, for a pattern that git would not take. Without patterns nothing matches, and nothing is imported.
    """
    if not patterns:
        return lambda _: False
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise SettingsError(f"{setting}: {error}") from None
    below = os.path.relpath(folder, root).replace(os.sep, "/")
    prefix = "" if below == "." else below + "/"

    def matches(path: str) -> bool:
        if os.path.isabs(path) or path.startswith("..") or prefix.startswith(".."):
            inside = os.path.relpath(os.path.join(folder, path), root).replace(os.sep, "/") + (
                "/" if path.endswith("/") else ""
            )
            return spec.match_file(inside.lstrip("./") if inside.startswith("..") else inside)
        return spec.match_file(prefix + path.removeprefix("./"))

    return matches
