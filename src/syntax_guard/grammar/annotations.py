"""What is refused in annotations, for when they are evaluated, and in the scopes of type parameters."""

from __future__ import annotations

from . import triggers
from .code import children
from .rule import Rule
from .scopes import COMPREHENSIONS, FUNCTIONS, in_scope, kind, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span


def annotations_of(node: Node) -> list[Node]:
    """The annotations in a statement that are evaluated in the scope around it."""
    if kind(node) == "AnnAssign":
        return [node.annotation]
    if kind(node) in FUNCTIONS and not getattr(node, "type_params", None):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        return [*filter(None, (argument and argument.annotation for argument in every)), *filter(None, [node.returns])]
    return []


def _annotated_before_declared(code: Code, node: Node) -> Iterator[Span]:
    """A name in an annotation, and after it a ``global`` or ``nonlocal`` statement for the same name and scope."""
    seen: set[str] = set()
    for part in statements(node.body):
        if kind(part) in ("Global", "Nonlocal"):
            if not seen.isdisjoint(part.names):
                yield code.span(part)
        else:
            for name in in_scope(annotations_of(part)):
                if kind(name) == "Name":
                    seen.add(name.id)


def _annotated_before_declared_plainly(code: Code, node: Node) -> Iterator[Span]:
    if not code.has_future_annotations:
        yield from _annotated_before_declared(code, node)


def _annotated_before_declared_in_future(code: Code, node: Node) -> Iterator[Span]:
    if code.has_future_annotations:
        yield from _annotated_before_declared(code, node)


def _annotation_scope_in_class(code: Code, node: Node) -> Iterator[Span]:
    """A lambda or comprehension in the type parameters, bases or annotations of what is generic in a class."""
    future = code.has_future_annotations
    for part in statements(node.body):
        parameters = list(getattr(part, "type_params", None) or ())
        if kind(part) == "TypeAlias":
            scope = [*parameters, part.value]
        elif not parameters:
            continue
        elif kind(part) == "ClassDef":
            scope = [*parameters, *part.bases, *part.keywords]
        else:
            scope = parameters if future else [*parameters, *children(part.args), *filter(None, [part.returns])]
            scope = [item for item in scope if item not in part.args.defaults and item not in part.args.kw_defaults]
        for item in in_scope(scope):
            if kind(item) in ("Lambda", *COMPREHENSIONS):
                yield code.span(item)


def _unpacking_in_evaluated_annotation(code: Code, node: Node) -> Iterator[Span]:
    """The annotation of an attribute or item, in a module or class, was evaluated until annotations became lazy."""
    if not code.has_future_annotations:
        yield from _unpacking_in_annotation(code, node)


def _unpacking_in_annotation(code: Code, node: Node) -> Iterator[Span]:
    for part in statements(node.body):
        if kind(part) == "AnnAssign" and not part.simple:
            for field in in_scope([part.annotation], COMPREHENSIONS):
                if kind(field) == "FormattedValue" and kind(field.value) == "Starred":
                    yield code.span(field.value)


ANNOTATION_RULES = (
    Rule(
        since=(3, 13),
        what="Lambda or comprehension in an annotation scope within a class",
        trigger=triggers.TYPE_PARAMETERS,
        nodes=("ClassDef",),
        find=_annotation_scope_in_class,
        refused="class C:\n    type A = lambda: 0\n",
        accepted="type A = lambda: 0\n",
    ),
    Rule(
        since=(3, 14),
        what="'global' after an annotation that uses the name",
        origin="PEP 649",
        trigger=triggers.DECLARATION,
        nodes=("Module", "ClassDef", *FUNCTIONS),
        find=_annotated_before_declared_plainly,
        refused="def f():\n    x: a\n    global a\n",
        accepted="def f():\n    global a\n    x: a\n",
    ),
    Rule(
        since=(3, 10),
        what="'global' after an annotation that uses the name",
        origin="PEP 563",
        trigger=triggers.DECLARATION,
        nodes=("Module", "ClassDef", *FUNCTIONS),
        find=_annotated_before_declared_in_future,
        refused="from __future__ import annotations\ndef f():\n    x: a\n    global a\n",
        accepted="from __future__ import annotations\ndef f():\n    global a\n    x: a\n",
    ),
    Rule(
        since=(3, 14),
        what="Unpacking alone in a replacement field, in the annotation of an attribute or item,",
        origin="PEP 649",
        trigger=triggers.STAR_ALONE,
        nodes=("Module", "ClassDef"),
        find=_unpacking_in_evaluated_annotation,
        refused="x.y: f'{*z}'\n",
        accepted="def f(): x.y: f'{*z,}'\n",
    ),
    Rule(
        since=(3, 12),
        what="Unpacking alone in a replacement field, in the annotation of an attribute or item,",
        origin="PEP 701",
        trigger=triggers.STAR_ALONE,
        nodes=("Module", "ClassDef"),
        find=_unpacking_in_annotation,
        refused="from __future__ import annotations\nx.y: f'{*z}'\n",
        accepted="from __future__ import annotations\nx.y: f'{*z,}'\n",
    ),
)
