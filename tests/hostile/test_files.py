"""Files that change while they are read."""

from __future__ import annotations

import errno
import os
import random
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from syntax_guard import Settings, check_paths
from syntax_guard.sources.readers import UnreadableError, read_file, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
ROUNDS = int(os.environ.get("SYNTAX_GUARD_CHANGING_ROUNDS", "2"))
ALLOWED = {"unreadable", "syntax-error", "encoding-error"}


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x = 1\n" * 1000)


def shrink(path: Path) -> None:
    os.truncate(path, 3)


def vanish(path: Path) -> None:
    path.unlink(missing_ok=True)


def become_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def become_fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def become_loop(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def lose_rights(path: Path) -> None:
    path.chmod(0)


def lose_parent(path: Path) -> None:
    shutil.rmtree(path.parent, ignore_errors=True)


CHANGES: tuple[Callable[[Path], None], ...] = (
    grow, shrink, vanish, become_folder, become_fifo, become_loop, lose_rights, lose_parent
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_that_changes_during_the_scan_costs_its_own_verdict(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    dice = random.Random(change.__name__)
    still = [tmp_path / f"still{number}.py" for number in range(3)]
    for path in still:
        path.write_bytes(b"x = (\n")
    for _ in range(ROUNDS):
        moving = [tmp_path / f"folder{number % 5}" / f"moving{number}.py" for number in range(60)]
        for path in moving:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"y = [1, 2]\n" * 400 + b"x = (\n")
        dice.shuffle(moving)

        def change_all(paths: list[Path] = moving) -> None:
            for path in paths:
                try:
                    change(path)
                except OSError:
                    continue

        thread = threading.Thread(target=change_all)
        thread.start()
        result = check_paths([tmp_path], Settings(cache=False, jobs=2))
        thread.join()
        assert {one.path for one in result.diagnostics} >= set(map(str, still))
        assert {one.code for one in result.diagnostics} <= ALLOWED
        for number in range(5):
            shutil.rmtree(tmp_path / f"folder{number}", ignore_errors=True)


@pytest.mark.parametrize("path", ["/proc/self/maps", "/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"])
def test_a_file_that_lies_about_its_size_is_read_whole(path: str) -> None:
    if not os.path.exists(path):
        pytest.skip(f"there is no {path} here")
    with open(path, "rb") as file:
        head = file.read(20)
    assert read_file(path).startswith(head)


@pytest.mark.parametrize(
    "path", ["/dev/zero", "/dev/tty", "/dev/random", "/proc/self/mem", "/proc/self/pagemap", "/proc"]
)
def test_what_has_no_end_is_not_read(path: str) -> None:
    if not os.path.exists(path):
        pytest.skip(f"there is no {path} here")
    with pytest.raises(UnreadableError):
        read_file(path)


def test_a_file_that_would_have_to_be_waited_for_is_a_finding() -> None:
    """The kernel log (``/proc/kmsg``) is a regular file that may have nothing to read: no process is lacking."""
    error = unreadable(BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"))
    assert isinstance(error, UnreadableError)
