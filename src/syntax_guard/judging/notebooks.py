"""Notebooks become their cells: in this process where they are small, else in workers, and each worker may die.

Runs in this process and, like `_compile_worker`, as a worker.
"""

from __future__ import annotations

import os
import sys

from ..model import Problem, Record
from ..processes import _compile_worker
from ..regex import regex
from ..sources.file_types import is_notebook
from ..sources.notebooks.cells import Cell, Prepared, prepare
from ..sources.notebooks.readables import NoNotebook, in_other_languages, sources
from ..sources.readers import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, TypeAlias

    from ..model import Skipped
    from ..sources.readable import Readable
    from .judgement import Limits

    Batch: TypeAlias = "list[tuple[Readable, bytes]]"

SMALL = 64 * 1024
"""Bytes of notebooks that are prepared in this process."""
BATCH_BYTES = 256 * 1024
_PARSED = regex(rb"\b(?:await|async|global|__future__)\b")
"""What is only rewritten when it has been parsed, which this process does not risk."""


class Cells(Record):
    """What a run judges in place of its notebooks."""

    files: list[Readable]
    """Each notebook's cells in its place, and the other files."""
    count: int
    """How many cells there are."""
    unread: int
    """Notebooks that are not judged, since they are in another language."""
    skipped: tuple[Skipped, ...]
    """These, and the cells in other languages of the others."""


def with_cells(files: Sequence[Readable], limits: Limits, scripts: bool = False) -> Cells:
    """Put the cells of each notebook in its place.

    Args:
        files: Files of any kind; with `scripts`, percent scripts alone.
        limits: The time and memory that the preparation may take.
        scripts: Whether `files` are scripts in cells.

    Returns:
        The files with the cells of each notebook, or what is to be judged of each script.
    """
    notebooks = files if scripts else [file for file in files if is_notebook(file)]
    kind = "script" if scripts else "notebook"
    answers: dict[int, Prepared | Problem] = {id(file): said for file, said in _answers(notebooks, kind, limits)}
    expanded: list[Readable] = []
    count = unread = 0
    skipped: list[Skipped] = []
    for file in files:
        prepared = answers.get(id(file))
        if prepared is None:
            expanded.append(file)
        elif isinstance(prepared, Problem):
            expanded.append(NoNotebook(file, prepared))
        elif scripts and not prepared.cells:
            expanded.append(file)
        elif prepared.language is not None:
            unread += 1
            skipped += in_other_languages(file, [None])
        else:
            count += 0 if scripts else len(prepared.cells)
            expanded += sources(file, prepared)
            skipped += in_other_languages(file, prepared.others)
    return Cells(expanded, count, unread, tuple(skipped))


def _answers(notebooks: Sequence[Readable], kind: str, limits: Limits) -> Iterator[tuple[Readable, Prepared | Problem]]:
    """Each of `notebooks`, which are of one `kind`, prepared, or why it cannot be."""
    small = sum(file.size for file in notebooks) <= SMALL
    later: Batch = []
    for file in notebooks if small else ():
        try:
            data = file.read()
        except UnreadableError as error:
            yield file, error.problem
            continue
        if len(data) > SMALL or _PARSED.search(data):
            later.append((file, data))
        else:
            yield file, _understood(answer(data, kind))
    if later:
        yield from _in_workers([later], len(later), kind, limits)
    if not small:
        unreadable: list[tuple[Readable, Problem]] = []
        size = sum(file.size for file in notebooks)
        yield from _in_workers(_batches(notebooks, unreadable), size // BATCH_BYTES + 1, kind, limits)
        yield from unreadable


def _batches(notebooks: Sequence[Readable], unreadable: list[tuple[Readable, Problem]]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for file in notebooks:
        try:
            data = file.read()
        except UnreadableError as error:
            unreadable.append((file, error.problem))
            continue
        batch.append((file, data))
        size += len(data)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _in_workers(
    batches: Iterator[Batch] | list[Batch], most: int, kind: str, limits: Limits
) -> Iterator[tuple[Readable, Prepared | Problem]]:
    from ..processes.resources import affordable, available
    from ..processes.thread_pool import each
    from ..processes.worker_pool import WorkerPool
    from .workers import this_python

    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    command = (*this_python(), "-I", "-S", "-c", _START, os.path.dirname(package), kind)
    name = f"{_NAMES.get(sys.implementation.name, sys.implementation.name)} {sys.version.split()[0]}"
    pool = WorkerPool({command: name}, limits.seconds, affordable(limits.memory))

    def ask(batch: Batch) -> tuple[Batch, list[Any]]:
        return batch, pool.ask(command, [data for _, data in batch])

    try:
        for batch, answers in each(ask, batches, min(limits.jobs or available(), most)):
            for (file, _), said in zip(batch, answers, strict=True):
                yield file, _understood(said)
    finally:
        pool.close()


_START = (
    "import sys; sys.path.append(sys.argv[1]); from syntax_guard.judging.notebooks import main; main(*sys.argv[2:])"
)
_NAMES = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


def answer(data: bytes, kind: str) -> dict[str, Any]:
    """What a worker says of a notebook, or of another `kind` of cells, in the shape of all its answers: the cells, or
    why there are none."""
    try:
        prepared = prepare(data) if kind == "notebook" else _script(data)
    except UnreadableError as error:
        problem = error.problem
        return _answered(_fields(problem))
    except (RecursionError, MemoryError) as error:
        message = "too complex to take the cells out of this notebook"
        return _answered(_fields(Problem(type(error).__name__, message)))
    cells = [
        [cell.number, cell.data.decode("utf-8", "surrogatepass"), cell.may_fail, cell.failed] for cell in prepared.cells
    ]
    return _answered(None, [cells, prepared.language, prepared.others])


def _script(data: bytes) -> Prepared:
    from ..sources.notebooks.percent import prepare_script

    return prepare_script(data)


def _fields(problem: Problem) -> dict[str, Any]:
    return {"kind": problem.kind, "message": problem.message, "line": problem.line, "column": problem.column}


def _answered(error: dict[str, Any] | None, prepared: list[Any] | None = None) -> dict[str, Any]:
    return {"error": error, "warnings": [], "prepared": prepared}


def _understood(said: Any) -> Prepared | Problem:
    if isinstance(said, Problem):
        return said
    if said["error"] is not None:
        return Problem(**said["error"])
    made, language, others = said["prepared"]
    cells = [
        Cell(number, text.encode("utf-8", "surrogatepass"), may_fail, failed) for number, text, may_fail, failed in made
    ]
    return Prepared(tuple(cells), language, tuple(others))


def main(kind: str, *arguments: str) -> None:
    """Become a worker (see ``_compile_worker.main``) that prepares notebooks, or another `kind` of cells."""
    _compile_worker.main(lambda data: answer(data, kind), *arguments)
