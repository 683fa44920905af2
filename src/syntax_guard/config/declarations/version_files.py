"""The files in which version managers keep a project's Python.

``.python-version`` (pyenv, uv), ``.tool-versions`` (asdf), ``mise.toml`` (mise) and ``Pipfile`` (pipenv).
"""

from __future__ import annotations

from ...errors import SettingsFileError
from ..toml import for_note, line_of, parse
from .declaration import Declaration, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def minor(text: str) -> str | None:
    """Read the minor version in the name of a Python of pyenv, uv, asdf or mise.

    ``latest:3.11`` and ``prefix:3.11`` choose a patch number, ``python3.11`` and ``cp311`` are names that uv knows.
    Other implementations, ``system``, ``latest``, virtual environments and a bare ``3`` name none. A bare ``2`` names
    one that no Python here can answer for, which is to be said.

    Args:
        text: The name, such as ``cpython-3.11.4``.

    Returns:
        The version, such as ``3.11``; None where the name has none.
    """
    name = text.strip(" \t\r\n").lower()
    for ahead in ("latest:", "prefix:", "cp", "ython", "python", "-", "@"):
        name = name.removeprefix(ahead)
    if name[:1] == "3" and name[1:].isdecimal():  # as in the tag of a wheel
        name = f"3.{name[1:]}"
    parts = name.split("-")[0].split("+")[0].split(".")
    if parts in (["2"], ["4"]):
        parts.append("0")
    if len(parts) < 2 or not _is_number(parts[0]):
        return None
    digits = parts[1]
    for mark in ("a", "b", "rc", "t"):  # 3.14rc1, 3.14t
        digits = digits.partition(mark)[0]
    return f"{int(parts[0])}.{int(digits)}" if _is_number(digits) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 5


def _names_none(word: str) -> bool:
    """Whether no version manager can read `word` as the name of a Python, as with ``>=3.9`` and ``3.x``."""
    return minor(word) is None and not (word.isprintable() and (word[0].isalpha() or _is_number(word)))


def _lines(content: bytes) -> list[str]:
    """The lines of a file, each without its comment: they end where version managers end them, not at a form feed."""
    return [line.partition("#")[0].strip(" \t\r") for line in content.decode("utf-8", "replace").split("\n")]


def _words(text: str) -> list[str]:
    """The words of a line; one that begins as no version does is whole: ``>= 3.9`` does not name 3.9."""
    words = [word for word in text.replace("\t", " ").split(" ") if word]
    return [text] if words and _names_none(words[0]) else words


def read_python_version(content: bytes, path: str) -> Declaration | None:
    """What a ``.python-version`` pins: a version a line. Raises `DeclarationError`."""
    lines = _lines(content)
    first = next((number for number, line in enumerate(lines, 1) if any(map(minor, _words(line)))), None)
    for number, line in enumerate(lines, 1):
        if wrong := next((word for word in _words(line) if _names_none(word)), None):
            pin = _pin((word for other in lines for word in _words(other) if not _names_none(word)), ".python-version",
                       path, first)  # fmt: skip
            message = f"line {number}: {wrong[:100]!r} names no Python (write one version a line, such as 3.9)"
            raise DeclarationError(message, (pin,) if pin else ())
    return _pin((word for line in lines for word in _words(line)), ".python-version", path, first)


def read_tool_versions(content: bytes, path: str) -> Declaration | None:
    """What the line ``python …`` of a ``.tool-versions`` pins. Raises `DeclarationError`."""
    for number, line in enumerate(_lines(content), 1):
        tool, *versions = line.replace("\t", " ").split(" ", 1)
        if tool == "python":
            return _pin(_words("".join(versions).strip(" ")), "python", path, number)
    return None


def read_mise(content: bytes, path: str) -> Declaration | None:
    """What ``[tools] python`` of a ``mise.toml`` pins. Raises `DeclarationError`."""
    said = _parsed(content, path).get("tools", {})
    tools = said if isinstance(said, dict) else {}
    name = "python" if "python" in tools else "core:python"
    value = tools.get(name)
    values = value if isinstance(value, list) else [value]
    words = [one.get("version") if isinstance(one, dict) else one for one in values]
    return _pin((word for word in words if word is not None), "python", path, line_of(content, ("tools", name)))


def read_pipfile(content: bytes, path: str) -> Declaration | None:
    """What ``[requires]`` of a ``Pipfile`` pins. Raises `DeclarationError`."""
    said = _parsed(content, path).get("requires", {})
    for name in ("python_full_version", "python_version"):
        value = said.get(name) if isinstance(said, dict) else None
        if value is not None:
            return _pin([value], name, path, line_of(content, ("requires", name)))
    return None


def _parsed(content: bytes, path: str) -> dict[str, object]:
    try:
        return parse(content, path)
    except SettingsFileError as error:
        raise DeclarationError(for_note(error)) from None


def _pin(words: Iterable[object], name: str, path: str, line: int | None) -> Declaration | None:
    said = list(words)
    named = [word for word in said if isinstance(word, str) and minor(word)]
    versions = tuple(dict.fromkeys(filter(None, map(minor, named))))
    pin = (
        Declaration("pin", versions, f"{name} {' '.join(dict.fromkeys(named))[:100]}", path, line) if versions else None
    )
    for word in said:
        if not isinstance(word, str):
            raise DeclarationError(f"{name} is not text", (pin,) if pin else ())
        if word and _names_none(word):
            raise DeclarationError(f"{word[:100]!r} names no Python", (pin,) if pin else ())
    return pin
