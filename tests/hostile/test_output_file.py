"""``--output-file``: nothing is lost by it, neither a source, a device nor the report."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND

if TYPE_CHECKING:
    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
REPORT = ("check", "--no-cache", "--output-format=json")


@pytest.fixture
def tree(folder: Folder) -> Folder:
    folder.write("a.py")
    folder.write("pyproject.toml", "[tool.syntax-guard]\n")
    return folder


def test_a_device_is_written_to_and_stays_one(tree: Folder) -> None:
    """A device of the test's own in a folder of its own, as root's ``/dev/null`` is none to try it with."""
    null = tree.path / "null"
    made = subprocess.run(["mknod", str(null), "c", "1", "3"], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no rights to make a device")
    assert tree.guard(*REPORT, "--output-file=null").code == 0
    assert null.is_char_device()


def test_a_fifo_is_written_to_and_stays_one(tree: Folder) -> None:
    os.mkfifo(tree.path / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=tree.path, stdout=subprocess.PIPE) as reader:
        assert tree.guard(*REPORT, "--output-file=pipe", "a.py").code == 0
        assert b'"checked": 1' in (reader.stdout.read() if reader.stdout else b"")
    assert (tree.path / "pipe").is_fifo()
    run = tree.guard(*REPORT, "--output-file=pipe", "a.py")
    assert (run.code, run.err.count("\n")) == (2, 1), "nobody reads"


def test_a_link_is_followed_to_its_target(tree: Folder) -> None:
    (tree.path / "reports").mkdir()
    tree.write("reports/old.json", "old").chmod(0o640)
    (tree.path / "link").symlink_to("reports/old.json")
    (tree.path / "new").symlink_to("reports/new.json")
    for name in ("link", "new"):
        assert tree.guard(*REPORT, f"--output-file={name}").code == 0
        assert (tree.path / name).is_symlink()
        assert '"checked": 1' in (tree.path / name).read_text()
    assert (tree.path / "reports/old.json").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tree.path / "reports")) == ["new.json", "old.json"]


@pytest.mark.grid
@pytest.mark.parametrize(
    "name", ["a.py", "./a.py", "link", "hard", "pyproject.toml", "new.pyi", "SConstruct", "n.ipynb", "snippet.txt",
             "syntax-guard-baseline.json", "settings.toml", "tool", "demo.whl", "Dockerfile", "bare/config"]
)  # fmt: skip
@pytest.mark.parametrize("verb", [["check"], ["run", "--root=a.py", "--root=snippet.txt"]])
def test_no_source_and_no_settings_are_overwritten(tree: Folder, name: str, verb: list[str]) -> None:
    (tree.path / "link").symlink_to("a.py")
    os.link(tree.path / "a.py", tree.path / "hard")
    tree.write("snippet.txt")
    tree.write("settings.toml", "[tool.syntax-guard]\n")
    tree.write("tool", "#!/usr/bin/env python3\n")
    for empty in ("demo.whl", "Dockerfile", "bare/HEAD", "bare/objects/x", "bare/refs/x", "bare/config"):
        tree.write(empty, "")
    before = {path: path.read_bytes() for path in tree.path.rglob("*") if path.is_file()}
    what = [] if verb[0] == "run" else ["a.py", "snippet.txt"]
    command = ["--", "true"] if verb[0] == "run" else []
    config = "--config=settings.toml"
    run = tree.guard(*verb, config, f"--output-file={name}", *what, *command)
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert {path: path.read_bytes() for path in tree.path.rglob("*") if path.is_file()} == before


def test_a_list_of_files_is_not_overwritten(tree: Folder) -> None:
    tree.write("list", "a.py\n")
    assert tree.guard("check", "--files-from=list", "--output-file=list").code == 2
    assert (tree.path / "list").read_text() == "a.py\n"


@pytest.mark.parametrize(
    "lost", ["--output-file=/dev/full", "--output-file=/dev/full/x", "--output-file=.", ">/dev/full", ">&-"]
)
def test_a_report_that_is_lost_is_never_green(tree: Folder, lost: str) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    line = f"'{COMMAND}' {' '.join(REPORT)} {lost}"
    done = subprocess.run(["bash", "-c", line], cwd=tree.path, env=tree.environment, capture_output=True, check=False)
    assert done.returncode == 2, done.stderr


SAME = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("where", ["a pipe", "a file", "a socket"])
def test_standard_output_may_be_named_as_the_file(tree: Folder, name: str, where: str) -> None:
    if not os.path.exists(name):
        pytest.skip(f"there is no {name}")
    before = b"what others have written stays\n" if where == "a file" else b""
    ends: tuple[int, int]
    if where == "a pipe":
        ends = os.pipe()
    elif where == "a socket":
        ends = (lambda pair: (pair[0].detach(), pair[1].detach()))(socket.socketpair())
    else:
        tree.write("report", before)
        ends = (os.open(tree.path / "report", os.O_RDONLY), os.open(tree.path / "report", os.O_WRONLY | os.O_APPEND))
    line = [str(COMMAND), *REPORT, f"--output-file={name}"]
    done = subprocess.run(
        line, cwd=tree.path, env=tree.environment, stdout=ends[1], stderr=subprocess.PIPE, check=False
    )
    said = os.read(ends[0], 1 << 16)
    for end in ends:
        os.close(end)
    assert (done.returncode, done.stderr) == (0, b"")
    assert said.startswith(before)
    assert b'"checked": 1' in said


@pytest.mark.parametrize("closed", [">&-", ">/dev/full", "<&- >&-"])
def test_a_start_with_nothing_to_print_needs_no_output(tree: Folder, closed: str) -> None:
    line = f"'{COMMAND}' run -- touch started {closed}"
    done = subprocess.run(["bash", "-c", line], cwd=tree.path, env=tree.environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tree.path / "started").exists()


@pytest.mark.skipif(os.name == "nt", reason="the pipe of a POSIX system")
@pytest.mark.parametrize("line", ["check ok.py", "check bad.py", "check --output-format=json ok.py", "targets",
                                  "run -- touch started"])  # fmt: skip
def test_a_report_whose_reader_has_gone_is_lost(line: str, tree: Folder) -> None:
    tree.write("ok.py", "x = 1\n")
    tree.write("bad.py", "def f(:\n")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([str(COMMAND), *line.split()], cwd=tree.path, env=tree.environment, stdout=writer,
                          stderr=subprocess.PIPE, check=False)  # fmt: skip
    os.close(writer)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert not (tree.path / "started").exists()
