"""What a compose file builds."""

from __future__ import annotations

from ...model import Record


class Argument(Record):
    """What a build sets an ``ARG`` to; what only the environment knows holds a ``$``."""

    name: str
    value: str
    line: int | None = None
    """Where the compose file says so."""


class Build(Record):
    """One service of a compose file that is built here."""

    context: str
    """The folder that is built, relative to the top of the repository, ``""`` for the top itself. Where a variable
    decides, this and the next are as they are written."""
    dockerfile: str
    """Likewise, the file."""
    stage: str | None
    """``target``: the stage that is built; None for the last."""
    arguments: tuple[Argument, ...] = ()
    """``args``"""
    path: str = ""
    """The compose file."""
    line: int | None = None
    """Where it says which stage is built."""
