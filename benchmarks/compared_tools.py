"""The tools that are compared, each as its users call it, and the folders that they look at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCRIPTS = sysconfig.get_path("scripts")
SECONDS = 60  # for a run that ends, on a busy machine
PATIENCE = 5  # for one that waits for ever
BROKEN = "x = = 1\n"


@dataclass(frozen=True)
class Tool:
    """A tool, how it is called, and the line with which it refuses a file."""

    name: str
    package: str
    command: tuple[str, ...]
    refusal: str
    """Regular expression of the line; ``{}`` stands for the file's name."""
    folder: tuple[str, ...] | None = (".",)
    """How it is told to look at the current folder; None where it takes files alone."""
    files: tuple[str, ...] = ()
    """What stands before the names of files."""

    @property
    def takes_folders(self) -> bool:
        return self.folder is not None


RUFF = ("ruff", "check", "--isolated", "--no-cache", "--output-format=concise", "--ignore-noqa")
FLAKE8 = ("flake8", "--isolated", "--disable-noqa", "--jobs=1")
GUARD = ("syntax-guard", "check", "--isolated", "--no-cache", "--output-format=concise", "--warnings=ignore")
THIS = f"{sys.version_info[0]}.{sys.version_info[1]}"
HK = 'for file; do python3 -m py_compile "$file" >/dev/null 2>&1 || { echo "$file"; code=1; }; done; exit ${code:-0}'
"""What ``hk util python-check-ast`` does (src/cli/util/python_check_ast.rs): hk itself is in no index of packages."""
PREK_HOOKS = ("check-case-conflict", "check-merge-conflict", "check-vcs-permalinks")
"""Built-in hooks of prek that look at Python files and change none. `prek util list-builtins` has none for Python."""
TOOLS = (
    Tool("syntax-guard", "syntax-guard", GUARD, r"^{}:"),
    Tool("check-ast", "pre-commit-hooks", ("check-ast",), r"^{}: failed parsing", folder=None),
    Tool("ruff", "ruff",
         (*RUFF, "--select=E9,F404,F406,F407,F621,F622,F7,PLE0115,PLE0116,PLE0117,PLE0118,PLE1142", "--preview"),
         r"^{}:"),
    Tool("flake8", "flake8", (*FLAKE8, "--select=E9,F404,F406,F407,F621,F622,F7,F831"), r"^{}:"),
    Tool("pyflakes", "pyflakes", ("pyflakes",),
         r"^{}:(?!.*(?:undefined name|unused|unable to detect|redefinition of|may be undefined))"),
    Tool("compileall", "", (sys.executable, "-m", "compileall", "-q"), r"^\*\*\* Error compiling '(?:.*/)?{}'"),
    Tool("vermin", "vermin", ("vermin", "--no-tips", "--format=parsable", "--target=3.8-"), r"^(?:.*/)?{}:.*error"),
    Tool("hk", "", ("sh", "-c", HK, "sh"), r"^{}$", folder=None),
    Tool("prek", "prek", ("prek", "run", "--no-progress", "--color=never", "--config=.git/prek.yaml"), r"{}",
         ("--directory", "."), ("--files",)),
    Tool("ansible-test", "ansible-core",
         ("ansible-test", "sanity", "--color=no", "--test=compile", f"--python={THIS}"), r"^ERROR: {}:\d", ()),
)  # fmt: skip
E9 = {
    "ruff": Tool("ruff", "ruff", (*RUFF, "--select=E9"), r"^{}:"),
    "flake8": Tool("flake8", "flake8", (*FLAKE8, "--select=E9"), r"^{}:"),
}


@dataclass(frozen=True)
class Ended:
    """How a run ended: ``code`` is None where it had to be killed."""

    code: int | None
    said: str


@contextmanager
def folder_with(sources: Mapping[str, str | bytes]) -> Iterator[Path]:
    """A folder of these files. It is an Ansible collection and a git repository too, as two of the tools ask."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "ansible_collections", "a", "b")
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
        hooks = "".join(f"      - id: {hook}\n" for hook in PREK_HOOKS)
        (folder / ".git" / "prek.yaml").write_text(f"repos:\n  - repo: builtin\n    hooks:\n{hooks}")
        for path, source in sources.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(source.encode() if isinstance(source, str) else source)
        git(folder, "add", "--all", "--force")
        yield folder


def git(folder: Path, *arguments: str) -> None:
    """Run git there, as any author."""
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def run(
    tool: Tool, folder: Path, *arguments: str, seconds: float = SECONDS, command: tuple[str, ...] = (), told: str = ""
) -> Ended:
    """Run the tool in the folder, on these arguments; `told` stands on its standard input."""
    names = [*arguments[:-1], *(tool.folder or ())] if arguments[-1:] == (".",) else [*tool.files, *arguments]
    line = [*command, *arguments] if command else [*tool.command, *(names if arguments else ())]
    environment = {**os.environ, "PATH": SCRIPTS + os.pathsep + os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": ""}
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(told.encode())
        asked.seek(0)
        try:
            code = subprocess.run(
                line, cwd=folder, env=environment, stdin=asked, stdout=said, stderr=subprocess.STDOUT,
                timeout=seconds, check=False,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            code = None
        said.seek(0)
        return Ended(code, said.read().decode(errors="replace"))


def says_no(tool: Tool, folder: Path, *arguments: str, name: str, command: tuple[str, ...] = ()) -> bool:
    """Whether the tool ends red and names the file."""
    ended = run(tool, folder, *arguments, command=command)
    return ended.code not in (0, None) and name in ended.said


def refuses(tool: Tool, name: str, said: str) -> bool:
    """Whether the tool `said` the line with which it refuses the file."""
    return bool(re.search(tool.refusal.format(re.escape(name)), said, re.MULTILINE))
