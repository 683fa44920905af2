"""syntax-guard and its peers, each as its users call it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from .timing import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROJECT = Path(__file__).resolve().parent.parent
FLOOR = "the floor"
COMPILEALL = "compileall -q -f -j 0"
GUARD = "syntax-guard"
E9 = ("check", "--isolated", "--select", "E9", "--quiet")
SLOW_ROUNDS = 3


class Tools:
    """Two environments below `place`: one with this project alone, as pre-commit makes it, and one with the peers."""

    def __init__(self, place: Path) -> None:
        self._own = environment(place / "own", str(PROJECT))
        self._peers = environment(place / "peers", "--requirement", str(PROJECT / "benchmarks" / "requirements.txt"))
        self.home = place / "home"
        self.home.mkdir()
        self._environ = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "XDG_CACHE_HOME": str(self.cache), "LANG": "C.UTF-8",
        }  # fmt: skip

    @property
    def cache(self) -> Path:
        """Where all of them keep what they remember."""
        return self.home / "cache"

    @property
    def pip(self) -> Path:
        """A pip that installs corpora."""
        return self._peers / "pip"

    @property
    def python(self) -> str:
        """The Python of this project's environment."""
        return str(self._own / "python")

    @property
    def drawing_python(self) -> str:
        """A Python that has what draws the plot."""
        return str(self._peers / "python")

    def versions(self) -> list[str]:
        """Name and version of each tool, and of the Python that they all run on."""
        said = subprocess.run([self.pip, "list", "--format=freeze"], capture_output=True, text=True, check=True).stdout
        peers = dict(line.replace("_", "-").split("==") for line in said.splitlines() if "==" in line)
        names = {"check-ast": "pre-commit-hooks"}
        own = subprocess.run([self._own / GUARD, "--version"], capture_output=True, text=True, check=True).stdout
        shown = [own.strip(), f"CPython {sys.version.split()[0]} (also compileall)"]
        for name in ("check-ast", "pyflakes", "flake8", "vermin", "ruff"):
            package = names.get(name, name)
            shown.append(f"{name} ({package} {peers[package]})" if package != name else f"{name} {peers[name]}")
        return shown

    def floor(self, tree: Path, files: Sequence[Path]) -> Command:
        """As many bare processes as this may use CPUs read and compile `files`, and do nothing else."""
        return self._command(FLOOR, floor(self.python, tree.with_suffix(".order"), files), tree)

    def guard(
        self, tree: Path, *arguments: str, name: str = GUARD, prepare: Callable[[], object] = lambda: None
    ) -> Command:
        """syntax-guard with `arguments`."""
        return self._command(name, [str(self._own / GUARD), *arguments], tree, prepare)

    def hook(self, tree: Path, *arguments: str, name: str) -> Command:
        """syntax-guard as pre-commit starts it."""
        command = self.guard(tree, "check", *arguments, name=name)
        return command._replace(environment={**command.environment, "PRE_COMMIT": "1"})

    def check_ast(self, tree: Path, files: Sequence[Path], name: str = "check-ast") -> Command:
        return self._command(
            name, [str(self._peers / "check-ast"), *(str(file.relative_to(tree)) for file in files)], tree
        )

    def compileall(self, tree: Path) -> Command:
        return self._command(COMPILEALL, [self.python, "-m", "compileall", "-q", "-f", "-j", "0", "."], tree)

    def slow(self, tree: Path) -> list[Command]:
        """Those that take minutes for 10,000 files. What else they say of it is no matter."""
        peers = self._peers
        return [
            self._lenient("pyflakes", [str(peers / "pyflakes"), "."], tree),
            self._lenient("flake8 --select E9", [str(peers / "flake8"), "--isolated", "--select=E9", "."], tree),
            self._lenient("vermin", [str(peers / "vermin"), "--quiet", "--no-tips", "."], tree),
        ]

    def ruff(self, tree: Path, name: str, *arguments: str, prepare: Callable[[], object] = lambda: None) -> Command:
        return self._command(name, [str(self._peers / "ruff"), *E9, *arguments, "."], tree, prepare)

    def program(
        self, name: str, words: Sequence[str], tree: Path, prepare: Callable[[], object] = lambda: None
    ) -> Command:
        """Anything else."""
        return self._command(name, words, tree, prepare)

    def _lenient(self, name: str, words: Sequence[str], tree: Path) -> Command:
        command = self._command(name, ["sh", "-c", '"$@"; [ $? -le 1 ]', "sh", *words], tree)
        return command._replace(rounds=SLOW_ROUNDS)

    def _command(
        self, name: str, words: Sequence[str], tree: Path, prepare: Callable[[], object] = lambda: None
    ) -> Command:
        return Command(name, words, tree, self._environ, prepare)


def floor(python: str, order: Path, files: Sequence[Path]) -> list[str]:
    """The words that start the floor for `files`, as `Tools.floor` says; `order` is the file that lists them."""
    order.write_text("\n".join(map(str, sorted(files, key=lambda file: file.stat().st_size, reverse=True))))
    script = Path(__file__).with_name("floor.py")
    return [python, "-I", "-S", str(script), str(len(os.sched_getaffinity(0))), str(order)]


def environment(folder: Path, *install: str) -> Path:
    """Make a virtual environment in which pip installs what is asked; return the folder of its programs.

    With the newest pip, as pre-commit has it: the commands that older ones make import ``re``, which takes as long as
    all that a small command imports besides.
    """
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    for wanted in (["--upgrade", "pip"], install):
        subprocess.run([programs / "python", "-m", "pip", "install", "-qq", *wanted], check=True)
    return programs
