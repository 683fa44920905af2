"""For people: each finding with its source line, a caret under the place, and what to do."""

from __future__ import annotations

from .neutral import cells, visible
from .wording import message, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Diagnostic, Result

WIDTH = 100
"""Columns of a terminal that a source line takes at most; a longer one is cut around the place of the finding."""

# ECMA-48 "select graphic rendition"
BOLD, DIM, RED, YELLOW, CYAN = "1", "2", "1;31", "1;33", "36"


def render(result: Result, *, color: bool = False) -> Iterator[str]:
    """Yield each finding as whole lines, the last of them empty; with ``color`` for a terminal."""

    def paint(text: str, look: str) -> str:
        return f"\x1b[{look}m{text}\x1b[0m" if color else text

    for diagnostic in result.diagnostics:
        look = RED if diagnostic.severity == "error" else YELLOW
        yield f"{paint(place(diagnostic), BOLD)}: {paint(diagnostic.code, look)}: {message(diagnostic)}\n"
        margin = f"{diagnostic.line or '':>5} "
        blank = " " * len(margin)
        for start, text, under in excerpt(diagnostic):
            yield f"{paint(margin + '|', DIM)} {text}\n"
            if under:
                yield f"{paint(blank + '|', DIM)} {' ' * start}{paint(under, look)}\n"
        if diagnostic.hint is not None:
            yield f"{blank}{paint('= hint:', CYAN)} {visible(diagnostic.hint)}\n"
        yield "\n"


def excerpt(diagnostic: Diagnostic) -> Iterator[tuple[int, str, str]]:
    """Yield the source line as (columns before the carets, text, carets), or nothing where there is none to show.

    The carets go from column to end column, to the end of the line for a range of several lines, and under one
    character where no end is known; there are none where the column is not known.
    """
    line = diagnostic.source_line
    if not line or not line.strip() or diagnostic.line is None:
        return
    column, end = diagnostic.column, diagnostic.end_column
    first = min(column - 1, len(line)) if column is not None and column > 0 else 0
    if diagnostic.end_line is not None and diagnostic.end_line > diagnostic.line:
        last = len(line)
    elif diagnostic.end_line in (None, diagnostic.line) and end is not None:
        last = min(end - 1, len(line))
    else:
        last = first + 1
    last = max(last, first + 1)

    # A character takes at least half a column on average, so this much is all that can be shown.
    before = max(0, first - WIDTH)
    shown = list(cells(line[before : first + 2 * WIDTH]))
    widths = [_columns(cell) for cell in shown]
    left, right = _window(widths, first - before)
    text = "".join(shown[left:right])
    carets = 0 if column is None else sum(widths[first - before : min(last - before, right)]) or 1
    start = sum(widths[left : first - before])
    if before + left:
        text, start = "..." + text, start + 3
    if before + right < len(line):
        text += "..."
    yield start, text, "^" * carets


def _window(widths: list[int], place: int) -> tuple[int, int]:
    """The longest range of cells around ``place`` within WIDTH columns; if it must be cut, a third is before it."""
    if place < len(widths) and sum(widths[: place + 1]) <= WIDTH:
        left = 0
    else:
        left, room = place, WIDTH // 3
        while left and widths[left - 1] <= room:
            left -= 1
            room -= widths[left]
    right, room = left, WIDTH
    while right < len(widths) and widths[right] <= room:
        room -= widths[right]
        right += 1
    return left, right


def _columns(cell: str) -> int:
    """How many columns of a terminal a cell takes: 2 for a wide character (UAX #11), 0 for a combining one."""
    if cell.isascii():
        return len(cell)
    from unicodedata import category, east_asian_width

    if category(cell) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(cell) in ("W", "F") else 1
