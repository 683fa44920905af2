"""A percent script: Python in cells that begin with ``# %%``, as VS Code, Spyder and Jupytext have them.

It becomes plain Python with as many lines, so that a finding's line is the line in the file. IPython compiles each cell
by itself. So the line between two cells holds a statement that cannot be within anything else. It ends each bracket and
block.
"""

from __future__ import annotations

import re

from ...regex import regex
from .cells import Cell, Prepared, Shadowed, to_source
from .document import RAISES, is_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARKER = regex(r"\s*#\s*(?:%%(?:%*\s(?P<options>.*))?|<codecell>|In\[[0-9 ]*\]:?)\s*")
"""What begins a cell, as Jupytext's ``DoublePercentScriptCellReader`` has it."""
_MARKED = regex(rb"#[^\S\r\n]*(?:%%|<codecell>|In\[)")
_LINE_END = regex(r"\r\n|\r|\n")
_QUOTE = regex(r"""\\.|\"{3}|'{3}|["'#]""")
_OPTIONS = 1000
"""Characters of the options of a cell that are looked at."""
_TEXT = ("[markdown]", "[md]", "[raw]")
_TITLE = regex(r"[^{=]*")
_LANGUAGE = regex(r"""(?<![\w.])language"?\s*[=:]\s*"([^"]+)\"""")
_TAGS = regex(rf'(?<![\w.])tags"?\s*[=:]\s*(?:\[[^\]]*)?"{RAISES}"')
_CODE = regex(r"^\s*[^\s#]", re.MULTILINE)
BETWEEN = b"""with 0: "'''"; '\"\"\"'"""
"""A statement that may follow any other. It is none after half of one or in a text, and has no `else` or `except`."""


class _ScriptCell:
    """One cell of a script, from its marker on."""

    def __init__(self, lines: Sequence[str], marker: re.Match[str] | None) -> None:
        self._lines = lines
        self.is_marked = marker is not None
        options = ((marker["options"] if marker else None) or "")[:_OPTIONS]
        title = _TITLE.match(options).group()  # type: ignore[union-attr]  # it matches nothing, too
        if options[len(title) :].startswith("="):
            title = title.rstrip().rpartition(" ")[0]
        self.is_text = any(kind in title for kind in _TEXT)
        """Whether it holds Markdown, or nothing for IPython."""
        language = _LANGUAGE.search(options)
        self.is_other = language is not None and not is_python(language[1])
        """Whether it says that it is in another language than Python."""
        self.may_fail = bool(_TAGS.search(options))
        """Whether it has the tag `RAISES`."""
        self.lines = len(lines)

    @property
    def text(self) -> str:
        """What a notebook holds of it: Jupytext leaves one blank line to the next cell, or two."""
        lines = self._lines
        if len(lines) > 2 and lines[-3].strip() and not lines[-2].strip() and not lines[-1].strip():
            lines = lines[:-2]
        elif not lines[-1]:
            lines = lines[:-1]
        text = "\n".join(lines[self.is_marked :])
        return text + " " if text.endswith("\\") else text  # there is no next line that could be joined to it


class _Joined:
    """Some cells of a script, each at its place."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._goes_on = False

    def put(self, cell: _ScriptCell, shadowed: Shadowed) -> bool:
        """Take in `cell`; tell whether it is Python."""
        text = cell.text
        if not text:
            self.skip(cell)
            return True
        source = to_source(text, shadowed, before=self._before(cell))
        if source is None:
            return False
        self._parts.append(source + b"\n" * (cell.lines - source.count(b"\n")))
        self._goes_on = self._goes_on or bool(_CODE.search(text))
        return True

    def skip(self, cell: _ScriptCell) -> None:
        """Leave the place of `cell` blank; what is above it ends there, too."""
        self._parts.append(self._before(cell) + b"\n" * (cell.lines - cell.is_marked))

    def _before(self, cell: _ScriptCell) -> bytes:
        """What stands in the place of the marker of `cell`."""
        return (BETWEEN if self._goes_on else b"") + b"\n" if cell.is_marked else b""

    def __bytes__(self) -> bytes:
        return b"".join(self._parts)


def prepare_script(data: bytes) -> Prepared:
    """The percent script that `data` (the bytes of a file) holds, as one cell that has no number.

    The cells that may fail are a second one. There is none where the file has no cells or is not UTF-8: then it is
    judged as it is.
    """
    cells = list(_cells(data))
    joined = {may_fail: _Joined() for may_fail in sorted({cell.may_fail for cell in cells} | {False})} if cells else {}
    shadowed = Shadowed()
    others: list[int] = []
    number = 0
    for cell in cells:
        number += not cell.is_text
        if cell.is_text or cell.is_other or not joined[cell.may_fail].put(cell, shadowed):
            joined[cell.may_fail].skip(cell)
            if not cell.is_text:
                others.append(number)
        if len(joined) > 1:
            joined[not cell.may_fail].skip(cell)
    made = (Cell(0, bytes(one), may_fail, False) for may_fail, one in joined.items())
    return Prepared(tuple(made), None, tuple(others))


def _cells(data: bytes) -> Iterator[_ScriptCell]:
    """The cells of a script, the first one above the first marker; none for a file that is no script in cells."""
    if not _MARKED.search(data):
        return
    try:
        lines = _LINE_END.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return
    if not lines[-1]:
        lines.pop()
    start, marker, quote = 0, None, ""
    for at, line in enumerate(lines):
        found = None if quote else _MARKER.fullmatch(line)
        quote = _quoted(line, quote)
        if found and at:
            yield _ScriptCell(lines[start:at], marker)
        if found:
            start, marker = at, found
    if marker:
        yield _ScriptCell(lines[start:], marker)


def _quoted(line: str, quote: str) -> str:
    """The three quotes that are open after `line`, before which `quote` was; empty for none."""
    for found in _QUOTE.finditer(line):
        sign = found.group()
        if not quote:
            if sign == "#":
                break
            quote = sign if sign[0] != "\\" else ""
        elif sign == quote or (sign[0] == quote and len(sign) > 1):  # the end, and perhaps a text that is empty
            quote = ""
    return quote if len(quote) > 1 else ""
