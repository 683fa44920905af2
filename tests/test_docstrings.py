"""Every public function says in one form what comes in, what goes out, and which errors it raises.

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


PUBLIC = dict(functions())


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


def test_there_are_such_functions() -> None:
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
