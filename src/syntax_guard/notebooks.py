"""Jupyter notebooks: which of their cells are Python, and what to judge of them.

Follows nbformat 4 (a list of cells), and 3 (cells in worksheets, ``input`` for ``source``).
"""

from __future__ import annotations

from .awaits import without_top_level_await
from .magics import to_python
from .model import Problem, Record
from .reading import Held, UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .reading import Readable


class Cell(Record):
    """A code cell whose content is Python."""

    number: int
    """Among the code cells of the notebook, from 1."""
    name: str
    """As findings call it: ``report.ipynb:cell 3``."""
    text: str
    """As it stands in the notebook."""
    data: bytes
    """What to judge, like any source: UTF-8, as many lines as ``text``, without what only IPython accepts."""


class NoNotebook:
    """A file that is called a notebook and is none."""

    __slots__ = ("error", "name")
    size = 0

    def __init__(self, name: str, error: UnreadableError) -> None:
        self.name = name
        self.error = error

    def read(self) -> bytes:
        raise self.error


def sources_of(file: Readable) -> list[Readable]:
    """What to judge of a notebook: its cells, or itself where it cannot be read."""
    try:
        return [Held(cell.name, cell.data) for cell in cells(file.read(), file.name)]
    except UnreadableError as error:
        return [NoNotebook(file.name, error)]


def cells(data: bytes, name: str) -> tuple[Cell, ...]:
    """The Python cells of a notebook; none for a notebook in another language.

    ``data`` is the file's bytes, ``name`` what findings call it. Cells of other languages (``%%bash``) are left out.
    Raises `UnreadableError`, whose problem has a line where it is known, for what is no notebook.
    """
    notebook = _parsed(data)
    if not _is_python(notebook.get("metadata")):
        return ()
    found: list[Cell] = []
    for number, source in enumerate(_code(notebook), 1):
        python = to_python(source)
        if python is not None:
            # A lone surrogate, which JSON can hold, stays what it is: bytes that no Python decodes.
            data = without_top_level_await(python.encode("utf-8", "surrogatepass"))
            found.append(Cell(number, f"{name}:cell {number}", source, data))
    return tuple(found)


def _parsed(data: bytes) -> dict[str, Any]:
    import json

    try:
        notebook = json.loads(data)
    except json.JSONDecodeError as error:
        raise _unreadable(f"not a notebook: {error.msg}", error.lineno, error.colno) from None
    except UnicodeDecodeError:
        raise _unreadable("not a notebook: not UTF-8") from None
    except (RecursionError, ValueError) as error:
        raise _unreadable(f"not a notebook: {error}") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells", notebook.get("worksheets")), list):
        raise _unreadable("not a notebook: JSON without cells")
    return notebook


def _unreadable(message: str, line: int | None = None, column: int | None = None) -> UnreadableError:
    error = UnreadableError(message)
    error.problem = Problem(error.problem.kind, message, line, column)
    return error


def _is_python(metadata: object) -> bool:
    """What the notebook says its language is; Python where it says nothing."""
    if not isinstance(metadata, dict):
        return True
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        said = metadata.get(table)
        language = said.get(key) if isinstance(said, dict) else None
        if isinstance(language, str):
            return language.lower() in ("python", "ipython")
    return True


def _code(notebook: dict[str, Any]) -> Iterator[str]:
    """The text of every code cell. Raises UnreadableError for a cell that has none."""
    sheets = notebook["worksheets"] if "cells" not in notebook else [notebook]
    for sheet in sheets:
        for cell in sheet.get("cells", []) if isinstance(sheet, dict) else []:
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                source = cell.get("source", cell.get("input"))
                if isinstance(source, list) and all(isinstance(line, str) for line in source):
                    source = "".join(source)
                if not isinstance(source, str):
                    raise _unreadable("not a notebook: a code cell without source")
                yield source
