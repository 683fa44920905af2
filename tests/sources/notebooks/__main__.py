"""The notebooks of real projects, as their source distributions ship them: each cell against IPython.

``python -m tests.sources.notebooks`` downloads the releases below with pip and ends with the cells on which IPython and
this package differ, and with exit code 1 where there is one. A file that it is given is taken as a source distribution.
"""

from __future__ import annotations

import importlib
import sys
import tarfile
import tempfile
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING, Any

from syntax_guard.sources.notebooks.cells import prepare
from syntax_guard.sources.readers import UnreadableError

from .ipython import compiles, refuses

if TYPE_CHECKING:
    from collections.abc import Iterator

# ruff: noqa: T201

NBFORMAT: Any = importlib.import_module("nbformat")
RELEASES = ("seaborn==0.13.2", "nbsphinx==0.9.8", "nbclient==0.11.0")


def notebooks(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each notebook in a source distribution."""
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() and member.name.endswith(".ipynb") else None
            if file is not None:
                yield member.name, file.read()


def differences(name: str, data: bytes) -> tuple[int, list[str]]:
    """How many cells of a notebook were compared, and those of which IPython has another verdict."""
    try:
        prepared = prepare(data)
    except UnreadableError as error:
        return 0, [f"{name}: {error}"] if is_read_by_nbformat(data) else []
    read = NBFORMAT.reads(data.decode(), as_version=4)
    texts = [cell.source for cell in read.cells if cell.cell_type == "code"]
    wrong = []
    compared = 0
    for cell in prepared.cells:
        text = texts[cell.number - 1]
        if text.lstrip().startswith("%%"):  # IPython looks into it when it runs it
            continue
        compared += 1
        if compiles(cell.data) == refuses(text):
            wrong.append(f"{name}, cell {cell.number}: {text[:200]!r}")
    return compared, wrong


def is_read_by_nbformat(data: bytes) -> bool:
    try:
        NBFORMAT.reads(data.decode(), as_version=4)
    except Exception:  # noqa: BLE001 - nbformat promises no kind
        return False
    return True


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(name) for name in sys.argv[1:]]
        for release in () if paths else RELEASES:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
            run([*command, "--dest", folder, release], check=True, timeout=600)
        bad = 0
        for path in paths or sorted(Path(folder).iterdir()):
            found = [differences(name, data) for name, data in notebooks(path)]
            wrong = [line for _, lines in found for line in lines]
            print(f"{path.name}: {len(found)} notebooks, {sum(count for count, _ in found)} cells, {len(wrong)} differ")
            print(*wrong, sep="\n", end="\n" * bool(wrong))
            bad += len(wrong) + (not found)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
