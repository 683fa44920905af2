"""Where no git is, as on the Windows of our CI, what reads git's output is held to bytes that the real git wrote."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from .recorded_git import ASKED, RECORDING, TARGET, VERSION, record, replaying

if TYPE_CHECKING:
    from ..conftest import Folder

NO_UTF8 = "\\udcff.py"
"""How a name that is no UTF-8 stands in a report, on every system."""
FOUND: dict[str, set[tuple[str, str, int | None]]] = {
    "staged": {
        ("CON/aux.py", "syntax-error", 1), ("a b/c\nd.py", "syntax-error", 1), ("crlf.py", "syntax-error", 2),
        ("link.py", "syntax-error", 2), ("script", "syntax-error", 2), ("utf16.py", "encoding-error", None),
        ("日本 é.py", "syntax-error", 1), (NO_UTF8, "syntax-error", 1),
    },
    "commits": {("bad.py", "syntax-error", 1)},
    "last commit": set(),
    "merge": {("whole.py", "syntax-error", 11)},
}  # fmt: skip
"""What each question must find, whichever system asks it."""


@pytest.fixture
def answering(folder: Folder) -> Folder:
    """An empty folder, in which ``git`` says what was recorded."""
    path = os.pathsep.join([str(replaying(folder.path.parent / "bin")), folder.environment["PATH"]])
    folder.environment["PATH"] = path
    return folder


@pytest.mark.parametrize("asked", FOUND)
def test_recorded_bytes_are_read_alike_on_every_system(answering: Folder, asked: str) -> None:
    run = answering.check(*ASKED[asked], TARGET)
    assert run.out, run.err
    assert set(run.found) == FOUND[asked]
    assert run.code == bool(run.found)


def test_what_git_does_not_know_is_said_in_one_line(answering: Folder) -> None:
    run = answering.check(*ASKED["a range from nowhere"], TARGET)
    assert (run.code, "git knows no commit called nowhere" in run.err, run.err.count("\n")) == (2, True, 1)


def test_what_git_was_never_asked_is_no_green_answer(answering: Folder) -> None:
    run = answering.check("--commits", "elsewhere..HEAD", TARGET)
    assert (run.code, "git ended" in run.err) == (2, True)


@pytest.mark.slow
def test_the_real_git_says_what_was_recorded(repository: Folder) -> None:
    assert repository.path.is_dir()  # there is a git
    now, recorded = record(), json.loads(RECORDING.read_text("ascii"))
    for each in (now, recorded):
        del each["answers"][VERSION]
    assert now == recorded, "see `recorded_git.py`"
