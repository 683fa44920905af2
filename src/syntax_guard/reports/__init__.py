"""A finished result as text: one small renderer a format, and what they share.

A renderer yields whole lines. It prints nothing and reads no environment; where the text goes and whether it has
colour is the command line's business. Only the renderer that is asked for is imported: a commit that is refused
should not wait for ``json`` or ``xml``.
"""

from __future__ import annotations

from ..options import FORMATS as FORMATS
from .wording import start_line as start_line
from .wording import statistics as statistics
from .wording import summary_line as summary_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Result

COLORED = ("full",)
"""The formats that a person reads on a terminal."""


def render(name: str, result: Result, *, color: bool = False) -> Iterator[str]:
    """Return the lines of ``result`` in the format ``name``, one of FORMATS; ``color`` counts for COLORED alone.

    Raises ValueError for another name.
    """
    if name not in FORMATS:
        raise ValueError(f"no such report format: {name}")
    from importlib import import_module

    room = import_module("." + name.replace("-", "_"), __name__)
    lines: Iterator[str] = room.render(result, color=color) if name in COLORED else room.render(result)
    return lines
