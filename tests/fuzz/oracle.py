"""What `compile` says of a source, asked as plainly as can be, and whether `check_source` agrees."""

from __future__ import annotations

import os
import warnings
from typing import NamedTuple

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


FATAL = {"crashed", "too-complex", "timed-out"}


class Expected(NamedTuple):
    """What `compile` makes of a source."""

    codes: set[str]
    """The codes of which one must be reported; empty for a source that is accepted."""
    line: int | None
    """Where, from 1; None where `compile` does not say."""
    warned: set[int]
    """The lines that it warns of."""


def expected(data: bytes) -> Expected:
    """Ask `compile` about `data`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        codes: set[str] = set()
        line = None
        try:
            compile(data, NO_FILE, "exec", dont_inherit=True)
        except Exception as error:  # noqa: BLE001 - a kind that CODES lacks ends the run
            codes = next(codes for kind, codes in CODES.items() if isinstance(error, kind))
            line = getattr(error, "lineno", None)
    return Expected(codes, line if line and line > 0 else None, {warning.lineno for warning in caught})


def disagreement(data: bytes) -> str | None:
    """Why `check_source` is wrong about `data`, or None: one outcome, and it, its line and its warnings `compile`'s."""
    wanted = expected(data)
    found = check_source(data, settings=SETTINGS)
    errors = [one for one in found if one.severity == "error"]
    codes = [one.code for one in errors]
    if len(codes) != bool(wanted.codes) or not wanted.codes.issuperset(codes):
        return f"{data!r}: compile says {sorted(wanted.codes) or 'valid'}, check_source says {codes or 'valid'}"
    if errors and errors[0].line != wanted.line:
        return f"{data!r}: compile says line {wanted.line}, check_source says line {errors[0].line}"
    warned = {one.line for one in found if one.code == "syntax-warning"}
    if warned != wanted.warned:
        return f"{data!r}: compile warns of lines {wanted.warned}, check_source of {warned}"
    for one in found:
        if (one.line is not None and one.line < 1) or (one.column is not None and one.column < 1):
            return f"{data!r}: line {one.line}, column {one.column}"
    return None


def undeterred(data: bytes) -> str | None:
    """Why `check_source` is wrong about `data`, which kills a process that gives it to `compile`; None if it is not."""
    codes = [one.code for one in check_source(data, settings=SETTINGS) if one.severity == "error"]
    return None if len(codes) == 1 and FATAL.issuperset(codes) else f"{data!r}: compile dies, check_source says {codes}"
