"""The steps of .ci: the list in run, the index and the folder name the same ones, and each can be run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from .pages import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

STEPS = PROJECT / ".ci"
NO_STEPS = {"run", "environment", "README.md"}
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(not STEPS.exists(), reason=".ci/ is not beside the tests")


def listed(name: str) -> list[str]:
    """What the list `name` at the top of run holds."""
    (names,) = re.findall(rf"^{name}=\((.*)\)$", (STEPS / "run").read_text(encoding="utf-8"), re.MULTILINE)
    return str(names).split()


def test_the_index_and_run_list_the_same_steps_in_the_same_order() -> None:
    index = re.findall(r"^\| `([\w-]+)` \|", (STEPS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert index == listed("steps") + listed("long")


def test_no_script_is_left_out() -> None:
    scripts = {path.name for path in STEPS.iterdir() if path.is_file()} - NO_STEPS
    assert scripts == {*listed("steps"), *listed("long")}


@pytest.mark.parametrize("step", sorted(path.name for path in STEPS.glob("*") if path.suffix != ".md"))
def test_a_step_can_be_run_and_says_what_it_is_for(step: str) -> None:
    assert os.access(STEPS / step, os.X_OK)
    first, second = (STEPS / step).read_text(encoding="utf-8").splitlines()[:2]
    assert first in ("#!/usr/bin/env bash", "#!/bin/bash")
    assert second.startswith("# ")


def test_a_step_runs_each_slow_test() -> None:
    """The step names the file of the test, or a folder above it, and asks for slow tests."""
    steps = [(STEPS / name).read_text(encoding="utf-8") for name in listed("steps")]
    named = {PROJECT / name for step in steps if "slow" in step for name in re.findall(r"\btests/[\w./]+", step)}
    files = [
        path
        for path in (PROJECT / "tests").rglob("test_*.py")
        if re.search(r"mark\.(slow|grid)\b", path.read_text(encoding="utf-8"))
    ]
    assert files
    assert [str(path) for path in files if not named & {path, *path.parents}] == []


@pytest.mark.skipif(BASH is None, reason="needs bash")
@pytest.mark.parametrize("harm", ["gone", "no run bit"])
@pytest.mark.parametrize("step", ["benchmarks", "million-files", "environment"])
def test_run_ends_where_a_step_is_missing_or_cannot_be_run(step: str, harm: str, tmp_path: Path) -> None:
    folder = tmp_path / ".ci"
    shutil.copytree(STEPS, folder)
    if harm == "gone":
        (folder / step).unlink()
    else:
        (folder / step).chmod(0o644)
    done = subprocess.run([str(BASH), str(folder / "run")], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == f".ci/{step} is missing, or has lost its run bit\n"
    assert done.stdout == ""


@pytest.mark.parametrize("step", sorted(path.name for path in STEPS.glob("*") if path.suffix != ".md"))
def test_a_step_reaches_for_nothing_beside_the_clone(step: str) -> None:
    """Each goes to the top of the repository first."""
    assert re.findall(r"\.\./\w.*", (STEPS / step).read_text(encoding="utf-8")) == []


def test_the_documents_that_are_named_are_there() -> None:
    tops = ("src", "tests", "docs", "benchmarks", ".ci")
    files = [path for top in tops for path in (PROJECT / top).rglob("*") if path.suffix in (".py", ".md", "")]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file()]
    named = {name for text in texts for name in re.findall(r"(?<![\w/*.])[A-Z]{4,}\.md\b", text)}
    assert {"README.md", "CONTRIBUTING.md"} <= named
    named.discard("AGENTS.md")  # one of the reader's own repository
    assert {name for name in named if not (PROJECT / name).exists()} == set()
