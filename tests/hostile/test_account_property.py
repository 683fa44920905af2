"""For random trees: what a check says that it judged or skipped is what an independent walk finds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
NAMES = ("a.py", "b.pyi", "c.pyw", "d.txt", "SConstruct", "e.ipynb", "-x.py", "--quiet", "wscript", "README")
FOLDERS = (
    "app",
    "lib",
    "bin",
    "node_modules",
    ".venv",
    "CVS",
    "gen",
    "environment",
    "build.py",
    "__pycache__",
    ".git2",
)
PYTHON = (".py", ".pyi", ".pyw")
TOOLS = {"node_modules", ".venv", "__pycache__"}
BY_NAME = ("SConstruct", "wscript")
IGNORED: tuple[list[str], ...] = (["--exclude=gen/"], ["--exclude=b.pyi"], ["--exclude=/*", "--exclude=!/app"], [])


def grow(folder: Folder, chance: random.Random) -> None:
    """A tree of files that are all broken, so that each that is judged is named in the report."""
    places = ["."]
    for _ in range(chance.randint(3, 9)):
        place = f"{chance.choice(places)}/{chance.choice(FOLDERS)}"
        (folder.path / place).mkdir(parents=True, exist_ok=True)
        places.append(place)
    for place in places:
        for name in chance.sample(NAMES, chance.randint(0, 4)):
            folder.write(f"{place}/{name}", "x = = 1\n")
    for number, place in enumerate(chance.choices(places, k=3)):
        mark = chance.choice(["mark", "link", "dead link", "file link"])
        if mark == "mark":
            folder.write(f"{place}/pyvenv.cfg", chance.choice(["", "home = /usr/bin\n"]))
            if chance.random() < 0.7:
                folder.write(f"{place}/bin/python", "")
        elif not (folder.path / place / f"link{number}").exists():
            target = {"link": chance.choice(places), "dead link": "nowhere", "file link": "a.py"}[mark]
            suffix = ".py" if mark != "link" else ""
            (folder.path / place / f"link{number}{suffix}").symlink_to(folder.path / target)


def looks_like_python(name: str) -> bool:
    return name.endswith(PYTHON) or name in BY_NAME


def independent(top: str) -> set[str]:
    """Every entry that looks like Python, by a walk that follows nothing and leaves nothing out."""
    found = set()
    for folder, folders, names in os.walk(top):
        inside = os.path.relpath(folder, top)
        for name in [*names, *(each for each in folders if os.path.islink(os.path.join(folder, each)))]:
            path = os.path.normpath(os.path.join(inside, name))
            if looks_like_python(name) and not os.path.isdir(os.path.join(top, path)):
                found.add(path)
        for link in (each for each in folders if os.path.islink(os.path.join(folder, each))):
            found |= behind(top, os.path.normpath(os.path.join(inside, link)))
    return found


def behind(top: str, link: str) -> set[str]:
    """What looks like Python in the folder that `link` leads to, by its paths through the link, where that folder has
    no account of its own: it lies in the tree, in or below a folder that is skipped by its name."""
    real = os.path.realpath(os.path.join(top, link))
    inside = os.path.relpath(real, os.path.realpath(top))
    if inside.startswith("..") or TOOLS.isdisjoint(inside.split(os.sep)):
        return set()
    found = set()
    for folder, _, names in os.walk(real):
        below = os.path.join(link, os.path.relpath(folder, real))
        found |= {os.path.normpath(os.path.join(below, name)) for name in names if looks_like_python(name)}
    return found


def accounted(report: Any, paths: Iterable[str]) -> tuple[set[str], set[str]]:
    """Those of `paths` that the report speaks of, and what it judged that is none of them."""
    judged = {os.path.normpath(one["file"]) for one in report["diagnostics"]}
    skipped = {os.path.normpath(one["path"]) for one in report["skipped"] if not one["path"].endswith("/")}
    below = [one["path"].removeprefix("./") for one in report["skipped"] if one["path"].endswith("/")]
    spoken = {path for path in paths if path in judged | skipped or path.startswith(tuple(below))}
    return spoken, judged - set(paths)


@pytest.mark.parametrize("seed", range(25))
def test_judged_and_skipped_is_all_that_looks_like_python(repository: Folder, seed: int) -> None:
    chance = random.Random(seed)
    grow(repository, chance)
    options = chance.choice(IGNORED)
    paths = independent(str(repository.path))
    if not paths:
        return
    for _ in range(2):  # cold and warm
        run = repository.check(*options, ".")
        if run.code == 2:
            assert "no Python file" in run.err
            return
        assert accounted(run.json, paths) == (paths, set()), (options, run.json["skipped"])
    start = repository.guard("run", "--output-format=json", *options, "--", "true")
    if start.code != 2:
        assert accounted(json.loads(start.out), paths) == (paths, set())


@pytest.mark.parametrize("seed", range(25, 40))
def test_what_is_named_or_staged_has_an_account_too(repository: Folder, seed: int) -> None:
    chance = random.Random(seed)
    grow(repository, chance)
    options = chance.choice(IGNORED)
    repository.git("add", "--all", "--force")
    listed = repository.run("git", "ls-files", "-sz").out.split("\0")
    files = {line.partition("\t")[2] for line in listed if line.startswith("100")}
    python = {name for name in files if looks_like_python(os.path.basename(name))}
    for way in ("--staged", "--tracked"):
        run = repository.check(way, *options)
        if run.code == 2:
            assert "no Python file" in run.err
            continue
        assert accounted(run.json, python) == (python, set()), way
    named = sorted(files)
    for arguments in ([*options, "--"], ["--hook", *options, "--"]):
        done = subprocess.run(
            [COMMAND, "check", "--output-format=json", *arguments, *named], cwd=repository.path,
            env=repository.environment, capture_output=True, check=False,
        )  # fmt: skip
        report = json.loads(done.stdout)
        spoken, _ = accounted(report, python)
        assert spoken == python, (arguments, report["skipped"], sys.version)
