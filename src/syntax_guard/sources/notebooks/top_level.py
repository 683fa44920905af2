"""What IPython allows at the top level of a cell, made what any compiler of modules allows.

IPython awaits there, and compiles a cell statement by statement: no future import is late, and no ``global`` stands
after what uses the name. Lines and columns stay where they are. In functions, lambdas and classes nothing is touched:
there the compiler's word counts.
"""

from __future__ import annotations
import __future__

import ast
import re
import sys
import warnings
from bisect import bisect_left

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = regex(rb"\b(?:await|async|global|__future__)\b")
_ASYNC_FOR = regex(rb"async(?:\s|\\\r?\n|#[^\r\n]*[\r\n])+for\b")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LATE_ANNOTATIONS = sys.version_info >= (3, 14)
"""Whether this Python, whose cells these are, evaluates annotations when they are asked for."""


def to_module(data: bytes) -> bytes:
    """`data` (a cell as UTF-8) without what only IPython allows at its top level.

    Comes back as it is where this Python cannot parse it: then the verdict says why.
    """
    if not _WORDS.search(data):
        return data
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return data
    return _Rewriting(data).run(tree)


class _Rewriting:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = bytearray(data)
        self._lines = [0, *(match.end() for match in re.finditer(rb"\r\n|\r|\n", data))]
        self._async_for = [match.start() for match in _ASYNC_FOR.finditer(data)]

    def run(self, tree: ast.Module) -> bytes:
        self._one_by_one(tree.body)
        for node in _top_level(tree):
            if isinstance(node, ast.Await):
                at = self._offset(node)
                if self._text.startswith(b"await", at):
                    self._text[at : at + 5] = b"-    "  # binds as tightly, and stands wherever await may
            elif isinstance(node, ast.AsyncFor):
                self._keyword_first(self._offset(node), b"for")
            elif isinstance(node, ast.AsyncWith):
                self._keyword_first(self._offset(node), b"with")
            elif isinstance(node, ast.comprehension) and node.is_async:
                before = bisect_left(self._async_for, self._offset(node.target)) - 1
                if before >= 0:
                    at = self._async_for[before]
                    self._text[at : at + 5] = b"     "
        return bytes(self._text)

    def _offset(self, node: ast.expr | ast.stmt) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _keyword_first(self, at: int, word: bytes) -> None:
        """``async for x`` as ``for       x``: what starts a statement must stay where the indentation has it."""
        found = self._text.find(word, at + 5)
        if self._text.startswith(b"async", at) and not self._text[at + 5 : found].strip(b" \t\f\\\r\n"):
            self._text[found : found + len(word)] = b" " * len(word)
            self._text[at : at + len(word)] = word
            self._text[at + len(word) : at + 5] = b" " * (5 - len(word))

    def _one_by_one(self, statements: list[ast.stmt]) -> None:
        """Make each statement one that could be the first."""
        for statement in statements[1:]:
            if isinstance(statement, ast.Global) or _is_known_future(statement):
                self._blank(statement)
                continue
            inside = [node for node in _top_level(statement) if isinstance(node, ast.Global)]
            if inside and _is_right_alone(statement):
                for node in inside:
                    self._blank(node)

    def _blank(self, statement: ast.stmt) -> None:
        start = self._offset(statement)
        end = self._lines[(statement.end_lineno or 0) - 1] + (statement.end_col_offset or 0)
        self._text[start:end] = _blanks(self._data[start:end])
        self._text[start : start + 4] = b"pass"


def _is_known_future(statement: ast.stmt) -> bool:
    """Whether `statement` would be right at the top of a module. Compilers do not look at the dots of its module."""
    if not isinstance(statement, ast.ImportFrom) or statement.module != "__future__":
        return False
    return all(alias.name in __future__.all_feature_names for alias in statement.names)


def _is_right_alone(statement: ast.stmt) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(ast.Module([statement], []), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _blanks(text: bytes) -> bytes:
    """As much nothing as `text`, with its line ends, which backslashes join."""
    lines = re.split(rb"(\r\n|\r|\n)", text)
    blank = [b" " * (len(line) - 1) + b"\\" if line and place % 2 == 0 else line for place, line in enumerate(lines)]
    blank[-1] = b" " * len(lines[-1])
    return b"".join(blank)


def _top_level(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module does: not what is in functions, lambdas and classes, nor in what a compiler
    evaluates later."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        later = _later(node)
        waiting += [child for name, child in _children(node) if name not in later]
        if isinstance(node, _FUNCTIONS) and "args" in later:
            waiting += [default for default in (*node.args.defaults, *node.args.kw_defaults) if default]


def _later(node: ast.AST) -> tuple[str, ...]:
    """The fields of `node` in which something has a scope of its own."""
    generic = bool(getattr(node, "type_params", None))
    if isinstance(node, ast.ClassDef):
        return ("body", "type_params", "bases", "keywords") if generic else ("body",)
    if isinstance(node, _FUNCTIONS):
        return ("body", "type_params", "args", "returns") if generic or _LATE_ANNOTATIONS else ("body",)
    if isinstance(node, ast.Lambda):
        return ("body",)
    if type(node).__name__ == "TypeAlias":  # since Python 3.12
        return ("value", "type_params")
    return ("annotation",) if _LATE_ANNOTATIONS else ()


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield name, value
        elif isinstance(value, list):
            yield from ((name, child) for child in value if isinstance(child, ast.AST))
