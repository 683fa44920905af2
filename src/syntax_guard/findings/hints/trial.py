"""A hint that claims something is tried first: with the line rewritten, the compiler must get further."""

from __future__ import annotations

import warnings

from ...judging.in_process import ordinary
from ...processes import _compile_worker
from .leftovers import STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BOM = b"\xef\xbb\xbf"
MOST = 400
"""Attempts of one run: in a tree full of errors, people wait for verdicts and not for hints."""
_LINE = 400
"""Characters of a line that a person wrote. The patterns that are searched in it take the square of its length."""


class Trials:
    """The attempts of one run: at most `MOST`."""

    def __init__(self) -> None:
        self._left = MOST

    def of(self, data: bytes, number: int) -> Trial | None:
        """What can be tried with line `number` of the source `data`, or None where nothing is tried."""
        lines = data.removeprefix(BOM).split(b"\n")
        if not 1 <= number <= len(lines) or len(lines[number - 1]) > _LINE or not ordinary(data):
            return None
        if not self.judge_more() or parses(data):  # what the parser takes is refused for no way of writing
            return None
        error = _error(data)
        if error is None or not error["line"]:
            return None
        try:
            line = lines[number - 1].removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            return None
        return Trial(self, lines, number, line, (error["line"], error["column"] or 0), error["message"])

    def judge_more(self) -> bool:
        """Count one more attempt; False where there were enough."""
        self._left -= 1
        return self._left >= 0


class Trial:
    """A line of a source that this interpreter refuses, and how far it gets with another in its place."""

    def __init__(
        self, trials: Trials, lines: list[bytes], number: int, line: str, place: tuple[int, int], message: str
    ) -> None:
        self._trials = trials
        self._lines = lines
        self._number = number
        self.line = line
        """The line as it is, without its end."""
        self.place = place
        """Line and column of the error in this interpreter."""
        self.message = message
        """What this interpreter says."""
        self.code = _masked(line)
        """The line with its strings and its comment blanked out, each character in its place."""

    def is_fixed_by(self, line: str) -> bool:
        """Whether this interpreter accepts the source with `line` in place of its own, or refuses a later line."""
        reached = self._reached(line)
        return reached is not None and reached[0] > max(self.place[0], self._number)

    def comes_further(self, line: str) -> bool:
        """As `is_fixed_by`; a place further on in the same line counts as well."""
        reached = self._reached(line)
        if reached is None or reached[0] != self.place[0]:
            return reached is not None and reached[0] > self.place[0]
        return len(line) - reached[1] < len(self.line) - self.place[1]  # less of the line is left to read

    def _reached(self, line: str) -> tuple[float, float] | None:
        """Line and column of the error with `line` in place of its own, beyond all lines for none; None: not tried."""
        if line == self.line or not self._trials.judge_more():
            return None
        changed = [*self._lines]
        changed[self._number - 1] = line.encode("utf-8", "surrogatepass")
        error = _error(b"\n".join(changed))
        return (float("inf"), 0) if error is None else (error["line"] or 0, error["column"] or 0)


def parses(data: bytes) -> bool:
    """Whether the parser of this interpreter takes `data`; what comes after it may not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, _compile_worker.NAME, "exec", _ONLY_TREE, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError):
        return False
    return True


_ONLY_TREE = 0x400
"""``ast.PyCF_ONLY_AST``, whose module takes longer to import than this takes."""


def _error(data: bytes) -> Any:
    answer = _compile_worker.judge(data)
    return None if answer is None else answer["error"]


def _masked(line: str) -> str:
    blank = STRING.sub(lambda found: '"' + "_" * (len(found[0]) - 2) + '"', line)
    comment = blank.find("#")
    return blank if comment < 0 else blank[:comment] + " " * (len(line) - comment)
