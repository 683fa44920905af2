"""How deep an expression may be: limits of recursion that later versions raised."""

from __future__ import annotations

import functools

from .code import children
from .rule import Rule
from .scopes import kind
from .triggers import DEEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .code import Code, Node, Span


def _deeper_than(limit: int, folded: bool = False) -> Callable[[Code, Node], Iterator[Span]]:
    """Finds the statement that is deepest, if more than ``limit`` statements and expressions are within each other.

    ``symtable_visit_stmt`` and ``symtable_visit_expr`` each count one. ``folded``: operations on constants are
    constants, as 3.8 and 3.9 had made them by then.
    """

    def find(code: Code, node: Node) -> Iterator[Span]:
        depth, start = _deepest(code, folded)
        del node
        if depth > limit:
            yield start, start + 1

    return find


@functools.lru_cache(maxsize=2)
def _deepest(code: Code, folded: bool) -> tuple[int, int]:
    """The greatest depth in a source, and where the statement starts that has it."""
    import ast

    found = (0, 0)
    stack: list[tuple[Node, int, Node]] = [(child, 0, child) for child in code.tree.body]
    while stack:
        part, depth, statement = stack.pop()
        if isinstance(part, (ast.stmt, ast.expr)):
            depth += 1
            if isinstance(part, ast.stmt):
                statement = part if kind(part) != "If" else statement
            if depth > found[0]:
                found = (depth, code.start(statement))
        if not (folded and kind(part) == "BinOp" and _is_constant(part)):
            stack.extend((child, depth, statement) for child in children(part))
    return found


def _is_constant(node: Node) -> bool:
    """Whether a chain of operations is on constants alone: looking at the left end of it is enough to tell."""
    while kind(node) == "BinOp":
        if kind(node.right) != "Constant":
            return False
        node = node.left
    return kind(node) == "Constant"


LIMIT_RULES = (
    Rule(
        since=(3, 13),
        what="Nesting of more than 2990 expressions",
        trigger=DEEP,
        find=_deeper_than(2997, folded=True),
        refused="x" + ".y" * 4000 + "\n",
        accepted="x" + ".y" * 2500 + "\n",
    ),
    Rule(
        first=(3, 10),
        since=(3, 13),
        what="Nesting of more than 2990 operations on constants",
        trigger=DEEP,
        find=_deeper_than(2997),
        refused="1" + " + 1" * 4000 + "\n",
        accepted="1" + " + 1" * 2500 + "\n",
    ),
    Rule(
        since=(3, 14),
        what="Nesting of more than 9990 expressions",
        trigger=DEEP,
        find=_deeper_than(9998, folded=True),
        refused="x" + ".y" * 12000 + "\n",
        accepted="x" + ".y" * 9000 + "\n",
    ),
    Rule(
        first=(3, 10),
        since=(3, 14),
        what="Nesting of more than 9990 operations on constants",
        trigger=DEEP,
        find=_deeper_than(9998),
        refused="1" + " + 1" * 12000 + "\n",
        accepted="1" + " + 1" * 9000 + "\n",
    ),
)
