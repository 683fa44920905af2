"""Every public function says in one form what comes in, what goes out, and which errors it raises.

So does a function that another package imports, if it takes four values or more: a sentence does not tell them apart.
One that starts with "As `another`" says what differs from that one. The compile worker is left out: it is a script.

The form is that of Google's style guide, which ruff checks too: sections ``Args:``, ``Returns:`` or ``Yields:``, and
``Raises:``, each name on a line of its own.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import textwrap
from typing import TYPE_CHECKING

import pytest

import syntax_guard

from .test_architecture import PACKAGE, package
from .test_architecture import modules as files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

SECTIONS = ("Args", "Returns", "Yields", "Raises")


def modules() -> Iterator[ModuleType]:
    """The modules with public names."""
    yield syntax_guard
    if all(importlib.util.find_spec(name) for name in ("sqlalchemy", "starlette", "prometheus_client", "greenlet")):
        from syntax_guard import backend

        yield backend


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """The functions among the public names, and the public methods of the classes among them."""
    for module in modules():
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value
            if inspect.isclass(value):
                for each, method in vars(value).items():
                    if inspect.isfunction(method) and not each.startswith("_"):
                        yield f"{module.__name__}.{name}.{each}", method


MANY = 4
"""Parameters that one sentence does not explain."""


def crossing() -> Iterator[tuple[str, Callable[..., object]]]:
    """The functions with `MANY` parameters that one package imports from another."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            file = base.with_suffix(".py")
            if not file.exists() or file.name.startswith("_") or package(file) in (package(path), "backend"):
                continue
            name = ".".join(["syntax_guard", *file.relative_to(PACKAGE).with_suffix("").parts])
            for alias in node.names:
                value = getattr(importlib.import_module(name), alias.name, None)
                if inspect.isfunction(value) and len(parameters(value)) >= MANY:
                    yield f"{name}.{alias.name}", value


def in_the_words_of_another(function: Callable[..., object]) -> bool:
    """Whether a docstring says only what differs from that of another function."""
    return bool(re.match(r"As `+[\w.]+`+[,:]", inspect.getdoc(function) or ""))


def sections(function: Callable[..., object]) -> dict[str, str]:
    """The sections of a docstring, each with its text."""
    text = inspect.getdoc(function) or ""
    parts = re.split(rf"^({'|'.join(SECTIONS)}):\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], map(textwrap.dedent, parts[2::2]), strict=True))


def described(section: str) -> list[str]:
    """The names that a section describes, in order."""
    return re.findall(r"^(\*{0,2}\w+): \S", section, re.MULTILINE)


def parameters(function: Callable[..., object]) -> list[str]:
    """The parameters, with the stars of those that take several."""
    found = inspect.signature(function).parameters.values()
    return [str(one.replace(annotation=one.empty, default=one.empty)) for one in found if one.name != "self"]


def raised(function: Callable[..., object]) -> set[str]:
    """The exceptions that the function itself raises, without those of functions within."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function)))).body
    found, left = set(), list(ast.iter_child_nodes(definition))
    while left:
        node = left.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found.add(getattr(node.exc.func, "id", ""))
        left += ast.iter_child_nodes(node)
    return {name for name in found if name.endswith("Error")}


PUBLIC = {name: value for name, value in (*functions(), *crossing()) if not in_the_words_of_another(value)}


def test_there_are_such_functions() -> None:
    assert len({name for name in PUBLIC if name.count(".") > 1}) > 15
    assert {"syntax_guard.check_source", "syntax_guard.check_sources", "syntax_guard.check_paths"} <= set(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_describes_each_parameter(name: str) -> None:
    assert described(sections(PUBLIC[name]).get("Args", "")) == parameters(PUBLIC[name])


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_describes_what_goes_out(name: str) -> None:
    annotation = str(inspect.signature(PUBLIC[name]).return_annotation)
    assert bool({"Returns", "Yields"} & sections(PUBLIC[name]).keys()) == (
        annotation not in ("None", "<class 'NoneType'>")
    )


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_names_what_the_function_raises(name: str) -> None:
    assert raised(PUBLIC[name]) <= set(described(sections(PUBLIC[name]).get("Raises", "")))
