"""What docs/ecosystem.md tells people to write, and repositories to write it into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

from ..documents.pages import PROJECT, run_by

if TYPE_CHECKING:
    from pathlib import Path

ROOT = PROJECT
TOOLS = os.path.dirname(sys.executable)
"""Where `syntax-guard` and the runners from PyPI are."""


def block(title: str) -> str:
    """The block of the page that is to be written into the file ``title``."""
    (text,) = [block.text for block in run_by(".ci/ecosystem") if block.title == title]
    return text


def environment(home: Path, **more: str) -> dict[str, str]:
    """Variables under which git and the runners neither see nor touch this machine's own settings and caches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PREK"))}
    return kept | {
        "PATH": TOOLS + os.pathsep + os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PREK_HOME": str(home / "prek"),
        **more,
    }  # fmt: skip


class Project:
    """A git repository with one Python file, and a home for the runners' caches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.environment = environment(folder)
        self.folder.mkdir()
        self.run("git", "init", "-q", "-b", "main")
        self.write("main.py", "a = 1\n")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def commit(self) -> subprocess.CompletedProcess[str]:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "-q", "-m", "change", check=False)


def published(folder: Path) -> Path:
    """This tool as a git repository with the release that the page names, for runners that install from one."""
    repository = folder / "syntax-guard"
    repository.mkdir()
    for name in ("src", "data"):
        shutil.copytree(ROOT / name, repository / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, repository)
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "release"], ["tag", "v0.1.0"]):
        subprocess.run(["git", *command], cwd=repository, env=environment(folder), check=True)
    return repository


def built(folder: Path) -> Path:
    """A folder with this tool's wheel, which stands in for an index that has the release."""
    wheels = folder / "wheels"
    venv.create(folder / "builder", with_pip=True)
    pip = [str(folder / "builder" / "bin" / "python"), "-m", "pip"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], check=True)
    return wheels
