"""The first lines of the command: they find this package's modules as Python does."""

from __future__ import annotations

import os
import pkgutil
import py_compile
import sys
from importlib.machinery import PathFinder
from importlib.util import cache_from_source, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import syntax_guard
from syntax_guard.__main__ import OwnModules, load_ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Folder

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
    _is_found_as_python_finds_it(name, above.submodule_search_locations)


def test_what_each_module_imports_first_is_found_as_python_finds_it() -> None:
    _is_found_as_python_finds_it("__future__", None)


def _is_found_as_python_finds_it(name: str, path: list[str] | None) -> None:
    usual, found = PathFinder.find_spec(name, path), OwnModules.find_spec(name, path)
    assert usual
    for fact in ("name", "origin", "cached", "parent", "submodule_search_locations", "has_location"):
        assert getattr(found, fact) == getattr(usual, fact)
    assert found.loader.path == found.origin


@pytest.mark.parametrize("name", ["json.decoder", "syntax_guard_extra.main", "syntax_guard.nowhere"])
def test_the_modules_of_others_are_left_to_python(name: str) -> None:
    assert OwnModules.find_spec(name, syntax_guard.__path__) is None


def test_a_command_that_is_a_zip_file_finds_its_modules(folder: Folder) -> None:
    pack = "import shutil, sys; shutil.make_archive('tool', 'zip', sys.argv[1], 'syntax_guard')"
    assert folder.run(sys.executable, "-c", pack, str(syntax_guard.__path__[0]).removesuffix("syntax_guard")).code == 0
    start = "import sys; sys.path.insert(0, 'tool.zip'); from syntax_guard.__main__ import run_and_exit as r; r()"
    folder.write("a.py")
    assert folder.run(sys.executable, "-c", start, "check", "a.py").code == 0


def _compiled(source: Path) -> Path:
    """The file with the code of `source`, which is written."""
    return Path(py_compile.compile(str(source), doraise=True) or "")


def _dated_back(path: Path, text: str) -> None:
    """Write `text` to `path` without a change of its time."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _nothing_is_kept(_source: Path) -> None:
    pass


def _kept(source: Path) -> None:
    _compiled(source)


def _kept_and_then_changed(source: Path) -> None:
    _compiled(source)
    source.write_text("SAID = 'a longer text'\n")


def _kept_and_then_older(source: Path) -> None:
    _compiled(source)
    source.write_text("SAID = 'old'\n")
    os.utime(source, (1, 1))


def _kept_and_then_changed_at_one_moment(source: Path) -> None:
    """Python takes what it keeps for the code of this, too: size and time are the same."""
    _compiled(source)
    _dated_back(source, "SAID = 'BBB'\n")


def _kept_by_hash(source: Path) -> None:
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    _dated_back(source, "SAID = 'BBB'\n")


def _kept_by_another_python(source: Path) -> None:
    code = _compiled(source)
    code.write_bytes(b"\0\0\r\n" + code.read_bytes()[4:])


def _kept_for_another_place(source: Path) -> None:
    other = source.with_name("other.py")
    other.write_text("import sys\nSAID = sys._getframe().f_code.co_filename\n")
    source.write_text(other.read_text())
    os.utime(other, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    _compiled(other).rename(cache_from_source(str(source)))


def _a_large_one(source: Path) -> None:
    source.write_text(f"SAID = {'x' * (1 << 17)!r}\n")
    _compiled(source)


@pytest.mark.parametrize(
    "prepare",
    [
        _nothing_is_kept, _kept, _kept_and_then_changed, _kept_and_then_older, _kept_and_then_changed_at_one_moment,
        _kept_by_hash, _kept_by_another_python, _kept_for_another_place, _a_large_one,
    ],
)  # fmt: skip
def test_a_module_is_what_python_itself_would_load(folder: Folder, prepare: Callable[[Path], None]) -> None:
    said = []
    for finder, place in ((PathFinder, "theirs"), (OwnModules, "ours")):
        source = folder.write(f"{place}/part.py", "SAID = 'AAA'\n")
        prepare(source)
        spec = finder.find_spec("syntax_guard.part", [str(source.parent)])
        assert spec
        assert spec.loader
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        said.append((module.SAID.replace(place, ""), Path(cache_from_source(str(source))).exists()))
    assert said[0] == said[1]


def test_a_package_that_holds_nothing_is_there_with_all_that_a_module_has() -> None:
    import syntax_guard.grammar as package

    spec = OwnModules.find_spec("syntax_guard.grammar", syntax_guard.__path__)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("__file__", "__path__", "__package__", "__name__"):
        assert list(getattr(module, name)) == list(getattr(package, name))


AHEAD = """
import importlib, sys
from syntax_guard.__main__ import OwnModules, load_ahead
sys.meta_path.insert(0, OwnModules)
NAMES = "grammar", "grammar.rule"
def facts():
    package = sys.modules["syntax_guard"]
    for module in package.grammar, package.grammar.rule:
        yield {**vars(module), **vars(module.__spec__), "loader": type(module.__loader__)}
def shown():
    told = "__name__", "__file__", "__package__", "__path__", "__doc__", "origin", "loader", "__cached__"
    return [[str(one.get(name)) for name in told] for one in facts()]
for name in NAMES:
    importlib.import_module("syntax_guard." + name)
usual = shown()
for name in NAMES:
    del sys.modules["syntax_guard." + name]
load_ahead(NAMES)
print(usual == shown() or [usual, shown()])
"""


def test_a_module_that_is_loaded_ahead_is_as_an_import_makes_it(folder: Folder) -> None:
    assert folder.run(sys.executable, "-c", AHEAD).out == "True\n"


def test_what_is_not_found_is_left_to_the_import() -> None:
    load_ahead(["nowhere", "nowhere.at_all", "grammar"])
    assert not {"syntax_guard.nowhere", "syntax_guard.nowhere.at_all"} & {*sys.modules}
