"""Judges for older Pythons in this one: its own verdict, and what `grammar` knows of the others.

Runs in this process and, like `_compile_worker`, as a worker.
"""

from __future__ import annotations

from ..grammar.requirements import TooComplexError, requirements
from ..processes import _compile_worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..model import Version

_MESSAGE_LIMIT = 200
"""Characters of what a rule raised that are passed on."""


def judge(
    data: bytes, floor: Version, name: str = _compile_worker.NAME, keep: Callable[[Any], object] | None = None
) -> Any:
    """As ``_compile_worker.judge``; the reply to a source that this interpreter accepts has ``refusals`` besides.

    They are dicts with the fields of a `Problem` and ``first``: versions from ``first`` on and below ``since`` refuse
    the source. Where ``since`` is None, the rules could not be followed to their end.
    """
    reply = _compile_worker.judge(data, name, keep)
    if reply is not None and reply["error"] is not None:
        return reply
    refusals = _refusals(data, floor)
    if reply is None and not refusals:
        return None
    return {"error": None, "warnings": reply["warnings"] if reply else [], "refusals": refusals}


def _refusals(data: bytes, floor: Version) -> list[dict[str, Any]]:
    target = f"Python {floor[0]}.{floor[1]}"
    try:
        return [{**vars(one.problem), "first": one.first} for one in requirements(data, floor)]
    except (TooComplexError, MemoryError):
        return [_undecided("RecursionError", f"too complex to compare with {target}")]
    except Exception as error:  # noqa: BLE001 - whatever a rule raises is a fault of ours, and no word on the source
        said = f"{type(error).__name__}: {error}"[:_MESSAGE_LIMIT]
        return [_undecided("RuleFailed", f"a rule of syntax-guard failed ({said}), so it cannot tell about {target}")]


def _undecided(kind: str, message: str) -> dict[str, Any]:
    return {"kind": kind, "message": message, "since": None, "first": None}


def main(floor: str, *arguments: str) -> None:
    """Become a worker (see ``_compile_worker.main``) that answers down to the version `floor`, such as ``3.8``."""
    major, minor = map(int, floor.split("."))
    _compile_worker.main(lambda data: judge(data, (major, minor)), *arguments)
