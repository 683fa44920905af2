"""One folder under several names, as Windows users have it: a drive of ``subst``, a share of the network."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND, Folder, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.skipif(os.name != "nt", reason="Windows alone has drives")

BROKEN = "def f(:\n"
NAMES = {"a drive of subst": "X:", "a share": "\\\\localhost\\c$"}
"""What drive C: is called besides; `.ci/windows` gives it these names."""


@pytest.fixture(params=list(NAMES.values()), ids=list(NAMES))
def renamed(folder: Folder, request: pytest.FixtureRequest) -> Folder:
    """The folder of a project under its other name."""
    folder.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['gen/']\n")
    for name in ("pkg/a.py", "gen/b.py", "pkg/gen/c.py"):
        folder.write(name, BROKEN)
    drive, rest = os.path.splitdrive(folder.path)
    other = Folder(Path(request.param + rest), folder.environment)
    assert drive.upper() == "C:"
    assert os.path.samefile(other.path, folder.path)
    return other


THERE = "import os, subprocess, sys; os.chdir(sys.argv[1]); sys.exit(subprocess.call(sys.argv[2:]))"
"""Runs a command in a folder: Wine starts no program in a share, unless the one that starts it is there."""


def there(folder: Folder, *command: str | Path, cwd: str = ".") -> Run:
    """How `command` ends that is run in `folder`."""
    path = os.path.join(folder.path, cwd)
    return Folder(Path("Z:\\"), folder.environment).run(sys.executable, "-c", THERE, path, *command)


def only_a(folder: Folder, *arguments: str | Path, cwd: str = ".") -> None:
    """The one broken file that no pattern leaves out is found."""
    run = there(folder, COMMAND, "check", "--output-format=json", *arguments, cwd=cwd)
    assert run.out, run.err
    found: Sequence[tuple[str, str, int | None]] = run.found
    assert [(path.replace("\\", "/").endswith("a.py"), code) for path, code, _ in found] == [(True, "syntax-error")]
    assert run.code == 1


def test_a_project_is_checked_from_each_name_of_its_folder(folder: Folder, renamed: Folder) -> None:
    only_a(renamed, ".")
    only_a(renamed, "a.py", cwd="pkg")
    only_a(renamed, renamed.path)
    only_a(renamed, folder.path)
    only_a(folder, renamed.path)


def test_a_project_is_checked_from_another_drive(folder: Folder, renamed: Folder) -> None:
    for path in (folder.path, renamed.path, folder.path / "pkg/a.py", f"\\\\?\\{folder.path}"):
        only_a(folder, path, cwd="Z:\\")


def test_what_is_staged_and_what_a_baseline_holds_have_the_names_of_their_repository(renamed: Folder) -> None:
    renamed.environment.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
    add = (["git", "init", "-q"], ["git", "add", "--all"])
    assert [there(renamed, *words).code for words in add] == [0, 0]
    for cwd in (".", "pkg"):
        only_a(renamed, "--staged", cwd=cwd)
    assert there(renamed, COMMAND, "baseline", cwd="pkg").code == 0
    assert there(renamed, "git", "add", "--all").code == 0
    assert there(renamed, COMMAND, "check", ".", cwd="pkg").code == 0
    assert there(renamed, COMMAND, "baseline", "--prune", cwd="pkg").code == 0


def test_a_baseline_holds_nothing_of_another_drive(folder: Folder) -> None:
    folder.write("a.py", BROKEN)
    run = folder.guard("baseline", folder.path, cwd="Z:\\")
    assert (run.code, run.err.count("\n"), "is outside of" in run.err) == (2, 1, True), run.err
