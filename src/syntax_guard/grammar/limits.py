"""How deep a source may be nested: limits of CPython's parsers and compiler that later versions raised."""

from __future__ import annotations

import functools

from .code import children
from .rule import Rule
from .scopes import INLINED, kind
from .triggers import DEEP, DEEP_BRACKETS, MANY_BLOCKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .code import Code, Node, Span

_LL_STACK = 1701
"""``MAXSTACK`` of Python 3.8's parser, less its own start."""
_LL_STATEMENT = 6
_LL_BLOCK = 4
_LL_OPERAND = 16
"""Rules of the 3.8 grammar between ``test`` and ``atom``."""
_LL_NESTED = {"Lambda": 2, "UnaryOp": 1, "IfExp": 1}
_LOOPS = ("For", "AsyncFor", "While")
_TRIES = ("Try", "TryStar")


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


def _ll_stack(code: Code, node: Node) -> Iterator[Span]:
    """The stack of the parser that Python 3.9 replaced (PEP 617), one entry for each rule of the grammar."""
    import ast

    stack: list[tuple[Node, int]] = [(child, _LL_STATEMENT) for child in node.body]
    while stack:
        part, used = stack.pop()
        if isinstance(part, ast.stmt):
            used += _LL_BLOCK if hasattr(part, "body") else 0
        elif kind(part) == "BinOp" and kind(part.op) == "Pow":
            stack += [(part.left, used), (part.right, used + 2)]
            continue
        elif kind(part) in _LL_NESTED:
            used += _LL_NESTED[kind(part)]
        elif kind(part) == "comprehension":
            used += 0
        if used + _LL_OPERAND > _LL_STACK:
            yield code.span(part)
            return
        generators = getattr(part, "generators", ())
        stack.extend((generator, used + 1 + 3 * place) for place, generator in enumerate(generators, 1))
        stack.extend((child, used) for child in children(part) if kind(child) != "comprehension")


def _ll_brackets(code: Code, node: Node) -> Iterator[Span]:
    """The same stack, for brackets that the tree does not show: each takes all rules from ``test`` to ``atom``."""
    import io
    import tokenize

    del node
    begins = {getattr(tokenize, f"{letter}STRING_START", -1) for letter in "FT"}  # from 3.12 on
    ends = {getattr(tokenize, f"{letter}STRING_END", -1) for letter in "FT"}
    used = 0
    opened: list[int] = []
    around: list[tuple[int, list[int]]] = []  # formatted strings, whose fields were each parsed by themselves
    for token in tokenize.generate_tokens(io.StringIO(code.utf8.decode("utf-8", "replace")).readline):
        bracket = token.string if token.type == tokenize.OP else ""
        if bracket in (")", "]", "}") and opened:
            used -= opened.pop()
        elif _LL_STATEMENT + _LL_OPERAND + used > _LL_STACK:
            start = code.starts[token.start[0] - 1]
            yield start, start + 1
            return
        elif token.type in begins:
            around.append((used, opened))
            used, opened = 0, []
        elif token.type in ends:
            used, opened = around.pop()
        elif bracket in ("(", "[", "{"):
            is_field = bracket == "{" and around and not used
            opened.append(0 if is_field else _LL_OPERAND if bracket == "{" else _LL_OPERAND + 1)
            used += opened[-1]


def _blocks(
    of_statement: Callable[[Code, Node], int], of_handler: int, limit: int
) -> Callable[[Code, Node], Iterator[Span]]:
    """Finds what is in more than ``limit`` blocks of one function: loops, ``with``, ``try`` and its handlers."""

    def find(code: Code, node: Node) -> Iterator[Span]:
        stack: list[tuple[Node, int]] = [(child, 0) for child in node.body]
        while stack:
            part, depth = stack.pop()
            if hasattr(part, "type_params") or kind(part) in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
                stack.extend((child, 0) for child in getattr(part, "body", ()))
                continue
            inner = depth + of_statement(code, part)
            handlers = getattr(part, "handlers", [])
            around = inner - 1 if handlers else inner
            if max(inner, around + of_handler if handlers else 0) > limit:
                yield code.span(part)
                return
            stack.extend((child, inner) for child in getattr(part, "body", ()))
            for handler in handlers:
                stack.extend((child, around + of_handler) for child in handler.body)
            for case in getattr(part, "cases", ()):
                stack.extend((child, depth) for child in case.body)
            after = depth + bool(getattr(part, "finalbody", ()))
            stack.extend((child, after) for child in getattr(part, "orelse", ()))
            stack.extend((child, depth + 1) for child in getattr(part, "finalbody", ()))

    return find


def _of_statement(code: Code, node: Node) -> int:
    """Blocks that a statement opens, besides those of handlers."""
    del code
    if kind(node) in _LOOPS:
        return 1
    if kind(node) in ("With", "AsyncWith"):
        return len(node.items)
    if kind(node) in _TRIES:
        return bool(node.handlers) + bool(node.finalbody)
    return 0


def _of_statement_in_ll(code: Code, node: Node) -> int:
    """Likewise, for the parser that took items in parentheses for one tuple."""
    blocks = _of_statement(code, node)
    if blocks > 1 and kind(node) in ("With", "AsyncWith") and _items_are_in_parentheses(code, node):
        return 1
    return blocks


def _items_are_in_parentheses(code: Code, node: Node) -> bool:
    depth, done = 0, code.start(node)
    for item in node.items:
        if depth == 0 and item is not node.items[0]:
            return False
        for char in code.gap(done, code.start(item.context_expr)):
            depth += (char == ord("(")) - (char == ord(")"))
            if depth == 0 and char == ord(")"):
                return False
        done = code.end(item.context_expr)
    return True


def _exception_stack(code: Code, node: Node) -> Iterator[Span]:
    """Python 3.12 had 20 places for what is to be done on an exception, and did not check."""

    stack: list[tuple[Node, int]] = [(child, 0) for child in node.body]
    while stack:
        part, depth = stack.pop()
        if kind(part) in ("FunctionDef", "AsyncFunctionDef", "Lambda"):
            body = part.body if isinstance(part.body, list) else [part.body]
            own = kind(part) == "AsyncFunctionDef" or _is_generator(body)
            stack.extend((child, int(own)) for child in body)
            continue
        if kind(part) == "ClassDef":
            stack.extend((child, 0) for child in part.body)
            continue
        deepest = depth + {"AsyncWith": len(getattr(part, "items", ())) + 1}.get(kind(part), 0)
        if kind(part) in INLINED:
            depth += 1
            stack.append((part.generators[0].iter, depth - 1))
            rest = [*part.generators[1:], *part.generators[0].ifs]
            rest += [part.key, part.value] if kind(part) == "DictComp" else [part.elt]
            if depth > _BLOCKS:
                yield code.span(part)
                return
            stack.extend((child, depth) for child in rest)
            continue
        if kind(part) in ("With", "AsyncWith"):
            depth += len(part.items)
        elif kind(part) in _TRIES:
            stack.extend((child, depth + bool(part.handlers) + bool(part.finalbody)) for child in part.body)
            for handler in part.handlers:
                named = 1 + (handler.name is not None) + bool(part.finalbody)
                stack.extend((child, depth + named) for child in handler.body)
            stack.extend((child, depth + bool(part.finalbody)) for child in part.orelse)
            stack.extend((child, depth + 1) for child in part.finalbody)
            continue
        if max(depth, deepest) > _BLOCKS:
            yield code.span(part)
            return
        stack.extend((child, depth) for child in children(part))


def _is_generator(body: list[Node]) -> bool:
    from .scopes import in_scope

    return any(kind(part) in ("Yield", "YieldFrom") for part in in_scope(body))


_BLOCKS = 20
_LOOPS_21 = "".join(f"{' ' * level}while x:\n" for level in range(21)) + " " * 21 + "pass\n"
_LOOPS_20 = "".join(f"{' ' * level}while x:\n" for level in range(20)) + " " * 20 + "pass\n"


def _handlers(levels: int) -> str:
    return "".join(f"{' ' * n}try: pass\n{' ' * n}except A:\n" for n in range(levels)) + " " * levels + "pass\n"


def _tries(levels: int) -> str:
    body = "".join(f"{' ' * level}try:\n" for level in range(levels)) + " " * levels + "pass\n"
    return body + "".join(f"{' ' * level}except A: pass\n" for level in range(levels - 1, -1, -1))


LIMIT_RULES = (
    Rule(
        since=(3, 9),
        what="Expression too deep for the LL(1) parser",
        origin="PEP 617",
        trigger=DEEP,
        find=_ll_stack,
        refused="not " * 2000 + "x\n",
        accepted="not " * 1000 + "x\n",
    ),
    Rule(
        since=(3, 9),
        what="Brackets too deep for the LL(1) parser",
        origin="PEP 617",
        trigger=DEEP_BRACKETS,
        find=_ll_brackets,
        refused="(" * 99 + "x" + ")" * 99 + "\n",
        accepted="(" * 90 + "x" + ")" * 90 + "\n",
    ),
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
    Rule(
        since=(3, 13),
        what="Nesting of more than 20 blocks",
        trigger=MANY_BLOCKS,
        find=_blocks(_of_statement_in_ll, 1, _BLOCKS),
        refused=_LOOPS_21,
        accepted=_LOOPS_20,
    ),
    Rule(
        first=(3, 9),
        since=(3, 13),
        what="Nesting of more than 20 blocks, of which a handler counts as two,",
        trigger=MANY_BLOCKS,
        find=_blocks(_of_statement, 2, _BLOCKS),
        refused=_tries(20),
        accepted=_tries(19),
    ),
    Rule(
        first=(3, 12),
        since=(3, 13),
        what="Nesting of more than 20 places that handle exceptions",
        trigger=MANY_BLOCKS,
        find=_exception_stack,
        refused="[" * 21 + "x" + " for x in y]" * 21 + "\n",
        accepted="[" * 20 + "x" + " for x in y]" * 20 + "\n",
    ),
)
