"""What `compile` says of a source, asked as plainly as can be, and whether `check_source` agrees."""

from __future__ import annotations

import os
import warnings

from syntax_guard import Settings, check_source

NO_FILE = os.devnull + "/source"
"""CPython opens the file of this name to quote from it; a verdict depends on the bytes alone."""
SETTINGS = Settings(cache=False)
CODES = {
    SyntaxError: {"syntax-error", "encoding-error"},
    ValueError: {"syntax-error", "encoding-error"},
    RecursionError: {"too-complex"},
    MemoryError: {"too-complex"},
    OverflowError: {"too-complex"},
    SystemError: {"crashed"},
}


def expected(data: bytes) -> set[str]:
    """The codes of which one must be reported; empty where `compile` accepts `data`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, NO_FILE, "exec", dont_inherit=True)
        except Exception as error:  # noqa: BLE001 - a kind that CODES lacks ends the run
            return next(codes for kind, codes in CODES.items() if isinstance(error, kind))
    return set()


def disagreement(data: bytes) -> str | None:
    """Why `check_source` is wrong about `data`, or None: one outcome, the one of `compile`, and places that exist."""
    wanted = expected(data)
    found = [one for one in check_source(data, settings=SETTINGS) if one.severity == "error"]
    codes = [one.code for one in found]
    if len(codes) != bool(wanted) or not wanted.issuperset(codes):
        return f"{data!r}: compile says {sorted(wanted) or 'valid'}, check_source says {codes or 'valid'}"
    for one in found:
        if (one.line is not None and one.line < 1) or (one.column is not None and one.column < 1):
            return f"{data!r}: line {one.line}, column {one.column}"
    return None
