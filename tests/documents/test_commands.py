"""Every command that a page shows is run: here, in a sandbox, or by a step of .ci/run that takes it from the page."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.parser import parser
from syntax_guard.cli.verbs import VERBS

from ..sources.archives.making import tarred, zipped
from .pages import PAGES, PROJECT, Block, blocks

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the pages are not beside the tests")

TYPED = [block for block in blocks() if block.language in ("console", "sh", "bash", "shell")]
HERE = [block for block in TYPED if "run in" in block.keys]
ELSEWHERE = [block for block in blocks() if "run by" in block.keys]
STEPS = PROJECT / ".ci"


def test_there_are_such_blocks() -> None:
    assert len(HERE) >= 6
    assert len(ELSEWHERE) >= 8


@pytest.mark.parametrize("block", TYPED, ids=str)
def test_a_block_says_who_runs_it(block: Block) -> None:
    assert ("run in" in block.keys) != ("run by" in block.keys), "see Block in pages.py"
    assert set(block.keys) <= {"run in", "run by", "ends with"}


def repository(folder: Folder) -> None:
    """A project in git, with a Python file and no hooks: the sandbox."""
    folder.write("app/main.py")
    folder.write("pyproject.toml", f'[project]\nrequires-python = ">=3.{sys.version_info[1]}"\n')
    folder.git("init", "-q", "-b", "main")
    folder.git("add", "--all")
    folder.git("commit", "-qm", "as it is")


def package(folder: Folder) -> None:
    """The same, built: a wheel and a source distribution in dist."""
    repository(folder)
    metadata = f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: >=3.{sys.version_info[1]}\n"
    folder.write("dist/demo-1.0-py3-none-any.whl",
                 zipped({"demo/main.py": "x = 1\n", "demo-1.0.dist-info/METADATA": metadata}))  # fmt: skip
    folder.write("dist/demo-1.0.tar.gz", tarred({"demo-1.0/demo/main.py": "x = 1\n", "demo-1.0/PKG-INFO": metadata}))


SANDBOXES = {"repository": repository, "package": package}


@pytest.mark.skipif(BASH is None, reason="needs bash")
@pytest.mark.parametrize("block", HERE, ids=str)
def test_the_commands_end_as_the_page_says(block: Block, folder: Folder) -> None:
    SANDBOXES[block.keys["run in"]](folder)
    run = folder.run(str(BASH), "-e", "-o", "pipefail", "-c", block.commands)
    assert run.code == int(block.keys.get("ends with", "0")), run.out + run.err


def files_of(step: Path) -> list[Path]:
    """The step, and the Python files of the tests that it runs."""
    text = step.read_text(encoding="utf-8")
    tests = [PROJECT / name for name in re.findall(r"\btests/[\w/]+(?:\.py)?", text)]
    return [step, *[file for path in tests for file in (path.glob("**/*.py") if path.is_dir() else [path])]]


@pytest.mark.skipif(not STEPS.exists(), reason=".ci/ is not beside the tests")
@pytest.mark.parametrize("step", sorted({block.keys["run by"] for block in ELSEWHERE}))
def test_a_step_that_is_named_takes_its_commands_from_the_pages(step: str) -> None:
    """With `pages`, from the shell or from Python, so that it runs what stands there, and all of it."""
    assert os.access(PROJECT / step, os.X_OK), f"{step} is no step"
    taken = re.compile(rf"(tests\.documents\.pages |run_by\(\"){re.escape(step)}\b")
    assert any(taken.search(file.read_text(encoding="utf-8")) for file in files_of(PROJECT / step))


OURS = re.compile(rf"(?<![\w/.-])syntax-guard (?:{'|'.join(VERBS)})\b[^`\n\"]*")


def inline() -> list[str]:
    """What pages show of our command outside of a console: in the text, in tables, in files."""
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    return sorted({command.strip() for text in texts for command in OURS.findall(text)})


def options(command: str) -> list[str]:
    """Those of the first simple command, up to the command that `run` becomes."""
    ours = re.split(r"[;&|<>#]| -- ", command)[0]
    return re.findall(r"(?<=[\s\[])-{1,2}[a-z][\w-]*", ours)


@pytest.mark.parametrize("command", inline())
def test_options_in_the_text_are_those_of_the_command(command: str) -> None:
    known = {option for action in verbs()[command.split()[1]] for option in action.option_strings}
    assert [option for option in options(command) if option not in known] == []


def verbs() -> dict[str, list[argparse.Action]]:
    (found,) = [action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: verb._actions for name, verb in found.items()}
