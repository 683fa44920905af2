"""The settings of a run where the ``pyproject.toml`` above it cannot be used, and is not what is judged."""

from __future__ import annotations

import os

from ..config.settings import FILE, OF_A_FILE, load
from ..errors import GitError, SettingsFileError
from .output import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..config.settings import Settings

STAGED, COMMITTED = "", "HEAD"


def loaded(flags: Mapping[str, Any], folder: str, revision: str | None = None) -> Settings:
    """As `load`, with the variables of this process.

    Args:
        flags: What the command line gave, by field name.
        folder: Where the run stands.
        revision: Of a gate that judges no work tree, where git holds the file: `STAGED` or `COMMITTED`.

    Returns:
        The settings; those that git holds in place of a file that cannot be used.

    Raises:
        SettingsError: A value cannot be used, wherever it counts.
    """
    try:
        return load(flags, os.environ, folder)
    except SettingsFileError as error:
        return in_place_of(error, flags, folder, revision)


def in_place_of(error: SettingsFileError, flags: Mapping[str, Any], folder: str, revision: str | None) -> Settings:
    """The settings where `error` is about a file that git does not track, or that is not what is judged.

    Args:
        error: Why the file cannot be used.
        flags: As in `loaded`.
        folder: As in `loaded`.
        revision: As in `loaded`.

    Returns:
        The settings of the file that git holds, or else the usual ones.

    Raises:
        SettingsError: The file is named, is judged, or cannot be used there either.
    """
    where = os.path.dirname(os.path.abspath(error.path))
    named = flags.get("config") or os.environ.get("SYNTAX_GUARD_CONFIG")
    tracked = None if named else _tracks(where)
    if tracked is None or (tracked and revision is None):
        raise error
    values = _held(where, revision, error) if tracked and revision is not None else {}
    if revision is not None:
        said = "what git holds counts" if tracked else "git does not track it"
        note(f"{error.message}; it is ignored: {said}")
    settings = load({**flags, "isolated": True}, os.environ, folder)
    own = {field: value for field, value in values.items() if field not in settings.overrides.union(OF_A_FILE)}
    if own.get("cache") is False:
        own["cache_dir"] = None
    return settings.evolve(**own, projects=True)


def _tracks(folder: str) -> bool | None:
    """Whether git tracks the file in `folder`; None outside of a work tree."""
    from ..sources import git  # asked where a file cannot be used, which is rare

    try:
        return bool(git.run(folder, "ls-files", "-z", "--", FILE))
    except GitError:
        return None


def _held(folder: str, revision: str, error: SettingsFileError) -> dict[str, Any]:
    """The settings of the file in `folder` as `revision` holds it. Raises `error` where they cannot be used."""
    from ..config.own_table import settings_in
    from ..errors import SettingsError
    from ..sources import git

    content, status = git.answer(folder, "cat-file", "blob", f"{revision}:./{FILE}")
    try:
        return {} if status else settings_in(content, error.path)
    except SettingsError:
        raise error from None
