"""A FIFO or a device in place of a file of git, on which git itself hangs, is named."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFOs among its files")
SHORT = "import sys; from syntax_guard.processes import spawn; spawn.SILENCE_SECONDS = 0.1; "
MAIN = "from syntax_guard.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def repository(repository: Folder) -> Folder:
    """One commit, and one staged file."""
    repository.write("a.py")
    repository.git("add", "a.py")
    repository.git("commit", "-qm", "first")
    repository.write("b.py", "x = 2\n")
    repository.git("add", "b.py")
    return repository


def loose(repository: Folder, name: str) -> str:
    found = repository.git("rev-parse", name)
    return f"objects/{found[:2]}/{found[2:]}"


def fifo(repository: Folder, place: str) -> Path:
    path = repository.path / ".git" / place
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    "place", ["index", "HEAD", "config", "refs/heads/main", ":b.py", "HEAD^{tree}", "HEAD^{commit}"]
)
def test_a_fifo_in_a_git_folder_is_named(repository: Folder, place: str) -> None:
    path = fifo(repository, loose(repository, place) if ":" in place or "^" in place else place)
    run = repository.guard("check", "--staged")
    said = f"syntax-guard: {path} is a FIFO and not a regular file (remove it: git itself may read it for ever)\n"
    assert (run.code, run.out, run.err) == (2, "", said)


@pytest.mark.parametrize("place", ["index", "config", "refs/heads/main", ":b.py"])
def test_a_device_in_a_git_folder_is_named(repository: Folder, place: str) -> None:
    path = fifo(repository, loose(repository, place) if ":" in place else place)
    path.unlink()
    path.symlink_to("/dev/zero")
    run = repository.guard("check", "--staged")
    assert (run.code, run.out, f"{path} is a device" in run.err) == (2, "", True), run.err


@pytest.mark.parametrize("place", ["packed-refs", "objects/pack/*.idx", "objects/pack/*.pack"])
def test_a_fifo_among_packs_is_named(repository: Folder, place: str) -> None:
    repository.git("gc", "-q")
    (path,) = (repository.path / ".git").glob(place)
    fifo(repository, str(path))
    run = repository.guard("check", "--staged")
    assert (run.code, run.out, f"{path} is a FIFO" in run.err) == (2, "", True), run.err


@pytest.mark.parametrize(
    ("place", "arguments"),
    [("index", ["--staged"]), (":b.py", ["--staged"]), ("info/attributes", ["--staged"]),
     ("HEAD:a.py", ["--commits", "HEAD"]), ("HEAD^{tree}", ["--commits", "HEAD"])],
)  # fmt: skip
def test_a_git_that_waits_for_a_file_is_ended(repository: Folder, place: str, arguments: list[str]) -> None:
    repository.git("config", "include.path", "nothing")  # so git is asked
    fifo(repository, loose(repository, place) if ":" in place or "^" in place else place)
    run = repository.run(sys.executable, "-c", SHORT + MAIN, "check", *arguments)
    assert (run.code in (1, 2), "git has said nothing for 0.1 s" in run.out + run.err) == (True, True), run
