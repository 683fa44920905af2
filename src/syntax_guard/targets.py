"""Which Pythons, and who answers."""

from __future__ import annotations

import sys

from .errors import TargetError
from .model import Interpreter, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def this_interpreter() -> Interpreter:
    """The interpreter that runs this."""
    implementation = {"cpython": "CPython"}.get(sys.implementation.name, sys.implementation.name)
    return Interpreter(sys.version_info[:2], f"{implementation} {sys.version.split()[0]}")


def resolve(asked: Sequence[str], pythons: Sequence[str], requires_python: str | None) -> tuple[Target, ...]:
    if asked or pythons:
        raise TargetError("other targets than this interpreter cannot be asked yet")
    interpreter = this_interpreter()
    return (Target(interpreter.version, interpreter, True, "this interpreter"),)
