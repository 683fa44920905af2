"""A result about git's index, as a person in a folder of the work tree reads it."""

from __future__ import annotations

import os

from .path_names import from_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Result


def seen_from_here(result: Result, top: str) -> Result:
    """`result`, whose paths were from the folder `top`, with paths from the current folder."""
    seen = from_here(top)
    found = (one.evolve(path=seen(one.path)) for one in result.diagnostics)
    skipped = (one.evolve(path=seen(one.path) + "/" * one.path.endswith("/")) for one in result.skipped)
    return result.evolve(diagnostics=tuple(found), skipped=tuple(skipped), root=os.getcwd())
