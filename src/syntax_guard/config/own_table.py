"""The settings in ``[tool.syntax-guard]`` of a ``pyproject.toml``, read from its bytes; or what is wrong with them."""

from __future__ import annotations

from ..errors import SettingsError, SettingsFileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .options import Option

TABLE = "tool.syntax-guard"
KEYS = tuple(TABLE.split("."))


def settings_in(content: bytes, path: str) -> dict[str, Any]:
    """The settings, by field name, in `content`, the bytes of the ``pyproject.toml`` at `path`.

    Raises:
        SettingsFileError: They cannot be read or used.
    """
    from .specifiers import declared
    from .toml import parse

    document = parse(content, path)
    values = own_table(document, content, path)
    try:
        requires = declared(document)
    except SettingsError:  # what is inferred stops no run
        requires = None
    if requires is not None:
        values["requires_python"] = requires
    return values


def own_table(document: dict[str, Any], content: bytes, path: str) -> dict[str, Any]:
    """The settings, by field name, in ``[tool.syntax-guard]`` of a parsed file.

    Args:
        document: The file, parsed.
        content: Its bytes.
        path: Its path, for messages.

    Returns:
        The settings.

    Raises:
        SettingsFileError: One cannot be used. The message names the file and the line.
    """
    try:
        return _read(document)
    except _MistakeError as mistake:
        from .toml import line_of

        line = line_of(content, mistake.keys)
        raise SettingsFileError(path, mistake.message, mistake.hint, line) from None


def with_line(error: SettingsError, content: bytes, path: str, setting: str) -> SettingsFileError:
    """Give an error its line.

    Args:
        error: What is wrong with a pattern.
        content: The bytes of the settings file.
        path: What messages call it.
        setting: The name of the list that has the pattern.

    Returns:
        The error that names the line.
    """
    from .toml import line_of

    said = error.message.removeprefix(f"{path}: {setting}: ")
    return SettingsFileError(path, f"{TABLE}.{setting}: {said}", error.hint, line_of(content, (*KEYS, setting)))


class _MistakeError(SettingsError):
    """A mistake in our table, and the keys that lead to it."""

    def __init__(self, message: str, hint: str | None, keys: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.keys = keys


def _read(document: dict[str, Any]) -> dict[str, Any]:
    from .options import OPTIONS

    values: dict[str, Any] = {}
    table = _table(document)
    _refuse_near_misses(document)
    known = {option.name: option for option in OPTIONS if option.in_file}
    for name, value in table.items():
        if name not in known:
            raise _unknown(name, known)
        try:
            values[known[name].field] = known[name].read(value, f"{TABLE}.{name}")
        except SettingsError as error:
            raise _MistakeError(error.message, error.hint, (*KEYS, name)) from None
    return values


def _refuse_near_misses(document: dict[str, Any]) -> None:
    """Raise `_MistakeError` for a table that is nearly ours: it would be ignored without a word."""
    for name, keys in _named_tables(document):
        full = ".".join(keys)
        plain = name.lower().replace("_", "").replace("-", "").replace(".", "").replace(" ", "")
        if full != TABLE and 9 <= len(plain) <= 14 and len(_LETTERS.intersection(plain)) >= len(_LETTERS) - 2:
            from difflib import SequenceMatcher

            if SequenceMatcher(None, plain, "syntaxguard").ratio() >= _NEAR:
                raise _MistakeError(f"[{full[:100]}] is not a table of settings", f"did you mean [{TABLE}]?", keys)


def _named_tables(document: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each name that may have been meant for our table, and the keys that lead there: of tables at the top, of tools,
    and of what people write for ``tool``."""
    yield from ((name, (name,)) for name in document)
    project = document.get("project")
    places: list[tuple[tuple[str, ...], Any]] = [(("tool",), document.get("tool")), (("tools",), document.get("tools"))]
    places.append((("project", "tool"), project.get("tool") if isinstance(project, dict) else None))
    for place, tools in places:
        for name, table in tools.items() if isinstance(tools, dict) else ():
            yield name, (*place, name)
            if name.lower() == "syntax" and isinstance(table, dict):  # a dot for the dash
                yield from ((f"{name}.{inner}", (*place, name, inner)) for inner in table)


_LETTERS = frozenset("syntaxguard")
_NEAR = 0.8


def _table(document: dict[str, Any]) -> dict[str, Any]:
    table = document
    for depth, name in enumerate(KEYS, 1):
        inner = table.get(name, {})
        if not isinstance(inner, dict):
            raise _MistakeError(f"{TABLE}: expected a table", f"write [{TABLE}]", KEYS[:depth])
        table = inner
    return table


def _unknown(name: str, known: Mapping[str, Option]) -> _MistakeError:
    from .near import did_you_mean
    from .options import OPTIONS

    elsewhere = next((option for option in OPTIONS if option.name == name and not option.in_file), None)
    if elsewhere:
        hint = f"give it as {elsewhere.flags[0]} or in {elsewhere.variable}"
        return _MistakeError(f"{TABLE}.{name} cannot be set in a file", hint, (*KEYS, name))
    meant = _MEANT.get(name) or did_you_mean(name.removeprefix("extend-"), tuple(known))
    return _MistakeError(f"{TABLE}.{name[:100]} is not a setting", meant, (*KEYS, name))


_MEANT = {"requires-python": "write it under [project]"}
