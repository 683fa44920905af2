"""The JSON of a notebook: nbformat 4 (a list of cells), and 2 and 3 (cells in worksheets, ``input`` for ``source``)."""

from __future__ import annotations

from ...model import Problem, Record
from ..readers import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

PYTHON = ("python", "ipython", "pyspark")
"""What languages are called that are Python, with or without a version."""
RAISES = "raises-exception"
"""The tag of a cell that fails on purpose, for Jupyter's own tools."""

_VERSIONS = (1, 2, 3, 4)
"""Versions of nbformat that its reader has. One that a notebook does not name is taken for 4."""
_BOM = b"\xef\xbb\xbf"
_POINTER = b"version https://git-lfs.github.com/spec/"
_CONFLICT = rb"(?m)^(?:<<<<<<<|>>>>>>>) "
_DATABRICKS = "application/vnd.databricks.v1+"
_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")
_LIST_BYTES = 80
"""What a list takes in memory, for the two bytes that it may be in JSON."""
_FEW_BYTES = 64 << 20
_WANTED = frozenset({
    "cell_type", "cells", "ename", "input", "kernelspec", "language", "languageId", "language_info", "metadata", "name",
    "nbformat", "output_type", "outputs", "source", "tags", "vscode", "worksheets",
    _DATABRICKS + "cell", _DATABRICKS + "notebook",
})  # fmt: skip
_NOTHING: dict[str, Any] = {}


class CodeCell:
    """A code cell as it stands in a notebook."""

    __slots__ = ("databricks", "failed", "language", "may_fail", "number", "text")

    def __init__(self, number: int, text: str, cell: dict[str, Any], databricks: bool) -> None:
        metadata = _table(cell.get("metadata"))
        self.number = number
        """Among the code cells of the notebook, from 1."""
        self.text = text
        self.language = _language_of(cell, metadata) if metadata or "language" in cell else None
        """Where the cell says that it is in another language than Python."""
        self.may_fail = "tags" in metadata and isinstance(metadata["tags"], list) and RAISES in metadata["tags"]
        """Whether it has the tag `RAISES`."""
        self.failed = any(map(_is_syntax_error, _outputs(cell)))
        """Whether a `SyntaxError` is stored as its output."""
        self.databricks = databricks or _DATABRICKS + "cell" in metadata


class Document(Record):
    """A notebook."""

    language: str | None
    """Where the notebook says that all of it is in another language than Python."""
    cells: tuple[CodeCell, ...]


def read(data: bytes) -> Document:
    """The notebook that `data` (the bytes of a file) holds.

    Raises `UnreadableError`, whose problem has a line where it is known, for what Jupyter does not open.
    """
    notebook = _parsed(data)
    metadata = _table(notebook.get("metadata"))
    databricks = _DATABRICKS + "notebook" in metadata
    cells = [_code_cell(number, cell, databricks) for number, cell in enumerate(_code_cells(notebook), 1)]
    return Document(_language(metadata), tuple(cells))


def _parsed(data: bytes) -> dict[str, Any]:
    import json

    if data.startswith(_BOM):
        raise _none("begins with a byte order mark, which Jupyter refuses", 1, 1)
    if data.count(b"[") * _LIST_BYTES > 6 * len(data) + _FEW_BYTES:
        raise _none("more lists than a notebook has")
    if data.startswith(_POINTER):
        raise _none("a Git LFS pointer in place of the file: run `git lfs pull`")
    try:
        notebook = json.loads(data.decode(), object_hook=_wanted)
    except json.JSONDecodeError as error:
        import re

        conflict = re.search(_CONFLICT, data)
        if conflict:
            line = data.count(b"\n", 0, conflict.start()) + 1
            raise _none("an unresolved merge conflict in its JSON", line, 1) from None
        raise _none(error.msg, error.lineno, error.colno) from None
    except UnicodeDecodeError:
        raise _none("not UTF-8") from None
    except (RecursionError, ValueError) as error:
        raise _none(str(error)) from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise _none("JSON without cells")
    if notebook.get("nbformat", 4) not in _VERSIONS:
        raise _of_another_version(data, notebook["nbformat"])
    return notebook


def _of_another_version(data: bytes, said: object) -> UnreadableError:
    """The error for a notebook whose nbformat is what it `said`. Its line is named where there is but one."""
    import json
    import re

    places = [found.start() for found in re.finditer(rb'"nbformat"\s*:', data)]
    line = data.count(b"\n", 0, places[0]) + 1 if len(places) == 1 else None
    return _none(f"its nbformat is {json.dumps(said)[:40]}; Jupyter reads 4, and the older 1 to 3", line)


def _wanted(table: dict[str, Any]) -> dict[str, Any]:
    """`table` without what is of no interest here, which is mostly large (outputs) or much."""
    if table.keys() <= _WANTED:
        return table or _NOTHING
    return {key: value for key, value in table.items() if key in _WANTED} or _NOTHING


def _none(why: str, line: int | None = None, column: int | None = None) -> UnreadableError:
    error = UnreadableError(f"not a notebook: {why}")
    error.problem = Problem(error.problem.kind, error.problem.message, line, column)
    return error


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else _NOTHING


def _language(metadata: dict[str, Any]) -> str | None:
    """What the notebook says that its language is, unless that is Python, or it says so in one place."""
    info, kernel = _table(metadata.get("language_info")), _table(metadata.get("kernelspec"))
    said = [name for name in (info.get("name"), kernel.get("language")) if isinstance(name, str) and name]
    return None if any(map(is_python, said)) else next(iter(said), None)


def is_python(language: str) -> bool:
    """Whether what a notebook calls its `language` is Python."""
    return language.lower().rstrip("0123456789.") in PYTHON


def _code_cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    old = "cells" not in notebook
    sheets = _list(notebook["worksheets"], "worksheets") if old else [notebook]
    for sheet in sheets:
        if not isinstance(sheet, dict):
            raise _none("a worksheet that is not an object")
        for cell in _list(sheet.get("cells", []), "cells"):
            if not isinstance(cell, dict):
                raise _none("a cell that is not an object")
            if cell.get("cell_type") == "code":
                yield {**cell, "source": _old_source(notebook, cell)} if old else cell


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise _none(f"{name}, where a list is expected")
    return value


def _old_source(notebook: dict[str, Any], cell: dict[str, Any]) -> object:
    """The source of a cell of nbformat 2 or 3, whose lines may have lost their line breaks."""
    source = cell.get("input", cell.get("source"))
    if not isinstance(source, list) or not all(isinstance(line, str) for line in source):
        return source
    broken = bool(source) and source[0].endswith(("\n", "\r")) and notebook.get("nbformat") != 2
    return ("" if broken else "\n").join(source)


def _code_cell(number: int, cell: dict[str, Any], databricks: bool) -> CodeCell:
    source = cell.get("source")
    if isinstance(source, list):
        try:
            source = "".join(source)
        except TypeError:
            source = None
    if not isinstance(source, str):
        raise _none(f"code cell {number} without source")
    return CodeCell(number, source, cell, databricks)


def _language_of(cell: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    """What a cell says that its language is, unless that is Python."""
    said = (cell.get("language"), metadata.get("language"), _table(metadata.get("vscode")).get("languageId"))
    return next((name for name in said if isinstance(name, str) and name and not is_python(name)), None)


def _outputs(cell: dict[str, Any]) -> list[Any]:
    outputs = cell.get("outputs")
    return outputs if isinstance(outputs, list) else []


def _is_syntax_error(output: object) -> bool:
    return isinstance(output, dict) and output.get("ename") in _SYNTAX_ERRORS
