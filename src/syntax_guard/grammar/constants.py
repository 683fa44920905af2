"""Names of constants where a name is expected: as attributes, keywords and parts of a module's name.

The parser knows ``None`` by its letters, the compiler by its identifier, and identifiers are normalised (PEP 3131:
NFKC), so that full-width letters pass the parser. ``forbidden_name`` in CPython 3.8's ``Python/ast.c`` looked at more.
"""

from __future__ import annotations

from ..regex import regex
from .rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span

_CONSTANTS = {"None", "True", "False"}
_DEBUG = "__debug__"
_NAME = regex(rb"[A-Za-z_]*[\x80-\xff][\w\x80-\xff]*")


def _names(source: bytes) -> Iterator[int]:
    """A trigger: ``__debug__``, and the names of constants in other letters than ASCII's."""
    at = source.find(b"__debug__")
    while at >= 0:
        yield at
        at = source.find(b"__debug__", at + 1)
    if not source.isascii():
        from unicodedata import normalize

        for match in _NAME.finditer(source):
            if normalize("NFKC", match[0].decode("utf-8", "replace")) in (*_CONSTANTS, _DEBUG):
                yield match.start()


def _keyword(code: Code, node: Node) -> Iterator[Span]:
    if node.arg in _CONSTANTS:
        yield code.span(node)


def _attribute(code: Code, node: Node) -> Iterator[Span]:
    if node.attr in _CONSTANTS and type(node.ctx).__name__ == "Store":
        yield code.span(node)


def _augmented(code: Code, node: Node) -> Iterator[Span]:
    if getattr(node.target, "attr", None) == _DEBUG:
        yield code.span(node.target)


CONSTANT_RULES = (
    Rule(
        since=(3, 9),
        again=(3, 14),
        what="Keyword argument with the name of a constant, in other letters,",
        trigger=_names,
        nodes=("keyword",),
        find=_keyword,
        refused="f(\uff2eone=1)\n",
        accepted="f(\uff2eones=1)\n",
    ),
    Rule(
        since=(3, 9),
        again=(3, 14),
        what="Assignment to an attribute with the name of a constant, in other letters,",
        trigger=_names,
        nodes=("Attribute",),
        find=_attribute,
        refused="x.\uff2eone = 1\n",
        accepted="x.\uff2eone\n",
    ),
    Rule(
        since=(3, 9),
        again=(3, 14),
        what="Augmented assignment to an attribute called '__debug__'",
        trigger=_names,
        nodes=("AugAssign",),
        find=_augmented,
        refused="x.__debug__ += 1\n",
        accepted="x.__debug__.y += 1\n",
    ),
)
