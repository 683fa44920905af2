"""A rule that fails is a finding of ours: the worker lives, no interpreter is blamed, and exact verdicts stand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import syntax_guard

FAULTY = """

import builtins
import re

from .rule import Rule
from .scanning import words


def _find(code, node):
    name = re.search(rb"in_find = '(\\w*)", code.utf8)
    if name:
        raise getattr(builtins, name[1].decode())("\\x1b[31mof our own")
    yield from ()


def _trigger(source):
    name = re.search(rb"in_trigger = '(\\w*)", source)
    if name:
        raise getattr(builtins, name[1].decode())("of our own")
    yield from words(b"in_find")(source)


RULES += (Rule(since=(3, 10), what="It", trigger=_trigger, find=_find, refused="", accepted=""),)
"""
"""Ends ``grammar/table.py``: a rule that raises what the source says."""
KINDS = (
    "ZeroDivisionError",
    "KeyError",
    "AttributeError",
    "RecursionError",
    "SyntaxError",
    "SystemError",
    "StopIteration",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, tuple[str, str]]]:
    """The findings of files for 3.8 and for this Python, by file and target: code and message."""
    folder = tmp_path_factory.mktemp("faulty")
    package = folder / "library" / "syntax_guard"
    shutil.copytree(Path(syntax_guard.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    with open(package / "grammar" / "table.py", "a") as table:
        table.write(FAULTY)
    tree = folder / "tree"
    tree.mkdir()
    large = "# " + "x" * 40_000 + "\n"  # for a worker
    for kind in KINDS:
        for place in ("in_find", "in_trigger"):
            (tree / f"{kind}-{place}.py").write_text(f"{place} = '{kind}'\n")
            (tree / f"{kind}-{place}-large.py").write_text(f"{place} = '{kind}'\n{large}")
    (tree / "memory.py").write_text("in_find = 'MemoryError'\n")
    (tree / "valid.py").write_text(large)
    (tree / "broken.py").write_text("in_find = 'KeyError' +\n")
    run = subprocess.run(
        [sys.executable, "-m", "syntax_guard", "check", "--no-cache", "--output-format=json", "tree",
         f"--target-version=3.8,{sys.version_info[0]}.{sys.version_info[1]}"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": str(folder), "HOME": str(folder), "PYTHONPATH": str(folder / "library")},
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for one in json.loads(run.stdout)["diagnostics"]:
        found.setdefault(os.path.basename(one["path"]), {})[one["target"]] = one["code"], one["message"]
    return found


@pytest.mark.parametrize("file", ["in_find", "in_trigger", "in_find-large", "in_trigger-large"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_that_raises_is_a_finding_of_ours(
    kind: str, file: str, found: dict[str, dict[str, tuple[str, str]]]
) -> None:
    findings = found[f"{kind}-{file}.py"]
    assert [(target, code) for target, (code, _) in findings.items()] == [("3.8", "rule-failed")]
    assert "a rule of syntax-guard failed" in findings["3.8"][1]


def test_a_rule_that_lacks_memory_says_that_the_source_is_too_complex(
    found: dict[str, dict[str, tuple[str, str]]],
) -> None:
    assert found["memory.py"]["3.8"][0] == "too-complex"


def test_what_the_interpreter_says_stands(found: dict[str, dict[str, tuple[str, str]]]) -> None:
    assert "valid.py" not in found
    assert {code for code, _ in found["broken.py"].values()} == {"syntax-error"}
