"""Judges for older Pythons in this one: its own verdict, and what `grammar` knows of the others.

Runs in this process and, like `_probe`, as a worker.
"""

from __future__ import annotations

from . import _probe, grammar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .model import Version


def judge(data: bytes, floor: Version, name: str = _probe.NAME, keep: Callable[[Any], object] | None = None) -> Any:
    """As ``_probe.judge``, with a third part for a source that this interpreter accepts: what older ones would refuse.

    That part lists ``[kind, message, line, column, end_line, end_column, since, first]``, where versions from ``first``
    on and below ``since`` refuse the source, and ``since`` is None for rules that could not be followed to their end.
    """
    answer = _probe.judge(data, name, keep)
    error, warnings = answer or (None, [])
    if error is not None:
        return answer
    try:
        required = [
            [one.kind, one.message, one.line, one.column, one.end_line, one.end_column, one.since, requirement.first]
            for requirement in grammar.requirements(data, floor)
            for one in (requirement.problem,)
        ]
    except (RecursionError, MemoryError) as problem:
        required = [[type(problem).__name__, f"too complex to compare with Python {floor[0]}.{floor[1]}",
                     None, None, None, None, None, None]]  # fmt: skip
    return [None, warnings, required] if warnings or required else None


def main(floor: str, *arguments: str) -> None:
    """Become a worker (see ``_probe.main``) that answers down to the version `floor`, such as ``3.8``."""
    major, minor = map(int, floor.split("."))
    _probe.main(lambda data: judge(data, (major, minor)), *arguments)
