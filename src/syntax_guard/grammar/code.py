"""What a rule looks at: the bytes, their lines, and the tree, each made when it is first asked for."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right

from ..regex import regex
from .coding import BOM, UTF_8, codec_name, declared_coding, with_line_feeds
from .scanning import first_on_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    Node: TypeAlias = Any
    """A node of ``ast``. Which classes and fields exist depends on the Python that runs this."""

Span = tuple[int, int]
"""Start and end as offsets into ``Code.utf8``."""

_LEAVES = {"Name", "Constant", "alias", "Load", "Store", "Del", "Pass", "Global", "Nonlocal"}
_DECORATED = {"FunctionDef", "AsyncFunctionDef", "ClassDef"}
_RETURN = regex(rb"\r(?!\n|\Z)")
_COMMENT = regex(rb"#[^\n]*|\\\n")


class TooComplexError(Exception):
    """This Python's ``compile`` took a source that its ``ast`` runs out of stack on."""


class Code:
    """One source that this Python's ``compile`` has accepted."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.decoded_returns: list[int] = []
        """Offsets of carriage returns within a line that an encoding made, and not the bytes. Pythons before 3.14 end
        no line there, so ``utf8`` has a blank in their place."""
        self.decoded_ends: list[int] = []
        """Offsets of line feeds that such a carriage return stood before, and of one that ends the source."""
        self.has_other_lines = False
        """Whether the source needs lines that end in those returns. Then ``utf8`` has line feeds in their place."""
        self._tree: Node = None
        self._starts: list[int] | None = None
        self.utf8 = self._as_utf8(data)

    @property
    def tree(self) -> Node:
        """The syntax tree, parsed when it is first needed."""
        if self._tree is None:
            as_older = self.decoded_returns and not self.has_other_lines
            self._tree = _parsed(self.utf8.decode() if as_older else self.data)
        return self._tree

    @functools.cached_property
    def has_future_annotations(self) -> bool:
        """Whether annotations are not evaluated here (PEP 563)."""
        return any(
            type(statement).__name__ == "ImportFrom"
            and statement.module == "__future__"
            and any(alias.name == "annotations" for alias in statement.names)
            for statement in self.tree.body
        )

    @property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer(rb"\n", self.utf8))]
        return self._starts

    def line_of(self, offset: int) -> int:
        """The line (from 1) that an offset is in."""
        return bisect_right(self.starts, offset)

    def start(self, node: Node) -> int:
        """The offset at which a node starts."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: Node) -> int:
        """The offset just after a node."""
        return self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        # Before 3.12 the positions inside of an f-string can be beyond the end of the source.
        return self.starts[min(line, len(self.starts)) - 1] + column

    def span(self, node: Node) -> Span:
        """Where the node starts and ends."""
        return self.start(node), self.end(node)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1, the column in characters."""
        line = self.line_of(offset)
        before = self.utf8[self.starts[line - 1] : offset]
        return line, len(before.decode("utf-8", "replace")) + 1

    def at_sign(self, decorator: Node) -> int:
        """The offset of the ``@`` of a decorator: the last before it that starts a line."""
        at = self.utf8.rfind(b"@", 0, self.start(decorator))
        while at > 0 and not first_on_line(self.utf8, at):
            at = self.utf8.rfind(b"@", 0, at)
        return at

    def gap(self, start: int, end: int) -> bytes:
        """What stands between two neighbours in the tree, without comments and joined lines."""
        return _COMMENT.sub(b" ", self.utf8[start:end])

    def is_parenthesised(self, node: Node, after: int) -> bool:
        """Whether a node has parentheses of its own, given the end of what comes before it and its delimiter."""
        return self.gap(after, self.start(node)).rstrip().endswith(b"(")

    def is_bare_tuple(self, node: Node) -> bool:
        """Whether a node is a tuple without parentheses around it."""
        if type(node).__name__ != "Tuple" or not node.elts:
            return False
        start, first = self.start(node), node.elts[0]
        if self.utf8[start : start + 1] != b"(":
            return True
        # "(a), b" starts with a parenthesis too: it is closed before the first comma.
        opened = self.gap(start, self.start(first)).count(b"(")
        rest = self.gap(self.end(first), self.end(node))
        return rest.partition(b",")[0].count(b")") >= opened

    def nodes(self, lines: list[int]) -> Iterator[Node]:
        """The nodes that reach over one of these lines (sorted), and those that have no position of their own."""
        stack: list[Node] = [self.tree]
        while stack:
            node = stack.pop()
            if hasattr(node, "lineno"):
                first = node.lineno
                if type(node).__name__ in _DECORATED and node.decorator_list:
                    first = self.line_of(self.at_sign(node.decorator_list[0]))
                following = bisect_left(lines, first)
                if following == len(lines) or lines[following] > node.end_lineno:
                    continue
            yield node
            stack += [child for child in children(node) if type(child).__name__ not in _LEAVES]

    def without(self, spans: list[Span], stand_in: bytes) -> bool:
        """Whether the source still parses with these places overwritten: then they are all text or comment."""
        pieces, done = [], 0
        for start, end in spans:
            pieces += [self.utf8[done:start], stand_in]
            done = end
        try:
            # As text, so that a declared encoding means nothing.
            _parsed(b"".join([*pieces, self.utf8[done:]]).decode("utf-8", "replace"))
        except (SyntaxError, ValueError):
            return False
        return True

    def compiles_with(self, start: int, end: int, stand_in: bytes) -> bool:
        """Whether the source still compiles with one place overwritten."""
        import warnings

        text = self.utf8[:start] + stand_in + self.utf8[end:]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text.decode("utf-8", "replace"), "source", "exec", 0, dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        except RecursionError as error:
            raise TooComplexError from error
        return True

    def _as_utf8(self, data: bytes) -> bytes:
        """The source as the parser sees it: UTF-8 without a mark, lines ending in a line feed (PEP 263)."""
        encoding = None
        if data.startswith(BOM):
            data = data[len(BOM) :]
        elif b"coding" in data:
            named = declared_coding(data)
            encoding = named and codec_name(named)
        data = with_line_feeds(data)
        if encoding is not None and encoding != UTF_8:
            if not data.endswith(b"\n"):
                data += b"\n"  # as the tokenizer does before it decodes: a backslash at the end may be half an escape
            data = data.decode(encoding).encode()
            dropped = 0
            for match in re.finditer(rb"\r\n?", data):
                at_end = match[0] == b"\r\n" or match.end() == len(data)
                (self.decoded_ends if at_end else self.decoded_returns).append(match.start() - dropped)
                dropped += match[0] == b"\r\n"
            if self.decoded_returns:
                self.utf8 = with_line_feeds(_RETURN.sub(b" ", data))
                self.has_other_lines = not self.without([], b"")
                if not self.has_other_lines:
                    return self.utf8
            data = with_line_feeds(data)
        return data


def _parsed(source: bytes | str) -> Node:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except RecursionError as error:
        raise TooComplexError from error


def children(node: Node) -> list[Node]:
    """As ``ast.iter_child_nodes``, in half the time."""
    found = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            found += [item for item in value if hasattr(item, "_fields")]
        elif hasattr(value, "_fields"):
            found.append(value)
    return found
