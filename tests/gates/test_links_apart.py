"""A commit takes the links of git's index, whatever the disk shows in their place: so does the hook."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.index_bytes import index_here
from syntax_guard.sources.links_apart import links_apart

if TYPE_CHECKING:
    from ..conftest import Folder, Run

BROKEN, VALID = "def (:\n", "x = 1\n"
MARKS = ("--assume-unchanged", "--skip-worktree")


@pytest.fixture
def linked(repository: Folder) -> Folder:
    """`app.py` leads to `notes.txt`. The file `br.txt`, which is broken, is no Python."""
    for name, text in (("notes.txt", VALID), ("ok.py", VALID), ("br.txt", BROKEN), ("a b/fine.txt", VALID)):
        repository.write(name, text)
    repository.git("add", "--all")
    stage_link(repository, "app.py", "notes.txt")
    repository.git("commit", "-qm", "first")
    repository.git("checkout", "-q", "--", "app.py")
    return repository


def stage_link(repository: Folder, path: str, target: str) -> None:
    blob = repository.run("git", "hash-object", "-w", "--stdin", stdin=target.encode()).out.strip()
    repository.git("update-index", "--add", "--cacheinfo", f"120000,{blob},{path}")


def stand_there(repository: Folder, what: str) -> None:
    """Put `what` on the disk in place of the link."""
    path = repository.path / "app.py"
    path.unlink(missing_ok=True)
    if what == "a link":
        os.symlink("ok.py", path)
    elif what == "a file":
        path.write_text(VALID)


def asked(repository: Folder, *names: str) -> Run:
    """What the hook says, which is what `--staged` says."""
    by_hook = repository.check("--hook", "--", *names)
    staged = repository.check("--staged")
    assert (by_hook.code, by_hook.found) == (staged.code, staged.found), by_hook.err
    return by_hook


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("there", ["a link", "a file", "nothing"])
def test_a_link_that_git_does_not_look_at_is_followed_as_it_is_staged(linked: Folder, mark: str, there: str) -> None:
    stage_link(linked, "app.py", "br.txt")
    linked.git("update-index", mark, "app.py")
    stand_there(linked, there)
    assert asked(linked, "app.py").found == [("app.py", "syntax-error", 1)]


@pytest.mark.parametrize("mark", MARKS)
def test_the_path_that_a_link_holds_is_no_python(linked: Folder, mark: str) -> None:
    stage_link(linked, "app.py", "a b/fine.txt")
    linked.git("update-index", mark, "app.py")
    assert asked(linked, "app.py").found == []


@pytest.mark.parametrize("there", ["a link", "a file", "nothing"])
def test_what_such_a_link_leads_to_is_judged_when_it_changes(linked: Folder, there: str) -> None:
    linked.git("update-index", "--skip-worktree", "app.py")
    stand_there(linked, there)
    linked.write("notes.txt", BROKEN)
    linked.git("add", "notes.txt")
    assert asked(linked, "notes.txt").found == [("app.py", "syntax-error", 1)]


@pytest.mark.parametrize("mark", MARKS)
def test_a_link_to_a_file_that_git_does_not_look_at_is_judged_by_what_is_staged(linked: Folder, mark: str) -> None:
    linked.write("notes.txt", BROKEN)
    linked.git("add", "notes.txt")
    linked.git("update-index", mark, "notes.txt")
    linked.write("notes.txt", VALID)
    assert asked(linked, "notes.txt").found == [("app.py", "syntax-error", 1)]


@pytest.mark.parametrize(
    ("target", "found"), [("br.txt", [("app.py", "syntax-error", 1)]), ("a b/fine.txt", [])], ids=["broken", "valid"]
)
def test_without_links_on_the_disk_a_link_is_what_it_leads_to(
    linked: Folder, target: str, found: list[tuple[str, str, int]]
) -> None:
    """As on most machines with Windows: ``core.symlinks`` is false there."""
    linked.git("config", "core.symlinks", "false")
    stage_link(linked, "app.py", target)
    (linked.path / "app.py").unlink()
    linked.git("checkout", "-q", "--", "app.py")
    assert (linked.path / "app.py").read_text() == target
    assert asked(linked, "app.py").found == found


def test_a_file_that_stands_in_place_of_a_link_is_judged_too(linked: Folder) -> None:
    stand_there(linked, "a file")
    linked.write("app.py", BROKEN)
    assert linked.check("--hook", "--", "app.py").found == [("app.py", "syntax-error", 1)]


def test_what_may_declare_something_stays_among_the_names(linked: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else no project would be asked again because of it."""
    linked.git("config", "core.symlinks", "false")
    names = ["app.py", "setup.py", ".python-version"]
    for name in names:
        stage_link(linked, name, "ok.py")
        (linked.path / name).unlink(missing_ok=True)
        linked.git("checkout", "-q", "--", name)
    monkeypatch.chdir(linked.path)
    top, index, _ = index_here()
    assert top is not None
    assert links_apart(names, top, index)[0] == names[1:]


def test_a_new_link_is_no_change_of_what_leads_to_the_same_file(linked: Folder) -> None:
    linked.write("notes.txt", BROKEN)
    linked.git("commit", "-qam", "broken before")
    os.symlink("notes.txt", linked.path / "other")
    linked.git("add", "other")
    assert asked(linked, "other").found == []
