"""Completion, asked of the real shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.cli.commands.completion import SHELLS, script
from syntax_guard.cli.parser import parser

from ..conftest import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("shtab", reason="shtab is not installed (extra completion)")

LINES = {
    "verbs": ("syntax-guard che", "check"),
    "options": ("syntax-guard check --output-fo", "--output-format"),
    "choices": ("syntax-guard check --output-format sar", "sarif"),
    "choices behind =": ("syntax-guard check --output-format=sar", "sarif"),
    "gates": ("syntax-guard doctor --require comm", "commit"),
    "versions": ("syntax-guard check --target-version=3.1", "3.14"),
    "files": ("syntax-guard check unusual", "unusual.py"),
    "folders": ("syntax-guard check --cache-dir unu", "unusual-folder/"),
}


def needs(shell: str) -> str:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work" / "unusual-folder").mkdir(parents=True)
    (tmp_path / "work" / "unusual.py").touch()
    return tmp_path / "work"


def read_by(shell: str, folder: Path) -> Path:
    path = folder.parent / "_syntax-guard"
    path.write_text(script(shell))
    return path


@pytest.mark.parametrize(("line", "answer"), LINES.values(), ids=LINES.keys())
def test_bash(line: str, answer: str, folder: Path) -> None:
    words = line.replace("=", " = ").split()  # as bash does
    commands = (
        f"source {read_by('bash', folder)}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
        "_syntax_guard_words syntax-guard; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run([needs("bash"), "-c", commands], cwd=folder, capture_output=True, text=True, check=True)
    assert answer.rstrip("/") in done.stdout.split()


@pytest.mark.parametrize(("line", "answer"), LINES.values(), ids=LINES.keys())
def test_fish(line: str, answer: str, folder: Path) -> None:
    commands = f"source {read_by('fish', folder)}; complete --do-complete '{line}'"
    done = subprocess.run(
        [needs("fish"), "--no-config", "-c", commands], cwd=folder, capture_output=True, text=True, check=True
    )
    assert answer in [line.split("\t")[0].rpartition("=")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("line", "answer"), LINES.values(), ids=LINES.keys())
def test_zsh(line: str, answer: str, folder: Path) -> None:
    pexpect: Any = pytest.importorskip("pexpect", reason="pexpect, which drives a terminal, is not installed")
    read_by("zsh", folder)
    child = pexpect.spawn(needs("zsh"), ["-f", "-i"], cwd=str(folder), encoding="utf-8", timeout=30)
    try:
        child.sendline(
            f"PS1='ready> '; fpath=({folder.parent} $fpath); autoload -U compinit; compinit -u -D; echo set-up"
        )
        child.expect("\r\nset-up")
        child.send(line + "\t")
        child.expect_exact(answer.rstrip("/"))  # the slash comes in bold, behind an escape
    finally:
        child.close(force=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_verb_is_completed(shell: str) -> None:
    verbs = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    text = script(shell)
    assert verbs
    assert all(verb in text for verb in verbs[0])


def test_without_shtab_the_error_says_what_to_install() -> None:
    commands = (
        "import sys; sys.modules['shtab'] = None\n"
        "from syntax_guard import errors; from syntax_guard.cli.commands import completion\n"
        "try: completion.script('bash')\n"
        "except errors.UsageError as error: print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", commands], capture_output=True, text=True, check=True)
    assert "syntax-guard[completion]" in done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(shell: str, folder: Path) -> None:
    done = subprocess.run([str(COMMAND), "completion", shell], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == script(shell)
