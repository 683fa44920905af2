"""For people: each finding with its source line, a caret under the place, and what to do."""

from __future__ import annotations

from .neutral import cells, visible
from .together import of_files_and_lines, together
from .wording import further_lines, message, more_files, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Diagnostic, Result

WIDTH = 100
"""The most columns of a source line, if the terminal's width is not known. A longer one is cut around its place."""
NARROWEST = 20
"""Columns of a source line that are shown on any terminal."""
MARGIN = 8
"""Columns of a line number, and of what stands between it and the line."""

# ECMA-48 "select graphic rendition"
BOLD, DIM, RED, YELLOW, CYAN = "1", "2", "1;31", "1;33", "36"


def render(
    result: Result, *, color: bool = False, columns: int | None = None, encoding: str = "utf-8", separator: str = "/"
) -> Iterator[str]:
    """Yield each finding as whole lines, the last of them empty; with ``color`` for a terminal.

    `columns` is its width, None where there is no terminal and nothing is wrapped; what `encoding` has no character for
    is written as an escape. `separator` stands between the names of a path.
    """

    def paint(text: str, look: str) -> str:
        return f"\x1b[{look}m{text}\x1b[0m" if color else text

    width = WIDTH if columns is None else max(NARROWEST, columns - MARGIN)
    for diagnostic, others in together(result.diagnostics, of_files_and_lines):
        look = RED if diagnostic.severity == "error" else YELLOW
        here = diagnostic.evolve(path=diagnostic.path.replace("/", separator))
        where, code = f"{place(here)}:", f"{diagnostic.code}:"
        first, *more = wrapped(message(diagnostic), columns, len(where) + len(code) + 2)
        yield f"{paint(where[:-1], BOLD)}: {paint(code[:-1], look)}:{' ' * bool(first)}{first}\n"
        yield from (f"    {line}\n" for line in more)
        before, after = _around(diagnostic)
        yield from (f"{paint(f'{number:>5} |', DIM)} {_cut(text, width, encoding)}\n" for number, text in before)
        margin = f"{diagnostic.line or '':>5} "
        blank = " " * len(margin)
        for start, text, under in excerpt(diagnostic, width, encoding):
            yield f"{paint(margin + '|', DIM)} {text}\n"
            if under:
                yield f"{paint(blank + '|', DIM)} {' ' * start}{paint(under, look)}\n"
        yield from (f"{paint(f'{number:>5} |', DIM)} {_cut(text, width, encoding)}\n" for number, text in after)
        for label, text in _below(diagnostic, others):
            first, *more = wrapped(text, columns, len(blank) + 8)
            yield f"{blank}{paint(f'= {label}:', CYAN)} {first}\n"
            yield from (f"{blank}  {line}\n" for line in more)
        yield "\n"


def _below(diagnostic: Diagnostic, others: Sequence[Diagnostic]) -> Iterator[tuple[str, str]]:
    """What is said below the line of `diagnostic`, which `others` belong to: hints and notes."""
    if diagnostic.hint is not None:
        yield "hint", visible(diagnostic.hint)
    if diagnostic.line is not None:
        yield from (("note", f"another Python reports this on line {other.line}: {message(other)}") for other in others)
    elif others:
        yield "note", more_files(others)
    if diagnostic.further:
        yield "note", further_lines(diagnostic.further)


def wrapped(text: str, columns: int | None, used: int) -> list[str]:
    """`text` as lines of at most `columns`. On the first line, `used` are taken already. Words stay whole."""
    if columns is None or used + len(text) <= columns:
        return [text]
    from textwrap import wrap

    if used + len(text.split(" ", 1)[0]) > columns:
        return ["", *wrap(text, columns - 4, break_long_words=False, break_on_hyphens=False)]
    lines = wrap(text, columns, initial_indent=" " * used, subsequent_indent="    ", break_long_words=False,
                 break_on_hyphens=False)  # fmt: skip
    return [lines[0][used:], *(line[4:] for line in lines[1:])]


def _around(diagnostic: Diagnostic) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The lines before that of the finding, and those after it."""
    place = diagnostic.line or 0
    return [one for one in diagnostic.around if one[0] < place], [one for one in diagnostic.around if one[0] > place]


def _cut(line: str, width: int, encoding: str) -> str:
    shown = list(cells(line[: 2 * width], encoding))
    _, right = _window(_widths(shown), 0, width)
    return "".join(shown[:right]) + ("..." if right < len(line) else "")


def excerpt(diagnostic: Diagnostic, width: int = WIDTH, encoding: str = "utf-8") -> Iterator[tuple[int, str, str]]:
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
        last = len(line.rstrip())
    elif diagnostic.end_line in (None, diagnostic.line) and end is not None:
        last = min(end - 1, len(line))
    else:
        last = first + 1
    last = max(last, first + 1)

    # A character takes at least half a column on average, so this much is all that can be shown.
    before = max(0, first - width)
    shown = list(cells(line[before : first + 2 * width], encoding))
    widths = _widths(shown)
    left, right = _window(widths, first - before, width)
    text = "".join(shown[left:right])
    carets = 0 if column is None else sum(widths[first - before : min(last - before, right)]) or 1
    start = sum(widths[left : first - before])
    if before + left:
        text, start = "..." + text, start + 3
    if before + right < len(line):
        text += "..."
    yield start, text, "^" * carets


def _window(widths: list[int], place: int, width: int) -> tuple[int, int]:
    """The longest range of cells around ``place`` within `width` columns; if it must be cut, a third is before it.

    Six of the columns are for the dots that say so.
    """
    whole = sum(widths) <= width
    room_for_all = width if whole or width == WIDTH else width - 6
    if place < len(widths) and sum(widths[: place + 1]) <= room_for_all:
        left = 0
    else:
        left, room = place, room_for_all // 3
        while left and widths[left - 1] <= room:
            left -= 1
            room -= widths[left]
    right, room = left, room_for_all
    while right < len(widths) and widths[right] <= room:
        room -= widths[right]
        right += 1
    return left, right


def _widths(shown: list[str]) -> list[int]:
    """How many columns each cell of a line takes. A tone of skin colours the character before it, and takes none."""
    widths = [_columns(cell) for cell in shown]
    for at in range(1, len(shown)):
        if "\U0001f3fb" <= shown[at] <= "\U0001f3ff" and widths[at - 1] == 2:
            widths[at] = 0
    return widths


def _columns(cell: str) -> int:
    """How many columns of a terminal a cell takes: 2 for a wide character (UAX #11), 0 for one that joins."""
    if cell.isascii():
        return len(cell)
    from unicodedata import category, east_asian_width

    if category(cell) in ("Mn", "Me", "Mc") or "\u1160" <= cell <= "\u11ff" or "\ud7b0" <= cell <= "\ud7ff":
        return 0
    return 2 if east_asian_width(cell) in ("W", "F") else 1
