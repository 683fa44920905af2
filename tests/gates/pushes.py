"""Pushes of real repositories through the hooks that the pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents.pages import run_by

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

BROKEN = "def f(:\n"


def install(hook: Path, title: str, command: str, in_place_of: str) -> None:
    """Write the hook that a page shows under `title`, with a command of this installation."""
    (text,) = [block.text for block in run_by(".ci/ecosystem") if block.title == title]
    assert in_place_of in text
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(text.replace(in_place_of, command))
    hook.chmod(0o755)


def commit(repository: Folder, name: str, content: str = "x = 1\n") -> None:
    repository.write(name, content)
    repository.git("add", name)
    repository.git("commit", "-qm", name)


def push(repository: Folder, *refs: str) -> tuple[bool, str]:
    """Whether a push went through, and what the pusher reads."""
    run = repository.run("git", "push", "origin", *refs)
    return run.code == 0, run.out + run.err
