"""What to judge of a notebook: its cells in Python, as IPython runs them."""

from __future__ import annotations

from ...model import Record
from .document import read
from .magics import to_python
from .names import Names
from .top_level import to_module


class Cell(Record):
    """A code cell whose content is Python."""

    number: int
    """Among the code cells of the notebook, from 1."""
    data: bytes
    """What to judge, like any source: UTF-8, as many lines as the cell, without what only IPython accepts."""
    may_fail: bool
    """Whether the notebook says that it fails on purpose."""
    failed: bool
    """Whether the notebook holds a `SyntaxError` as its output."""


class Prepared(Record):
    """A notebook, ready to be judged."""

    cells: tuple[Cell, ...]
    language: str | None
    """Where the whole notebook is in another language than Python: then it has no `cells`."""
    others: tuple[int, ...]
    """The numbers of the code cells in other languages."""


def prepare(data: bytes) -> Prepared:
    """The cells of the notebook that `data` (the bytes of a file) holds, in time and memory that grow with `data`.

    Raises `UnreadableError`, whose problem has a line where it is known, for what Jupyter does not open.
    """
    document = read(data)
    if document.language is not None:
        return Prepared((), document.language, tuple(cell.number for cell in document.cells))
    names = Names()
    cells: list[Cell] = []
    others: list[int] = []
    for cell in document.cells:
        python = to_python(cell.text, names.__contains__, cell.databricks) if cell.language is None else None
        if python is None:
            others.append(cell.number)
        else:
            # A lone surrogate, which JSON can hold, stays what it is: bytes that no Python decodes.
            module = to_module(python.encode("utf-8", "surrogatepass"))
            names.add(module)
            cells.append(Cell(cell.number, module, cell.may_fail, cell.failed))
    return Prepared(tuple(cells), None, tuple(others))
