"""A scan that takes long shows itself on a terminal, and nowhere else."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND, Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")


@pytest.fixture
def folder(folder: Folder) -> Folder:
    """A tree that takes any machine more than a second."""
    for index in range(60):
        folder.write(f"{index}.py", "x = [\n" + "  (1, 2, 3, 4, 5),\n" * 4000 + "]\n")
    return folder


def on_a_terminal(folder: Folder, environment: Mapping[str, str], *arguments: str) -> str:
    """What standard error shows where it is a terminal of 80 columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    process = subprocess.Popen(
        [COMMAND, "check", "--no-cache", "--jobs=1", *arguments],
        cwd=folder.path,
        env={**folder.environment, "TERM": "xterm", **environment},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 1 << 16):
            said += part
    except OSError:  # nobody holds the other end any more
        pass
    os.close(ours)
    assert process.wait() == 0
    return said.decode()


@pytest.mark.slow
def test_a_bar_with_files_rate_and_time_left(folder: Folder) -> None:
    said = on_a_terminal(folder, {})
    assert "/60 [" in said
    assert "files/s" in said
    assert "<" in said


@pytest.mark.slow
def test_none_where_nobody_watches(folder: Folder) -> None:
    """tests/config/test_printing.py has where that is."""
    assert on_a_terminal(folder, {"CI": "true"}) == ""


@pytest.mark.slow
def test_none_in_a_pipe(folder: Folder) -> None:
    assert folder.guard("check", "--no-cache", "--jobs=1", environment={"TERM": "xterm"}).err == ""
