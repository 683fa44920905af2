"""Which names the cells of a notebook have given a meaning: a magic of such a name is none any more."""

from __future__ import annotations

import ast
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Names:
    """The names that the cells so far have bound."""

    def __init__(self) -> None:
        self._bound: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._bound

    def add(self, cells: list[bytes]) -> None:
        """Take some more `cells`, as plain Python."""
        for cell in cells:
            self._bind(cell)

    def _bind(self, cell: bytes) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return  # it binds nothing: no Python runs it
        for statement in tree.body:
            if isinstance(statement, ast.Delete):
                self._bound -= {target.id for target in statement.targets if isinstance(target, ast.Name)}
            else:
                self._bound.update(_bound_by(statement))


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        waiting += _inside(node)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The children of `node` that bind in the same scope."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(node, _COMPREHENSIONS) and isinstance(child, ast.comprehension):
            yield from (child.iter, *child.ifs)
        else:
            yield child
