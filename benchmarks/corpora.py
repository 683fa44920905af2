"""The trees that are checked, each made afresh below one folder."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = (
    "django==5.2.19", "faker==40.63.0", "networkx==3.3", "pandas==2.3.3", "plotly==6.5.0", "scipy==1.15.3",
    "sqlalchemy==2.0.45", "sympy==1.14.0", "mpmath==1.3.0", "transformers==4.57.3",
)  # fmt: skip
"""Fixed, so that the tree is the same tomorrow."""
APPLICATION, NEEDED = "sympy", "mpmath"
"""A package, and the one that it needs."""
SMALL_FILES = 100_000
FILES_PER_FOLDER = 100
NOT_THE_LIBRARY = {"site-packages", "test", "tests", "idle_test", "__pycache__"}
"""What lies in the standard library's folder and is none of it, or is broken on purpose."""


def standard_library(tree: Path) -> Path:
    """The standard library of this Python without its tests. Returns `tree`."""
    shutil.copytree(sysconfig.get_path("stdlib"), tree, ignore=_but_the_library)
    return tree


def packages(tree: Path, pip: Path) -> Path:
    """What `pip` installs as `PACKAGES`: at least 10,000 files. Returns `tree`."""
    subprocess.run(
        [
            pip,
            "install",
            "--quiet",
            "--no-deps",
            "--no-compile",
            "--ignore-requires-python",
            "--target",
            tree,
            *PACKAGES,
        ],
        check=True,
    )
    for file in python_files(tree):
        try:
            with open(file, "rb") as opened:
                compile(opened.read(), "source", "exec", 0, True, 0)
        except SyntaxError:  # newer than this Python, or a fixture: no tool stops at it
            os.unlink(file)
    return tree


def synthetic(tree: Path, count: int) -> Path:
    """`count` small modules of 0.2 to 2 KB, no two alike, and the same whenever this is run. Returns `tree`."""
    dice = random.Random(count)
    for number in range(count):
        folder = tree / f"package_{number // FILES_PER_FOLDER:04}"
        if number % FILES_PER_FOLDER == 0:
            folder.mkdir(parents=True)
        with open(folder / f"module_{number:06}.py", "w", encoding="ascii") as file:
            file.write(f"NUMBER = {number}\n\n\n" + "\n\n".join(_functions(dice)))
    return tree


def application(tree: Path, installed: Path) -> Path:
    """A program that imports every module of `APPLICATION` from `installed`, tests aside. Returns its file."""
    for name in (APPLICATION, NEEDED):
        without = shutil.ignore_patterns("tests", "benchmarks", "conftest.py")
        shutil.copytree(installed / name, tree / name, ignore=without)
    program = tree / "main.py"
    program.write_text(PROGRAM.format(name=APPLICATION))
    return program


def repository(tree: Path) -> None:
    """Make `tree` a git repository in which all is committed, and three files are changed and staged."""
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "gc.auto=0"]
    for arguments in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *arguments], cwd=tree, check=True)
    changed = [str(file) for file in python_files(tree)][:: SMALL_FILES // 30][:3]
    for file in changed:
        with open(file, "a", encoding="ascii") as opened:
            opened.write("\n\nCHANGED = True\n")
    subprocess.run(["git", "add", *changed], cwd=tree, check=True)


def python_files(tree: Path) -> list[Path]:
    """The modules below `tree`, in the order of their names."""
    return sorted(path for path in tree.rglob("*.py") if path.is_file())


PROGRAM = """\
import pkgutil
import sys
import warnings

import {name}

warnings.simplefilter("ignore")
for module in pkgutil.walk_packages({name}.__path__, "{name}.", onerror=lambda name: None):
    try:
        __import__(module.name)
    except Exception:  # it needs what is not installed
        pass
assert sum(name.startswith("{name}.") for name in sys.modules) > 100
"""


def _but_the_library(folder: str, names: list[str]) -> list[str]:
    return [
        name for name in names
        if name in NOT_THE_LIBRARY or not (name.endswith(".py") or os.path.isdir(os.path.join(folder, name)))
    ]  # fmt: skip


def _functions(dice: random.Random) -> Iterator[str]:
    for number in range(dice.randint(1, 9)):
        name, value = f"name_{dice.randrange(10**6)}", dice.randrange(10**6)
        yield (
            f"def {name}(first, second={value}):\n"
            f'    """Return what comes of the two, or {value}."""\n'
            f"    if first > second:\n        return [{name!r}, first, {{'number': {number}, 'of': second}}]\n"
            f"    return {value}\n"
        )
