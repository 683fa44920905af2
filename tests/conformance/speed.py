"""What the rules cost: ``python -m tests.conformance.speed`` compares their time with that of ``ast.parse``.

Over files of this Python's standard library without its tests. Prints figures and decides nothing.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from syntax_guard.grammar.requirements import requirements

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3


def ordinary(every: int) -> list[bytes]:
    """Every so many-th file of the standard library that this Python accepts."""
    library = Path(sysconfig.get_path("stdlib"))
    paths = [path for path in sorted(library.rglob("*.py")) if not {"test", "site-packages"} & set(path.parts)]
    sources = []
    for path in paths[::every]:
        data = path.read_bytes() if path.is_file() else b""
        try:
            compile(data, "source", "exec", 0, dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        sources.append(data)
    return sources


def seconds(work: Callable[[bytes], object], sources: list[bytes]) -> float:
    """The least processor time of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for source in sources:
            work(source)
        rounds.append(time.process_time() - start)
    return min(rounds)


def main() -> int:
    warnings.simplefilter("ignore")
    sources = ordinary(3)
    size = sum(map(len, sources)) / 1e6
    parse = seconds(ast.parse, sources)
    print(f"Python {sys.version.split()[0]}: {len(sources)} files, {size:.1f} MB; ast.parse {parse:.2f} s")
    for minor in range(8, sys.version_info[1]):
        spent = seconds(lambda data, floor=(3, minor): requirements(data, floor), sources)  # type: ignore[misc]
        print(f"  rules down to 3.{minor}: {spent:.2f} s with a tree of their own, {spent / parse:.2f} times ast.parse")
    return 0


if __name__ == "__main__":
    sys.exit(main())
