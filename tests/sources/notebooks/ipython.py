"""IPython as the oracle: what its shell makes of a cell, and whether it then compiles it."""

from __future__ import annotations

import ast
import functools
import os
import tempfile
import warnings
from typing import Any

import pytest


@functools.cache
def shell() -> Any:
    """A shell that nothing was typed into."""
    module = pytest.importorskip("IPython.core.interactiveshell", reason="IPython is not installed")
    config = pytest.importorskip("traitlets.config").Config()
    config.HistoryManager.enabled = False  # no database and no thread, which fail and warn for reasons of their own
    os.environ.setdefault("IPYTHONDIR", tempfile.mkdtemp())
    return module.InteractiveShell(config=config)


def refuses(cell: str) -> bool:
    """Whether IPython reports that it cannot run `cell`; nothing is executed, and of a blank cell nothing ever is."""
    if cell.isspace():
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _compile(shell().transform_cell(cell))
        except (SyntaxError, ValueError, RuntimeError, OverflowError, SystemError):
            return True
    return False


def _compile(text: str) -> None:
    """As `run_ast_nodes` does: statement by statement, the last one for its value."""
    statements = ast.parse(text, "cell").body
    for number, statement in enumerate(statements):
        last = number == len(statements) - 1 and isinstance(statement, ast.Expr)
        tree = ast.Interactive([statement]) if last else ast.Module([statement], [])
        compile(tree, "cell", "single" if last else "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)


def compiles(module: bytes) -> bool:
    """Whether `module`, which is no cell any more, is Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(module, "cell", "exec", 0, True)
        except (SyntaxError, ValueError):
            return False
    return True
