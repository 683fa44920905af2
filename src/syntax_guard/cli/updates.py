"""What git writes to the standard input of a hook that is run for a push: a line for each ref."""

from __future__ import annotations

import sys

from ..errors import UsageError
from ..sources.path_names import path_name
from .output import waiting_for

LONGEST = 1 << 24
"""Bytes that are read."""
NO_SETTINGS = ("max-findings", "stdin-filename", "output-file", "run-filters", "trust-bytecode", "write-bytecode")
"""Settings that have no meaning for what is pushed: it is in no work tree, and in no index."""


def lines_of_git(of_each_ref: str) -> list[str]:
    """The lines on standard input, with `of_each_ref` in each.

    Raises `UsageError` where it is closed, and for more than a push can hold.
    """
    waiting_for(f"a line `{of_each_ref}` for each ref")
    if sys.stdin is None:
        raise UsageError("standard input is closed", f"send a line `{of_each_ref}` for each ref, as git does")
    data = sys.stdin.buffer.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise UsageError("too many refs are pushed at once", "push fewer at a time")
    return [path_name(line) for line in data.removesuffix(b"\n").split(b"\n")] if data else []
