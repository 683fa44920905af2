"""Why a question could not be asked. Each kind ends a run with exit code 2 and one line that says what to do."""

from __future__ import annotations


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
    """The settings file at `path` cannot be read or used."""

    def __init__(self, path: str, why: SettingsError) -> None:
        super().__init__(why.message, why.hint)
        self.path = path


class SourcesError(SyntaxGuardError):
    """There is nothing to check, or a path that was named does not exist."""


class GitError(SyntaxGuardError):
    """git is missing, this is no repository, or git failed."""


class TargetError(SyntaxGuardError):
    """No interpreter answers for a target."""


class ResourcesError(SyntaxGuardError):
    """A limit of this process or of its container leaves too little to judge with."""
