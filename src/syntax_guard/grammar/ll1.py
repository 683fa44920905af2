"""What is too deep for the LL(1) parser of Python 3.8, in a file or in a replacement field."""

from __future__ import annotations

from .code import children
from .depth import bracket_depth_reaches
from .fstrings import expressions
from .ll1_parser import KEYWORDS, PLACES, overflow
from .rule import Rule
from .scopes import kind
from .triggers import NEARLY_DEEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from tokenize import TokenInfo

    from .code import Code, Node, Span

_BRACKET = 20
"""At most so many rules stand between a bracket and the next."""
_STATEMENTS = 620
"""Likewise around an expression, in a hundred blocks (``MAXINDENT``)."""
_UNBRACKETED = {
    **dict.fromkeys(("UnaryOp", "IfExp", "NamedExpr", "Await"), 1),
    **dict.fromkeys(("Lambda", "Starred", "Yield", "YieldFrom"), 2),
}
"""Expressions that are within one another without brackets, and the most rules that each adds."""


def _tokens(text: str) -> Iterator[tuple[str, TokenInfo]]:
    """The tokens as the grammar calls them; an f-string is one, as it was until Python 3.11."""
    import io
    import tokenize

    begins = {getattr(tokenize, f"{letter}STRING_START", -1) for letter in "FT"}  # from 3.12 on
    ends = {getattr(tokenize, f"{letter}STRING_END", -1) for letter in "FT"}
    left_out = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
    opened: list[TokenInfo] = []
    for token in _tolerated(tokenize.generate_tokens(io.StringIO(text).readline)):
        if token.type in begins:
            opened.append(token)
        elif token.type in ends:
            begin = opened.pop()
            if not opened:
                yield "STRING", begin._replace(end=token.end)
        elif opened or token.type in left_out:
            continue
        elif token.type == tokenize.OP or (token.type == tokenize.NAME and token.string in KEYWORDS):
            yield token.string, token
        else:
            yield tokenize.tok_name[token.type], token


def _tolerated(tokens: Iterator[TokenInfo]) -> Iterator[TokenInfo]:
    """The tokens up to what ``tokenize`` alone refuses, such as a form feed in the indentation."""
    from tokenize import TokenError

    try:
        yield from tokens
    except (TokenError, SyntaxError):
        return


def _too_deep(code: Code, node: Node) -> Iterator[Span]:
    if not _may_be_too_deep(code, node):
        return
    text = code.utf8.decode("utf-8", "replace")
    start = _overflow_in("file_input", text, code.starts)
    if start is not None:
        yield start, start + 1


def _overflow_in(rule: str, text: str, starts: list[int]) -> int | None:
    """The start of the line in which a source, or an expression in one of its f-strings, is too deep."""
    lines = [line + "\n" for line in text.split("\n")]
    inner: list[int] = []

    def located() -> Iterator[tuple[str, int]]:
        for name, token in _tokens(text):
            where = starts[min(token.start[0], len(starts)) - 1]
            if name == "STRING":
                for expression in expressions(_literal(lines, token)):
                    wrapped = f"({expression})"
                    if _overflow_in("eval_input", wrapped, [where] * (wrapped.count("\n") + 2)) is not None:
                        inner.append(where)
            yield name, where

    found = overflow(rule, located())
    return found if found is not None else min(inner, default=None)


def _literal(lines: list[str], token: TokenInfo) -> bytes:
    (first, begin), (last, end) = token.start, token.end
    if first == last:
        return lines[first - 1][begin:end].encode()
    return "".join([lines[first - 1][begin:], *lines[first : last - 1], lines[last - 1][:end]]).encode()


def _may_be_too_deep(code: Code, node: Node) -> bool:
    """Whether a walk through the tree leaves it open."""
    most = _STATEMENTS + _most_unbracketed(node)
    brackets = (PLACES - most) // _BRACKET
    return brackets <= 0 or bracket_depth_reaches(code.utf8, brackets)


def _most_unbracketed(node: Node) -> int:
    """The most rules within each other that no bracket stands for, and that are not around every operand."""
    most = 0
    stack: list[tuple[Node, int]] = [(child, 0) for child in node.body]
    while stack:
        part, used = stack.pop()
        most = max(most, used)
        if kind(part) == "BinOp" and kind(part.op) == "Pow":
            stack += [(part.left, used), (part.right, used + 2)]
            continue
        used += _UNBRACKETED.get(kind(part), 0)
        clauses = 0
        for generator in getattr(part, "generators", ()):
            clauses += 3 + 2 * len(generator.ifs)
            stack.append((generator, used + clauses))
        stack.extend((child, used) for child in children(part) if kind(child) != "comprehension")
    return most


LL1_RULES = (
    Rule(
        since=(3, 9),
        what="Nesting too deep for the LL(1) parser",
        origin="PEP 617",
        trigger=NEARLY_DEEP,
        find=_too_deep,
        refused="(" * 100 + "x" + ")" * 100 + "\n",
        accepted="(" * 90 + "x" + ")" * 90 + "\n",
    ),
)
