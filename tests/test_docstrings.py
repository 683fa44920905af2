"""Docstrings of public functions have one form: what comes in, what goes out, and which errors are raised.

The form holds for the public API, and for every function that one package imports from another:

- A summary, and then the sections ``Args:``, ``Returns:`` or ``Yields:``, and ``Raises:`` of Google's style guide.
- A summary may take the place of ``Args:`` if it names each of at most three parameters in backticks, and the place of
  ``Returns:`` if its first words are the result, such as "The files" or "Whether". Functions of the API have both.
- Methods of a class that another package imports have the same, but name errors in a sentence.
- Each error that a function itself raises has its line in ``Raises:``, and no error is named as raised elsewhere.
- "As `another`" takes the place of all that is the same as in that function, which has the form itself.

Other public functions name the errors that they raise, in a sentence: "Raises `GitError`". The compile worker is left
out: it is a script.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import textwrap
from functools import cache
from typing import TYPE_CHECKING

import syntax_guard

from .test_architecture import PACKAGE, package, tree
from .test_architecture import modules as files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

SECTIONS = ("Args", "Returns", "Yields", "Raises")
FEW = 3
"""Parameters that a sentence tells apart."""
FIRST = r"Return|Yield|The|An?|Whether|Which|What|Where|How|Who|All|Each|Every|Those|One|None|No|\d+"
RESULT = re.compile(rf"; return |^(?:(?:{FIRST})\b|`)")
"""How a summary says what the result is: with its first words, or last."""
AS_ANOTHER = re.compile(r"As `([\w.]+)`[,:]")
NOTHING = ("None", "NoReturn", "<class 'NoneType'>")


def public_modules() -> Iterator[ModuleType]:
    """The modules with public names."""
    yield syntax_guard
    if all(importlib.util.find_spec(name) for name in ("sqlalchemy", "starlette", "prometheus_client", "greenlet")):
        from syntax_guard import backend

        yield backend


def of_the_api() -> Iterator[tuple[str, Callable[..., object]]]:
    """The functions among the public names, and the public methods of the classes among them."""
    for module in public_modules():
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value
            yield from methods(f"{module.__name__}.{name}", value)


def crossing() -> Iterator[tuple[str, object]]:
    """The functions and classes that one package imports from another."""
    for path in files():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            file = base.with_suffix(".py")
            if not file.exists() or file.name.startswith("_") or package(file) == package(path):
                continue
            name = ".".join(["syntax_guard", *file.relative_to(PACKAGE).with_suffix("").parts])
            if package(file) == "backend" and not importlib.util.find_spec("sqlalchemy"):
                continue
            for alias in node.names:
                yield f"{name}.{alias.name}", getattr(importlib.import_module(name), alias.name, None)


def methods(name: str, value: object) -> Iterator[tuple[str, Callable[..., object]]]:
    """The public methods of a class; nothing of another value."""
    for each, method in vars(value).items() if inspect.isclass(value) else ():
        if inspect.isfunction(method) and not each.startswith("_"):
            yield f"{name}.{each}", method


def other(function: Callable[..., object]) -> str:
    """The function of whose words a docstring says only what differs, or nothing."""
    found = AS_ANOTHER.match(inspect.getdoc(function) or "")
    return found[1] if found else ""


def parts(function: Callable[..., object]) -> list[str]:
    """A docstring's own text, and then by turns the name of a section and its text."""
    return re.split(rf"^({'|'.join(SECTIONS)}):\n", inspect.getdoc(function) or "", flags=re.MULTILINE)


def sections(function: Callable[..., object]) -> dict[str, str]:
    """The sections of a docstring, each with its text."""
    found = parts(function)
    return dict(zip(found[1::2], map(textwrap.dedent, found[2::2]), strict=True))


def described(section: str) -> list[str]:
    """The names that a section describes, in order."""
    return re.findall(r"^(\*{0,2}\w+): \S", section, re.MULTILINE)


def parameters(function: Callable[..., object]) -> list[str]:
    """The parameters, with the stars of those that take several."""
    found = inspect.signature(function).parameters.values()
    return [str(one.replace(annotation=one.empty, default=one.empty)) for one in found if one.name != "self"]


def raised(definition: ast.AST) -> set[str]:
    """The exceptions that a function itself raises, without those of functions within."""
    found, left = set(), list(ast.iter_child_nodes(definition))
    while left:
        node = left.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found.add(getattr(node.exc.func, "id", ""))
        left += ast.iter_child_nodes(node)
    return {name for name in found if name.endswith("Error")}


def definition(function: Callable[..., object]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function)))).body[0]


@cache
def api() -> dict[str, Callable[..., object]]:
    return dict(of_the_api())


@cache
def crossing_values() -> dict[str, object]:
    return dict(crossing())


@cache
def public() -> dict[str, Callable[..., object]]:
    return {**{name: value for name, value in crossing_values().items() if inspect.isfunction(value)}, **api()}


@cache
def with_own_words() -> dict[str, Callable[..., object]]:
    """The public functions and the methods of classes that cross, without those that say "As `another`"."""
    found = {name: method for one, value in crossing_values().items() for name, method in methods(one, value)}
    assert len(found) > 100
    return {name: value for name, value in (found | public()).items() if not other(value)}


def test_there_are_such_functions() -> None:
    assert {"syntax_guard.check_source", "syntax_guard.check_sources", "syntax_guard.check_paths"} <= set(api())
    assert len(public()) > 170


def test_a_docstring_describes_each_parameter() -> None:
    def does(name: str, function: Callable[..., object]) -> bool:
        expected = parameters(function)
        if "Args" in sections(function) or name in api() or len(expected) > FEW:
            return described(sections(function).get("Args", "")) == expected
        return {one.lstrip("*") for one in expected} <= set(re.findall(r"`(\w+)", parts(function)[0]))

    assert [name for name, function in with_own_words().items() if not does(name, function)] == []


def test_a_docstring_describes_what_goes_out() -> None:
    def does(name: str, function: Callable[..., object]) -> bool:
        goes_out = str(inspect.signature(function).return_annotation) not in NOTHING
        in_a_section = bool({"Returns", "Yields"} & sections(function).keys())
        in_the_summary = name not in api() and bool(RESULT.search(parts(function)[0].split("\n\n")[0]))
        return (in_a_section or in_the_summary) if goes_out else not in_a_section

    assert [name for name, function in with_own_words().items() if not does(name, function)] == []


def test_a_docstring_names_what_the_function_raises_in_a_section() -> None:
    def does(function: Callable[..., object]) -> bool:
        named = set(described(sections(function).get("Raises", "")))
        in_a_sentence = re.search(r"[Rr]aises? `+\w+(Error|Exception)`", parts(function)[0])
        return raised(definition(function)) <= named and not in_a_sentence

    assert [name for name, function in public().items() if not does(function)] == []


def test_sections_have_one_order() -> None:
    found = {name: parts(function)[1::2] for name, function in public().items()}
    assert [name for name, each in found.items() if sorted(each, key=SECTIONS.index) != each] == []


def test_a_docstring_in_the_words_of_another_names_one_that_has_the_form() -> None:
    others = {name: f"{name.rpartition('.')[0]}.{other(public()[name])}" for name in public().keys() - with_own_words()}
    assert others
    assert {name: another for name, another in others.items() if another not in public()} == {}


def public_functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The functions and methods in a module whose name does not say that they are private."""
    bodies = [("", tree(path).body)]
    for prefix, body in bodies:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
                yield prefix + node.name, node
            elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bodies.append((f"{prefix}{node.name}.", node.body))


def test_an_error_is_written_in_one_way() -> None:
    documented = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [(path, node) for path in files() for node in ast.walk(tree(path)) if isinstance(node, documented)]
    odd = re.compile(r"[Rr]aises? (``|\w+Error\b)")
    assert [(path, node.name) for path, node in found if odd.search(ast.get_docstring(node) or "")] == []


def test_every_public_function_names_the_errors_that_it_raises() -> None:
    missing = {}
    for path in files():
        for name, node in public_functions(path):
            text = ast.get_docstring(node) or ""
            if not AS_ANOTHER.match(text) and (left := {error for error in raised(node) if error not in text}):
                missing[path, name] = left
    assert missing == {}
