"""``await`` at the top level of a cell, which IPython allows, made what any compiler of modules allows.

``compile`` would accept it with ``ast.PyCF_ALLOW_TOP_LEVEL_AWAIT``; without the flag a cell can be judged like every
other source, by any interpreter. Lines and columns stay where they are. Inside of functions, lambdas and class bodies
nothing is touched: there the compiler's word counts, with the flag as without.
"""

from __future__ import annotations

import ast
import re
import warnings

_ASYNC_FOR = re.compile(rb"async([ \t\f]|\\\r?\n|\s)+for\b")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def without_top_level_await(data: bytes) -> bytes:
    """``data`` (UTF-8) without its top-level ``await``, ``async for`` and ``async with``.

    Comes back as it is where this Python cannot parse it: then whoever judges it says why.
    """
    if b"await" not in data and b"async" not in data:
        return data
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return data
    starts = _line_starts(data)
    text = bytearray(data)

    def offset(node: ast.AST) -> int:
        return int(starts[node.lineno - 1] + node.col_offset)  # type: ignore[attr-defined]

    for node in _top_level(tree):
        if isinstance(node, ast.Await):
            at = offset(node)
            if text[at : at + 5] == b"await":
                text[at : at + 5] = b"-    "  # binds as tightly, and stands wherever await may
        elif isinstance(node, (ast.AsyncFor, ast.AsyncWith)):
            at = offset(node)
            word = b"for" if isinstance(node, ast.AsyncFor) else b"with"
            _keyword_first(text, at, word)
        elif isinstance(node, ast.comprehension) and node.is_async:
            before = list(_ASYNC_FOR.finditer(data, 0, offset(node.target)))
            if before:
                text[before[-1].start() : before[-1].start() + 5] = b"     "
    return bytes(text)


def _keyword_first(text: bytearray, at: int, word: bytes) -> None:
    """``async for x`` as ``for       x``: what starts a statement must stay where the indentation has it."""
    found = text.find(word, at + 5)
    if text[at : at + 5] == b"async" and not text[at + 5 : found].strip(b" \t\f\\\r\n"):
        text[found : found + len(word)] = b" " * len(word)
        text[at : at + len(word)] = word
        text[at + len(word) : at + 5] = b" " * (5 - len(word))


def _top_level(tree: ast.AST) -> list[ast.AST]:
    """The nodes that run when the module does: all but the bodies of functions, lambdas and classes."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        inside: list[ast.AST] = []
        if isinstance(node, _SCOPES):
            inside = list(node.body)
        elif isinstance(node, ast.Lambda):
            inside = [node.body]
        waiting += [child for child in ast.iter_child_nodes(node) if child not in inside]
    return found


def _line_starts(data: bytes) -> list[int]:
    return [0, *(match.end() for match in re.finditer(rb"\r\n|\r|\n", data))]
