"""Of all that git writes when it fails, the line that tells a person what to do, in the words of old and new gits."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.git_complaints import failure

if TYPE_CHECKING:
    from ..conftest import Folder

LACKING = {
    "2.39": b"fatal: transport 'file' not allowed\nfatal: could not fetch 4e71 from promisor remote\n",
    "2.55, a tree": b"fatal: unable to read tree (4e71d83239356f2f4ca6efe3ccd6ffd93adf4750)\n",
    "2.55, a folder": b"fatal: not a tree object\n",
    "2.55, a listing": b"error: Could not read 4e71d83239356f2f4ca6efe3ccd6ffd93adf4750\n",
}


@pytest.mark.parametrize("said", LACKING.values(), ids=LACKING)
def test_a_missing_object_asks_for_a_whole_clone(said: bytes) -> None:
    assert failure("ls-tree", said, 128).hint == "ask in a whole clone: nothing is fetched here"


def test_a_hint_of_git_is_not_the_reason() -> None:
    error = failure("merge-tree", b"hint: look here\nwarning: odd\nfatal: bad revision\n", 128)
    assert (error.message, error.hint) == ("git merge-tree failed: fatal: bad revision", None)


@pytest.mark.skipif(os.name == "nt", reason="the programs here are scripts with a shebang line")
@pytest.mark.parametrize(
    ("broken", "said"),
    [(0, None), (1, None), (2, "git rev-list failed: it is odd"), (9, "git rev-list failed: it is odd")],
)
def test_a_failure_of_the_moment_is_asked_once_more(broken: int, said: str | None, repository: Folder) -> None:
    """The real git, behind a script that lets the first answers to one question fail."""
    repository.write("a.py", "x = (\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "a")
    script = f"""\
#!/bin/sh
case "$*" in *rev-list*)
  echo >> '{repository.path}/asked'
  [ $(wc -l < '{repository.path}/asked') -gt {broken} ] || {{ echo it is odd >&2; exit 3; }};;
esac
exec '{shutil.which("git")}' "$@"
"""
    repository.write("bin/git", script).chmod(0o755)
    path = os.pathsep.join([str(repository.path / "bin"), repository.environment["PATH"]])
    run = repository.check("--commits", "HEAD", environment={"PATH": path})
    assert run.code == (2 if said else 1)
    assert (said or "") in run.err
    assert said or run.found == [("a.py", "syntax-error", 1)]
