"""The cells of a notebook as sources, before they are read."""

from __future__ import annotations

from ...model import Skipped, display_name
from ..in_memory import Held
from ..readers import UnreadableError
from ..selection import OTHER_LANGUAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...model import Problem
    from ..readable import Readable
    from .cells import Cell, Prepared


class CellSource(Held):
    """A cell, or cells of a script taken together, ready to be judged."""

    __slots__ = ("commit", "failed", "known", "may_fail")

    def __init__(self, notebook: Readable, cell: Cell) -> None:
        super().__init__(notebook.path, cell.data, notebook.member, cell.number or None)
        self.commit = getattr(notebook, "commit", None)
        self.known = getattr(notebook, "known", ())
        self.may_fail = cell.may_fail
        self.failed = cell.failed


class NoNotebook:
    """A file that is called a notebook, and whose cells cannot be had; `problem` says why."""

    __slots__ = ("commit", "known", "member", "path", "problem")
    size = 0
    cell = None

    def __init__(self, notebook: Readable, problem: Problem) -> None:
        self.path = notebook.path
        self.member = notebook.member
        self.commit = getattr(notebook, "commit", None)
        self.known = getattr(notebook, "known", ())
        self.problem = problem

    def read(self) -> bytes:
        """No bytes: this raises the `UnreadableError` of the notebook."""
        error = UnreadableError(self.problem.message)
        error.problem = self.problem
        raise error


def sources(notebook: Readable, prepared: Prepared) -> list[Readable]:
    """What is to be judged of `notebook`, which is `prepared`."""
    return [CellSource(notebook, cell) for cell in prepared.cells]


def in_other_languages(notebook: Readable, numbers: Iterable[int | None]) -> list[Skipped]:
    """What is said of cells that are not judged, by their `numbers`; None stands for all of `notebook`."""
    return [Skipped(display_name(notebook.path, notebook.member, number), OTHER_LANGUAGE) for number in numbers]
