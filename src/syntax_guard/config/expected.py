"""The entries of ``expected-broken``: a pattern alone, or a table that says which targets refuse what it matches."""

from __future__ import annotations

from ..errors import SettingsError, SyntaxGuardError
from ..model import Record, label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class ExpectedBroken(Record):
    """One entry. A pattern that stands alone in the settings is the same as an entry without targets."""

    pattern: str
    """A pattern of ``.gitignore``."""
    targets: tuple[str, ...] = ()
    """The versions that refuse what it matches, such as ``3.9``; empty where one target, whichever, is enough."""


def entries(values: Iterable[str | ExpectedBroken]) -> tuple[ExpectedBroken, ...]:
    """The settings' `values` for what is broken on purpose, each as an entry."""
    return tuple(ExpectedBroken(value) if isinstance(value, str) else value for value in values)


def read_table(table: dict[str, Any], where: str) -> ExpectedBroken:
    """The entry that a `table` of a settings file makes. Raises `SettingsError`, which names `where`."""
    unknown = [name for name in table if name not in ("path", "targets")]
    if unknown:
        raise SettingsError(f"{where}: a table in it has no {unknown[0][:100]!r}", _EXAMPLE)
    path, targets = table.get("path"), table.get("targets")
    versions = [targets] if isinstance(targets, str) else targets
    if not isinstance(path, str) or not path or "\0" in path or not versions:
        raise SettingsError(f"{where}: expected a string, or a table with path and targets", _EXAMPLE)
    if not isinstance(versions, list) or not all(isinstance(version, str) for version in versions):
        raise SettingsError(f"{where}: targets: expected a list of strings", _EXAMPLE)
    from .specifiers import parse

    try:
        return ExpectedBroken(path, tuple(label(parse(version)) for version in versions))
    except SyntaxGuardError as error:
        raise SettingsError(f"{where}: targets: {error.message}", error.hint) from None


_EXAMPLE = 'write it as { path = "tests/fixtures/old.py", targets = ["3.9"] }'
