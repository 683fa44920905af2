from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.pyproject import read_settings
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
