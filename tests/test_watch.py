"""Waiting for a change: by notification and by looking, with the same promises."""

from __future__ import annotations

import os
import threading

import pytest

from syntax_guard import watch

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


def step(changes: Iterator[None]) -> bool:
    """Whether the next step comes, in any sensible time."""
    came = threading.Event()

    def wait() -> None:
        next(changes)
        came.set()

    threading.Thread(target=wait, daemon=True).start()
    return came.wait(20)


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
def test_a_root_may_come_later(tree: Path, watcher: Callable[..., Iterator[None]]) -> None:
    changes = watcher([str(tree / "later")])
    assert step(changes)
    (tree / "later").mkdir()
    (tree / "later" / "a.py").write_text("")
    assert step(changes)


def test_what_a_scan_skips_wakes_nobody(tree: Path) -> None:
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
