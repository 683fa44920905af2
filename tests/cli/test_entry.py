"""The first lines of the command: they find this package's modules as Python does."""

from __future__ import annotations

import pkgutil
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

import pytest

import syntax_guard
from syntax_guard.cli.entry import OwnModules

if TYPE_CHECKING:
    from ..conftest import Folder

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(syntax_guard.__path__, "syntax_guard.")
    if not module.name.startswith("syntax_guard.backend.")
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_each_module_is_found_as_python_finds_it(name: str) -> None:
    above = PathFinder.find_spec("syntax_guard", None)
    for inner in name.split(".")[1:-1]:
        assert above
        above = PathFinder.find_spec(f"{above.name}.{inner}", above.submodule_search_locations)
    assert above
    usual = PathFinder.find_spec(name, above.submodule_search_locations)
    found = OwnModules.find_spec(name, above.submodule_search_locations)
    assert usual == found
    assert found.has_location


@pytest.mark.parametrize("name", ["json.decoder", "syntax_guard_extra.main", "syntax_guard.nowhere"])
def test_the_modules_of_others_are_left_to_python(name: str) -> None:
    assert OwnModules.find_spec(name, syntax_guard.__path__) is None


def test_a_command_that_is_a_zip_file_finds_its_modules(folder: Folder) -> None:
    pack = "import shutil, sys; shutil.make_archive('tool', 'zip', sys.argv[1], 'syntax_guard')"
    assert folder.run(sys.executable, "-c", pack, str(syntax_guard.__path__[0]).removesuffix("syntax_guard")).code == 0
    start = "import sys; sys.path.insert(0, 'tool.zip'); from syntax_guard.cli.entry import run_and_exit as r; r()"
    folder.write("a.py")
    assert folder.run(sys.executable, "-c", start, "check", "a.py").code == 0
