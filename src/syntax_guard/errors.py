"""Why a question could not be asked. Each kind ends a run with exit code 2 and one line that says what to do."""

from __future__ import annotations

import os


class SyntaxGuardError(Exception):
    """The question could not be asked.

    ``message`` says what is wrong, ``hint`` (or None) what to do about it; both are one line.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SyntaxGuardError):
    """The command line asks for something that does not exist or does not fit together."""


class SettingsError(SyntaxGuardError):
    """A setting in ``pyproject.toml``, the environment or a flag cannot be used."""


class SettingsFileError(SettingsError):
    """The file at `path` holds settings, or what else a project declares, and cannot be read or used.

    ``said`` is what is wrong, at ``line`` and ``column`` if these are known.
    """

    def __init__(
        self, path: str, said: str, hint: str | None, line: int | None = None, column: int | None = None
    ) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {said}", hint)
        self.path, self.said, self.line, self.column = path, said, line, column

    def called(self, path: str) -> SettingsFileError:
        """The same error about the same file, which is called `path`."""
        return SettingsFileError(path, self.said, self.hint, self.line, self.column)


class SourcesError(SyntaxGuardError):
    """There is nothing to check, or a path that was named does not exist."""


class GitError(SyntaxGuardError):
    """git is missing, this is no repository, or git failed."""


class ExcludedError(SourcesError):
    """All that a search found is left out, such as `path`."""

    def __init__(self, message: str, path: str, by: str = "`exclude`") -> None:
        super().__init__(message, f"look at {by}, or name other paths")
        self.path = path


class TargetError(SyntaxGuardError):
    """No interpreter answers for a target."""


class ResourcesError(SyntaxGuardError):
    """A limit of this process or of its container leaves too little to judge with."""


def relative(path: str, start: str = os.curdir) -> str:
    """`path` as every message names it: as seen from the folder `start`, with ``/``.

    Where Windows has the two on different drives, it is the whole path.
    """
    try:
        seen = os.path.relpath(path, start)
    except ValueError:
        seen = os.path.abspath(path)
    return seen.replace(os.sep, "/")
