"""A literal ``python_requires`` in ``setup.py``. The file is parsed and never run."""

from __future__ import annotations

from .declaration import Declaration


def read(content: bytes, path: str) -> Declaration | None:
    """The floor that the call of ``setup`` in a ``setup.py`` declares as a literal, or None.

    A file that does not parse says nothing here: it is a source like any other, and gets its finding as one.
    """
    if b"python_requires" not in content:
        return None
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) and _name(node.func) == "setup" else ():
            said = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg == "python_requires" and isinstance(said, str):
                return Declaration("floor", (said,), f"python_requires {said}", path, keyword.value.lineno)
    return None


def _name(function: object) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))
