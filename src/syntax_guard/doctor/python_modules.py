"""Python sources of a repository: parsed, never imported, and their names followed to the files that define them."""

from __future__ import annotations

import ast
import posixpath
import warnings
from typing import TYPE_CHECKING, TypeAlias

from .documents import Unreadable
from .finding import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .repository import Repository

Origin: TypeAlias = "tuple[str, str]"
"""The file that defines a name, and the name there."""


class Module:
    """A parsed file and what its names stand for. Raises Unreadable where it does not parse."""

    def __init__(self, repository: Repository, path: str, read: dict[str, Module] | None = None) -> None:
        """``read``: the modules that were read before, and will be."""
        self.repository = repository
        self.path = path
        self._read = {} if read is None else read
        self.tree = _parsed(repository.text(path) or "", path)
        self.defined: dict[str, list[ast.AST]] = {}
        """Functions, classes, and the values of assignments, at any depth, by the last part of their name."""
        self._imports: dict[str, tuple[str, str | None]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                self._imports |= {alias.asname or alias.name: (alias.name, None) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                where = "." * node.level + (node.module or "")
                self._imports |= {alias.asname or alias.name: (where, alias.name) for alias in node.names}
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.defined.setdefault(node.name, []).append(node)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self.defined.setdefault(last(target), []).append(node.value)

    def other(self, path: str) -> Module:
        """The module in another file, parsed once. Raises Unreadable."""
        if path not in self._read:
            self._read[path] = Module(self.repository, path, self._read)
        return self._read[path]

    def calls(self) -> Iterator[ast.Call]:
        """Every call, in the order of ``ast.walk``."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def called(self, call: ast.Call) -> str:
        """The last part of the name that is called, without what an import calls it here; empty for no name."""
        name = last(call.func)
        return (self._imports.get(name, ("", None))[1] or name) if isinstance(call.func, ast.Name) else name

    def origin(self, node: ast.AST) -> Origin | None:
        """Where a name, or a name of a module, comes from; None for what is not of this repository."""
        if isinstance(node, ast.Name):
            if node.id in self.defined:
                return self.path, node.id
            where, name = self._imports.get(node.id, ("", None))
        elif isinstance(node, ast.Attribute):
            where, below = self._imports.get(ast.unparse(node.value), ("", None))
            where = f"{where}{'.' * (not where.endswith('.'))}{below}" if below else where
            name = node.attr
        else:
            return None
        path = self._file_of(where) if where and name else None
        return (path, name) if path and name else None

    def _file_of(self, dotted: str) -> str | None:
        """The file of a module of the repository: the one nearest to this file."""
        level = len(dotted) - len(dotted.lstrip("."))
        inside = dotted[level:].replace(".", "/")
        folder = posixpath.dirname(self.path)
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        while True:
            for root in (folder, posixpath.join(folder, "src")):
                for ending in (f"{inside}.py", f"{inside}/__init__.py") if inside else ("__init__.py",):
                    path = posixpath.join(root, ending)
                    if self.repository.holds(path):
                        return path
            if level or not folder:
                return None
            folder = posixpath.dirname(folder)


def last(node: ast.AST) -> str:
    """The last part of a dotted name; empty for anything else."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _parsed(text: str, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(Place(path, error.lineno), f"does not parse: {error.msg}") from None
    except ValueError as error:
        raise Unreadable(Place(path), f"does not parse: {error}") from None
    except (RecursionError, MemoryError):
        raise Unreadable(Place(path), "does not parse: nested too deeply") from None
