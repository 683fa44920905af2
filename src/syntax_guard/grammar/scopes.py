"""What is refused for the scope that a name or an expression is in: the work of CPython's ``Python/symtable.c``."""

from __future__ import annotations

from . import triggers
from .code import children
from .rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span

INLINED = ("ListComp", "SetComp", "DictComp")
COMPREHENSIONS = (*INLINED, "GeneratorExp")
FUNCTIONS = ("FunctionDef", "AsyncFunctionDef")
SCOPES = (*FUNCTIONS, "ClassDef", "Lambda", *COMPREHENSIONS)


def kind(node: Node) -> str:
    """The name of the node's class."""
    return type(node).__name__


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _outside(node: Node) -> list[Node]:
    """The parts of a node that opens a scope which are evaluated in the scope around it, annotations left out."""
    if kind(node) in COMPREHENSIONS:
        return [node.generators[0].iter]
    arguments = getattr(node, "args", None)
    defaults = [*arguments.defaults, *filter(None, arguments.kw_defaults)] if arguments else []
    bases = [] if getattr(node, "type_params", None) else [*getattr(node, "bases", ()), *getattr(node, "keywords", ())]
    return [*getattr(node, "decorator_list", ()), *defaults, *bases]


def inside(node: Node) -> list[Node]:
    """The parts of a function, class, lambda or comprehension that are in its own scope."""
    if kind(node) in COMPREHENSIONS:
        first = node.generators[0]
        values = [node.key, node.value] if kind(node) == "DictComp" else [node.elt]
        return [first.target, *first.ifs, *node.generators[1:], *filter(None, values)]
    return node.body if isinstance(node.body, list) else [node.body]


def in_scope(parts: list[Node], through: tuple[str, ...] = ()) -> Iterator[Node]:
    """All nodes in the scope of these parts, and in the scopes of the kinds ``through`` within it."""
    stack = parts[::-1]
    while stack:
        node = stack.pop()
        yield node
        if kind(node) not in SCOPES:
            stack.extend(children(node)[::-1])
        else:
            stack.extend(_outside(node)[::-1])
            if kind(node) in through:
                stack.extend(inside(node)[::-1])


def _is_asynchronous(comprehension: Node) -> bool:
    return any(generator.is_async for generator in comprehension.generators) or any(
        kind(node) == "Await" for node in in_scope(inside(comprehension))
    )


def _nested_asynchronous(code: Code, node: Node) -> Iterator[Span]:
    inner = [part for part in in_scope(inside(node)) if kind(part) in INLINED and _is_asynchronous(part)]
    if inner and not _is_asynchronous(node):
        yield from map(code.span, inner)


def _rebound_target(code: Code, node: Node) -> Iterator[Span]:
    """Names that the target of a comprehension only reads counted as bound by it."""
    read: set[str] = set()
    for generator in node.generators:
        read |= {name.id for name in in_scope([generator.target]) if kind(name) == "Name" and kind(name.ctx) == "Load"}
    for part in in_scope(inside(node), COMPREHENSIONS):
        if kind(part) == "NamedExpr" and part.target.id in read:
            yield code.span(part.target)


def _private_target(code: Code, node: Node) -> Iterator[Span]:
    """In a comprehension the target was looked up as it is written, but ``global`` had mangled it."""
    for function in in_scope(node.body, (*FUNCTIONS, "Lambda")):
        if kind(function) not in FUNCTIONS:
            continue
        parts = list(in_scope(function.body))
        mangled = f"_{node.name.lstrip('_')}"
        declared = {name.removeprefix(mangled) for part in parts if kind(part) == "Global" for name in part.names}
        for comprehension in parts:
            if kind(comprehension) in COMPREHENSIONS:
                for part in in_scope(inside(comprehension), COMPREHENSIONS):
                    if kind(part) == "NamedExpr" and _is_private(part.target.id) and part.target.id in declared:
                        yield code.span(part.target)


def statements(block: list[Node]) -> Iterator[Node]:
    """The statements of one scope, in order, without looking into expressions."""
    stack = block[::-1]
    while stack:
        statement = stack.pop()
        yield statement
        if kind(statement) not in SCOPES:
            blocks = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
            parts = (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
            blocks[1:1] = [part.body for part in parts]
            stack.extend(inner for block in blocks[::-1] for inner in block[::-1])


def _declared_in_handler(code: Code, node: Node) -> Iterator[Span]:
    """``else`` was read before the handlers."""
    handled = statements([statement for handler in node.handlers for statement in handler.body])
    declarations = [statement for statement in handled if kind(statement) in ("Global", "Nonlocal")]
    if declarations:
        used = set()
        for part in in_scope(node.orelse):
            used.add(getattr(part, "id", None) or getattr(part, "name", None))
        for declaration in declarations:
            if not used.isdisjoint(declaration.names):
                yield code.span(declaration)


def _relative_future(code: Code, node: Node) -> Iterator[Span]:
    """It was taken for the real ``__future__``, so it had to come first and name a feature."""
    import __future__

    early = True
    for position, statement in enumerate(node.body):
        is_future = kind(statement) == "ImportFrom" and statement.module == "__future__"
        if is_future and statement.level:
            if not early or any(alias.name not in __future__.all_feature_names for alias in statement.names):
                yield code.span(statement)
        elif not is_future and not (position == 0 and _is_docstring(statement)):
            early = False
    top = set(map(id, node.body))
    for nested in in_scope(node.body, SCOPES):
        if kind(nested) == "ImportFrom" and nested.module == "__future__" and nested.level and id(nested) not in top:
            yield code.span(nested)


def _is_docstring(statement: Node) -> bool:
    return kind(statement) == "Expr" and isinstance(getattr(statement.value, "value", None), str)


SCOPE_RULES = (
    Rule(
        since=(3, 11),
        what="Asynchronous comprehension inside of a synchronous one",
        trigger=triggers.ASYNCHRONOUS,
        nodes=COMPREHENSIONS,
        find=_nested_asynchronous,
        refused="async def f(): [[x async for x in y] for y in z]\n",
        accepted="async def f(): [[x async for x in y] async for y in z]\n",
    ),
    Rule(
        since=(3, 12),
        what="Assignment expression to a name that the target of its comprehension reads",
        trigger=triggers.ASSIGNMENT,
        nodes=COMPREHENSIONS,
        find=_rebound_target,
        refused="[(i := 1) for a[i] in b]\n",
        accepted="[(i := 1) for a[j] in b]\n",
    ),
    Rule(
        since=(3, 13),
        what="Assignment expression to a private global in a comprehension",
        trigger=triggers.PRIVATE_ASSIGNMENT,
        nodes=("ClassDef",),
        find=_private_target,
        refused="class C:\n    def f(self):\n        global __x\n        [(__x := 1) for a in b]\n",
        accepted="class C:\n    def f(self):\n        global _x\n        [(_x := 1) for a in b]\n",
    ),
    Rule(
        since=(3, 13),
        what="'global' in 'except' for a name that 'else' uses",
        trigger=triggers.DECLARATION,
        nodes=("Try", "TryStar"),
        find=_declared_in_handler,
        refused="def f():\n    try: pass\n    except A: global a\n    else: print(a)\n",
        accepted="def f():\n    try: pass\n    except A: print(a)\n    else: global b\n",
    ),
    Rule(
        since=(3, 13),
        what="Import from a module of one's own called '__future__'",
        trigger=triggers.RELATIVE_FUTURE,
        find=_relative_future,
        refused="from .__future__ import spam\n",
        accepted="from .__future__ import annotations\n",
    ),
)
