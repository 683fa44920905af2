"""Expressions that a later Python added or allowed in more places."""

from __future__ import annotations

from . import triggers
from .rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span


def _named(node: Node) -> bool:
    return type(node).__name__ == "NamedExpr"


def _starred(node: Node) -> bool:
    return type(node).__name__ == "Starred"


def _bare_named(code: Code, after: int, elements: list[Node]) -> Iterator[Span]:
    """The assignment expressions without parentheses of their own among the elements of a display."""
    for element in elements:
        if _named(element) and not code.is_parenthesised(element, after):
            yield code.span(element)
        after = code.end(element)


def _named_index(code: Code, node: Node) -> Iterator[Span]:
    elements = node.slice.elts if code.is_bare_tuple(node.slice) else [node.slice]
    yield from _bare_named(code, code.end(node.value), elements)


def _named_in_set(code: Code, node: Node) -> Iterator[Span]:
    yield from _bare_named(code, code.start(node), node.elts if hasattr(node, "elts") else [node.elt])


def _named_in_generator(code: Code, node: Node) -> Iterator[Span]:
    """The generator is the only argument and has no parentheses of its own."""
    if len(node.args) == 1 and not node.keywords and type(node.args[0]).__name__ == "GeneratorExp":
        argument = node.args[0]
        start = code.start(argument)
        if code.gap(code.end(node.func), start + 1).count(b"(") - code.gap(code.end(node.func), start).count(b")") == 1:
            yield from _bare_named(code, start + 1, [argument.elt])


def _starred_index(code: Code, node: Node) -> Iterator[Span]:
    if code.is_bare_tuple(node.slice):
        for element in node.slice.elts:
            if _starred(element):
                yield code.span(element)


def _template(code: Code, node: Node) -> Iterator[Span]:
    yield code.span(node)


def _unpacking_comprehension(code: Code, node: Node) -> Iterator[Span]:
    element = node.key if type(node).__name__ == "DictComp" else node.elt
    if _starred(element) or (type(node).__name__ == "DictComp" and node.value is None):
        yield code.span(element)


EXPRESSION_RULES = (
    Rule(
        since=(3, 9),
        what="Assignment expression without parentheses in a generator argument",
        trigger=triggers.ASSIGNMENT,
        nodes=("Call",),
        find=_named_in_generator,
        refused="any(y := x for x in z)\n",
        accepted="any((y := x) for x in z)\n",
    ),
    Rule(
        since=(3, 10),
        what="Assignment expression without parentheses in an index",
        looks=r"\w\[[^\[\]()]*:=",
        trigger=triggers.ASSIGNMENT,
        nodes=("Subscript",),
        find=_named_index,
        refused="a[b := 1]\n",
        accepted="a[(b := 1)]\n",
    ),
    Rule(
        since=(3, 9),
        what="Assignment expression without parentheses in a set",
        trigger=triggers.ASSIGNMENT,
        nodes=("Set", "SetComp"),
        find=_named_in_set,
        refused="{a := 1, 2}\n",
        accepted="{(a := 1), 2}\n[a := 1, 2]\n",
    ),
    Rule(
        since=(3, 11),
        what="Unpacking in an index",
        origin="PEP 646",
        looks=r"\w\[(?:[^\[\]()]*,)?\s*\*(?!\*)[^\[\]]*\]",
        trigger=triggers.STAR,
        nodes=("Subscript",),
        find=_starred_index,
        refused="a[b, *c]\n",
        accepted="a[(b, *c)]\n",
    ),
    Rule(
        since=(3, 14),
        what="t-string",
        origin="PEP 750",
        looks=r"(?<![\w.])(?:[tT][rR]?|[rR][tT])['\x22]",
        trigger=triggers.TEMPLATE_STRING,
        nodes=("TemplateStr",),
        find=_template,
        refused="t'{x}'\n",
        accepted="f'{x}'\n",
    ),
    Rule(
        since=(3, 15),
        what="Unpacking in a comprehension",
        origin="PEP 798",
        looks=r"[\[({]\s*\*\*?[^,\])}]*\bfor\b",
        trigger=triggers.STAR_FIRST,
        nodes=("ListComp", "SetComp", "GeneratorExp", "DictComp"),
        find=_unpacking_comprehension,
        refused="[*x for x in y]\n",
        accepted="[x for x in y]\n",
    ),
)
