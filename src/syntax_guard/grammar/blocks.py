"""How many blocks a function may be in: limits of CPython's compiler that later versions raised."""

from __future__ import annotations

from .annotations import annotations_of
from .code import children
from .rule import Rule
from .scopes import FUNCTIONS, INLINED, SCOPES, in_scope, inside, kind
from .triggers import MANY_BLOCKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .code import Code, Node, Span

_LOOPS = ("For", "AsyncFor", "While")
_TRIES = ("Try", "TryStar")


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
    unread = {id(one) for one in _unread_annotations(code, node)}
    stack: list[tuple[Node, int]] = [(child, 0) for child in _reached(node.body)]
    while stack:
        part, depth = stack.pop()
        if id(part) in unread:
            continue
        if depth + _for_a_moment(part) > _BLOCKS:
            yield code.span(part) if hasattr(part, "lineno") else (0, 1)
            return
        stack.extend(_with_places(part, depth))


def _unread_annotations(code: Code, node: Node) -> Iterator[Node]:
    """Annotations without code: in functions, and under PEP 563."""
    for part in in_scope(node.body, SCOPES):
        if kind(part) in FUNCTIONS:
            yield from (inner.annotation for inner in in_scope(part.body) if kind(inner) == "AnnAssign")
        if code.has_future_annotations:
            yield from [*annotations_of(part), *(inner.annotation for inner in [part] if kind(inner) == "AnnAssign")]


def _reached(body: list[Node]) -> list[Node]:
    """The statements of a block up to one that leaves it: there is no code for the others."""
    ends = [place for place, part in enumerate(body, 1) if kind(part) in ("Return", "Raise", "Break", "Continue")]
    return body[: ends[0]] if ends else body


def _for_a_moment(node: Node) -> int:
    """Places that a node takes besides, and gives back before what is within it."""
    if kind(node) == "AsyncWith":
        return len(node.items) + 1
    if kind(node) == "AsyncFor" or getattr(node, "is_async", None):
        return 2
    if kind(node) in INLINED and node.generators[0].is_async:
        return 3
    return int(kind(node) in (*INLINED, "Await", "YieldFrom"))


def _with_places(node: Node, depth: int) -> list[tuple[Node, int]]:
    """What is within a node, each with the places taken where it is."""
    if kind(node) in FUNCTIONS or kind(node) == "Lambda":
        body = inside(node)
        own = int(kind(node) == "AsyncFunctionDef" or (kind(node) != "Lambda" and _is_generator(body)))
        return [*((child, own) for child in _reached(body)), *((child, depth) for child in _around(node))]
    if kind(node) == "ClassDef":
        return [*((child, 0) for child in _reached(node.body)), *((child, depth) for child in _around(node))]
    if kind(node) == "GeneratorExp":
        return [(node.generators[0].iter, depth), *((child, 1) for child in inside(node))]
    if kind(node) in INLINED:
        return [(node.generators[0].iter, depth), *((child, depth + 1) for child in inside(node))]
    if kind(node) in ("With", "AsyncWith"):
        return _in_with(node, depth)
    if kind(node) in _TRIES:
        return _in_try(node, depth)
    blocks = [child for field in ("body", "orelse") for child in _reached(_block(node, field))]
    known = {id(child) for field in ("body", "orelse") for child in _block(node, field)}
    return [(child, depth) for child in (*blocks, *(child for child in children(node) if id(child) not in known))]


def _block(node: Node, field: str) -> list[Node]:
    found = getattr(node, field, None)
    return found if isinstance(found, list) else []


def _in_with(node: Node, depth: int) -> list[tuple[Node, int]]:
    inner = [(child, depth + len(node.items)) for child in _reached(node.body)]
    for place, item in enumerate(node.items):
        inner.append((item.context_expr, depth + place))
        if item.optional_vars is not None:
            inner.append((item.optional_vars, depth + place + 1))
    return inner


def _in_try(node: Node, depth: int) -> list[tuple[Node, int]]:
    last = bool(node.finalbody)
    inner = [(child, depth + bool(node.handlers) + last) for child in _reached(node.body)]
    for handler in node.handlers:
        of_group = kind(node) == "TryStar"
        named = 2 if of_group or handler.name is not None else 1
        inner.extend((child, depth + last + named) for child in _reached(handler.body))
        if handler.type is not None:
            inner.append((handler.type, depth + last + 1))
    inner.extend((child, depth + last) for child in _reached(node.orelse))
    inner.extend((child, depth + 1) for child in _reached(node.finalbody))
    return inner


def _around(node: Node) -> list[Node]:
    """What a function, lambda or class evaluates in the scope around it, annotations included."""
    parts = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ()), *getattr(node, "keywords", ())]
    arguments = getattr(node, "args", None)
    return [*parts, *filter(None, [arguments, getattr(node, "returns", None)])]


def _is_generator(body: list[Node]) -> bool:
    return any(kind(part) in ("Yield", "YieldFrom") for part in in_scope(body))


_BLOCKS = 20
_LOOPS_21 = "".join(f"{' ' * level}while x:\n" for level in range(21)) + " " * 21 + "pass\n"
_LOOPS_20 = "".join(f"{' ' * level}while x:\n" for level in range(20)) + " " * 20 + "pass\n"


def _handlers(levels: int) -> str:
    return "".join(f"{' ' * n}try: pass\n{' ' * n}except A:\n" for n in range(levels)) + " " * levels + "pass\n"


def _tries(levels: int) -> str:
    body = "".join(f"{' ' * level}try:\n" for level in range(levels)) + " " * levels + "pass\n"
    return body + "".join(f"{' ' * level}except A: pass\n" for level in range(levels - 1, -1, -1))


BLOCK_RULES = (
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
        what="Nesting of more than 20 blocks (a handler counts as two)",
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
