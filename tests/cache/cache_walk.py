"""A random walk through a tree, its clock, its cache and its interpreters: each run says what one without a cache says.

``python -m tests.cache.cache_walk --steps 10000 --seed 1`` walks far; the suite walks a little. The interpreters that
take turns under one path are those of ``SYNTAX_GUARD_TEST_PYTHONS`` (a folder), else those on PATH.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import syntax_guard.storage.stamps
from syntax_guard import Settings, check_paths
from syntax_guard.errors import SourcesError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TICK = 20_000_000
"""Nanoseconds that stand for the clock's granularity here, so that a walk meets young stamps and old ones. Larger than
the tick of any Linux kernel (10 ms)."""

GOOD = (b"x = 1\n", b"y = 2\n", b"z = 3\n", b"", b"def f():\n    return 1\n", b"# \xc3\xa9\n")
BAD = (b"x = (\n", b"y = )\n", b"z === \n", b"return 1\n", b"x = '\xff'\n", b"def f(:\n    return 1\n")
NEW = (
    b"match x:\n    case 1: pass\n",
    b"(y := 2)\n",
    b"def f(a, /): pass\n",
    b"try:\n    pass\nexcept* E:\n    pass\n",
)
LOUD = (b"x = '\\d'\n", b"1 is 1\n", b"x = 1  # \xe2\x80\xae\n")
SCRIPTS = (b"#!/usr/bin/python3\nx = (\n", b"#!/usr/bin/python3\nx = 1\n")
"""What counts in `script` and `e.txt`, too, where they may be executed."""
OWN = (
    b"#!/usr/bin/env python3.8\nx = 1\n",
    b"#!/usr/bin/env python3.9\nx = 1\n",
    b"#!/usr/bin/env python3.8\nmatch x:\n    case 1: pass\n",
    b'# /// script\n# requires-python = ">=3.8"\n# ///\nwith (a, b): pass\n',
    b'# /// script\n# requires-python = ">=3.9"\n# ///\nmatch x: # a\n    case 1: pass\n',
    b'# /// script\n# requires-python = ">=3.8"\n# ///\nmatch x: # b\n    case 1: pass\n',
    b'# /// script\n# requires-python = ">=3.8"\n# ///\nfor x in 1, 2:\n    print(x) #\n',
    b'# /// script\n# requires-python = ">=3.14"\n# ///\nx = 1\n',
    b"# /// script\n# requires-python = 38\n# ///\nx = 1\n",
)
"""Scripts that say themselves which Pythons are asked. Some are as long as others."""
CONTENTS = GOOD * 3 + BAD + NEW + LOUD + SCRIPTS * 2 + OWN
NAMES = ("a.py", "b.py", "c.pyi", "d.pyw", "script", "e.txt")
FOLDERS = ("", "p/", "p/q/", "r/", "venv/")
TARGETS: tuple[tuple[str, ...], ...] = ((), (), (), ("3.8",), ("3.9", "3.10"))
ANOTHER_INTERPRETER = 0.06
"""Of the runs name an interpreter: each starts some processes."""
WHERE = ("", "", "", "p", "p/q", "r")
"""The folders that runs start in."""
PATHS: tuple[tuple[str, ...], ...] = ((".",), (".",), (".",), ("p", "r"), ("p/../.",), ("p/q",))
DECLARED = {
    "Pipfile": (b'[requires]\npython_version = "3.8"\n', b'[requires]\npython_version = "3.9"\n', b"[packages]\n"),
    "pyproject.toml": (
        b'[project]\nrequires-python = ">=3.8"\n', b"[tool.ruff]\n", b'[tool.syntax-guard]\nexclude = ["b.py"]\n',
    ),
    "compose.yaml": tuple(
        b"services: {a: {build: {context: %s, dockerfile: image}}}\n" % name for name in (b".", b"q", b"p/q")
    ),
    "image": (b"FROM python:3.8\n", b"FROM python:3.9\n", b"FROM node:20\n"),
}  # fmt: skip
"""What a folder may say of its files: a search knows it, and which folders say something. A ``.python-version`` would
also tell a version manager's shim which interpreter to start."""


class Walk:
    """A tree in an empty folder `place`, which becomes the current one, changed at random from `seed`.

    `pythons` take turns at being the interpreter that some runs name with ``--python``.
    """

    def __init__(self, place: Path, seed: int, pythons: Sequence[str] = (), *, mounts: bool = False) -> None:
        self.random = random.Random(seed)
        self.pythons = pythons
        self.python = place / "python"
        self.found = place / "found"
        """The only folder where Pythons are looked for. Mostly none is there: each run without a cache starts it."""
        self.swaps = 0
        self.mounts = mounts
        """Whether this process may mount what nobody else sees."""
        self.cache = place / "cache"
        self.shelf = place / "shelf"
        self.tree = place / "tree"
        self.tree.mkdir()
        self.kept: list[tuple[bytes, int]] = []
        self.steps: list[Callable[[], object]] = [
            self.edit, self.edit, self.edit, self.edit_behind_the_clock, self.touch, self.redate,
            self.edit_behind_the_clock, self.replace,
            self.declare, self.declare, self.move, self.swap,
            self.restore, self.remove, self.link, self.chmod, self.make_environment,
            self.move_folder, self.swap_folders, self.link_folder, self.link_folder, self.mount, self.unmount,
            self.folder_in_place, self.wait, self.wait, self.corrupt, self.mix, self.shelve, self.unshelve,
            self.forget,
        ]  # fmt: skip
        if pythons:
            self.swap_interpreter()
            self.steps += [self.swap_interpreter, self.swap_interpreter, self.install]

    def step(self) -> str:
        """Do one thing; return its name."""
        what = self.random.choice(self.steps)
        try:
            what()
        except (OSError, shutil.Error):
            pass  # what it needs is not there, or something else is
        return getattr(what, "__name__", "")

    def compare(self) -> tuple[int, int]:
        """Run with the cache and without; return how many sources were checked and how many of them cached."""
        targets, paths = self.random.choice(TARGETS), self.random.choice(PATHS)
        expected_broken = self.random.choice(((), (), ("b.py",)))
        python: tuple[str, ...] = ()
        if self.pythons and self.random.random() < ANOTHER_INTERPRETER:
            targets, python = (), (str(self.python),)
        asked: dict[str, Any] = {
            "target_version": targets,
            "python": python,
            "expected_broken": expected_broken,
            "projects": self.random.random() < 0.8,
        }
        where = self.random.choice(WHERE)
        if where and (self.tree / where).is_dir():
            os.chdir(where)
            paths = (".",)
        try:
            outcome = run(paths, Settings(**asked, cache_dir=str(self.cache)))
            truth = run(paths, Settings(**asked, cache=False))
        finally:
            os.chdir(self.tree)
        assert outcome[:3] == truth[:3], f"{where} {paths} {asked}: {outcome} is not {truth}"
        return outcome[3]

    def path(self) -> Path:
        path = self.tree / (self.random.choice(FOLDERS) + self.random.choice(NAMES))
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def existing(self) -> Path:
        return self.random.choice([path for path in sorted(self.tree.rglob("*")) if path.is_file()] or [self.path()])

    def content(self) -> bytes:
        return self.random.choice(CONTENTS)

    def edit(self) -> None:
        path = self.path()
        if path.exists():
            status = path.stat()
            self.kept = [*self.kept[-20:], (path.read_bytes(), status.st_mtime_ns)]
        path.write_bytes(self.content())

    def edit_behind_the_clock(self) -> None:
        """Change a file, and give it the time and, as far as that goes, the size that it had."""
        path = self.existing()
        status = path.stat()
        same = [content for content in CONTENTS if len(content) == status.st_size] or CONTENTS
        path.write_bytes(self.random.choice(same))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def touch(self) -> None:
        os.utime(self.existing())

    def redate(self) -> None:
        then = time.time_ns() + self.random.choice((-1, 1)) * self.random.randrange(10**12)
        os.utime(self.existing(), ns=(then, then))

    def replace(self) -> None:
        """As editors save: a new file in its place, with the same time."""
        path = self.existing()
        status = path.stat()
        new = path.with_suffix(".new")
        new.write_bytes(self.content())
        os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
        new.replace(path)

    def move(self) -> None:
        self.existing().rename(self.path())

    def swap(self) -> None:
        one, other = self.existing(), self.existing()
        aside = one.with_suffix(".aside")
        one.rename(aside)
        try:
            other.rename(one)
        finally:
            aside.rename(other)

    def restore(self) -> None:
        if self.kept:
            path = self.existing()
            content, modified = self.random.choice(self.kept)
            path.write_bytes(content)
            os.utime(path, ns=(modified, modified))

    def remove(self) -> None:
        self.existing().unlink()

    def link(self) -> None:
        """Now and then all links are gone: while there is one, each change leads to a search."""
        if self.random.random() < 0.5:
            for path in self.tree.rglob("*"):
                if path.is_symlink():
                    path.unlink()
            return
        path = self.path()
        path.unlink(missing_ok=True)
        path.symlink_to(self.existing())

    def chmod(self) -> None:
        path = self.path()
        path.write_bytes(b"#!/usr/bin/env python3\n" + self.content())
        path.chmod(self.random.choice((0o644, 0o755)))

    def make_environment(self) -> None:
        mark = self.path().parent / "pyvenv.cfg"
        mark.unlink() if mark.exists() else mark.touch()

    def declare(self) -> None:
        """A folder comes to say which Pythons its files are for, says something else, or nothing any more."""
        name = self.random.choice(sorted(DECLARED))
        path = self.tree / self.random.choice(FOLDERS) / name
        if path.exists() and self.random.random() < 0.6:
            path.unlink()
        else:
            path.write_bytes(self.random.choice(DECLARED[name]))

    def move_folder(self) -> None:
        one, other = self.random.sample(("p/q", "r/q"), 2)
        (self.tree / one).rename(self.tree / other)

    def folder(self) -> Path:
        return self.tree / self.random.choice([folder for folder in FOLDERS if folder])

    def swap_folders(self) -> None:
        """Two folders change places, as when a release is put in the place of another."""
        one, other = self.tree / "p", self.tree / "r"
        aside = self.tree.parent / "aside"
        one.rename(aside)
        try:
            other.rename(one)
        finally:
            aside.rename(other if not other.exists() else one)

    def link_folder(self) -> None:
        """A link leads to a folder of the tree, then to another one, then to a file or to nothing."""
        link = self.tree / self.random.choice(("current", "p/linked"))
        link.unlink(missing_ok=True)
        if self.random.random() < 0.6:
            link.symlink_to(self.random.choice([self.folder(), self.existing(), self.tree.parent / "gone"]))

    def mount(self) -> None:
        """A copy of a folder, with other contents and the same times, comes to lie over it; or over another one."""
        if not self.mounts:
            return
        folder, above = self.folder(), self.folder()
        copy = self.tree.parent / f"mounted{len(mounts_below(self.tree))}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy, symlinks=True)
        for path in sorted(copy.rglob("*.py")):
            status = path.stat()
            same = [content for content in CONTENTS if len(content) == status.st_size] or CONTENTS
            path.write_bytes(self.random.choice(same))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        _run("mount", "--bind", str(copy), str(above))

    def unmount(self) -> None:
        """Undo the last mount, wherever its folder has been moved to since."""
        if mounted := mounts_below(self.tree):
            _run("umount", str(mounted[-1]))

    def folder_in_place(self) -> None:
        path = self.path()
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
            path.mkdir()

    def wait(self) -> None:
        time.sleep(self.random.random() * 3 * TICK / 1e9)

    def cached(self) -> Path:
        return self.random.choice(sorted(self.cache.iterdir()))

    def corrupt(self) -> None:
        """Flip a bit, tear off an end, or put something behind it."""
        path = self.cached() if self.cache.exists() and any(self.cache.iterdir()) else self.cache / "index"
        content = bytearray(path.read_bytes())
        position = self.random.randrange(len(content) + 1)
        kind = self.random.randrange(4)
        if kind == 0 and position < len(content):
            content[position] ^= 1 << self.random.randrange(8)
        elif kind == 1:
            del content[position:]
        elif kind == 2:
            content += self.random.randbytes(self.random.randrange(100))
        else:
            content[position : position + 64] = bytes(64)
        path.write_bytes(content)

    def mix(self) -> None:
        """Put one file of the cache in another's place."""
        shutil.copyfile(self.cached(), self.cached())

    def shelve(self) -> None:
        """As CI saves a cache."""
        shutil.rmtree(self.shelf, ignore_errors=True)
        shutil.copytree(self.cache, self.shelf)

    def unshelve(self) -> None:
        """As CI restores a cache, whatever the tree has become since."""
        if self.shelf.exists():
            shutil.rmtree(self.cache, ignore_errors=True)
            shutil.copytree(self.shelf, self.cache)

    def swap_interpreter(self) -> None:
        """As an upgrade does: another interpreter under the same path, by a link or by a shim."""
        new = self.python.with_suffix(".new")
        python = self.random.choice(self.pythons)
        if self.random.random() < 0.5:
            new.symlink_to(python)
        else:
            new.write_text(f'#!/bin/sh\nexec {python} "$@"\n')
            new.chmod(0o755)
        new.replace(self.python)
        self.swaps += 1

    def install(self) -> None:
        """As a package manager does: other Pythons, or none, are there to be found by their names."""
        shutil.rmtree(self.found, ignore_errors=True)
        new = self.found.with_suffix(".new")
        new.mkdir(exist_ok=True)
        for python in self.pythons if self.random.random() < 0.3 else ():
            if self.random.random() < 0.7:
                (new / os.path.basename(python)).symlink_to(python)
        new.rename(self.found)

    def forget(self) -> None:
        if self.random.random() < 0.1:
            shutil.rmtree(self.cache)


def run(paths: tuple[str, ...], settings: Settings) -> tuple[object, object, object, tuple[int, int]]:
    """What a run comes to: which Python answered, its findings, its counts, and how many were checked and cached."""
    try:
        result = check_paths(paths, settings)
    except SourcesError as error:
        return error.message, None, None, (0, 0)
    summary = result.summary
    counts = (summary.checked, summary.broken, summary.undecided, summary.warnings, summary.skipped)
    return result.targets, result.diagnostics, counts, (summary.checked, summary.cached)


def interpreters() -> list[str]:
    """The lowest, the highest and a middle one of the Pythons from 3.8 on that are found, by their paths."""
    found: dict[int, str] = {}
    for folder in (os.environ.get("SYNTAX_GUARD_TEST_PYTHONS") or os.environ["PATH"]).split(os.pathsep):
        for path in sorted(Path(folder).glob("python3.*")):
            version = re.fullmatch(r"python3\.(\d+)", path.name)
            if version and int(version[1]) >= 8 and _starts(path):
                found.setdefault(int(version[1]), str(path))
    every = [found[minor] for minor in sorted(found)]
    return list(dict.fromkeys([*every[:1], *every[len(every) // 2 :][:1], *every[-1:]]))


def mounts_below(folder: Path) -> list[Path]:
    """What is mounted below `folder`, the oldest mount first, as ``proc_pid_mountinfo(5)`` says."""
    points = [os.fsdecode(line.split(b" ")[4]) for line in Path("/proc/self/mountinfo").read_bytes().splitlines()]
    return [Path(point) for point in points if Path(point).is_relative_to(folder)]


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, timeout=60)


def _starts(python: Path) -> bool:
    """Whether it is a Python: a version manager's shim may stand for none, and the file may be no program at all."""
    # With no PATH, as in the walk: a shim of pyenv is a script for env and bash.
    with contextlib.suppress(OSError):
        tried = subprocess.run(
            [python, "-I", "-S", "-c", "pass"], capture_output=True, cwd="/", env={"PATH": "/nowhere"}
        )
        return tried.returncode == 0
    return False


def walk(
    steps: int, seed: int, place: Path, pythons: Sequence[str] = (), *, mounts: bool = False
) -> tuple[int, int, int]:
    """Walk so many `steps`; return how many sources were checked in all, how many of these were cached, and how often
    the interpreter was swapped."""
    granularity, before = syntax_guard.storage.stamps.TICK, os.getcwd()
    environment = dict(os.environ)
    os.environ.clear()  # so that no other Python is found, and this one answers for most targets
    os.environ.update(XDG_STATE_HOME=str(place / "state"), PATH=str(place / "found"))
    syntax_guard.storage.stamps.TICK = TICK
    checked = cached = 0
    way = Walk(place, seed, pythons, mounts=mounts)
    os.chdir(way.tree)
    done: list[str] = []
    try:
        for number in range(steps):
            done = [*done[-30:], way.step()]
            try:
                one, other = way.compare()
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, step {number}, after {', '.join(done)}: {error}") from error
            checked, cached = checked + one, cached + other
    finally:
        os.chdir(before)
        for point in reversed(mounts_below(place)):
            subprocess.run(["/bin/umount", point], env={}, timeout=60, check=True)
        os.environ.clear()
        os.environ.update(environment)
        syntax_guard.storage.stamps.TICK = granularity
    return checked, cached, way.swaps


def _picture(place: Path) -> None:
    """Show the tree as it is, for whoever has to find out."""
    for path in sorted((place / "tree").rglob("*")):
        leads = f" -> {os.readlink(path)}" if path.is_symlink() else ""
        print(path.relative_to(place), path.lstat(), leads)  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mounts", action="store_true", help="mount things, too: for a namespace of its own")
    arguments = parser.parse_args()
    pythons = interpreters()
    with tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        checked, cached, swaps = walk(arguments.steps, arguments.seed, Path(place), pythons, mounts=arguments.mounts)
        seconds = time.perf_counter() - started
    if not arguments.mounts:
        print("left out: mounts (unshare --mount python -m tests.cache.cache_walk --mounts)")  # noqa: T201
    print(f"{arguments.steps} steps, {checked} sources checked, {cached} of them cached, {swaps} swaps of "  # noqa: T201
          f"{len(pythons)} interpreters, no lie, {seconds:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
