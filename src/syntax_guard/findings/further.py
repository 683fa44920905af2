"""Other lines of a broken source that are broken as well. A line is named only if it is certain.

A source is cut into its top-level pieces, each a statement with all that stands below it. A line is certain if this
interpreter refuses its piece alone, and refuses the source at that same line when all other broken pieces are blank.
All pieces that are not broken must be whole statements: then no open quote or bracket reaches from one into the next.
"""

from __future__ import annotations

import re

from ..judging.in_process import ordinary
from ..judging.judgement import coding_of
from ..model import Record
from ..processes import _compile_worker
from ..regex import regex
from .hints.leftovers import STRING
from .hints.trial import BOM, parses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..model import Problem

MOST = 64
"""Sources of one run that are looked at: people who check a tree full of errors wait for its verdicts."""
PIECES = 8
"""Broken pieces of one source.

Where there are more, no line is named: the interpreter is asked three times about each.
"""

_GOES_ON = regex(rb"[)\]}]|(?:elif|else|except|finally)\b")
"""How a line starts that belongs to the statement above it, although it is not indented."""
_IN_NO_BRACKETS = regex(
    rb"(?:def|class|import|from|with|try|while|return|raise|assert|del|global|pass|async\s+def)\b|@.*\n(?:def|class)\b"
)
"""How a statement starts that cannot stand within brackets. ``if`` and ``for`` can."""
_CODE = regex(rb"(?:def|class|import|from|with|try|while|if|for|async|return)\b|@|[\w.]+\s*[=(\[:]")
"""How a line of code starts. One of prose may, too: then nothing is named."""
_CONFLICT = regex(rb"<<<<<<< ")
"""A merge conflict is one fault, however many marks it has."""
_TEXTS = regex(r"(\"\"\"|''')(?:\\.|(?!\1|\\).)*\1", re.DOTALL)
_TEXT = regex(rb"[rRuUbB]{0,2}(\"\"\"|''')")


class Piece(Record):
    """Some lines of a source: from the index `first` up to `end`."""

    first: int
    end: int

    def text(self, lines: Sequence[bytes]) -> bytes:
        """The piece alone."""
        return b"\n".join(lines[self.first : self.end]) + b"\n"

    def holds(self, number: int) -> bool:
        """Whether the line `number`, from 1, is one of its lines."""
        return self.first < number <= self.end


class FurtherLines:
    """Looks at the rest of broken sources, at most `MOST` in a run."""

    def __init__(self) -> None:
        self._left = MOST

    def after(self, problem: Problem, data: bytes) -> tuple[int, ...]:
        """The lines of `data` that are broken beside that of `problem`, which this interpreter has."""
        if not self._left or coding_of(data) not in (None, "utf-8") or not ordinary(data):
            return ()
        self._left -= 1
        data = data.removeprefix(BOM)
        lines = data.replace(b"\r\n", b"\n").split(b"\n")
        if b"\r" in data.replace(b"\r\n", b"") or b"\f" in data or any(map(_CONFLICT.match, lines)):
            return ()
        pieces = _pieces(lines)
        broken = _broken(lines, pieces, problem) if len(pieces) > 1 else []
        if len(broken) < 2 or not _are_apart(lines, pieces, broken):
            return ()
        return tuple(_certain(lines, broken))


def _pieces(lines: Sequence[bytes]) -> list[Piece]:
    """The top-level pieces of a source, in order."""
    starts = []
    joined = False
    for at, line in enumerate(lines):
        code = line[:1] not in (b"", b" ", b"\t", b"#")
        if code and not joined and not _GOES_ON.match(line):
            starts.append(at)
        joined = line.endswith(b"\\") or (code and line.startswith(b"@"))
    return [Piece(first, end) for first, end in zip(starts, [*starts[1:], len(lines)], strict=bool(starts))]


def _broken(lines: list[bytes], pieces: list[Piece], problem: Problem) -> list[Piece]:
    """The pieces that are broken, that of `problem` first; no piece if one is neither broken nor a statement.

    `pieces` lose those that a text of several lines takes in.
    """
    alone = [not parses(piece.text(lines)) for piece in pieces]
    for at in range(len(pieces) - 1, -1, -1):
        if alone[at] and (text := _text_from(lines, pieces, at)) is not None:
            last = next(to for to in range(at, len(pieces)) if pieces[to].end >= text.end)
            pieces[at : last + 1], alone[at : last + 1] = [text], [False]
    if sum(alone) > PIECES:
        return []
    left, found = lines, list[Piece]()
    error: Any = {"line": problem.line, "message": problem.message}
    while error is not None:
        holding = [at for at, piece in enumerate(pieces) if piece.holds(error["line"] or 0)]
        if not holding or len(found) == PIECES:
            return []
        at = holding[0]
        if at and not alone[at] and not _refused(lines, pieces[at]):
            at -= 1  # "expected an indented block" is said of the line that comes next
        if pieces[at] in found:
            return []
        found.append(pieces[at])
        alone[at] = False
        left = _without(left, [pieces[at]])
        error = _error(left)
    return [] if any(alone) else found


def _text_from(lines: Sequence[bytes], pieces: Sequence[Piece], at: int) -> Piece | None:
    """The piece that a text in three quotes is which starts the one `at`, and none of whose lines looks like code."""
    first = pieces[at].first
    opened = _TEXT.match(lines[first])
    if opened is None:
        return None
    for end in range(first + 1, len(lines)):
        if opened[1] in lines[end]:
            whole = lines[end].rstrip().endswith(opened[1]) and lines[end].count(opened[1]) == 1
            piece = Piece(first, next((one.first for one in pieces if one.first > end), len(lines)))
            return piece if whole and parses(piece.text(lines)) else None
        if _CODE.match(lines[end]):
            return None
    return None


def _are_apart(lines: Sequence[bytes], pieces: Sequence[Piece], broken: Sequence[Piece]) -> bool:
    """Whether no quote or bracket of a piece in `broken` can reach into the next of the `pieces`."""
    depths = [_depth(piece.text(lines)) for piece in broken]
    if max(depths) > 0 > min(depths):  # it may be one statement, with a line in it that should not be there
        return False
    for piece, depth in zip(broken, depths, strict=True):
        text = piece.text(lines)
        if text.count(b'"""') % 2 or text.count(b"'''") % 2:
            return False
        if depth > 0:
            behind = (one for one in pieces if one.first >= piece.end)
            first = next((one for one in behind if one in broken or _IN_NO_BRACKETS.match(one.text(lines))), None)
            if first in broken:
                return False
    return True


def _depth(text: bytes) -> int:
    """Brackets that stay open in a piece; those in strings and comments do not count."""
    left = _TEXTS.sub("", text.decode("utf-8", "replace"))
    plain = "\n".join(STRING.sub("", line).split("#", 1)[0] for line in left.split("\n"))
    return sum(map(plain.count, "([{")) - sum(map(plain.count, ")]}"))


def _certain(lines: list[bytes], broken: Sequence[Piece]) -> Iterator[int]:
    for piece in sorted(broken[1:], key=lambda one: one.first):
        others = [one for one in broken if one is not piece]
        alone, among = _refused(lines, piece), _error(_without(lines, others))
        if alone and among and alone["line"] == among["line"] and piece.holds(alone["line"] or 0):
            yield alone["line"]


def _refused(lines: list[bytes], piece: Piece) -> Any:
    """What this interpreter says of `piece` alone, at its place; None where it accepts it."""
    return _error([b""] * piece.first + lines[piece.first : piece.end])


def _without(lines: list[bytes], pieces: Sequence[Piece]) -> list[bytes]:
    left = [*lines]
    for piece in pieces:
        left[piece.first : piece.end] = [b""] * (piece.end - piece.first)
    return left


def _error(lines: Sequence[bytes]) -> Any:
    data = b"\n".join(lines)
    if not ordinary(data):  # brackets that stay open add up in another way
        return {"line": None}
    answer = _compile_worker.judge(data)
    return None if answer is None else answer["error"]
