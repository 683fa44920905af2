"""Where Pythons are looked for, and remembered."""

from __future__ import annotations

import os

from ..config.settings import state_folder
from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..config.settings import Settings
    from ..model import Version
    from .discovery import Search

TIMEOUT = 10.0
"""Seconds that an executable has to say which Python it is."""


class Machine(Record):
    """Where Pythons are looked for, and what is remembered of it."""

    environ: Mapping[str, str]
    memory: str | None = None
    """The folder in which searches are remembered, or None to remember nothing."""
    key: bytes = b""
    """A secret, or nothing: what is remembered under one key counts under no other."""
    state: str | None = None
    """The folder of this user's own key, which counts where `key` is nothing; None: nothing is sealed."""
    fresh: bool = False
    """True: search again, and remember the result."""
    timeout: float = TIMEOUT
    python_setting: str = "--python"
    """What names executables: the flag, or its variable."""
    version_setting: str = "--target-version"
    """What names versions, likewise."""
    searches: dict[Version, Search] | None = None
    """What was found since one run began, where that asks again and again; None: each time is looked up."""


def machine_of(settings: Settings) -> Machine:
    """Where a run with `settings` looks for Pythons."""
    memory = settings.cache_dir if settings.cache else None
    state = settings.state_dir or state_folder(os.environ)
    return Machine(
        os.environ,
        memory,
        settings.cache_key,
        state,
        python_setting=settings.setting("python"),
        version_setting=settings.setting("target-version"),
    )
