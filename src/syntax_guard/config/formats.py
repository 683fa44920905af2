"""The table of report formats: what each is called, and which readers it is for."""

from __future__ import annotations

from ..model import Record


class Format(Record):
    """A report format. Its renderer is the module of its name in ``reports``, with underscores."""

    name: str
    for_people: bool = False
    """People read it, so nothing stands in it where nothing was found, and a summary follows. Programs read others."""
    from_top: bool = False
    """A review tool reads it, which takes paths from the top of the repository."""
    in_log: bool = False
    """It stands in a log that people read as well, so they are told what a run noticed."""
    colored: bool = False
    """On a terminal it has colour: its renderer takes ``color``, and how the system of its reader writes paths."""


FORMATS = (
    Format("full", for_people=True, colored=True),
    Format("concise", for_people=True),
    Format("json"),
    Format("json-lines"),
    Format("github", from_top=True, in_log=True),
    Format("gitlab", from_top=True),
    Format("sarif", from_top=True),
    Format("junit", from_top=True),
    Format("rdjson", from_top=True),
)
"""The table of report formats. It stands here because the settings decide how a run prints; `reports` imports it."""
FORMAT_NAMES = tuple(each.name for each in FORMATS)
