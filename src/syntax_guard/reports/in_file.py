"""A finding in a cell or an archive's member, at a file that a review tool can open."""

from __future__ import annotations

from ..model import Diagnostic


def in_file(diagnostic: Diagnostic) -> Diagnostic:
    """Return the finding at its file; of a cell or a member at the file as a whole, with its own place in the message.

    A notebook is JSON: the third line of a cell is another line of the file.
    """
    if diagnostic.cell is None and diagnostic.member is None:
        return diagnostic
    inner = [diagnostic.member] if diagnostic.member is not None else []
    inner += [f"cell {diagnostic.cell}"] if diagnostic.cell is not None else []
    inner += [f"line {diagnostic.line}"] if diagnostic.line is not None else []
    return Diagnostic(
        diagnostic.path,
        *(None, None, None, None),
        diagnostic.severity,
        diagnostic.code,
        f"{', '.join(inner)}: {diagnostic.message}",
        diagnostic.hint,
        diagnostic.targets,
    )
