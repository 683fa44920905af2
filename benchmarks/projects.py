"""What projects cost: a hook with and without one, eight projects beside one, and what guards a remembered answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from . import corpora
from .measurements import Measured, Promise, Table, forget
from .timing import Timing, in_turn

if TYPE_CHECKING:
    from pathlib import Path

    from .timing import Command
    from .tools import Tools

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
SAID = (
    ("pyproject.toml", f'[project]\nname = "x"\nversion = "1"\nrequires-python = ">={HERE}"\n'),
    ("pyproject.toml", f'[tool.poetry.dependencies]\npython = "^{HERE}"\n'),
    ("setup.cfg", f"[options]\npython_requires = >={HERE}\n"),
    ("setup.py", f"from setuptools import setup\n\nsetup(python_requires='>={HERE}')\n"),
    (".python-version", f"{HERE}\n"),
    (".tool-versions", f"python {HERE}\n"),
    ("mise.toml", f'[tools]\npython = "{HERE}"\n'),
    ("Dockerfile", f"FROM python:{HERE}-slim\n"),
)
"""Eight ways in which a project says which Python it is for: the one that runs this, so that all ask the same."""
FILES = 8 * corpora.FILES_PER_FOLDER


def measured(place: Path, tools: Tools) -> Measured:
    """The same files as one project, as eight, and as none."""
    none, one, eight = (_tree(place / name, projects) for name, projects in (("none", 0), ("one", 1), ("eight", 8)))
    hooks = _hooks(none, one, tools)
    cold = _side_by_side("eight projects beside one, cold", one, eight, tools, cold=True)
    warm = _side_by_side("eight projects beside one, unchanged since the last run", one, eight, tools, cold=False)
    named = _named(one, eight, tools)
    promises = [
        Promise("One-file hook in a project: times `python -c pass`", _times(hooks, "in a project", PASS), 1.5),
        *(
            Promise(f"Eight projects, {kind}: times one", _times(table, "eight projects", "one project"), 1.1)
            for kind, table in (("cold", cold), ("warm", warm), ("a file of each named", named))
        ),
    ]
    return Measured([hooks, cold, warm, named, _guards(place, tools)], promises)


PASS = "python -c pass"


def _tree(tree: Path, projects: int) -> Path:
    """`FILES` files in eight folders of a git repository. The first `projects` of them, or the top, say something."""
    corpora.synthetic(tree, FILES)
    folders = sorted(tree.iterdir())
    for folder, (name, text) in zip([tree] if projects == 1 else folders[:projects], SAID, strict=False):
        (folder / name).write_text(text)
    corpora.repository(tree)
    return tree


def _hooks(none: Path, one: Path, tools: Tools) -> Table:
    name = str(corpora.python_files(one)[50].relative_to(one))
    commands = [
        tools.program(PASS, [tools.python, "-c", "pass"], none),
        tools.hook(none, "--hook", "--", name, name="no project"),
        tools.hook(one, "--hook", "--", name, name="in a project"),
    ]
    return _timed("Hook: one file, syntax-guard check --hook -- FILE", "no project", commands, rounds=41)


def _side_by_side(title: str, one: Path, eight: Path, tools: Tools, *, cold: bool) -> Table:
    commands = [tools.guard(one, "check", name="one project"), tools.guard(eight, "check", name="eight projects")]
    if cold:
        commands = [command._replace(prepare=forget(tools)) for command in commands]
    return _timed(f"{FILES} files, {title}", "one project", commands, rounds=11 if cold else 21)


def _named(one: Path, eight: Path, tools: Tools) -> Table:
    names = [str(file.relative_to(one)) for file in corpora.python_files(one)[50 :: corpora.FILES_PER_FOLDER]]
    commands = [
        tools.hook(tree, "--hook", "--", *names, name=name)
        for tree, name in ((one, "one project"), (eight, "eight projects"))
    ]
    return _timed("Hook: eight files, one of each folder", "one project", commands, rounds=41)


def _guards(place: Path, tools: Tools) -> Table:
    """What it costs to believe no cache of strangers, and no file that was changed under a name."""
    said = subprocess.run(
        [tools.python, "-c", GUARDS, str(place / "guards")], capture_output=True, text=True, check=True
    ).stdout
    shutil.rmtree(place / "guards")
    timings = {name: Timing(seconds, 0) for name, seconds in json.loads(said).items()}
    return Table("What guards an answer: once a run, or once a file that is read", "stat of the open file", timings)


GUARDS = """
import json, os, sys, time
from syntax_guard.model import stamp_of
from syntax_guard.storage.key import cache_key, seal

folder = sys.argv[1]
os.makedirs(folder)
path = os.path.join(folder, "a.py")
with open(path, "wb") as file:
    file.write(b"x = 1" * 400)
key, record = cache_key(b"", folder), bytes(100_000)
descriptor = os.open(path, os.O_RDONLY)
kinds = {
    "the key is read": (lambda: cache_key(b"", folder), 1000),
    "100 KB are sealed": (lambda: seal(key, record), 1000),
    "stat of the open file": (lambda: stamp_of(os.fstat(descriptor)), 10_000),
}
found = {name: [] for name in kinds}
for _ in range(21):
    for name, (call, times) in kinds.items():
        started = time.process_time()
        for _ in range(times):
            call()
        found[name].append((time.process_time() - started) / times)
print(json.dumps(found))
"""


def _timed(title: str, base: str, commands: list[Command], rounds: int) -> Table:
    print(title, flush=True)
    return Table(title, base, in_turn(commands, rounds))


def _times(table: Table, name: str, base: str) -> float:
    return table.timings[name].ratio(table.timings[base])
