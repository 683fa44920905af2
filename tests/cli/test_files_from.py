"""``check --files-from``: the list is read as git reads ``--pathspec-from-file``, and goes with the other options."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from syntax_guard.errors import SourcesError
from syntax_guard.sources.name_list import LONGEST, read_names
from syntax_guard.sources.path_names import name_of

from ..conftest import COMMAND, Folder

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = "x = = 1\n"


def names(folder: Path, content: bytes, *, null: bool = False) -> list[bytes]:
    """What a list that holds `content` names."""
    path = folder / "list"
    path.write_bytes(content)
    with path.open("rb") as file:
        return [name_of(name) for name in read_names(file, null=null)]


@pytest.mark.parametrize(
    ("content", "null", "named"),
    [
        (b"", False, []),
        (b"a.py", False, [b"a.py"]),
        (b"a.py\nb c.py\r\n\n-x.py\n", False, [b"a.py", b"b c.py", b"-x.py"]),
        (b'"t\\tb.py"\n"q\\"\\\\.py"\n"\\303\\244.py"\n', False, [b"t\tb.py", b'q"\\.py', "ä.py".encode()]),
        (b'a.py\0b\nc.py\0"q".py\0\r\0', True, [b"a.py", b"b\nc.py", b'"q".py', b"\r"]),
        (b"\xff.py\n", False, [b"\xff.py"]),
    ],
)
def test_the_names_of_a_list(tmp_path: Path, content: bytes, null: bool, named: list[bytes]) -> None:
    assert names(tmp_path, content, null=null) == named


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
def test_git_writes_the_names_that_are_read(repository: Folder) -> None:
    odd = ["plain.py", "ä.py", 'a"b.py', "t\tb.py", "\x01\x7f.py", "b\\s.py", "n\nl.py"]
    for name in odd:
        repository.write(name)
    repository.git("add", ".")
    listed = repository.run("git", "ls-files").out.encode()
    assert names(repository.path.parent, listed) == sorted(name_of(name) for name in odd)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a.py\0b.py\0", "--null"),
        (b'a.py\n"open.py\n', "line 2"),
        (b'"\\8.py"\n', "line 1"),
        (b'"a" b\n', "line 1"),
        (b'"', "line 1"),
        (b'"\\777"\n', "line 1"),
        (b"x" * (LONGEST + 1), "too long"),
    ],
)
def test_what_is_no_list_of_names(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(SourcesError) as error:
        names(tmp_path, content)
    assert says in f"{error.value.message} {error.value.hint}"


def test_a_list_is_read_as_it_comes() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file:
        found = read_names(file, null=False)
        os.write(writing, b"a.py\nb.py\n")
        assert [next(found), next(found)] == ["a.py", "b.py"]
        os.close(writing)
        assert not list(found)


def test_lists_and_options(folder: Folder) -> None:
    for name in ("a.py", "b.py", "-x.py", "sub/c.py"):
        folder.write(name, BROKEN)
    folder.write("notes.txt", "no Python")
    folder.write("list", "a.py\n-x.py\nsub\n")
    assert [path for path, *_ in folder.check("--files-from", "list").found] == ["-x.py", "a.py", "sub/c.py"]
    given = folder.check("--files-from=-", "--null", "--exclude=/sub/", "--hook", stdin=b"sub/c.py\0b.py\0notes.txt\0")
    assert [path for path, *_ in given.found] == ["b.py"]
    assert {one["reason"] for one in given.json["skipped"]} == {"excluded", "not-python"}
    empty = folder.guard("check", "--files-from=-", stdin=b"\n")
    assert empty.code == 0
    assert "nothing was checked: the list of files is empty" in empty.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--files-from=list", "a.py"], "does not go with a.py"),
        (["--files-from=list", "--installed"], "--installed"),
        (["--files-from=list", "--staged"], "--staged"),
        (["--files-from=list", "--commits=HEAD"], "--files-from"),
        (["--files-from=nowhere"], "nowhere"),
        (["--files-from=."], "--files-from"),
        (["--null", "a.py"], "--files-from"),
        (["--files-from=list"], "gone.py"),
    ],
)
def test_what_does_not_go_with_a_list(
    folder: Folder, arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from syntax_guard.cli.main import main

    folder.write("a.py")
    folder.write("list", "gone.py\n")
    monkeypatch.chdir(folder.path)
    assert main(["check", "--no-cache", *arguments]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_check_starts_before_the_list_ends(folder: Folder) -> None:
    """So many names that the first of them are judged while the writer still has the list open."""
    folder.write("a.py", BROKEN)
    with subprocess.Popen(
        [COMMAND, "check", "--files-from=-", "--no-cache", "--jobs=1", "--output-format=concise"],
        cwd=folder.path, env=folder.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as guard:  # fmt: skip
        assert guard.stdin
        guard.stdin.write(b"a.py\n" * 8192 + b"gone.py\n" * 8192)
        guard.stdin.flush()
        assert guard.wait(60) == 2  # the list is still open


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_has_quotes_of_its_own(folder: Folder) -> None:
    folder.write("b.py")
    folder.write('"b.py"', "x = (\n")
    for line, code in ((b'"b.py"', 2), (b'./"b.py"', 1)):
        run = folder.guard("check", "--files-from", "-", stdin=line + b"\n")
        assert (run.code, "quotes" in run.err) == (code, code == 2), run.err
