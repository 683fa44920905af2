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
        """Among the code cells of the notebook, from 1; 0 for cells of a script, taken together."""
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

    Raises:
        UnreadableError: Jupyter does not open it. The problem has a line where it is known.
    """
    document = read(data)
    if document.language is not None:
        return Prepared((), document.language, tuple(cell.number for cell in document.cells))
    shadowed = Shadowed()
    cells: list[Cell] = []
    others: list[int] = []
    for cell in document.cells:
        source = to_source(cell.text, shadowed, cell.databricks) if cell.language is None else None
        if source is None:
            others.append(cell.number)
        else:
            cells.append(Cell(cell.number, source, cell.may_fail, cell.failed))
    return Prepared(tuple(cells), None, tuple(others))


def to_source(text: str, shadowed: Shadowed, databricks: bool = False, before: bytes = b"") -> bytes | None:
    """The cell `text` as a source, with `before` above it; None where it is in another language than Python.

    `shadowed` tells what earlier cells say of names, and takes in this one. For `databricks` see ``plain.to_python``.
    """
    python = to_python(text, shadowed, databricks)
    if python is None:
        return None
    # A lone surrogate, which JSON can hold, stays what it is: bytes that no Python decodes.
    module = before + python.encode("utf-8", "surrogatepass")
    if any(map(module.__contains__, _PARSED)):
        from .top_level import to_module

        module = to_module(module)
    shadowed.cells.append(module)
    return module


class Shadowed:
    """Tells whether a name has a meaning that one of the `cells` so far gave it. Most notebooks never ask."""

    def __init__(self) -> None:
        self.cells: list[bytes] = []
        self._names: Names | None = None

    def __call__(self, name: str) -> bool:
        """Whether `name` has one."""
        if self._names is None:
            from .names import Names

            self._names = Names()
        self._names.add(self.cells)
        self.cells.clear()
        return name in self._names
