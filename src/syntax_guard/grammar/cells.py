"""``__class__`` and ``__classdict__`` in a comprehension of a class body.

Python 3.12 began to inline comprehensions (PEP 709), and it took until 3.14 to get these names right.
"""

from __future__ import annotations

from .annotations import annotations_of
from .rule import Rule
from .scopes import FUNCTIONS, INLINED, SCOPES, in_scope, inside, kind
from .triggers import CLASS_CELL, CLASS_DICTIONARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span

_CLASS_NAMES = {"__class__", "super"}


def _reads(node: Node, names: set[str]) -> bool:
    return kind(node) == "Name" and kind(node.ctx) == "Load" and node.id in names


def _evaluated(code: Code, body: Node) -> Iterator[Node]:
    """The nodes in the scope of a class body, with the annotations that are evaluated there (PEP 563)."""
    future = code.has_future_annotations
    unread: set[int] = set()
    for part in in_scope(body.body):
        if id(part) not in unread:
            yield part
        if future and kind(part) == "AnnAssign":
            unread.update(map(id, in_scope([part.annotation], SCOPES)))
        elif not future and kind(part) in FUNCTIONS:
            yield from in_scope(annotations_of(part))


def _comprehensions(code: Code, body: Node) -> Iterator[tuple[list[Node], list[Node]]]:
    """What each comprehension of a class body holds: in its own scope, and in the functions within."""
    for part in _evaluated(code, body):
        if kind(part) in INLINED:
            own = list(in_scope(inside(part), INLINED))
            known = set(map(id, own))
            yield own, [node for node in in_scope(inside(part), SCOPES) if id(node) not in known]


def _binds_class(nodes: list[Node]) -> bool:
    return any(kind(node) == "Name" and node.id == "__class__" and kind(node.ctx) == "Store" for node in nodes)


def _class_cell(code: Code, node: Node) -> Iterator[Span]:
    bound = _binds_class(list(in_scope(node.body)))
    for own, deeper in _comprehensions(code, node):
        if not _binds_class(own):
            for name in [*own, *([] if bound else deeper)]:
                if _reads(name, _CLASS_NAMES) and not (bound and name.id == "super"):
                    yield code.span(name)


def _class_cell_of_function(code: Code, node: Node) -> Iterator[Span]:
    found = [name for _, deeper in _comprehensions(code, node) for name in deeper if _reads(name, _CLASS_NAMES)]
    if found:
        functions = [part for part in in_scope(node.body) if kind(part) in (*FUNCTIONS, "Lambda")]
        if not any(_reads(name, _CLASS_NAMES) for part in functions for name in in_scope(inside(part), SCOPES)):
            yield from map(code.span, found)


def _class_dictionary(code: Code, node: Node) -> Iterator[Span]:
    for own, deeper in _comprehensions(code, node):
        for name in [*own, *deeper]:
            if _reads(name, {"__classdict__"}):
                yield code.span(name)


CELL_RULES = (
    Rule(
        first=(3, 12),
        since=(3, 13),
        what="'__class__' or 'super' in a comprehension of a class body",
        trigger=CLASS_CELL,
        nodes=("ClassDef",),
        find=_class_cell,
        refused="class C: [__class__ for x in y]\n",
        accepted="class C: (__class__ for x in y)\n",
    ),
    Rule(
        first=(3, 13),
        since=(3, 14),
        what="'__class__' or 'super' in a function in a comprehension of a class body",
        trigger=CLASS_CELL,
        nodes=("ClassDef",),
        find=_class_cell_of_function,
        refused="class C:\n    __class__ = 1\n    [(lambda: __class__) for x in y]\n",
        accepted="class C:\n    def f(self): return __class__\n    [(lambda: __class__) for x in y]\n",
    ),
    Rule(
        first=(3, 12),
        since=(3, 14),
        what="'__classdict__' in a comprehension of a class body",
        trigger=CLASS_DICTIONARY,
        nodes=("ClassDef",),
        find=_class_dictionary,
        refused="class C: [__classdict__ for x in y]\n",
        accepted="class C: (__classdict__ for x in y)\n",
    ),
)
