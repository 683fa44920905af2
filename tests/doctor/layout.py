"""Small repositories, what doctor says of them, and its advice applied to them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from syntax_guard.doctor.examine import examine

if TYPE_CHECKING:
    from syntax_guard.doctor.finding import Finding

TOOLS = Path(sys.executable).parent
BROKEN, GOOD = "def broken(:\n", "x = 1\n"


def write(folder: Path, files: dict[str, str], *, git: bool = True) -> None:
    """Make a repository of `files`, or with `git` off a folder; those that start with ``#!`` are executable."""
    if git:
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        if text.startswith("#!"):
            path.chmod(0o755)
    if git:
        subprocess.run(["git", "-C", str(folder), "add", "--all"], check=True)


def answers(folder: Path, gate: str) -> list[Finding]:
    """What doctor says of one gate."""
    return [finding for finding in examine(str(folder)) if finding.gate == gate]


def states(folder: Path, gate: str) -> set[str]:
    return {finding.state for finding in answers(folder, gate)}


def apply(folder: Path, finding: Finding) -> None:
    """Write what a finding says to write. From the last line to the first, so that lines keep their numbers."""
    assert finding.advice is not None
    assert finding.advice.edits, finding
    for edit in sorted(finding.advice.edits, key=lambda one: -one.line):
        path = folder / edit.path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        lines[edit.line - 1 : edit.line - 1 + edit.replaced] = [edit.text]
        path.write_text("".join(lines), encoding="utf-8")
    if (folder / ".git").exists():
        subprocess.run(["git", "-C", str(folder), "add", "--all"], check=True)


def environment(folder: Path, *programs: str) -> dict[str, str]:
    """Variables with the tool on PATH, and with `programs` that say with which words they were started."""
    home = folder.parent / "home"
    (home / "bin").mkdir(parents=True, exist_ok=True)
    for name in programs:
        program = home / "bin" / name
        program.write_text(f'#!/bin/sh\necho "started {name} $*"\n')
        program.chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "SYNTAX_GUARD_", "PRE_COMMIT"))
    }
    path = os.pathsep.join([str(home / "bin"), str(TOOLS), kept["PATH"]])
    person = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **person, "PATH": path, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PIP_NO_INDEX": "1",
            "PRE_COMMIT_HOME": str(home / "pre-commit")}  # fmt: skip


def run(folder: Path, command: list[str], *programs: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment(folder, *programs), capture_output=True, text=True, check=False,
        timeout=timeout,
    )  # fmt: skip
