"""Waiting for a change: by notification and by looking, with the same promises."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading

import pytest

from syntax_guard.cli.commands import run
from syntax_guard.config.settings import Settings
from syntax_guard.gates import watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


def notified(roots: Sequence[str]) -> Iterator[None]:
    pytest.importorskip("watchfiles")
    return watch.notified(roots)


def polled(roots: Sequence[str]) -> Iterator[None]:
    return watch.polled(roots, seconds=0.02)


watchers = pytest.mark.parametrize("watcher", [notified, polled], ids=["notified", "polled"])


def step(changes: Iterator[None], seconds: float = 20) -> bool:
    """Whether the next step comes in time."""
    came = threading.Event()

    def wait() -> None:
        next(changes)
        came.set()

    threading.Thread(target=wait, daemon=True).start()
    return came.wait(seconds)


def replace(path: Path) -> None:
    """As editors save."""
    new = path.with_name("saved~")
    new.write_text("y = 2\n")
    new.replace(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda tree: (tree / "a.py").write_text("z = 3\n"),
    "replaced": lambda tree: replace(tree / "a.py"),
    "deleted": lambda tree: (tree / "a.py").unlink(),
    "renamed": lambda tree: (tree / "a.py").rename(tree / "b.py"),
    "new": lambda tree: (tree / "new.py").write_text(""),
    "new in a folder": lambda tree: (tree / "sub" / "new.py").write_text(""),
    "permitted": lambda tree: (tree / "a.py").chmod(0o600),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n")
    return tmp_path


@watchers
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_between_two_steps_is_not_lost(
    tree: Path, change: str, watcher: Callable[..., Iterator[None]]
) -> None:
    changes = watcher([str(tree)])
    assert step(changes)  # the watch stands
    CHANGES[change](tree)
    assert step(changes)


@watchers
def test_a_file_is_watched_through_its_replacement(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    changes = watcher([str(tree / "a.py")])
    assert step(changes)
    replace(tree / "a.py")
    assert step(changes)
    replace(tree / "a.py")
    assert step(changes)


@watchers
def test_a_file_wakes_and_its_neighbours_do_not(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    changes = watcher([str(tree / "a.py")])
    assert step(changes)
    (tree / "neighbour.py").write_text("")
    (tree / "sub" / "neighbour.py").write_text("")
    assert not step(changes, seconds=1)


@watchers
def test_a_root_may_come_later(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    changes = watcher([str(tree / "later")])
    assert step(changes)
    (tree / "later").mkdir()
    (tree / "later" / "a.py").write_text("")
    assert step(changes)


@watchers
def test_a_root_may_be_replaced_by_another(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    # As `git checkout` and a build do it: the watch stands on a folder that is gone.
    changes = watcher([str(tree / "sub")])
    assert step(changes)
    (tree / "sub").rmdir()
    (tree / "sub").mkdir()
    (tree / "sub" / "a.py").write_text("")
    assert step(changes)
    (tree / "sub" / "a.py").write_text("x = 2\n")
    assert step(changes)


@watchers
def test_a_link_may_come_to_name_another_folder(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    # As git-sync and Kubernetes publish what is new.
    for name in ("old", "new"):
        (tree / name).mkdir()
        (tree / name / "a.py").write_text("")
    (tree / "current").symlink_to("old")
    changes = watcher([str(tree / "current")])
    assert step(changes)
    (tree / "next").symlink_to("new")
    (tree / "next").replace(tree / "current")
    assert step(changes)
    (tree / "new" / "a.py").write_text("x = 2\n")
    assert step(changes)


@watchers
@pytest.mark.parametrize("change", ["written", "replaced", "deleted", "made"])
def test_what_a_link_leads_to_is_watched(tree: Path, change: str, watcher: Callable[..., Iterator[None]]) -> None:
    root, target = tree / "sub", tree / "elsewhere.py"
    if change != "made":
        target.write_text("x = 1\n")
    (root / "linked.py").symlink_to(target)
    changes = watcher([str(root)])
    assert step(changes)
    if change == "deleted":
        target.unlink()
    elif change == "replaced":
        replace(target)
    else:
        target.write_text("y = 2, 3\n")
    assert step(changes)


@watchers
def test_what_a_linked_folder_holds_is_watched(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    (tree / "root").mkdir()
    (tree / "root" / "sub").symlink_to(tree / "sub")
    (tree / "root" / "above").symlink_to(tree)
    changes = watcher([str(tree / "root")])
    assert step(changes)
    (tree / "sub" / "new.py").write_text("")
    assert step(changes)


@watchers
def test_a_link_that_comes_later_is_followed(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    changes = watcher([str(tree / "sub")])
    assert step(changes)
    (tree / "sub" / "linked.py").symlink_to(tree / "a.py")
    assert step(changes)
    (tree / "a.py").write_text("y = 2, 3\n")
    assert step(changes)


@watchers
@pytest.mark.parametrize("above", [".tox", ".venv", ".idea", "node_modules"])
def test_the_folders_above_a_tree_are_no_reason_to_skip_it(
    tree: Path, above: str, watcher: Callable[..., Iterator[None]]
) -> None:
    root = tree / above / "app"
    root.mkdir(parents=True)
    changes = watcher([str(root)])
    assert step(changes)
    (root / "a.py").write_text("")
    assert step(changes)


REFUSED = """\
import sys, threading
from syntax_guard.gates import watch
polling = []
watch.polled = lambda roots, polled=watch.polled: polling.append(roots) or polled(roots, 0.02)
changes = watch.changes([sys.argv[1]])
next(changes)
open(sys.argv[1] + "/a.py", "w").close()
next(changes)
print(polling)
"""


def test_where_the_system_has_no_watches_left_it_looks(tree: Path) -> None:
    pytest.importorskip("watchfiles")
    limit = "/proc/sys/user/max_inotify_instances"
    line = ["unshare", "--user", "--map-root-user", "sh", "-c", f'echo 0 >{limit} && exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run([*line, "true"], capture_output=True).returncode:
        pytest.skip("the kernel allows no user namespace here, or has no such limit")
    done = subprocess.run([*line, sys.executable, "-c", REFUSED, str(tree)], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"[[{str(tree)!r}]]\n", done.stderr


SKIPPED = ["__pycache__/a.cpython-311.pyc", ".git/index", "sub/node_modules/a.py", "sub/__pycache__"]
SEEN = ["a.py", "sub/a.py", "sub", ".idea/a.py", "a.pyc", "a.py~"]


def test_what_a_scan_skips_wakes_nobody_who_is_told(tree: Path) -> None:
    wakes = watch._below([str(tree)])
    assert [name for name in SKIPPED + SEEN if wakes("modified", str(tree / name))] == SEEN


def test_what_a_scan_skips_wakes_nobody_who_looks(tree: Path) -> None:
    before = watch._state([str(tree)])
    (tree / "__pycache__").mkdir()
    (tree / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"")
    (tree / ".git").mkdir()
    (tree / ".git" / "index").write_bytes(b"")
    assert watch._state([str(tree)]) == before


def test_links_are_no_way_out_of_the_tree(tree: Path) -> None:
    (tree / "round").symlink_to(tree)
    (tree / "dangling").symlink_to("nowhere")
    assert set(watch._state([str(tree)])) == {os.path.join(tree, name) for name in ("a.py", "round", "dangling")}


def test_half_of_a_file_that_an_editor_writes_is_not_called_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest comes between the two looks: here in place of the pause between them."""
    file = tmp_path / "main.py"
    file.write_text("def f(\n")
    monkeypatch.setattr(run, "sleep", lambda _: file.write_text("def f():\n    pass\n"))
    settings = Settings(cache=False)
    assert not run._checked([str(tmp_path)], settings).ok
    assert run._settled([str(tmp_path)], settings).ok
    file.write_text("def f(\n")
    monkeypatch.setattr(run, "sleep", lambda _: None)
    assert not run._settled([str(tmp_path)], settings).ok


def test_it_looks_by_itself_where_watchfiles_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)  # an import of it fails
    (tmp_path / "a.py").write_text("")
    changes = watch.changes([str(tmp_path)])
    assert step(changes)
    (tmp_path / "a.py").write_text("x = 1\n")
    assert step(changes)
