from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.own_table import settings_in
from syntax_guard.config.pyproject import read_settings
from syntax_guard.errors import SettingsError
from syntax_guard.storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("key", [b"", *(b"key %d" % number for number in range(8))], ids=ascii)
def test_settings_are_remembered_under_any_key(key: bytes, tmp_path: Path) -> None:
    """Half of all keys hash to a number that does not fit the C long of CPython's keyed hash."""
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool.syntax-guard]\njobs = 3\n")
    for _ in range(2):
        assert read_settings(str(path), Store(str(tmp_path / "cache"), key))["jobs"] == 3
    (remembered,) = (tmp_path / "cache").iterdir()
    before = remembered.read_bytes()
    read_settings(str(path), Store(str(tmp_path / "cache"), b"another"))
    assert remembered.read_bytes() != before, "what was remembered under one key was believed under another"


LINES = {
    "a key": ("[tool.syntax-guard]\njobs = 'x'\n", 2),
    "an unknown key": ("[tool.syntax-guard]\n\nexcluded = []\n", 3),
    "a key in quotes": ("[tool.syntax-guard]\n'jobs' = 'x'\n", 2),
    "a list of several lines": ("[tool.syntax-guard]\njobs = 1\nexclude = [\n  'a',\n  3,\n]\n", 3),
    "a dotted key": ("[tool]\nsyntax-guard.jobs = 'x'\n", 2),
    "a table within ours": ("[project]\n[tool.syntax-guard.jobs]\n", 2),
    "a table in place of ours": ("[tool.ruff]\nsyntax-guard = 3\n[tool]\nsyntax-guard = 3\n", 4),
    "a misspelt table": ("[project]\n[tool.syntaxguard]  # = ours\n", 2),
    "the same key of another table": ("[tool.a]\njobs = 'x'\n[tool.syntax-guard]\njobs = 'x'\n", 4),
    "the key in a text before": ('[tool.syntax-guard]\nexclude = """\njobs = 1\n"""\njobs = "x"\n', 5),
    "carriage returns, and a mark at the start": ("\ufeff[tool.syntax-guard]\r\njobs = 'x'\r\n", 2),
    "an inline table": ("tool = {syntax-guard = {jobs = 'x'}}\n", 1),
    "a key in escapes": ('[tool.syntax-guard]\n"job\\u0073" = "x"\n# jobs = 1\n', None),
    "many lines that name it": ("[tool.syntax-guard]\n" + "# jobs\n" * 100 + "jobs = 'x'\n", 102),
    "more to read again than is read": ("[tool.syntax-guard]\n" + "# jobs\n" * 1000 + "jobs = 'x'\n", None),
}


@pytest.mark.parametrize(("content", "line"), LINES.values(), ids=LINES)
def test_a_mistake_in_our_table_names_file_and_line_where_that_is_sure(content: str, line: int | None) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_in(content.encode(), "a/pyproject.toml")
    place = "a/pyproject.toml" if line is None else f"a/pyproject.toml:{line}"
    assert caught.value.message.startswith((f"{place}: tool.syntax-guard", f"{place}: [tool.syntaxguard]"))


def test_what_ends_too_early_is_said_without_a_second_parenthesis() -> None:
    with pytest.raises(SettingsError) as caught:
        settings_in(b"[tool.syntax-guard]\nexclude = ['a'\n", "pyproject.toml")
    assert caught.value.message == "pyproject.toml: not valid TOML: Unclosed array at the end of the file"
