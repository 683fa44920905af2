"""The hostile tree, built once, and what its runs need."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from ..conftest import clean_environment
from . import tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def hostile_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile tree; nothing may write into it."""
    if os.name == "nt":
        pytest.skip("the hostile tree needs a POSIX file system")
    folder = tmp_path_factory.mktemp("hostile") / "tree"
    folder.mkdir()
    left_out = tree.build(folder)
    if left_out:
        sys.stderr.write(f"left out of the hostile tree: {left_out!a}\n")
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which a trap that springs leaves its name in the file that ``SPRUNG`` names."""
    (tmp_path / "home").mkdir()
    return {**clean_environment(tmp_path / "home"), "SPRUNG": str(tmp_path / "sprung")}
