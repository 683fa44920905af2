"""Several results as one: of files and archives, of several archives, of several packages."""

from __future__ import annotations

from ..model import Result, Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def joined(results: Sequence[Result], seconds: float) -> Result:
    """One result for several `results`, which took so many `seconds` together."""
    targets = sorted({target: None for result in results for target in result.targets}, key=lambda one: one.version)
    counts = {
        name: sum(getattr(result.summary, name) for result in results)
        for name in Summary.__annotations__
        if name != "seconds"
    }
    diagnostics = sorted(
        (one for result in results for one in result.diagnostics),
        key=lambda one: (one.path, one.member or "", one.cell or 0, one.line or 0, one.column or 0, one.code),
    )
    others: dict[str, Any] = {
        name: tuple(value for result in results for value in getattr(result, name))
        for name in Result.__annotations__
        if name not in ("targets", "summary", "diagnostics", "root")
    }
    return Result(tuple(targets), Summary(**counts, seconds=seconds), tuple(diagnostics), **others)
