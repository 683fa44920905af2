"""Statements and their clauses that a later Python added or allowed more of."""

from __future__ import annotations

import re

from ..regex import regex
from . import triggers
from .rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span

_DOTTED = regex(rb"@\s*[\w\x80-\xff]+(?:\s*\.\s*[\w\x80-\xff]+)*\s*")


def _keyword(code: Code, node: Node) -> Iterator[Span]:
    start = code.start(node)
    word = re.match(rb"\w+", code.utf8[start : start + 20])
    yield start, start + (word.end() if word else 1)


def _relaxed_decorators(code: Code, node: Node) -> Iterator[Span]:
    """What is not a dotted name, or a call of one, after each ``@``."""
    for decorator in node.decorator_list:
        at = code.at_sign(decorator)
        callee = decorator.func if type(decorator).__name__ == "Call" else decorator
        dotted = _DOTTED.fullmatch(code.gap(at, code.end(callee)))
        while type(callee).__name__ == "Attribute":
            callee = callee.value
        if not dotted or type(callee).__name__ != "Name":
            yield code.span(decorator)


def _parenthesised_items(code: Code, node: Node) -> Iterator[Span]:
    """An ``as`` inside parentheses that were opened after ``with``."""
    depth, done = 0, code.start(node)
    for item in node.items:
        gap = code.gap(done, code.start(item.context_expr))
        depth += gap.count(b"(") - gap.count(b")")
        done = code.end(item.context_expr)
        if item.optional_vars is not None:
            before, _, after = code.gap(done, code.start(item.optional_vars)).partition(b"as")
            depth -= before.count(b")")
            if depth > 0:
                yield code.span(item.context_expr)
                return
            depth += after.count(b"(")
            done = code.end(item.optional_vars)


def _starred_for(code: Code, node: Node) -> Iterator[Span]:
    yield from _bare_starred(code, node.iter)


def _starred_value(code: Code, node: Node) -> Iterator[Span]:
    yield from _bare_starred(code, node.value)


def _bare_starred(code: Code, node: Node) -> Iterator[Span]:
    if code.is_bare_tuple(node):
        for element in node.elts:
            if type(element).__name__ == "Starred":
                yield code.span(element)


def _starred_annotation(code: Code, node: Node) -> Iterator[Span]:
    if node.vararg is not None and type(node.vararg.annotation).__name__ == "Starred":
        yield code.span(node.vararg.annotation)


def _bare_handler(code: Code, node: Node) -> Iterator[Span]:
    if node.type is not None and code.is_bare_tuple(node.type):
        yield code.span(node.type)


def _positive_pattern(code: Code, node: Node) -> Iterator[Span]:
    for value in [node.value] if hasattr(node, "value") else node.keys:
        number = getattr(value, "left", value)
        if type(getattr(number, "op", None)).__name__ == "UAdd":
            yield code.span(number)


def _type_parameters(code: Code, node: Node) -> Iterator[Span]:
    if node.type_params:
        yield code.start(node.type_params[0]), code.end(node.type_params[-1])


def _defaults(code: Code, node: Node) -> Iterator[Span]:
    for parameter in node.type_params:
        if getattr(parameter, "default_value", None) is not None:
            yield code.span(parameter.default_value)


def _lazy(code: Code, node: Node) -> Iterator[Span]:
    if getattr(node, "is_lazy", False):
        yield from _keyword(code, node)


STATEMENT_RULES = (
    Rule(
        since=(3, 9),
        what="Decorator that is not a dotted name or a call of one",
        origin="PEP 614",
        trigger=triggers.DECORATOR,
        nodes=("FunctionDef", "AsyncFunctionDef", "ClassDef"),
        find=_relaxed_decorators,
        refused="@buttons[0].clicked.connect\ndef f(): pass\n",
        accepted="@buttons.clicked.connect(0)\ndef f(): pass\n",
    ),
    Rule(
        since=(3, 9),
        what="Parenthesised context managers",
        looks=r"^\s*(?:async\s+)?with\s*\([^()]*(?:\([^()]*\)[^()]*)*\bas\b",
        trigger=triggers.WITH_BRACKET,
        nodes=("With", "AsyncWith"),
        find=_parenthesised_items,
        refused="with (open(a) as b, open(c) as d): pass\n",
        accepted="with (open(a)) as b, (open(c)) as d: pass\n",
    ),
    Rule(
        since=(3, 9),
        what="Unpacking without parentheses in 'for'",
        trigger=triggers.STAR,
        nodes=("For", "AsyncFor"),
        find=_starred_for,
        refused="for x in *a, b: pass\n",
        accepted="for x in (*a, b): pass\n",
    ),
    Rule(
        since=(3, 9),
        what="Unpacking without parentheses in an augmented assignment",
        trigger=triggers.STAR,
        nodes=("AugAssign",),
        find=_starred_value,
        refused="x += *a, b\n",
        accepted="x += (*a, b)\nx = *a, b\n",
    ),
    Rule(
        since=(3, 10),
        what="'match' statement",
        origin="PEP 634",
        looks=r"^\s*match\s+[^=:]+:\s*$",
        trigger=triggers.MATCH,
        nodes=("Match",),
        find=_keyword,
        refused="match x:\n    case 1: pass\n",
        accepted="match = x\n",
    ),
    Rule(
        since=(3, 11),
        what="'except*'",
        origin="PEP 654",
        looks=r"^\s*except\s*\*",
        trigger=triggers.EXCEPT_STAR,
        nodes=("TryStar",),
        find=_keyword,
        refused="try: pass\nexcept* A: pass\n",
        accepted="try: pass\nexcept A: pass\n",
    ),
    Rule(
        since=(3, 11),
        what="Unpacking in the annotation of '*args'",
        origin="PEP 646",
        looks=r"\*\w+\s*:\s*\*",
        trigger=triggers.STAR_ANNOTATION,
        nodes=("arguments",),
        find=_starred_annotation,
        refused="def f(*args: *Ts): pass\n",
        accepted="def f(*args: Ts): pass\n",
    ),
    Rule(
        since=(3, 12),
        what="'type' statement",
        origin="PEP 695",
        looks=r"^\s*type\s+\w+\s*(?:\[.*\]\s*)?=",
        trigger=triggers.TYPE_ALIAS,
        nodes=("TypeAlias",),
        find=_keyword,
        refused="type X = int\n",
        accepted="type = X = int\n",
    ),
    Rule(
        since=(3, 12),
        what="Type parameter list",
        origin="PEP 695",
        looks=r"^\s*(?:(?:async\s+)?def|class)\s+\w+\s*\[",
        trigger=triggers.TYPE_PARAMETERS,
        nodes=("FunctionDef", "AsyncFunctionDef", "ClassDef"),
        find=_type_parameters,
        refused="def f[T](x: T) -> T: pass\n",
        accepted="def f(x: T) -> T: pass\n",
    ),
    Rule(
        since=(3, 13),
        what="Default of a type parameter",
        origin="PEP 696",
        looks=r"^\s*(?:(?:async\s+)?def|class|type)\s+\w+\s*\[[^\]=]*=",
        trigger=triggers.TYPE_PARAMETERS,
        nodes=("FunctionDef", "AsyncFunctionDef", "ClassDef", "TypeAlias"),
        find=_defaults,
        refused="class C[T = int]: pass\n",
        accepted="class C[T: int]: pass\n",
    ),
    Rule(
        since=(3, 14),
        what="'except' with several types and no parentheses",
        origin="PEP 758",
        looks=r"^\s*except\*?\s+[\w.]+\s*,[^()]*:",
        trigger=triggers.EXCEPT_BARE,
        nodes=("ExceptHandler",),
        find=_bare_handler,
        refused="try: pass\nexcept A, B: pass\n",
        accepted="try: pass\nexcept (A, B): pass\n",
    ),
    Rule(
        since=(3, 15),
        what="Number with a plus sign in a pattern",
        looks=r"^\s*case\s(?:.*[\[(,|:])?\s*\+\s*[\d.]",
        trigger=triggers.POSITIVE_PATTERN,
        nodes=("MatchValue", "MatchMapping"),
        find=_positive_pattern,
        refused="match x:\n    case +1: pass\n",
        accepted="match x:\n    case 1 + 2j: pass\n",
    ),
    Rule(
        since=(3, 15),
        what="'lazy' import",
        origin="PEP 810",
        looks=r"^\s*lazy\s+(?:import|from)\b",
        trigger=triggers.LAZY,
        nodes=("Import", "ImportFrom"),
        find=_lazy,
        refused="lazy import json\n",
        accepted="lazy = json\n",
    ),
)
