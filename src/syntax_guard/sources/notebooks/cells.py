"""What to judge of a notebook: its cells in Python, as IPython runs them."""

from __future__ import annotations

from ...model import Record
from .document import read
from .plain import to_python

_PARSED = (b"await", b"async", b"global", b"__future__")
"""What is in a cell if IPython may allow more at its top level than a compiler of modules."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from .names import Names


class Cell:
    """A code cell whose content is Python."""

    __slots__ = ("data", "failed", "may_fail", "number")

    def __init__(self, number: int, data: bytes, may_fail: bool, failed: bool) -> None:
        self.number = number
        """Among the code cells of the notebook, from 1."""
        self.data = data
        """What to judge, like any source: UTF-8, as many lines as the cell, without what only IPython accepts."""
        self.may_fail = may_fail
        """Whether the notebook says that it fails on purpose."""
        self.failed = failed
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
    shadowed = _Shadowed()
    cells: list[Cell] = []
    others: list[int] = []
    for cell in document.cells:
        python = to_python(cell.text, shadowed, cell.databricks) if cell.language is None else None
        if python is None:
            others.append(cell.number)
        else:
            # A lone surrogate, which JSON can hold, stays what it is: bytes that no Python decodes.
            module = python.encode("utf-8", "surrogatepass")
            if any(map(module.__contains__, _PARSED)):
                from .top_level import to_module

                module = to_module(module)
            shadowed.cells.append(module)
            cells.append(Cell(cell.number, module, cell.may_fail, cell.failed))
    return Prepared(tuple(cells), None, tuple(others))


class _Shadowed:
    """Tells whether a name has a meaning that one of the `cells` so far gave it. Most notebooks never ask."""

    def __init__(self) -> None:
        self.cells: list[bytes] = []
        self._names: Names | None = None

    def __call__(self, name: str) -> bool:
        if self._names is None:
            from .names import Names

            self._names = Names()
        self._names.add(self.cells)
        self.cells.clear()
        return name in self._names
