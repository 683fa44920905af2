"""For random trees: what a check says that it judged or skipped is what an independent walk finds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zipfile
from io import BytesIO
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
    "pkg.egg",
    "__pycache__",
    ".git2",
)
PYTHON = (".py", ".pyi", ".pyw")
TOOLS = {"node_modules", ".venv", "__pycache__"}
BY_NAME = ("SConstruct", "wscript")
SCRIPTS = ("tool", "notes.txt", "run.sh", "Makefile", "data.json")
"""What is Python where it may be executed, by its first line."""
LINES = (
    "#!/usr/bin/python3\n", "#!/usr/bin/env -S uv run --script\n", "#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\n",
    "#!/bin/sh\nexec python3 other.py\n", "#!/bin/sh\n", "",
)  # fmt: skip
PYTHON_LINES = LINES[:3]
"""The last of them is a script of the shell and of Python at once, as pip writes it."""
ARCHIVES = ("app.pyz", "zipped", "old-1.0-py3.9.egg")
"""Zip applications, one of them without a suffix, and an egg. A search opens none; a file that is named is opened."""
MEMBERS = ("__main__.py", "app/a.py", "app/notes.txt", "EGG-INFO/PKG-INFO")
IGNORED: tuple[list[str], ...] = (["--exclude=gen/"], ["--exclude=b.pyi"], ["--exclude=/*", "--exclude=!/app"], [],
                                  ["--exclude=tool", "--exclude=*.txt"], ["--exclude=app/**/lib"])  # fmt: skip


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
        for name in chance.sample(SCRIPTS, chance.randint(0, 2)):
            path = folder.write(f"{place}/{name}", f"{chance.choice(LINES)}x = = 1\n")
            path.chmod(chance.choice([0o755, 0o644]))
        for name in chance.sample(ARCHIVES, chance.randint(0, 1)):
            first = b"" if name.endswith(".egg") else b"#!/usr/bin/env python3\n"
            folder.write(f"{place}/{name}", first + zipped()).chmod(chance.choice([0o755, 0o644]))
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


def zipped() -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in MEMBERS:
            archive.writestr(name, "x = = 1\n")
    return data.getvalue()


def looks_like_python(path: str, suffixes: tuple[str, ...] = PYTHON) -> bool:
    """Whether the entry at `path` does, by its name or as a script that begins with one of `PYTHON_LINES`."""
    name = os.path.basename(path)
    if name.endswith(suffixes) or name in BY_NAME:
        return True
    if name not in SCRIPTS or os.path.islink(path) or not os.stat(path).st_mode & 0o111:
        return False
    with open(path) as file:
        return file.read().startswith(PYTHON_LINES)


def independent(top: str, suffixes: tuple[str, ...] = PYTHON) -> set[str]:
    """Every entry that looks like Python, by a walk that follows nothing and leaves nothing out."""
    found = set()
    for folder, folders, names in os.walk(top):
        inside = os.path.relpath(folder, top)
        for name in [*names, *(each for each in folders if os.path.islink(os.path.join(folder, each)))]:
            path = os.path.normpath(os.path.join(inside, name))
            whole = os.path.join(top, path)
            if not os.path.isdir(whole) and looks_like_python(whole, suffixes):
                found.add(path)
        for link in (each for each in folders if os.path.islink(os.path.join(folder, each))):
            found |= behind(top, os.path.normpath(os.path.join(inside, link)), suffixes)
    return found


def behind(top: str, link: str, suffixes: tuple[str, ...]) -> set[str]:
    """What looks like Python in the folder that `link` leads to, by its paths through the link, where that folder has
    no account of its own: it lies in the tree, in or below a folder that is skipped by its name."""
    real = os.path.realpath(os.path.join(top, link))
    inside = os.path.relpath(real, os.path.realpath(top))
    if inside.startswith("..") or TOOLS.isdisjoint(inside.split(os.sep)):
        return set()
    found = set()
    for folder, _, names in os.walk(real):
        below = os.path.join(link, os.path.relpath(folder, real))
        python = [name for name in names if looks_like_python(os.path.join(folder, name), suffixes)]
        found |= {os.path.normpath(os.path.join(below, name)) for name in python}
    return found


def accounted(report: Any, paths: Iterable[str]) -> tuple[set[str], set[str]]:
    """Those of `paths` that the report speaks of, and what it judged that is none of them."""
    judged = {os.path.normpath(one["file"]) for one in report["diagnostics"]}
    skipped = {os.path.normpath(one["path"]) for one in report["skipped"] if not one["path"].endswith("/")}
    below = [one["path"].removeprefix("./") for one in report["skipped"] if one["path"].endswith("/")]
    spoken = {path for path in paths if path in judged | skipped or path.startswith(tuple(below))}
    return spoken, judged - set(paths)


def seeds(all_of_them: range, few: int) -> list[Any]:
    """Each of them, where the ordinary suite takes only the first `few`."""
    rest = [pytest.param(seed, marks=pytest.mark.slow) for seed in all_of_them[few:]]
    return [*all_of_them[:few], *rest]


@pytest.mark.parametrize("seed", seeds(range(25), 8))
def test_judged_and_skipped_is_all_that_looks_like_python(repository: Folder, seed: int) -> None:
    chance = random.Random(seed)
    grow(repository, chance)
    notebooks = chance.random() < 0.5
    options = [*chance.choice(IGNORED), *(["--notebooks"] if notebooks else [])]
    paths = independent(str(repository.path), (*PYTHON, ".ipynb") if notebooks else PYTHON)
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


@pytest.mark.parametrize("seed", seeds(range(40, 52), 4))
def test_what_is_known_is_what_was_judged(repository: Folder, seed: int) -> None:
    """A report names no file that is valid, and so the count of them is held to what was judged in a broken tree."""
    chance = random.Random(seed)
    grow(repository, chance)
    options = chance.choice(IGNORED)
    broken = repository.check(*options, ".")
    if broken.code == 2:
        assert "no Python file" in broken.err
        return
    judged = {one["file"] for one in broken.json["diagnostics"]}
    assert broken.json["summary"]["checked"] == len(judged)
    for number, path in enumerate(sorted(path for path in repository.path.rglob("*") if path.is_file())):
        if ".git" not in path.parts and not path.is_symlink() and path.name not in ("pyvenv.cfg", *ARCHIVES):
            path.write_text(path.read_text().replace("x = = 1", f"x = {number}"))
    for known in (0, len(judged)):  # cold and warm
        run = repository.check(*options, ".")
        assert (run.code, run.json["summary"]["checked"], run.json["summary"]["cached"]) == (0, len(judged), known)


@pytest.mark.parametrize("seed", seeds(range(25, 40), 5))
def test_what_is_named_or_staged_has_an_account_too(repository: Folder, seed: int) -> None:
    chance = random.Random(seed)
    grow(repository, chance)
    options = chance.choice(IGNORED)
    repository.git("add", "--all", "--force")
    listed = repository.run("git", "ls-files", "-sz").out.split("\0")
    files = {line.partition("\t")[2] for line in listed if line.startswith("100")}
    python = {name for name in files if looks_like_python(os.path.join(repository.path, name))}
    for way in ("--staged", "--tracked"):
        run = repository.check(way, *options)
        if run.code == 2:
            assert "no Python file" in run.err
            continue
        assert accounted(run.json, python) == (python, set()), way
    archives = {name for name in files if os.path.basename(name) in ARCHIVES}
    members = {f"{name}/{member}" for name in archives for member in MEMBERS if member.endswith(".py")}
    named = sorted(files)
    for arguments in ([*options, "--"], ["--hook", *options, "--"]):
        done = subprocess.run(
            [COMMAND, "check", "--output-format=json", *arguments, *named], cwd=repository.path,
            env=repository.environment, capture_output=True, check=False,
        )  # fmt: skip
        report = json.loads(done.stdout)
        spoken, _ = accounted(report, python)
        assert spoken == python, (arguments, report["skipped"], sys.version)
        judged = {one["path"] for one in report["diagnostics"] if one["member"]}
        skipped = {os.path.normpath(one["path"]) for one in report["skipped"]}
        assert judged | skipped >= members or "--hook" in arguments, (arguments, report["skipped"])
        assert skipped >= archives or "--hook" not in arguments, "a commit opens no archive"
