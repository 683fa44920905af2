"""Where review tools are to put a finding: they know files and their lines, and nothing of a notebook's cells."""

from __future__ import annotations

from ..model import Diagnostic

CELL = ".ipynb:cell "


def in_file(diagnostic: Diagnostic) -> Diagnostic:
    """Return the finding at its file; of a cell at the notebook as a whole, with the cell and its line in the message.

    A notebook is JSON: the third line of a cell is another line of the file.
    """
    path, found, cell = diagnostic.path.rpartition(CELL)
    if not found or not cell.isdigit():
        return diagnostic
    line = f", line {diagnostic.line}" if diagnostic.line is not None else ""
    return Diagnostic(
        f"{path}.ipynb",
        *(None, None, None, None),
        diagnostic.severity,
        diagnostic.code,
        f"cell {cell}{line}: {diagnostic.message}",
        diagnostic.hint,
        diagnostic.targets,
    )
