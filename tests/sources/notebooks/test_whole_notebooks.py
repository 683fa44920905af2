"""Many notebooks are judged whole in copies of the process: that says what is said of their cells one by one."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.cache.run_cache import RunCache
from syntax_guard.judging import fingerprint
from syntax_guard.judging.fingerprint import NOTEBOOKS, TAKES_PART
from syntax_guard.judging.whole_notebooks import COPY_BYTES, MOST_OTHERS
from syntax_guard.targets.rules import this_alone

from ...test_architecture import PACKAGE, imported_files
from .test_cells import notebook

if TYPE_CHECKING:
    from pathlib import Path

    from ...conftest import Folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system copies no process")
LARGE = "# " + "x" * COPY_BYTES
KINDS = {
    "valid": notebook("a = 1", "%time b\n!ls", "cd src", LARGE),
    "no_cells": notebook(metadata={"x": LARGE}),
    "broken": notebook("a = 1", "a = = 1", LARGE),
    "warned": notebook("1 is 1", LARGE),
    "misleading": notebook("x = 1  # \u202e", LARGE),
    "with_another_language": notebook("a = 1", "%%bash\nls", LARGE, "%%html\n<a>"),
    "with_other_languages": notebook("a = 1", *["%%bash\nls"] * (MOST_OTHERS + 1), LARGE),
    "of_another_language": notebook("a b", LARGE, metadata={"language_info": {"name": "R"}}),
    "script": notebook("# /// script\n# requires-python = '>=3.99'\n# ///\na = 1", LARGE),
    "surrogate": notebook("x = '\ud800'", LARGE),
    "no_notebook": b"{" + LARGE.encode(),
}


def judged(folder: Folder, jobs: int, *more: str) -> dict[str, Any]:
    run = folder.guard("check", "--notebooks", "--jobs", str(jobs), "--output-format", "json", *more, ".")
    said: dict[str, Any] = json.loads(run.out)
    del said["summary"]["seconds"]
    said["skipped"] = sorted(map(str, said["skipped"]))
    return said


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*KINDS, "each"])
def test_as_its_cells_one_by_one(kind: str, folder: Folder) -> None:
    for number in range(3):
        folder.write(f"valid{number}.ipynb", KINDS["valid"])
    for name in KINDS if kind == "each" else (kind,):
        folder.write(f"{name}.ipynb", KINDS[name])
    folder.write("a.py", "x = (\n")
    assert judged(folder, 2, "--no-cache") == judged(folder, 1, "--no-cache")


def test_is_said_only_once(folder: Folder) -> None:
    for number in range(3):
        folder.write(f"{number}.ipynb", KINDS["with_another_language"])
    for _ in range(2):
        said = judged(folder, 2)
        assert (said["summary"]["cells"], said["summary"]["checked"]) == (6, 3)
        assert len(said["skipped"]) == 6


class TestWhatIsKnown:
    def test_of_valid_notebooks(self, folder: Folder) -> None:
        for number in range(3):
            folder.write(f"{number}.ipynb", notebook(f"a = {number}", LARGE))
        first, second = judged(folder, 2), judged(folder, 2)
        assert (first["summary"]["cached"], second["summary"]["cached"]) == (0, 3)
        assert {**second["summary"], "cached": 0} == first["summary"]
        folder.write("1.ipynb", notebook("a = = 1", LARGE))
        third = judged(folder, 2)
        assert (third["summary"]["cached"], third["summary"]["broken"]) == (2, 1)

    def test_of_a_module_is_not_known_of_a_notebook(self, folder: Folder) -> None:
        data = notebook("a = = 1", LARGE)
        compile(data, "module", "exec")
        for name in ("a.py", "b.py", "c.py"):
            folder.write(name, data)
        assert judged(folder, 2)["summary"]["broken"] == 0
        for name in ("a.ipynb", "b.ipynb"):
            folder.write(name, data)
        assert judged(folder, 2)["summary"]["broken"] == 2

    @pytest.mark.parametrize("module", [*NOTEBOOKS, "model"])
    def test_is_forgotten_with_what_prepares(
        self, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def digest() -> bytes:
            known = RunCache(str(tmp_path), b"key", hears_scripts=True).notebooks(this_alone())
            assert known is not None
            return known.digest(b"")

        read = fingerprint._content
        changed = os.path.join(str(PACKAGE), *module.split(".")) + ".py"
        before = digest()
        assert digest() == before
        monkeypatch.setattr(fingerprint, "_content", lambda path: read(path) + b"#" * (path == changed))
        assert digest() != before


def test_every_module_that_prepares_takes_part() -> None:
    taking_part = [PACKAGE / "judging" / "whole_notebooks.py", PACKAGE / "judging" / "notebooks.py"]
    for path in taking_part:
        taking_part += sorted(imported_files(path) - set(taking_part))
    names = {path.relative_to(PACKAGE).as_posix()[:-3].replace("/", ".") for path in taking_part if path.read_bytes()}
    assert names - {*TAKES_PART} - {"errors", "sources.git_complaints", "__init__"} == {*NOTEBOOKS}


def test_a_valid_cell_that_should_be_broken_is_red(folder: Folder) -> None:
    for number in range(3):
        folder.write(f"{number}.ipynb", KINDS["valid"])
    assert judged(folder, 2)["summary"]["broken"] == 0
    said = judged(folder, 2, "--expected-broken", "1.ipynb:cell 2")
    assert [one["code"] for one in said["diagnostics"]] == ["unexpectedly-valid"]
